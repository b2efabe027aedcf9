<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MPL-2.0 -->
<!DOCTYPE xsl:stylesheet [
  <!-- The name of the field that core:path belongs to: from behind the root's name up to the first
       number of a sibling. XSLT 1.0 has no functions of one's own. -->
  <!ENTITY field "translate(substring-after(substring(substring-before(concat(core:path, '['), '['), 2), '/'), '/@', '.')">
]>
<!--
  The fields of a form, each with its label, hint and error. A form's stylesheet imports page.xsl,
  overrides the variable "fields" (a list of words: the names of all fields with their labels, in
  their order), and calls these named templates:

    text-field      name, value, hint, required, type, autocomplete, inputmode, width
    text-area       name, value, hint, required, rows
    choice-group    name, type (radio or checkbox), options (a list of words), values (what was
                    chosen: nodes), hint, required
    check           name, checked, words: a checkbox of its own, with its words
    error           name: the message that stands beside a field
    error-summary   heading (h2…), not-yet (words): what is wrong, on top of the form, with a link to
                    each field
    hidden-fields   method (PUT or DELETE, where it is not POST): what the core is told

  "required" is a boolean. A field's name is the path of its element below the root, with dots
  between; so the path of an error tells its field: /quote-request/need/audience[2] is told at
  need.audience, /quote-request/consent/@accepted at consent.accepted. What belongs to no field is
  told by the summary alone.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:core="urn:codev:core:1" exclude-result-prefixes="core">

  <xsl:variable name="fields" select="''"/>

  <!-- Errors by the name of their field. -->
  <xsl:key name="error" match="core:form/core:error" use="&field;"/>

  <!-- ==== Fields -->

  <xsl:template name="text-field">
    <xsl:param name="name"/>
    <xsl:param name="value"/>
    <xsl:param name="hint"/>
    <xsl:param name="required" select="false()"/>
    <xsl:param name="type" select="'text'"/>
    <xsl:param name="autocomplete"/>
    <xsl:param name="inputmode"/>
    <xsl:param name="width" select="'full'"/>
    <div class="field">
      <label for="{$name}">
        <xsl:call-template name="label">
          <xsl:with-param name="name" select="$name"/>
          <xsl:with-param name="required" select="$required"/>
        </xsl:call-template>
      </label>
      <xsl:call-template name="hint-and-error">
        <xsl:with-param name="name" select="$name"/>
        <xsl:with-param name="hint" select="$hint"/>
      </xsl:call-template>
      <input class="{$width}" type="{$type}" id="{$name}" name="{$name}" value="{$value}">
        <xsl:if test="$autocomplete">
          <xsl:attribute name="autocomplete"><xsl:value-of select="$autocomplete"/></xsl:attribute>
        </xsl:if>
        <xsl:if test="$inputmode">
          <xsl:attribute name="inputmode"><xsl:value-of select="$inputmode"/></xsl:attribute>
        </xsl:if>
        <xsl:call-template name="state">
          <xsl:with-param name="name" select="$name"/>
          <xsl:with-param name="hint" select="$hint"/>
          <xsl:with-param name="required" select="$required"/>
        </xsl:call-template>
      </input>
    </div>
  </xsl:template>

  <xsl:template name="text-area">
    <xsl:param name="name"/>
    <xsl:param name="value"/>
    <xsl:param name="hint"/>
    <xsl:param name="required" select="false()"/>
    <xsl:param name="rows" select="5"/>
    <div class="field">
      <label for="{$name}">
        <xsl:call-template name="label">
          <xsl:with-param name="name" select="$name"/>
          <xsl:with-param name="required" select="$required"/>
        </xsl:call-template>
      </label>
      <xsl:call-template name="hint-and-error">
        <xsl:with-param name="name" select="$name"/>
        <xsl:with-param name="hint" select="$hint"/>
      </xsl:call-template>
      <textarea id="{$name}" name="{$name}" rows="{$rows}">
        <xsl:call-template name="state">
          <xsl:with-param name="name" select="$name"/>
          <xsl:with-param name="hint" select="$hint"/>
          <xsl:with-param name="required" select="$required"/>
        </xsl:call-template>
        <xsl:value-of select="$value"/>
      </textarea>
    </div>
  </xsl:template>

  <!-- The first option's id is the field's name: that is where the summary's link leads. Only a
       radio group as a whole may be called required and invalid; of checkboxes any will do. -->
  <xsl:template name="choice-group">
    <xsl:param name="name"/>
    <xsl:param name="type"/>
    <xsl:param name="options"/>
    <xsl:param name="values" select="/.."/>
    <xsl:param name="hint"/>
    <xsl:param name="required" select="false()"/>
    <fieldset class="field">
      <xsl:if test="$type = 'radio'">
        <xsl:attribute name="role">radiogroup</xsl:attribute>
        <xsl:if test="$required"><xsl:attribute name="aria-required">true</xsl:attribute></xsl:if>
      </xsl:if>
      <xsl:call-template name="state">
        <xsl:with-param name="name" select="$name"/>
        <xsl:with-param name="hint" select="$hint"/>
        <xsl:with-param name="may-be-invalid" select="$type = 'radio'"/>
      </xsl:call-template>
      <legend>
        <xsl:call-template name="label">
          <xsl:with-param name="name" select="$name"/>
          <xsl:with-param name="required" select="$required"/>
        </xsl:call-template>
      </legend>
      <xsl:call-template name="hint-and-error">
        <xsl:with-param name="name" select="$name"/>
        <xsl:with-param name="hint" select="$hint"/>
      </xsl:call-template>
      <xsl:call-template name="options">
        <xsl:with-param name="name" select="$name"/>
        <xsl:with-param name="type" select="$type"/>
        <xsl:with-param name="options" select="$options"/>
        <xsl:with-param name="values" select="$values"/>
        <xsl:with-param name="id" select="$name"/>
      </xsl:call-template>
    </fieldset>
  </xsl:template>

  <!-- The first of the options, then the others. -->
  <xsl:template name="options">
    <xsl:param name="name"/>
    <xsl:param name="type"/>
    <xsl:param name="options"/>
    <xsl:param name="values"/>
    <xsl:param name="id"/>
    <xsl:variable name="option" select="substring-after($options, '[')"/>
    <xsl:variable name="code" select="substring-before($option, ']')"/>
    <xsl:variable name="others" select="substring-after($option, '&#xA;')"/>
    <xsl:if test="$code">
      <div class="choice">
        <input type="{$type}" id="{$id}" name="{$name}" value="{$code}">
          <xsl:if test="$values[. = $code]">
            <xsl:attribute name="checked">checked</xsl:attribute>
          </xsl:if>
          <xsl:if test="$type = 'checkbox' and key('error', $name)">
            <xsl:attribute name="aria-invalid">true</xsl:attribute>
          </xsl:if>
        </input>
        <label for="{$id}">
          <xsl:value-of select="substring-before(substring-after($option, ']'), '&#xA;')"/>
        </label>
      </div>
      <xsl:call-template name="options">
        <xsl:with-param name="name" select="$name"/>
        <xsl:with-param name="type" select="$type"/>
        <xsl:with-param name="options" select="$others"/>
        <xsl:with-param name="values" select="$values"/>
        <xsl:with-param name="id"
                        select="concat($name, '-', substring-before(substring-after($others, '['), ']'))"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="check">
    <xsl:param name="name"/>
    <xsl:param name="checked" select="false()"/>
    <xsl:param name="words"/>
    <div class="field">
      <xsl:call-template name="hint-and-error">
        <xsl:with-param name="name" select="$name"/>
      </xsl:call-template>
      <div class="choice">
        <input type="checkbox" id="{$name}" name="{$name}" value="true">
          <xsl:if test="$checked"><xsl:attribute name="checked">checked</xsl:attribute></xsl:if>
          <xsl:call-template name="state">
            <xsl:with-param name="name" select="$name"/>
            <xsl:with-param name="required" select="true()"/>
          </xsl:call-template>
        </input>
        <label for="{$name}"><xsl:copy-of select="$words"/></label>
      </div>
    </div>
  </xsl:template>

  <!-- ==== What all fields have -->

  <xsl:template name="label">
    <xsl:param name="name"/>
    <xsl:param name="required"/>
    <xsl:call-template name="word">
      <xsl:with-param name="list" select="$fields"/>
      <xsl:with-param name="code" select="$name"/>
    </xsl:call-template>
    <xsl:if test="not($required)">
      <xsl:text> </xsl:text>
      <span class="optional">(facultatif)</span>
    </xsl:if>
  </xsl:template>

  <xsl:template name="hint-and-error">
    <xsl:param name="name"/>
    <xsl:param name="hint"/>
    <xsl:if test="$hint">
      <p class="hint" id="{$name}-hint"><xsl:value-of select="$hint"/></p>
    </xsl:if>
    <xsl:call-template name="error"><xsl:with-param name="name" select="$name"/></xsl:call-template>
  </xsl:template>

  <xsl:template name="error">
    <xsl:param name="name"/>
    <xsl:if test="key('error', $name)">
      <p class="error" id="{$name}-error">
        <xsl:for-each select="key('error', $name)">
          <xsl:if test="position() &gt; 1"><br/></xsl:if>
          <xsl:value-of select="core:message[lang('fr')]"/>
        </xsl:for-each>
      </p>
    </xsl:if>
  </xsl:template>

  <!-- Attributes: whether the field must be filled in, is wrong, and what tells more of it. -->
  <xsl:template name="state">
    <xsl:param name="name"/>
    <xsl:param name="hint"/>
    <xsl:param name="required" select="false()"/>
    <xsl:param name="may-be-invalid" select="true()"/>
    <xsl:variable name="wrong" select="boolean(key('error', $name))"/>
    <xsl:if test="$required"><xsl:attribute name="required">required</xsl:attribute></xsl:if>
    <xsl:if test="$wrong and $may-be-invalid">
      <xsl:attribute name="aria-invalid">true</xsl:attribute>
    </xsl:if>
    <xsl:if test="$hint or $wrong">
      <xsl:attribute name="aria-describedby">
        <xsl:if test="$hint"><xsl:value-of select="concat($name, '-hint')"/></xsl:if>
        <xsl:if test="$hint and $wrong"><xsl:text> </xsl:text></xsl:if>
        <xsl:if test="$wrong"><xsl:value-of select="concat($name, '-error')"/></xsl:if>
      </xsl:attribute>
    </xsl:if>
  </xsl:template>

  <!-- ==== What a form cannot say by itself -->

  <xsl:template name="hidden-fields">
    <xsl:param name="method"/>
    <xsl:if test="string($method) != ''">
      <input type="hidden" name="_method" value="{$method}"/>
    </xsl:if>
    <input type="hidden" name="_form" value="{/core:form/@token}"/>
    <input type="hidden" name="_idempotency-key" value="{/core:form/@idempotency-key}"/>
    <xsl:if test="/core:form/@if-match">
      <input type="hidden" name="_if-match" value="{/core:form/@if-match}"/>
    </xsl:if>
  </xsl:template>

  <!-- ==== The summary -->

  <!-- The browser goes to it by itself when the page is shown. -->
  <xsl:template name="error-summary">
    <xsl:param name="heading" select="'h2'"/>
    <xsl:param name="not-yet" select="'Votre demande n’est pas encore envoyée'"/>
    <xsl:variable name="errors" select="/core:form/core:error"/>
    <xsl:if test="$errors">
      <div class="error-summary" role="alert" tabindex="-1" autofocus="autofocus">
        <xsl:element name="{$heading}"><xsl:value-of select="$not-yet"/></xsl:element>
        <p>
          <xsl:choose>
            <xsl:when test="count($errors) = 1">Un point est à revoir&#xA0;:</xsl:when>
            <xsl:otherwise>
              <xsl:value-of select="count($errors)"/>
              <xsl:text> points sont à revoir&#xA0;:</xsl:text>
            </xsl:otherwise>
          </xsl:choose>
        </p>
        <ul>
          <xsl:apply-templates select="$errors" mode="summary">
            <!-- In the order of the fields; first what belongs to none. -->
            <xsl:sort data-type="number"
                      select="string-length(substring-before($fields, concat('[', &field;, ']')))"/>
          </xsl:apply-templates>
        </ul>
      </div>
    </xsl:if>
  </xsl:template>

  <xsl:template match="core:error" mode="summary">
    <xsl:variable name="name" select="&field;"/>
    <li>
      <xsl:if test="contains($fields, concat('[', $name, ']'))">
        <a href="#{$name}">
          <xsl:call-template name="word">
            <xsl:with-param name="list" select="$fields"/>
            <xsl:with-param name="code" select="$name"/>
          </xsl:call-template>
        </a>
        <br/>
      </xsl:if>
      <xsl:value-of select="core:message[lang('fr')]"/>
    </li>
  </xsl:template>
</xsl:stylesheet>
