<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MPL-2.0 -->
<!-- One request for a quote, for staff. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:q="urn:codev:quotes:1" exclude-result-prefixes="q">
  <xsl:import href="../../core/pages/page.xsl"/>
  <xsl:import href="words.xsl"/>

  <xsl:template match="/q:quote-request">
    <xsl:call-template name="page">
      <xsl:with-param name="title" select="concat('Demande ', @reference)"/>
      <xsl:with-param name="back-href" select="concat($mount, '/quotes/requests')"/>
      <xsl:with-param name="back" select="'Toutes les demandes'"/>
      <xsl:with-param name="main">
        <article class="wide">
          <p class="eyebrow">Demande de devis</p>
          <h1><xsl:value-of select="q:organisation/q:name"/></h1>
          <p class="byline">
            <span class="reference"><xsl:value-of select="@reference"/></span>
            <xsl:text> </xsl:text>
            <span class="status {@status}">
              <xsl:call-template name="word">
                <xsl:with-param name="list" select="$statuses"/>
                <xsl:with-param name="code" select="@status"/>
              </xsl:call-template>
            </span>
            <xsl:text> </xsl:text>
            <span>
              <xsl:text>reçue le </xsl:text>
              <xsl:call-template name="moment">
                <xsl:with-param name="value" select="@received-at"/>
              </xsl:call-template>
            </span>
          </p>
          <div class="panels">
            <xsl:apply-templates select="q:need"/>
            <div>
              <xsl:apply-templates select="q:contact"/>
              <xsl:apply-templates select="q:organisation"/>
              <xsl:apply-templates select="q:consent"/>
            </div>
          </div>
        </article>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="q:need">
    <section class="card">
      <h2>Besoin</h2>
      <dl>
        <dt>Qui est concerné</dt>
        <xsl:apply-templates select="q:audience"/>
        <xsl:if test="q:objective">
          <dt>Objectifs</dt>
          <xsl:apply-templates select="q:objective"/>
        </xsl:if>
        <dt>Participants</dt>
        <dd>
          <xsl:value-of select="concat(q:participants, ', soit ', q:groups, '&#xA0;groupe')"/>
          <xsl:if test="q:groups &gt; 1">s</xsl:if>
        </dd>
        <xsl:if test="q:sessions">
          <dt>Séances</dt>
          <dd><xsl:value-of select="q:sessions"/></dd>
        </xsl:if>
        <dt>Modalité</dt>
        <dd>
          <xsl:call-template name="word">
            <xsl:with-param name="list" select="$modalities"/>
            <xsl:with-param name="code" select="q:modality"/>
          </xsl:call-template>
        </dd>
        <xsl:if test="q:starting-from">
          <dt>Début souhaité</dt>
          <dd>
            <xsl:call-template name="day">
              <xsl:with-param name="value" select="q:starting-from"/>
            </xsl:call-template>
          </dd>
        </xsl:if>
        <xsl:if test="q:message">
          <dt>Message</dt>
          <dd class="message"><xsl:value-of select="q:message"/></dd>
        </xsl:if>
      </dl>
    </section>
  </xsl:template>

  <xsl:template match="q:audience">
    <dd>
      <xsl:call-template name="word">
        <xsl:with-param name="list" select="$audiences"/>
        <xsl:with-param name="code" select="."/>
      </xsl:call-template>
    </dd>
  </xsl:template>

  <xsl:template match="q:objective">
    <dd>
      <xsl:call-template name="word">
        <xsl:with-param name="list" select="$objectives"/>
        <xsl:with-param name="code" select="."/>
      </xsl:call-template>
    </dd>
  </xsl:template>

  <xsl:template match="q:contact">
    <section class="card">
      <h2>Contact</h2>
      <dl>
        <dt>Nom</dt>
        <dd><xsl:value-of select="concat(q:given-name, ' ', q:family-name)"/></dd>
        <xsl:if test="q:position">
          <dt>Fonction</dt>
          <dd><xsl:value-of select="q:position"/></dd>
        </xsl:if>
        <dt>Adresse électronique</dt>
        <dd><xsl:apply-templates select="q:email"/></dd>
        <xsl:if test="q:phone">
          <dt>Téléphone</dt>
          <dd><a href="tel:{q:phone}"><xsl:value-of select="q:phone"/></a></dd>
        </xsl:if>
      </dl>
    </section>
  </xsl:template>

  <!-- An address may hold what has a meaning in a mailto link ("x?bcc=y@z.fr" is one): then no link. -->
  <xsl:template match="q:email">
    <xsl:choose>
      <xsl:when test="translate(., '?&amp;#%/', '') = .">
        <a href="mailto:{.}"><xsl:value-of select="."/></a>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="."/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="q:organisation">
    <section class="card">
      <h2>Organisation</h2>
      <dl>
        <dt>Nom</dt>
        <dd><xsl:value-of select="q:name"/></dd>
        <xsl:if test="q:siren">
          <dt>SIREN</dt>
          <dd class="figures"><xsl:value-of select="q:siren"/></dd>
        </xsl:if>
      </dl>
    </section>
  </xsl:template>

  <xsl:template match="q:consent">
    <section class="card">
      <h2>Consentement</h2>
      <p>
        <xsl:text>Donné pour le texte </xsl:text>
        <span class="figures"><xsl:value-of select="@text-version"/></span>
        <xsl:text>.</xsl:text>
      </p>
    </section>
  </xsl:template>
</xsl:stylesheet>
