<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MPL-2.0 -->
<!-- What went wrong: a problem document whose title and detail are in French. Inside another page it
     is one paragraph. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:p="urn:ietf:rfc:7807" exclude-result-prefixes="p">
  <xsl:import href="page.xsl"/>

  <xsl:template match="/p:problem">
    <xsl:call-template name="page">
      <xsl:with-param name="title" select="p:title"/>
      <xsl:with-param name="main">
        <xsl:choose>
          <xsl:when test="$fragment = '1'">
            <p class="notice" role="alert"><xsl:value-of select="p:detail"/></p>
          </xsl:when>
          <xsl:otherwise><xsl:call-template name="problem"/></xsl:otherwise>
        </xsl:choose>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="problem">
    <article class="narrow problem">
      <p class="eyebrow">Erreur <xsl:value-of select="p:status"/></p>
      <h1><xsl:value-of select="p:title"/></h1>
      <p class="lede"><xsl:value-of select="p:detail"/></p>
      <xsl:if test="p:error">
        <ul class="faults">
          <xsl:for-each select="p:error">
            <li>
              <xsl:value-of select="p:message[lang('fr')]"/>
              <xsl:if test="p:path != ''">
                <xsl:text> </xsl:text>
                <code><xsl:value-of select="p:path"/></code>
              </xsl:if>
            </li>
          </xsl:for-each>
        </ul>
      </xsl:if>
      <p class="actions"><a class="button" href="{$mount}/">Revenir à l’accueil</a></p>
      <xsl:if test="p:instance != ''">
        <p class="quiet">
          <xsl:text>Pour nous en parler au </xsl:text>
          <xsl:call-template name="school-phone"/>
          <xsl:text>, indiquez la référence de l’incident&#xA0;: </xsl:text>
          <code><xsl:value-of select="p:instance"/></code>
        </p>
      </xsl:if>
    </article>
  </xsl:template>
</xsl:stylesheet>
