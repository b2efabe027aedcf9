<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MPL-2.0 -->
<!-- An offer of the catalogue, for staff: the form that adds one, or the form that changes or removes
     the one that is recorded. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:core="urn:codev:core:1" xmlns:q="urn:codev:quotes:1"
                exclude-result-prefixes="core q">
  <xsl:import href="../../core/pages/page.xsl"/>
  <xsl:import href="words.xsl"/>

  <xsl:variable name="fields">
[code]Code
[description]Désignation
[unit]Unité
[unit-price]Prix unitaire HT, en euros
[vat.category]TVA
[vat.rate]Taux de TVA, en %
[vat.reason-code]Code de l’exonération
[vat.reason]Motif de l’exonération
</xsl:variable>

  <xsl:variable name="recorded" select="/core:form/core:recorded/q:catalogue-item"/>
  <xsl:variable name="typed" select="/core:form/q:catalogue-item"/>
  <!-- What the fields show: what was typed, else what is recorded. -->
  <xsl:variable name="shown" select="$typed | $recorded[not($typed)]"/>
  <xsl:variable name="catalogue" select="concat($mount, '/quotes/catalogue')"/>

  <xsl:template match="/core:form">
    <xsl:variable name="title">
      <xsl:choose>
        <xsl:when test="$recorded"><xsl:value-of select="$recorded/q:description"/></xsl:when>
        <xsl:otherwise>Nouvelle offre</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:call-template name="page">
      <xsl:with-param name="title">
        <xsl:if test="core:error">Erreur&#xA0;: </xsl:if>
        <xsl:value-of select="$title"/>
      </xsl:with-param>
      <xsl:with-param name="back-href" select="$catalogue"/>
      <xsl:with-param name="back" select="'Catalogue'"/>
      <xsl:with-param name="main">
        <section class="narrow" aria-labelledby="offre">
          <h1 id="offre"><xsl:value-of select="$title"/></h1>
          <xsl:call-template name="error-summary">
            <xsl:with-param name="not-yet" select="'Ce n’est pas encore enregistré'"/>
          </xsl:call-template>
          <xsl:call-template name="form"/>
          <xsl:if test="$recorded"><xsl:call-template name="removal"/></xsl:if>
        </section>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="form">
    <form class="form" method="post" novalidate="novalidate">
      <xsl:attribute name="action">
        <xsl:value-of select="$catalogue"/>
        <xsl:if test="$recorded"><xsl:value-of select="concat('/', $recorded/q:code)"/></xsl:if>
      </xsl:attribute>
      <xsl:call-template name="hidden-fields">
        <xsl:with-param name="method"><xsl:if test="$recorded">PUT</xsl:if></xsl:with-param>
      </xsl:call-template>
      <xsl:choose>
        <xsl:when test="$recorded">
          <input type="hidden" name="code" value="{$recorded/q:code}"/>
          <p>Code&#xA0;: <span class="reference"><xsl:value-of select="$recorded/q:code"/></span></p>
        </xsl:when>
        <xsl:otherwise>
          <xsl:call-template name="field">
            <xsl:with-param name="name" select="'code'"/>
            <xsl:with-param name="value" select="$shown/q:code"/>
            <xsl:with-param name="hint" select="'Par exemple CODEV-2H. Il ne change plus ensuite.'"/>
          </xsl:call-template>
        </xsl:otherwise>
      </xsl:choose>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'description'"/>
        <xsl:with-param name="value" select="$shown/q:description"/>
        <xsl:with-param name="before" select="$recorded/q:description"/>
        <xsl:with-param name="width" select="'full'"/>
      </xsl:call-template>
      <div class="pair">
        <xsl:call-template name="field">
          <xsl:with-param name="name" select="'unit'"/>
          <xsl:with-param name="value" select="$shown/q:unit"/>
          <xsl:with-param name="before" select="$recorded/q:unit"/>
          <xsl:with-param name="hint" select="'Par exemple séance.'"/>
        </xsl:call-template>
        <xsl:call-template name="field">
          <xsl:with-param name="name" select="'unit-price'"/>
          <xsl:with-param name="value" select="$shown/q:unit-price"/>
          <xsl:with-param name="before" select="$recorded/q:unit-price"/>
          <xsl:with-param name="hint" select="'Par exemple 450.00.'"/>
        </xsl:call-template>
      </div>
      <xsl:call-template name="vat"/>
      <p class="actions"><button class="button" type="submit">Enregistrer</button></p>
    </form>
  </xsl:template>

  <xsl:template name="vat">
    <xsl:variable name="vat" select="$shown/q:vat"/>
    <xsl:variable name="before" select="$recorded/q:vat"/>
    <xsl:call-template name="choice-group">
      <xsl:with-param name="name" select="'vat.category'"/>
      <xsl:with-param name="type" select="'radio'"/>
      <xsl:with-param name="options" select="$vat-categories"/>
      <xsl:with-param name="values" select="$vat/@category"/>
      <xsl:with-param name="required" select="true()"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'vat.rate'"/>
      <xsl:with-param name="value" select="$vat/@rate"/>
      <xsl:with-param name="before" select="$before/@rate"/>
      <xsl:with-param name="hint" select="'20 au taux normal, 0 pour une offre exonérée.'"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'vat.reason-code'"/>
      <xsl:with-param name="value" select="$vat/@reason-code"/>
      <xsl:with-param name="before" select="$before/@reason-code"/>
      <xsl:with-param name="hint" select="'Par exemple VATEX-FR-CGI261-4, pour la formation continue.'"/>
      <xsl:with-param name="required" select="false()"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'vat.reason'"/>
      <xsl:with-param name="value" select="$vat/@reason"/>
      <xsl:with-param name="before" select="$before/@reason"/>
      <xsl:with-param name="hint" select="'Par exemple «&#xA0;Exonération de TVA, art. 261, 4, 4° a du CGI&#xA0;».'"/>
      <xsl:with-param name="required" select="false()"/>
      <xsl:with-param name="width" select="'full'"/>
    </xsl:call-template>
  </xsl:template>

  <!-- A field of text. When somebody else has saved meanwhile, it tells what is recorded now. -->
  <xsl:template name="field">
    <xsl:param name="name"/>
    <xsl:param name="value"/>
    <xsl:param name="before"/>
    <xsl:param name="hint"/>
    <xsl:param name="required" select="true()"/>
    <xsl:param name="width" select="'medium'"/>
    <xsl:call-template name="text-field">
      <xsl:with-param name="name" select="$name"/>
      <xsl:with-param name="value" select="$value"/>
      <xsl:with-param name="hint">
        <xsl:value-of select="$hint"/>
        <xsl:if test="/core:form/@changed and string($before) != string($value)">
          <xsl:if test="$hint"><xsl:text> </xsl:text></xsl:if>
          <xsl:value-of select="concat('Enregistré actuellement&#xA0;: «&#xA0;', $before, '&#xA0;».')"/>
        </xsl:if>
      </xsl:with-param>
      <xsl:with-param name="required" select="$required"/>
      <xsl:with-param name="width" select="$width"/>
    </xsl:call-template>
  </xsl:template>

  <!-- In two steps, so that a slip removes nothing. -->
  <xsl:template name="removal">
    <details class="removal">
      <summary>Retirer cette offre du catalogue</summary>
      <form method="post" action="{$catalogue}/{$recorded/q:code}">
        <input type="hidden" name="_method" value="DELETE"/>
        <input type="hidden" name="_if-match" value="&quot;{$recorded/@version}&quot;"/>
        <p>Les devis déjà établis ne changent pas.</p>
        <p class="actions"><button class="button" type="submit">Retirer l’offre</button></p>
      </form>
    </details>
  </xsl:template>
</xsl:stylesheet>
