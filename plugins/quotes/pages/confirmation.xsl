<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MPL-2.0 -->
<!-- Where a visitor's request for a quote ends. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:q="urn:codev:quotes:1" exclude-result-prefixes="q">
  <xsl:import href="../../core/pages/page.xsl"/>

  <xsl:template match="/q:confirmation">
    <xsl:call-template name="page">
      <xsl:with-param name="title" select="'Votre demande est bien reçue'"/>
      <xsl:with-param name="main">
        <article class="narrow">
          <p class="eyebrow">Demande de devis</p>
          <h1>Votre demande est bien reçue</h1>
          <p class="lede">Merci. Nous l’étudions et vous répondons par courriel.</p>
          <dl class="ticket">
            <dt>Votre référence</dt>
            <dd class="reference"><xsl:value-of select="@reference"/></dd>
            <dt>Reçue le</dt>
            <dd>
              <xsl:call-template name="moment">
                <xsl:with-param name="value" select="@received-at"/>
              </xsl:call-template>
            </dd>
          </dl>
          <p>
            <xsl:text>Gardez cette référence&#xA0;: elle nous permet de retrouver votre demande si </xsl:text>
            <xsl:text>vous nous appelez au </xsl:text>
            <xsl:call-template name="school-phone"/>
            <xsl:text>.</xsl:text>
          </p>
          <p class="actions"><a href="{$mount}/">Revenir à l’accueil</a></p>
        </article>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>
</xsl:stylesheet>
