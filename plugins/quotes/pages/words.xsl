<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MPL-2.0 -->
<!-- The French words for the codes of quotes.xsd, one list of words a type (see page.xsl). Those of
     audience and objective are the school's own. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">

  <xsl:variable name="audiences">
[executives]Les cadres dirigeants
[project-managers]Les managers de projets
[cross-functional-managers]Les managers en transversalité
[proximity-managers]Les managers de proximité
</xsl:variable>

  <xsl:variable name="objectives">
[internal-resources]Valoriser les ressources internes
[potentials-and-talents]Connaître les potentiels et les talents
[talent-strategy]Mettre en œuvre une stratégie de développement des talents
</xsl:variable>

  <xsl:variable name="modalities">
[remote]Distanciel
[on-site]Présentiel
[mixed]Les deux
</xsl:variable>

  <xsl:variable name="statuses">
[received]Reçue
[quoted]Devis établi
[closed]Close
</xsl:variable>

  <xsl:variable name="vat-categories">
[S]Soumise à la TVA
[E]Exonérée
</xsl:variable>

  <!-- Numbers as in French: 1 250,50, with narrow spaces between thousands. -->
  <xsl:decimal-format name="french" decimal-separator="," grouping-separator="&#xA0;"/>
</xsl:stylesheet>
