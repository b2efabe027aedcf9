<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MPL-2.0 -->
<!-- The requests for quotes, for staff. On a narrow screen the stylesheet makes a card of each row;
     the roles keep it a table for those who hear it. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:q="urn:codev:quotes:1" exclude-result-prefixes="q">
  <xsl:import href="../../core/pages/page.xsl"/>
  <xsl:import href="words.xsl"/>

  <xsl:template match="/q:quote-requests">
    <xsl:call-template name="page">
      <xsl:with-param name="title" select="'Demandes de devis'"/>
      <xsl:with-param name="main">
        <div class="wide">
          <h1>Demandes de devis</h1>
          <xsl:choose>
            <xsl:when test="q:quote-request"><xsl:call-template name="table"/></xsl:when>
            <xsl:otherwise>
              <p class="empty">Aucune demande pour le moment. Celles que les visiteurs envoient par le
                <a href="{$mount}/quotes/form">formulaire</a> apparaîtront ici.</p>
            </xsl:otherwise>
          </xsl:choose>
          <p class="actions">Voir aussi le <a href="{$mount}/quotes/catalogue">catalogue</a> des offres.</p>
        </div>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="table">
    <p class="lede">La plus récente d’abord.</p>
    <table class="cards" role="table" aria-label="Demandes de devis">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">Organisation</th>
          <th role="columnheader" scope="col">Contact</th>
          <th role="columnheader" scope="col">Participants</th>
          <th role="columnheader" scope="col">Modalité</th>
          <th role="columnheader" scope="col">Reçue le</th>
          <th role="columnheader" scope="col">État</th>
        </tr>
      </thead>
      <tbody role="rowgroup"><xsl:apply-templates select="q:quote-request"/></tbody>
    </table>
    <xsl:if test="$next != ''">
      <p class="actions"><a href="{$next}" rel="next">Demandes plus anciennes</a></p>
    </xsl:if>
  </xsl:template>

  <xsl:template match="q:quote-request">
    <tr role="row">
      <th role="rowheader" scope="row">
        <a href="{@href}"><xsl:value-of select="q:organisation/q:name"/></a>
        <xsl:text> </xsl:text>
        <span class="reference"><xsl:value-of select="@reference"/></span>
      </th>
      <td role="cell" data-label="Contact">
        <xsl:value-of select="concat(q:contact/q:given-name, ' ', q:contact/q:family-name)"/>
      </td>
      <td role="cell" data-label="Participants" class="number">
        <xsl:value-of select="q:need/q:participants"/>
        <xsl:text> </xsl:text>
        <span class="quiet">
          <xsl:value-of select="concat('(', q:need/q:groups, '&#xA0;groupe')"/>
          <xsl:if test="q:need/q:groups &gt; 1">s</xsl:if>
          <xsl:text>)</xsl:text>
        </span>
      </td>
      <td role="cell" data-label="Modalité">
        <xsl:call-template name="word">
          <xsl:with-param name="list" select="$modalities"/>
          <xsl:with-param name="code" select="q:need/q:modality"/>
        </xsl:call-template>
      </td>
      <td role="cell" data-label="Reçue le">
        <xsl:call-template name="moment">
          <xsl:with-param name="value" select="@received-at"/>
        </xsl:call-template>
      </td>
      <td role="cell" data-label="État">
        <span class="status {@status}">
          <xsl:call-template name="word">
            <xsl:with-param name="list" select="$statuses"/>
            <xsl:with-param name="code" select="@status"/>
          </xsl:call-template>
        </span>
      </td>
    </tr>
  </xsl:template>
</xsl:stylesheet>
