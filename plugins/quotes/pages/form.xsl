<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MPL-2.0 -->
<!-- The form that asks for a quote: blank, or with what was typed and what is wrong with it. As a
     whole page, or as a section for the school's website to include. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:core="urn:codev:core:1" xmlns:q="urn:codev:quotes:1"
                exclude-result-prefixes="core q">
  <xsl:import href="../../core/pages/page.xsl"/>
  <xsl:import href="words.xsl"/>

  <xsl:variable name="fields">
[need.audience]Qui est concerné par le codéveloppement professionnel&#xA0;?
[need.objective]Quels objectifs dans le codéveloppement professionnel&#xA0;?
[need.participants]Nombre de participants
[need.sessions]Nombre de séances
[need.modality]Modalité
[need.starting-from]Date de début souhaitée
[need.message]Votre message
[organisation.name]Nom de l’organisation
[organisation.siren]Numéro SIREN
[contact.given-name]Prénom
[contact.family-name]Nom
[contact.position]Fonction
[contact.email]Adresse électronique
[contact.phone]Téléphone
[consent.accepted]Vos données
</xsl:variable>

  <xsl:variable name="typed" select="/core:form/q:quote-request"/>
  <xsl:variable name="title" select="'Demander un devis'"/>

  <!-- Headings: a whole page's begin at h1, a section's at h2. -->
  <xsl:variable name="level" select="1 + number($fragment = '1')"/>

  <xsl:template match="/core:form">
    <xsl:call-template name="page">
      <xsl:with-param name="title">
        <xsl:if test="core:error">Erreur&#xA0;: </xsl:if>
        <xsl:value-of select="$title"/>
      </xsl:with-param>
      <xsl:with-param name="main">
        <section class="narrow" aria-labelledby="devis-titre">
          <xsl:element name="h{$level}">
            <xsl:attribute name="id">devis-titre</xsl:attribute>
            <xsl:value-of select="$title"/>
          </xsl:element>
          <p class="lede">Décrivez votre besoin&#xA0;: nous l’étudions et vous adressons un devis.</p>
          <xsl:call-template name="error-summary">
            <xsl:with-param name="heading" select="concat('h', $level + 1)"/>
          </xsl:call-template>
          <xsl:call-template name="form"/>
        </section>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!-- The browser checks nothing: the messages are the server's, in French, beside the fields. -->
  <xsl:template name="form">
    <form class="form" method="post" action="{$mount}/quotes/requests" novalidate="novalidate">
      <xsl:call-template name="hidden-fields"/>
      <p class="quiet">
        <xsl:text>Toutes les réponses sont nécessaires, sauf celles marquées «&#xA0;facultatif&#xA0;».</xsl:text>
      </p>
      <xsl:call-template name="need"/>
      <xsl:call-template name="organisation"/>
      <xsl:call-template name="contact"/>
      <xsl:call-template name="consent"/>
      <p class="actions"><button class="button" type="submit">Envoyer ma demande</button></p>
    </form>
  </xsl:template>

  <xsl:template name="group-heading">
    <xsl:param name="words"/>
    <xsl:element name="h{$level + 1}"><xsl:value-of select="$words"/></xsl:element>
  </xsl:template>

  <xsl:template name="need">
    <xsl:variable name="need" select="$typed/q:need"/>
    <div class="group">
      <xsl:call-template name="group-heading">
        <xsl:with-param name="words" select="'Votre besoin'"/>
      </xsl:call-template>
      <xsl:call-template name="choice-group">
        <xsl:with-param name="name" select="'need.audience'"/>
        <xsl:with-param name="type" select="'checkbox'"/>
        <xsl:with-param name="options" select="$audiences"/>
        <xsl:with-param name="values" select="$need/q:audience"/>
        <xsl:with-param name="hint" select="'Une ou plusieurs réponses.'"/>
        <xsl:with-param name="required" select="true()"/>
      </xsl:call-template>
      <xsl:call-template name="choice-group">
        <xsl:with-param name="name" select="'need.objective'"/>
        <xsl:with-param name="type" select="'checkbox'"/>
        <xsl:with-param name="options" select="$objectives"/>
        <xsl:with-param name="values" select="$need/q:objective"/>
      </xsl:call-template>
      <div class="pair">
        <xsl:call-template name="text-field">
          <xsl:with-param name="name" select="'need.participants'"/>
          <xsl:with-param name="value" select="$need/q:participants"/>
          <xsl:with-param name="hint" select="'Groupes de 8&#xA0;pairs au maximum.'"/>
          <xsl:with-param name="required" select="true()"/>
          <xsl:with-param name="inputmode" select="'numeric'"/>
          <xsl:with-param name="width" select="'short'"/>
        </xsl:call-template>
        <xsl:call-template name="text-field">
          <xsl:with-param name="name" select="'need.sessions'"/>
          <xsl:with-param name="value" select="$need/q:sessions"/>
          <xsl:with-param name="hint" select="'Une séance dure 2&#xA0;heures.'"/>
          <xsl:with-param name="inputmode" select="'numeric'"/>
          <xsl:with-param name="width" select="'short'"/>
        </xsl:call-template>
      </div>
      <xsl:call-template name="choice-group">
        <xsl:with-param name="name" select="'need.modality'"/>
        <xsl:with-param name="type" select="'radio'"/>
        <xsl:with-param name="options" select="$modalities"/>
        <xsl:with-param name="values" select="$need/q:modality"/>
        <xsl:with-param name="required" select="true()"/>
      </xsl:call-template>
      <xsl:call-template name="starting-from"/>
      <xsl:call-template name="text-area">
        <xsl:with-param name="name" select="'need.message'"/>
        <xsl:with-param name="value" select="$need/q:message"/>
      </xsl:call-template>
    </div>
  </xsl:template>

  <!-- A date field cannot show what is no date; what was typed then stands in a field for text. -->
  <xsl:template name="starting-from">
    <xsl:variable name="date" select="$typed/q:need/q:starting-from"/>
    <xsl:call-template name="text-field">
      <xsl:with-param name="name" select="'need.starting-from'"/>
      <xsl:with-param name="value" select="$date"/>
      <xsl:with-param name="type">
        <xsl:choose>
          <xsl:when test="not($date) or translate($date, '123456789', '000000000') = '0000-00-00'">date</xsl:when>
          <xsl:otherwise>text</xsl:otherwise>
        </xsl:choose>
      </xsl:with-param>
      <xsl:with-param name="width" select="'medium'"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="organisation">
    <xsl:variable name="organisation" select="$typed/q:organisation"/>
    <div class="group">
      <xsl:call-template name="group-heading">
        <xsl:with-param name="words" select="'Votre organisation'"/>
      </xsl:call-template>
      <xsl:call-template name="text-field">
        <xsl:with-param name="name" select="'organisation.name'"/>
        <xsl:with-param name="value" select="$organisation/q:name"/>
        <xsl:with-param name="required" select="true()"/>
        <xsl:with-param name="autocomplete" select="'organization'"/>
      </xsl:call-template>
      <xsl:call-template name="text-field">
        <xsl:with-param name="name" select="'organisation.siren'"/>
        <xsl:with-param name="value" select="$organisation/q:siren"/>
        <xsl:with-param name="hint" select="'Neuf chiffres.'"/>
        <xsl:with-param name="inputmode" select="'numeric'"/>
        <xsl:with-param name="autocomplete" select="'off'"/>
        <xsl:with-param name="width" select="'medium'"/>
      </xsl:call-template>
    </div>
  </xsl:template>

  <xsl:template name="contact">
    <xsl:variable name="contact" select="$typed/q:contact"/>
    <div class="group">
      <xsl:call-template name="group-heading">
        <xsl:with-param name="words" select="'Vos coordonnées'"/>
      </xsl:call-template>
      <div class="pair">
        <xsl:call-template name="text-field">
          <xsl:with-param name="name" select="'contact.given-name'"/>
          <xsl:with-param name="value" select="$contact/q:given-name"/>
          <xsl:with-param name="required" select="true()"/>
          <xsl:with-param name="autocomplete" select="'given-name'"/>
        </xsl:call-template>
        <xsl:call-template name="text-field">
          <xsl:with-param name="name" select="'contact.family-name'"/>
          <xsl:with-param name="value" select="$contact/q:family-name"/>
          <xsl:with-param name="required" select="true()"/>
          <xsl:with-param name="autocomplete" select="'family-name'"/>
        </xsl:call-template>
      </div>
      <xsl:call-template name="text-field">
        <xsl:with-param name="name" select="'contact.position'"/>
        <xsl:with-param name="value" select="$contact/q:position"/>
        <xsl:with-param name="autocomplete" select="'organization-title'"/>
      </xsl:call-template>
      <xsl:call-template name="text-field">
        <xsl:with-param name="name" select="'contact.email'"/>
        <xsl:with-param name="value" select="$contact/q:email"/>
        <xsl:with-param name="hint" select="'Le devis y sera envoyé.'"/>
        <xsl:with-param name="required" select="true()"/>
        <xsl:with-param name="type" select="'email'"/>
        <xsl:with-param name="autocomplete" select="'email'"/>
      </xsl:call-template>
      <xsl:call-template name="text-field">
        <xsl:with-param name="name" select="'contact.phone'"/>
        <xsl:with-param name="value" select="$contact/q:phone"/>
        <xsl:with-param name="hint"
                        select="'Par exemple 04&#xA0;98&#xA0;01&#xA0;60&#xA0;50, ou +32&#xA0;2&#xA0;555&#xA0;12&#xA0;12 à l’étranger.'"/>
        <xsl:with-param name="type" select="'tel'"/>
        <xsl:with-param name="autocomplete" select="'tel'"/>
        <xsl:with-param name="width" select="'medium'"/>
      </xsl:call-template>
    </div>
  </xsl:template>

  <!-- The tick stays when the form comes back, but only under the very text it was given for. -->
  <xsl:template name="consent">
    <xsl:variable name="text" select="/core:form/core:consent-text"/>
    <xsl:variable name="consent" select="$typed/q:consent"/>
    <div class="group">
      <xsl:call-template name="group-heading">
        <xsl:with-param name="words" select="'Vos données'"/>
      </xsl:call-template>
      <input type="hidden" name="consent.text-version" value="{$text/@version}"/>
      <xsl:call-template name="error">
        <xsl:with-param name="name" select="'consent.text-version'"/>
      </xsl:call-template>
      <xsl:call-template name="check">
        <xsl:with-param name="name" select="'consent.accepted'"/>
        <xsl:with-param name="checked" select="$consent/@accepted = 'true'
                                               and $consent/@text-version = $text/@version"/>
        <xsl:with-param name="words" select="string($text)"/>
      </xsl:call-template>
    </div>
  </xsl:template>
</xsl:stylesheet>
