<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MPL-2.0 -->
<!-- The home page: a link to the page that each plugin opens to this caller. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:core="urn:codev:core:1" exclude-result-prefixes="core">
  <xsl:import href="page.xsl"/>

  <xsl:variable name="opened" select="/core:service/core:plugin[@href]"/>

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
    <li class="card">
      <h2><a href="{@href}"><xsl:value-of select="@title"/></a></h2>
    </li>
  </xsl:template>
</xsl:stylesheet>
