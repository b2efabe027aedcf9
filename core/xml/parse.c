/* SPDX-License-Identifier: MPL-2.0 */
/* parse.c: an untrusted document into a tree. The gate looks over the bytes first; the parser then
 * reads them with nothing it could follow: no DTD, no entities of its own, no network. */
#include "xml/fault.h"
#include "xml/gate.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <limits.h>
#include <stdlib.h>

/* Never NOENT, DTDLOAD, HUGE, RECOVER or XINCLUDE: the first two took 3.6 GB for a "billion
 * laughs". COMPACT and NOCDATA make leaves one small text node; BIG_LINES keeps lines beyond
 * 65,535. */
static const int parse_options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                 XML_PARSE_COMPACT | XML_PARSE_NOCDATA | XML_PARSE_BIG_LINES;

/* The first thing that went wrong in one parse. */
struct trouble {
    enum xml_fault_kind kind;
    int line;
};

static enum xml_fault_kind kind_of(int code)
{
    static const struct {
        int code;
        enum xml_fault_kind kind;
    } kinds[] = {
        {XML_ERR_TAG_NAME_MISMATCH, XML_FAULT_TAG},
        {XML_ERR_LTSLASH_REQUIRED, XML_FAULT_CUT},
        {XML_ERR_TAG_NOT_FINISHED, XML_FAULT_CUT},
        {XML_ERR_DOCUMENT_EMPTY, XML_FAULT_FORM},
        {XML_ERR_DOCUMENT_END, XML_FAULT_TRAILING},
        {XML_ERR_UNDECLARED_ENTITY, XML_FAULT_ENTITY},
        {XML_WAR_UNDECLARED_ENTITY, XML_FAULT_ENTITY},
        {XML_ERR_ENTITYREF_SEMICOL_MISSING, XML_FAULT_ENTITY},
        {XML_ERR_NAME_REQUIRED, XML_FAULT_ENTITY},
        {XML_ERR_INVALID_CHAR, XML_FAULT_CHARACTER},
        {XML_ERR_INVALID_CHARREF, XML_FAULT_CHARACTER},
        {XML_ERR_ATTRIBUTE_REDEFINED, XML_FAULT_TWICE},
        {XML_NS_ERR_ATTRIBUTE_REDEFINED, XML_FAULT_TWICE},
        {XML_NS_ERR_UNDEFINED_NAMESPACE, XML_FAULT_PREFIX},
        {XML_ERR_UNSUPPORTED_ENCODING, XML_FAULT_ENCODING},
        {XML_ERR_INVALID_ENCODING, XML_FAULT_ENCODING},
        {XML_ERR_NO_MEMORY, XML_FAULT_MEMORY},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].code == code) {
            return kinds[i].kind;
        }
    }
    return XML_FAULT_FORM;
}

/* Note the trouble and end the parse. Not by xmlStopParser(): that frees the buffer which the
 * parser's function above us may still be reading. */
static void stop(xmlParserCtxt *parser, enum xml_fault_kind kind, int line)
{
    struct trouble *const trouble = parser->_private;

    if (trouble->kind == XML_FAULT_NONE) {
        trouble->kind = kind;
        trouble->line = line;
    }
    parser->wellFormed = 0;
    parser->disableSAX = 1;
    parser->instate = XML_PARSER_EOF;
}

static void on_error(void *context, xmlErrorPtr error)
{
    if (error->level > XML_ERR_WARNING) {
        stop(context, kind_of(error->code), error->line);
    }
}

/* The gate refuses a DOCTYPE already; whoever finds a way round it stops here. */
static void on_doctype(void *context, const xmlChar *name, const xmlChar *public_id,
                       const xmlChar *system_id)
{
    xmlParserCtxt *const parser = context;

    (void)name, (void)public_id, (void)system_id;
    stop(parser, XML_FAULT_DOCTYPE, parser->input == NULL ? 1 : parser->input->line);
}

/* Comments and processing instructions are no part of what a document says: left out, so that a
 * leaf's text is one node. */
static xmlParserCtxt *new_parser(struct trouble *trouble)
{
    xmlParserCtxt *const parser = xmlNewParserCtxt();

    if (parser == NULL) {
        return NULL;
    }
    parser->_private = trouble;
    parser->sax->serror = on_error;
    parser->sax->internalSubset = on_doctype;
    parser->sax->externalSubset = on_doctype;
    parser->sax->comment = NULL;
    parser->sax->processingInstruction = NULL;
    return parser;
}

static xmlDoc *refuse(TALLOC_CTX *arena, enum xml_fault_kind kind, int line,
                      struct xml_fault *fault_r)
{
    static const int limits[XML_FAULT_KINDS] = {
        [XML_FAULT_DEEP] = XML_DEPTH_MAX,
        [XML_FAULT_ATTRIBUTES] = XML_ATTRIBUTES_MAX,
        [XML_FAULT_NAMESPACES] = XML_NAMESPACES_MAX,
        [XML_FAULT_NAME] = XML_NAME_MAX,
        [XML_FAULT_NODES] = XML_NODES_MAX,
        [XML_FAULT_MARKS] = XML_MARKS_MAX,
    };
    const struct xml_fault_about about = {.line = line,
                                          .want = xml_fault_count(arena, limits[kind])};

    xml_fault_say(arena, kind, &about, fault_r);
    fault_r->line = line;
    fault_r->path = "";
    return NULL;
}

xmlDoc *xml_parse(TALLOC_CTX *arena, const char *bytes, size_t size, struct xml_fault *fault_r)
{
    struct trouble trouble = {XML_FAULT_NONE, 1};
    xmlParserCtxt *parser;
    xmlDoc *document;
    bool sound;

    trouble.kind = size > INT_MAX ? XML_FAULT_MEMORY : xml_gate(bytes, size, &trouble.line);
    if (trouble.kind != XML_FAULT_NONE) {
        return refuse(arena, trouble.kind, trouble.line, fault_r);
    }
    parser = new_parser(&trouble);
    if (parser == NULL) {
        return refuse(arena, XML_FAULT_MEMORY, 0, fault_r);
    }
    document = xmlCtxtReadMemory(parser, bytes, (int)size, NULL, NULL, parse_options);
    sound = document != NULL && parser->wellFormed && parser->nsWellFormed &&
            trouble.kind == XML_FAULT_NONE;
    xmlFreeParserCtxt(parser);
    if (!sound) {
        xmlFreeDoc(document);
        return refuse(arena, trouble.kind == XML_FAULT_NONE ? XML_FAULT_FORM : trouble.kind,
                      trouble.line, fault_r);
    }
    document = xml_adopt(arena, document);
    return document == NULL ? refuse(arena, XML_FAULT_MEMORY, 0, fault_r) : document;
}

struct holder {
    xmlDoc *document;
};

static int holder_free(struct holder *holder)
{
    xmlFreeDoc(holder->document);
    return 0;
}

xmlDoc *xml_adopt(TALLOC_CTX *arena, xmlDoc *document)
{
    struct holder *holder;

    if (document == NULL) {
        return NULL;
    }
    holder = talloc(arena, struct holder);
    if (holder == NULL) {
        xmlFreeDoc(document);
        return NULL;
    }
    holder->document = document;
    talloc_set_destructor(holder, holder_free);
    return document;
}
