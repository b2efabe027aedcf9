/* SPDX-License-Identifier: MPL-2.0 */
/* startup.c: the state that libxml2 and libxslt keep a process: set once, then closed. */
#include "xml/startup.h"

#include "base/memory.h"
#include "xml/xml.h"

#include <libxml/catalog.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxslt/xsltutils.h>
#include <stdlib.h>
#include <string.h>

/* When an allocation fails, libxml2 2.9.14 forgets names and texts, crashes on them, or finds an
 * invalid document valid: two of what xs:unique wants once, for instance. So none does. */
static void *allocate(size_t size)
{
    return memory_or_end("libxml2", size);
}

static void *reallocate(void *piece, size_t size)
{
    return memory_resized_or_end("libxml2", piece, size);
}

static char *duplicate(const char *text)
{
    return strcpy(allocate(strlen(text) + 1), text);
}

/* Their texts would go to standard error between our log lines, and may quote a visitor. Who wants
 * an error sets a handler of its own on the parser, schema or transformation at hand. */
static void say_nothing(void *context, const char *format, ...)
{
    (void)context, (void)format;
}

static void hear_nothing(void *context, xmlErrorPtr error)
{
    (void)context, (void)error;
}

static xmlParserInputPtr refuse_everything(const char *url, const char *id, xmlParserCtxtPtr parser)
{
    (void)url, (void)id, (void)parser;
    return NULL;
}

void xml_be_quiet(void)
{
    xmlSetGenericErrorFunc(NULL, say_nothing);
    xmlSetStructuredErrorFunc(NULL, hear_nothing);
    xsltSetGenericErrorFunc(NULL, say_nothing);
    xsltSetGenericDebugFunc(NULL, say_nothing);
}

void xml_startup(void)
{
    (void)xmlMemSetup(free, allocate, reallocate, duplicate); /* fails without one of the four */
    LIBXML_TEST_VERSION
    xmlInitParser();
    xmlCatalogSetDefaults(XML_CATA_ALLOW_NONE); /* /etc/xml/catalog is not ours to follow */
    xmlSetExternalEntityLoader(xmlNoNetExternalEntityLoader);
    xml_be_quiet();
}

void xml_freeze(void)
{
    xmlSetExternalEntityLoader(refuse_everything);
}
