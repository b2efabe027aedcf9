<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MPL-2.0 -->
<!-- The page behind a link: one note, and the form for a reply, which has no action: it is sent to the
     link's own address. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:core="urn:codev:core:1" xmlns:n="urn:codev:notes:1"
                exclude-result-prefixes="core n">
  <xsl:import href="../../core/pages/page.xsl"/>

  <xsl:variable name="fields">
[text]Votre réponse
</xsl:variable>

  <xsl:template match="/core:form">
    <xsl:variable name="note" select="core:recorded/n:note"/>
    <xsl:call-template name="page">
      <xsl:with-param name="title" select="$note/n:title"/>
      <xsl:with-param name="main">
        <section class="narrow" aria-labelledby="note">
          <h1 id="note"><xsl:value-of select="$note/n:title"/></h1>
          <p class="message"><xsl:value-of select="$note/n:body"/></p>
          <xsl:call-template name="error-summary">
            <xsl:with-param name="not-yet" select="'Votre réponse n’est pas encore envoyée'"/>
          </xsl:call-template>
          <form class="form" method="post" novalidate="novalidate">
            <xsl:call-template name="hidden-fields"/>
            <xsl:call-template name="text-area">
              <xsl:with-param name="name" select="'text'"/>
              <xsl:with-param name="value" select="n:reply/n:text"/>
              <xsl:with-param name="required" select="true()"/>
            </xsl:call-template>
            <p class="actions"><button class="button" type="submit">Répondre</button></p>
          </form>
        </section>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>
</xsl:stylesheet>
