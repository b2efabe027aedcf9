<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MPL-2.0 -->
<!-- The home page: a link to the page that each plugin opens to this caller. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:core="urn:codev:core:1" exclude-result-prefixes="core">
  <xsl:import href="page.xsl"/>

  <xsl:variable name="opened" select="/core:service/core:plugin[@href]"/>

  <!-- By the end of the address, since a plugin opens one page to visitors, another to staff. -->
  <xsl:variable name="titles">
[/quotes/form]Demander un devis
[/quotes/requests]Demandes de devis
</xsl:variable>
  <xsl:variable name="descriptions">
[/quotes/form]Dites-nous qui est concerné et quels sont vos objectifs&#xA0;: nous vous répondons par un devis.
[/quotes/requests]Les demandes reçues par le site, la plus récente d’abord.
</xsl:variable>

  <xsl:template match="/core:service">
    <xsl:call-template name="page">
      <xsl:with-param name="title" select="'Codéveloppement professionnel'"/>
      <xsl:with-param name="main">
        <div class="narrow">
          <h1>Codéveloppement professionnel</h1>
          <p class="lede">Les expériences, les pratiques et les solutions expérimentées sont une
            ressource collective&#xA0;: co-apprendre ensemble.</p>
          <xsl:if test="$opened">
            <ul class="doors">
              <xsl:apply-templates select="$opened"/>
            </ul>
          </xsl:if>
        </div>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="core:plugin">
    <xsl:variable name="page" select="substring-after(@href, $mount)"/>
    <li class="card">
      <h2>
        <a href="{@href}">
          <xsl:choose>
            <xsl:when test="contains($titles, concat('[', $page, ']'))">
              <xsl:call-template name="word">
                <xsl:with-param name="list" select="$titles"/>
                <xsl:with-param name="code" select="$page"/>
              </xsl:call-template>
            </xsl:when>
            <xsl:otherwise><xsl:value-of select="@name"/></xsl:otherwise>
          </xsl:choose>
        </a>
      </h2>
      <xsl:if test="contains($descriptions, concat('[', $page, ']'))">
        <p>
          <xsl:call-template name="word">
            <xsl:with-param name="list" select="$descriptions"/>
            <xsl:with-param name="code" select="$page"/>
          </xsl:call-template>
        </p>
      </xsl:if>
    </li>
  </xsl:template>
</xsl:stylesheet>
