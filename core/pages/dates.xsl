<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MPL-2.0 -->
<!--
  Dates and times as French readers write them. Named templates:

    day      value (xs:date)            11 janvier 2027
    moment   value (xs:dateTime, UTC)   24 novembre 2026 à 02 h 38, as clocks show it in Paris
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">

  <!-- Nine characters a month. -->
  <xsl:variable name="months" select="concat('janvier  février  mars     avril    mai      juin     ',
                                             'juillet  août     septembreoctobre  novembre décembre ')"/>

  <xsl:template name="day">
    <xsl:param name="value"/>
    <time datetime="{$value}">
      <xsl:call-template name="day-words">
        <xsl:with-param name="year" select="number(substring($value, 1, 4))"/>
        <xsl:with-param name="month" select="number(substring($value, 6, 2))"/>
        <xsl:with-param name="day" select="number(substring($value, 9, 2))"/>
      </xsl:call-template>
    </time>
  </xsl:template>

  <xsl:template name="day-words">
    <xsl:param name="year"/>
    <xsl:param name="month"/>
    <xsl:param name="day"/>
    <xsl:value-of select="$day"/>
    <xsl:if test="$day = 1">er</xsl:if>
    <xsl:value-of select="concat('&#xA0;', normalize-space(substring($months, $month * 9 - 8, 9)),
                                 ' ', $year)"/>
  </xsl:template>

  <!-- Legal time in metropolitan France: UTC+1, and UTC+2 from the last Sunday of March to the last
       of October, both at 01:00 UTC (directive 2000/84/CE). The Sundays' formulas hold from 1900
       to 2099. A moment with another offset than Z is shown as it was written. -->
  <xsl:template name="moment">
    <xsl:param name="value"/>
    <xsl:variable name="year" select="number(substring($value, 1, 4))"/>
    <xsl:variable name="month" select="number(substring($value, 6, 2))"/>
    <xsl:variable name="day" select="number(substring($value, 9, 2))"/>
    <xsl:variable name="hour" select="number(substring($value, 12, 2))"/>
    <xsl:variable name="march" select="31 - (floor(5 * $year div 4) + 4) mod 7"/>
    <xsl:variable name="october" select="31 - (floor(5 * $year div 4) + 1) mod 7"/>
    <!-- Moments as numbers that can be compared: month, day, hour. -->
    <xsl:variable name="now" select="$month * 10000 + $day * 100 + $hour"/>
    <xsl:variable name="summer" select="number($now &gt;= 30001 + $march * 100
                                               and $now &lt; 100001 + $october * 100)"/>
    <xsl:choose>
      <xsl:when test="substring($value, string-length($value)) = 'Z'">
        <time datetime="{$value}">
          <xsl:call-template name="moment-words">
            <xsl:with-param name="year" select="$year"/>
            <xsl:with-param name="month" select="$month"/>
            <xsl:with-param name="day" select="$day"/>
            <xsl:with-param name="hour" select="$hour + 1 + $summer"/>
            <xsl:with-param name="minute" select="substring($value, 15, 2)"/>
          </xsl:call-template>
        </time>
      </xsl:when>
      <xsl:otherwise>
        <time datetime="{$value}"><xsl:value-of select="$value"/></time>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- An hour beyond 23 is the next day's. -->
  <xsl:template name="moment-words">
    <xsl:param name="year"/>
    <xsl:param name="month"/>
    <xsl:param name="day"/>
    <xsl:param name="hour"/>
    <xsl:param name="minute"/>
    <xsl:variable name="leap" select="$year mod 4 = 0 and ($year mod 100 != 0 or $year mod 400 = 0)"/>
    <xsl:variable name="month-days" select="number(substring('312831303130313130313031',
                                                             $month * 2 - 1, 2))
                                            + number($month = 2 and $leap)"/>
    <xsl:variable name="next-day" select="number($hour &gt; 23)"/>
    <xsl:variable name="next-month" select="number($day + $next-day &gt; $month-days)"/>
    <xsl:variable name="next-year" select="number($month + $next-month &gt; 12)"/>
    <xsl:call-template name="day-words">
      <xsl:with-param name="year" select="$year + $next-year"/>
      <xsl:with-param name="month" select="$month + $next-month - 12 * $next-year"/>
      <xsl:with-param name="day" select="$day + $next-day - $month-days * $next-month"/>
    </xsl:call-template>
    <xsl:value-of select="concat(' à&#xA0;', format-number($hour - 24 * $next-day, '00'), '&#xA0;h&#xA0;',
                                 $minute)"/>
  </xsl:template>
</xsl:stylesheet>
