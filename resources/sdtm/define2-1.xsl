<?xml version="1.0" encoding="UTF-8"?>
<!-- Shows define.xml (Define-XML 2.1) as a page: datasets, variables, what they are for each test, code lists, methods, comments.
     One file, no script, nothing from the network. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:odm="http://www.cdisc.org/ns/odm/v1.3"
    xmlns:def="http://www.cdisc.org/ns/def/v2.1"
    xmlns:xlink="http://www.w3.org/1999/xlink"
    exclude-result-prefixes="odm def xlink">

  <xsl:output method="html" encoding="UTF-8" indent="yes" doctype-system="about:legacy-compat"/>
  <xsl:key name="item" match="odm:ItemDef" use="@OID"/>
  <xsl:key name="list" match="odm:CodeList" use="@OID"/>
  <xsl:key name="method" match="odm:MethodDef" use="@OID"/>
  <xsl:key name="comment" match="def:CommentDef" use="@OID"/>
  <xsl:key name="values" match="def:ValueListDef" use="@OID"/>
  <xsl:key name="where" match="def:WhereClauseDef" use="@OID"/>
  <xsl:key name="standard" match="def:Standard" use="@OID"/>
  <xsl:variable name="version" select="/odm:ODM/odm:Study/odm:MetaDataVersion"/>

  <xsl:template match="/odm:ODM">
    <html lang="en">
      <head>
        <meta charset="UTF-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <title><xsl:value-of select="odm:Study/odm:GlobalVariables/odm:StudyName"/>: define.xml</title>
        <style>
          :root { --ink: #1d2733; --soft: #5a6878; --line: #d9dfe6; --tint: #f3f6f9; --mark: #0b5c8a; --add: #8a5300; }
          * { box-sizing: border-box; }
          html { scroll-padding-top: 1rem; }
          body { margin: 0; color: var(--ink); background: #fff; font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
          a { color: var(--mark); text-decoration: none; }
          a:hover, a:focus { text-decoration: underline; }
          nav { position: fixed; top: 0; bottom: 0; left: 0; width: 15.5rem; padding: 1.4rem 1.2rem; overflow-y: auto;
                background: var(--tint); border-right: 1px solid var(--line); font-size: 14px; }
          nav b { display: block; margin: 1.1rem 0 .25rem; color: var(--soft); font-size: 12px; letter-spacing: .04em; }
          nav a { display: block; padding: .12rem 0; }
          main { margin-left: 15.5rem; padding: 1.6rem 2.2rem 4rem; max-width: 110rem; }
          h1 { margin: 0 0 .2rem; font-size: 26px; font-weight: 650; }
          h2 { margin: 2.6rem 0 .5rem; padding-bottom: .3rem; font-size: 19px; font-weight: 650; border-bottom: 2px solid var(--mark); }
          h3 { margin: 1.7rem 0 .4rem; font-size: 15.5px; font-weight: 650; }
          p { margin: .3rem 0 .8rem; max-width: 75ch; }
          .soft { color: var(--soft); font-weight: 400; }
          .wide { overflow-x: auto; }
          table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
          table.narrow { width: auto; min-width: 34rem; }
          th, td { padding: .38rem .7rem .38rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
          th { color: var(--soft); font-size: 12px; font-weight: 600; white-space: nowrap; border-bottom-color: var(--soft); }
          td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
          code { font: 13px/1.4 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; white-space: nowrap; }
          .note { color: var(--soft); font-size: 12.5px; max-width: 60ch; }
          .key, .added, .none { display: inline-block; margin-left: .35rem; padding: 0 .38rem; border-radius: .6rem; font-size: 11.5px;
                line-height: 1.5; white-space: nowrap; border: 1px solid currentColor; }
          .key { color: var(--mark); } .added { color: var(--add); } .none { color: var(--soft); }
          dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: 1rem 0 0; font-size: 14px; }
          dt { color: var(--soft); } dd { margin: 0; }
          @media (max-width: 60rem) { nav { position: static; width: auto; border-right: 0; } main { margin-left: 0; padding: 1.2rem; } }
          @media print { nav { display: none; } main { margin: 0; padding: 0; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
        </style>
      </head>
      <body>
        <nav>
          <a href="#top"><xsl:value-of select="odm:Study/odm:GlobalVariables/odm:StudyName"/></a>
          <b>Datasets</b>
          <xsl:for-each select="$version/odm:ItemGroupDef">
            <a href="#{@OID}"><code><xsl:value-of select="@Name"/></code></a>
          </xsl:for-each>
          <b>By value</b>
          <xsl:for-each select="$version/def:ValueListDef">
            <a href="#{@OID}"><code><xsl:value-of select="substring-after(@OID, 'VL.')"/></code></a>
          </xsl:for-each>
          <b>Code lists</b>
          <xsl:for-each select="$version/odm:CodeList">
            <a href="#{@OID}"><xsl:value-of select="@Name"/></a>
          </xsl:for-each>
          <b>In words</b>
          <a href="#methods">Methods</a>
          <a href="#comments">Comments</a>
        </nav>
        <main id="top">
          <xsl:apply-templates select="odm:Study"/>
        </main>
      </body>
    </html>
  </xsl:template>

  <xsl:template match="odm:Study">
    <h1><xsl:value-of select="odm:GlobalVariables/odm:StudyName"/></h1>
    <p><xsl:value-of select="odm:GlobalVariables/odm:StudyDescription"/></p>
    <dl>
      <dt>Content</dt><dd><xsl:value-of select="$version/@Name"/></dd>
      <dt>As of</dt><dd><xsl:value-of select="translate(substring(/odm:ODM/@AsOfDateTime, 1, 19), 'T', ' ')"/> UTC</dd>
      <xsl:for-each select="$version/def:Standards/def:Standard">
        <dt><xsl:if test="position() = 1">Standards</xsl:if></dt>
        <dd><xsl:call-template name="standard"/></dd>
      </xsl:for-each>
      <dt>Made by</dt><dd><xsl:value-of select="concat(/odm:ODM/@SourceSystem, ' ', /odm:ODM/@SourceSystemVersion)"/></dd>
    </dl>
    <h2>Datasets</h2>
    <div class="wide"><table>
      <tr><th>Dataset</th><th>Description</th><th>Class</th><th>Structure</th><th>Key</th><th>File</th></tr>
      <xsl:for-each select="$version/odm:ItemGroupDef">
        <tr>
          <td><a href="#{@OID}"><code><xsl:value-of select="@Name"/></code></a><xsl:call-template name="no-data"/></td>
          <td>
            <xsl:value-of select="odm:Description/odm:TranslatedText"/>
            <xsl:call-template name="comment"/>
          </td>
          <td><xsl:value-of select="def:Class/@Name"/></td>
          <td><xsl:value-of select="@def:Structure"/></td>
          <td>
            <xsl:for-each select="odm:ItemRef[@KeySequence]">
              <xsl:sort select="@KeySequence" data-type="number"/>
              <code><xsl:value-of select="key('item', @ItemOID)/@Name"/></code><xsl:text> </xsl:text>
            </xsl:for-each>
          </td>
          <td><a href="{def:leaf/@xlink:href}"><xsl:value-of select="def:leaf/def:title"/></a></td>
        </tr>
      </xsl:for-each>
    </table></div>
    <xsl:apply-templates select="$version/odm:ItemGroupDef"/>
    <h2>By value</h2>
    <xsl:apply-templates select="$version/def:ValueListDef"/>
    <h2>Code lists</h2>
    <p>A value marked <span class="added">added</span> is an extension of a published list.</p>
    <xsl:apply-templates select="$version/odm:CodeList"/>
    <h2 id="methods">Methods</h2>
    <xsl:for-each select="$version/odm:MethodDef"><xsl:call-template name="words"/></xsl:for-each>
    <h2 id="comments">Comments</h2>
    <xsl:for-each select="$version/def:CommentDef"><xsl:call-template name="words"/></xsl:for-each>
  </xsl:template>

  <xsl:template match="odm:ItemGroupDef">
    <h2 id="{@OID}">
      <xsl:value-of select="@Name"/>
      <span class="soft"><xsl:text> </xsl:text><xsl:value-of select="odm:Description/odm:TranslatedText"/></span>
      <xsl:call-template name="no-data"/>
    </h2>
    <div class="wide"><table>
      <tr><th>Variable</th><th>Label</th><th>Type</th><th>Length</th><th>Values</th><th>Origin</th><th>Derivation, comment</th></tr>
      <xsl:for-each select="odm:ItemRef">
        <xsl:variable name="item" select="key('item', @ItemOID)"/>
        <tr id="{@ItemOID}">
          <td>
            <code><xsl:value-of select="$item/@Name"/></code>
            <xsl:if test="@KeySequence"><span class="key">key <xsl:value-of select="@KeySequence"/></span></xsl:if>
            <xsl:call-template name="no-data"/>
          </td>
          <xsl:call-template name="item"><xsl:with-param name="item" select="$item"/></xsl:call-template>
        </tr>
      </xsl:for-each>
    </table></div>
  </xsl:template>

  <xsl:template match="def:ValueListDef">
    <h3 id="{@OID}"><code><xsl:value-of select="substring-after(@OID, 'VL.')"/></code></h3>
    <div class="wide"><table>
      <tr><th>Where</th><th>Meaning</th><th>Type</th><th>Length</th><th>Values</th><th>Origin</th><th>Derivation, comment</th></tr>
      <xsl:for-each select="odm:ItemRef">
        <tr id="{@ItemOID}">
          <td>
            <xsl:for-each select="key('where', def:WhereClauseRef/@WhereClauseOID)/odm:RangeCheck">
              <code><xsl:value-of select="key('item', @def:ItemOID)/@Name"/> = <xsl:value-of select="odm:CheckValue"/></code>
            </xsl:for-each>
          </td>
          <xsl:call-template name="item"><xsl:with-param name="item" select="key('item', @ItemOID)"/></xsl:call-template>
        </tr>
      </xsl:for-each>
    </table></div>
  </xsl:template>

  <xsl:template name="item">
    <xsl:param name="item"/>
    <td><xsl:value-of select="$item/odm:Description/odm:TranslatedText"/></td>
    <td><xsl:value-of select="$item/@DataType"/></td>
    <td class="number">
      <xsl:value-of select="$item/@Length"/>
      <xsl:if test="$item/@SignificantDigits">.<xsl:value-of select="$item/@SignificantDigits"/></xsl:if>
    </td>
    <td>
      <xsl:for-each select="$item/odm:CodeListRef">
        <a href="#{@CodeListOID}"><xsl:value-of select="key('list', @CodeListOID)/@Name"/></a>
      </xsl:for-each>
      <xsl:for-each select="$item/def:ValueListRef"><a href="#{@ValueListOID}">by value</a></xsl:for-each>
      <xsl:if test="$item/@DataType = 'date'">ISO 8601</xsl:if>
    </td>
    <td>
      <xsl:for-each select="$item/def:Origin">
        <xsl:value-of select="@Type"/><xsl:if test="@Source"><span class="soft"> (<xsl:value-of select="@Source"/>)</span></xsl:if>
      </xsl:for-each>
    </td>
    <td>
      <xsl:for-each select="key('method', @MethodOID)">
        <div class="note"><xsl:value-of select="odm:Description/odm:TranslatedText"/></div>
      </xsl:for-each>
      <xsl:for-each select="$item"><xsl:call-template name="comment"/></xsl:for-each>
    </td>
  </xsl:template>

  <xsl:template match="odm:CodeList">
    <h3 id="{@OID}">
      <xsl:value-of select="@Name"/>
      <span class="soft">
        <xsl:text> </xsl:text>
        <xsl:for-each select="key('standard', @def:StandardOID)"><xsl:call-template name="standard"/></xsl:for-each>
        <xsl:for-each select="odm:Alias"><xsl:text>, </xsl:text><xsl:value-of select="@Name"/></xsl:for-each>
        <xsl:if test="@def:IsNonStandard">of the trial</xsl:if>
      </span>
    </h3>
    <div class="wide"><table class="narrow">
      <tr><th>Value</th><xsl:if test="odm:CodeListItem"><th>Meaning</th></xsl:if><xsl:if test="odm:Alias"><th>NCI code</th></xsl:if></tr>
      <xsl:for-each select="odm:CodeListItem | odm:EnumeratedItem">
        <tr>
          <td>
            <code><xsl:value-of select="@CodedValue"/></code>
            <xsl:if test="@def:ExtendedValue"><span class="added">added</span></xsl:if>
          </td>
          <xsl:if test="self::odm:CodeListItem"><td><xsl:value-of select="odm:Decode/odm:TranslatedText"/></td></xsl:if>
          <xsl:if test="../odm:Alias"><td><xsl:value-of select="odm:Alias/@Name"/></td></xsl:if>
        </tr>
      </xsl:for-each>
    </table></div>
  </xsl:template>

  <xsl:template name="standard">
    <xsl:value-of select="concat(@Name, ' ', @PublishingSet)"/>
    <xsl:if test="@PublishingSet"><xsl:text> </xsl:text></xsl:if>
    <xsl:value-of select="@Version"/>
  </xsl:template>

  <xsl:template name="comment">
    <xsl:for-each select="key('comment', @def:CommentOID)">
      <div class="note"><xsl:value-of select="odm:Description/odm:TranslatedText"/></div>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="no-data">
    <xsl:if test="@def:HasNoData"><span class="none">no data</span></xsl:if>
  </xsl:template>

  <xsl:template name="words">
    <h3 id="{@OID}"><xsl:choose><xsl:when test="@Name"><xsl:value-of select="@Name"/></xsl:when><xsl:otherwise><code><xsl:value-of select="substring-after(@OID, 'COM.')"/></code></xsl:otherwise></xsl:choose></h3>
    <p><xsl:value-of select="odm:Description/odm:TranslatedText"/></p>
  </xsl:template>
</xsl:stylesheet>
