<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MPL-2.0 -->
<!-- The catalogue, for staff. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:q="urn:codev:quotes:1" exclude-result-prefixes="q">
  <xsl:import href="../../core/pages/page.xsl"/>
  <xsl:import href="words.xsl"/>

  <xsl:template match="/q:catalogue-items">
    <xsl:call-template name="page">
      <xsl:with-param name="title" select="'Catalogue'"/>
      <xsl:with-param name="main">
        <div class="wide">
          <h1>Catalogue</h1>
          <xsl:choose>
            <xsl:when test="q:catalogue-item"><xsl:call-template name="table"/></xsl:when>
            <xsl:otherwise>
              <p class="empty">Le catalogue est vide. Les offres que vous y ajoutez serviront à établir
                les devis.</p>
            </xsl:otherwise>
          </xsl:choose>
          <p class="actions">
            <a class="button" href="{$mount}/quotes/catalogue/form">Ajouter une offre</a>
          </p>
        </div>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="table">
    <table class="cards" role="table" aria-label="Offres">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">Offre</th>
          <th role="columnheader" scope="col">Unité</th>
          <th role="columnheader" scope="col">Prix unitaire HT</th>
          <th role="columnheader" scope="col">TVA</th>
        </tr>
      </thead>
      <tbody role="rowgroup"><xsl:apply-templates select="q:catalogue-item"/></tbody>
    </table>
    <xsl:if test="$next != ''">
      <p class="actions"><a href="{$next}" rel="next">Offres plus anciennes</a></p>
    </xsl:if>
  </xsl:template>

  <xsl:template match="q:catalogue-item">
    <tr role="row">
      <th role="rowheader" scope="row">
        <a href="{@href}"><xsl:value-of select="q:description"/></a>
        <xsl:text> </xsl:text>
        <span class="reference"><xsl:value-of select="q:code"/></span>
      </th>
      <td role="cell" data-label="Unité"><xsl:value-of select="q:unit"/></td>
      <td role="cell" data-label="Prix unitaire HT" class="number">
        <xsl:value-of select="concat(format-number(q:unit-price, '#&#xA0;##0,00', 'french'), '&#xA0;€')"/>
      </td>
      <td role="cell" data-label="TVA">
        <xsl:choose>
          <xsl:when test="q:vat/@category = 'E'">Exonérée</xsl:when>
          <xsl:otherwise>
            <xsl:value-of select="concat(format-number(q:vat/@rate, '0,##', 'french'), '&#xA0;%')"/>
          </xsl:otherwise>
        </xsl:choose>
      </td>
    </tr>
  </xsl:template>
</xsl:stylesheet>
