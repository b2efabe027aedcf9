<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MPL-2.0 -->
<!--
  The frame of every page, and all that pages share. A plugin's page imports it as
  ../../core/pages/page.xsl (the installed layout) and calls its named templates:

    page     title, main (the content), back-href and back (a link to the page above, optional)
    word     list, code: the word for a code
    …        those of dates.xsl and fields.xsl

  A list of words is a text with one "[code]word" a line.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="dates.xsl"/>
  <xsl:import href="fields.xsl"/>

  <!-- The doctype is the core's to write, before whole pages alone; the meta with the charset is the
       output method's. -->
  <xsl:output method="html" encoding="UTF-8" indent="no"/>

  <xsl:param name="mount"/>
  <xsl:param name="request-id"/>
  <!-- "1": the content alone, to be included in another page. -->
  <xsl:param name="fragment"/>
  <!-- Of a list: the address of its next page, or "". -->
  <xsl:param name="next"/>

  <xsl:variable name="school" select="'Convergence RH'"/>
  <xsl:variable name="school-phone" select="'+33498016050'"/>
  <xsl:variable name="school-phone-words" select="'04&#xA0;98&#xA0;01&#xA0;60&#xA0;50'"/>

  <xsl:template name="page">
    <xsl:param name="title"/>
    <xsl:param name="main"/>
    <xsl:param name="back-href"/>
    <xsl:param name="back"/>
    <xsl:choose>
      <xsl:when test="$fragment = '1'">
        <xsl:copy-of select="$main"/>
      </xsl:when>
      <xsl:otherwise>
        <html lang="fr">
          <head>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <title><xsl:value-of select="concat($title, ' – ', $school)"/></title>
            <link rel="icon" href="{$mount}/assets/core/logo.svg" type="image/svg+xml"/>
            <link rel="stylesheet" href="{$mount}/assets/core/codev.css"/>
          </head>
          <body>
            <a class="skip" href="#contenu">Aller au contenu</a>
            <xsl:call-template name="header"/>
            <main id="contenu" tabindex="-1">
              <xsl:if test="$back-href">
                <nav class="back" aria-label="Retour">
                  <a href="{$back-href}"><xsl:value-of select="$back"/></a>
                </nav>
              </xsl:if>
              <xsl:copy-of select="$main"/>
            </main>
            <xsl:call-template name="footer"/>
          </body>
        </html>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="header">
    <header class="site-header">
      <div>
        <a class="brand" href="{$mount}/">
          <img src="{$mount}/assets/core/logo.svg" alt="" width="40" height="40"/>
          <span>
            <strong><xsl:value-of select="$school"/></strong>
            <xsl:text> </xsl:text>
            <small>École de coaching</small>
          </span>
        </a>
      </div>
    </header>
  </xsl:template>

  <xsl:template name="footer">
    <footer class="site-footer">
      <div>
        <p>
          <xsl:value-of select="$school"/>
          <xsl:text>, école de coaching</xsl:text>
        </p>
        <p><xsl:call-template name="school-phone"/></p>
      </div>
    </footer>
  </xsl:template>

  <xsl:template name="school-phone">
    <a class="phone" href="tel:{$school-phone}"><xsl:value-of select="$school-phone-words"/></a>
  </xsl:template>

  <!-- The word for a code; the code itself when the list lacks it. -->
  <xsl:template name="word">
    <xsl:param name="list"/>
    <xsl:param name="code"/>
    <xsl:variable name="word" select="substring-before(substring-after($list, concat('[', $code, ']')),
                                                       '&#xA;')"/>
    <xsl:choose>
      <xsl:when test="$word"><xsl:value-of select="$word"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="$code"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
