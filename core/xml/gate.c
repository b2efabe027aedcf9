/* SPDX-License-Identifier: MPL-2.0 */
/* gate.c: a document's bytes before the parser. libxml2 takes EBCDIC, Shift_JIS, UTF-16, a NUL with
 * a second document behind it and XML 1.1, and it is quadratic in the attributes of an element and
 * in the namespaces in scope (100,000 attributes in 1 MB cost 16 s): by the time a callback could
 * refuse, the price is paid. So a lexical scan comes first; it follows tags, comments and CDATA as
 * the parser does, and leaves every finer fault to the parser, which is stopped at the first (else
 * a malformed document could lead it where the scan has not been). What is many bytes is cheap;
 * what is many elements and attributes, each with a name of its own, took 0.4 s for 1 MB to be
 * parsed, validated, explained and freed: so they are counted here. */
#include "xml/gate.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

/* The length of the UTF-8 sequence at p, 0 when it is none (RFC 3629 §4). */
static size_t sequence_length(const unsigned char *p, size_t left)
{
    size_t length;
    unsigned char low = 0x80, high = 0xBF; /* of the second byte */

    if (p[0] < 0x80) {
        return 1;
    }
    if (p[0] < 0xC2 || p[0] > 0xF4) {
        return 0;
    }
    length = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (p[0] == 0xE0) {
        low = 0xA0;
    } else if (p[0] == 0xED) {
        high = 0x9F;
    } else if (p[0] == 0xF0) {
        low = 0x90;
    } else if (p[0] == 0xF4) {
        high = 0x8F;
    }
    if (left < length || p[1] < low || p[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length;
}

/* How many bytes from the start are UTF-8. Eight at a time where all are ASCII. */
static size_t utf8_prefix(const unsigned char *bytes, size_t size)
{
    size_t at = 0;

    while (at < size) {
        uint64_t eight;
        size_t length;

        if (size - at >= sizeof eight) {
            memcpy(&eight, bytes + at, sizeof eight);
            if ((eight & UINT64_C(0x8080808080808080)) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        length = sequence_length(bytes + at, size - at);
        if (length == 0) {
            break;
        }
        at += length;
    }
    return at;
}

bool xml_text_allowed(const char *bytes, size_t size, size_t *good_r)
{
    const unsigned char *const p = (const unsigned char *)bytes;
    size_t at = 0;

    while (at < size) {
        size_t length;

        if (p[at] >= 0x20 && p[at] < 0x80) {
            at++;
            continue;
        }
        length = sequence_length(p + at, size - at);
        if (length == 0 || (p[at] < 0x20 && p[at] != '\t' && p[at] != '\n' && p[at] != '\r')) {
            break;
        }
        if (length == 3 && p[at] == 0xEF && p[at + 1] == 0xBF && p[at + 2] >= 0xBE) {
            break; /* U+FFFE and U+FFFF */
        }
        at += length;
    }
    if (good_r != NULL) {
        *good_r = at;
    }
    return at == size;
}

struct scan {
    const char *at, *end;
    int nodes; /* elements and attributes so far */
    int marks; /* references, comments, processing instructions, CDATA sections */
    int depth;
    int in_scope;                    /* namespace declarations */
    int declared[XML_DEPTH_MAX + 1]; /* of them, by the open element at each depth */
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool starts(const char *at, const char *end, const char *with)
{
    const size_t length = strlen(with);

    return (size_t)(end - at) >= length && memcmp(at, with, length) == 0;
}

/* Go on behind the next CLOSE, which ends in '>'; false when there is none. */
static bool pass(struct scan *scan, const char *close)
{
    const size_t before = strlen(close) - 1;
    const char *p = scan->at;

    while ((p = memchr(p, '>', (size_t)(scan->end - p))) != NULL) {
        if ((size_t)(p - scan->at) >= before && memcmp(p - before, close, before) == 0) {
            scan->at = p + 1;
            return true;
        }
        p++;
    }
    return false;
}

/* The value of NAME="value" in the XML declaration; its length, 0 when it is not there. */
static size_t declared(const char *at, const char *end, const char *name, const char **value_r)
{
    const size_t length = strlen(name);

    for (; (size_t)(end - at) > length; at++) {
        const char *p = at + 1 + length;

        if (!is_space(*at) || memcmp(at + 1, name, length) != 0) {
            continue;
        }
        while (p < end && is_space(*p)) {
            p++;
        }
        if (p == end || *p++ != '=') {
            continue;
        }
        while (p < end && is_space(*p)) {
            p++;
        }
        if (p < end && (*p == '"' || *p == '\'')) {
            const char *const close = memchr(p + 1, *p, (size_t)(end - p - 1));

            *value_r = p + 1;
            return close == NULL ? 0 : (size_t)(close - p - 1);
        }
    }
    return 0;
}

/* The XML declaration, when there is one: version 1.0, and UTF-8 if it names an encoding. */
static enum xml_fault_kind scan_declaration(struct scan *scan)
{
    const char *const start = scan->at + strlen("<?xml");
    const char *value;
    size_t length;

    if (!starts(scan->at, scan->end, "<?xml") || start == scan->end || !is_space(*start)) {
        return XML_FAULT_NONE;
    }
    if (!pass(scan, "?>")) {
        return XML_FAULT_CUT;
    }
    length = declared(start, scan->at, "version", &value);
    if (length != 0 && (length != 3 || memcmp(value, "1.0", 3) != 0)) {
        return XML_FAULT_VERSION;
    }
    length = declared(start, scan->at, "encoding", &value);
    if (length != 0 && (length != 5 || strncasecmp(value, "UTF-8", 5) != 0)) {
        return XML_FAULT_ENCODING;
    }
    return XML_FAULT_NONE;
}

/* An element begins with so many namespace declarations; EMPTY: it ends at once. */
static enum xml_fault_kind scan_depth(struct scan *scan, int namespaces, bool empty)
{
    if (scan->depth == XML_DEPTH_MAX) {
        return XML_FAULT_DEEP;
    }
    if (scan->in_scope + namespaces > XML_NAMESPACES_MAX) {
        return XML_FAULT_NAMESPACES;
    }
    if (!empty) {
        scan->declared[++scan->depth] = namespaces;
        scan->in_scope += namespaces;
    }
    return XML_FAULT_NONE;
}

/* Text, or an attribute's value, up to END: its references are counted. */
static bool scan_text(struct scan *scan, const char *end)
{
    for (const char *p = scan->at; (p = memchr(p, '&', (size_t)(end - p))) != NULL; p++) {
        if (++scan->marks > XML_MARKS_MAX) {
            scan->at = p;
            return false;
        }
    }
    scan->at = end;
    return true;
}

/* A comment, CDATA section or processing instruction: from OPEN to behind CLOSE. */
static enum xml_fault_kind scan_section(struct scan *scan, const char *open, const char *close)
{
    if (++scan->marks > XML_MARKS_MAX) {
        return XML_FAULT_MARKS;
    }
    scan->at += strlen(open);
    return pass(scan, close) ? XML_FAULT_NONE : XML_FAULT_CUT;
}

/* An attribute's value, from its quotation mark at *P to the other. */
static enum xml_fault_kind scan_value(struct scan *scan, const char **p)
{
    scan->at = *p + 1;
    *p = memchr(scan->at, **p, (size_t)(scan->end - scan->at));
    if (*p == NULL) {
        return XML_FAULT_CUT;
    }
    if (!scan_text(scan, *p)) {
        return XML_FAULT_MARKS;
    }
    return ++scan->nodes > XML_NODES_MAX ? XML_FAULT_NODES : XML_FAULT_NONE;
}

/* From behind "<" to behind ">": attributes are counted by their quoted values. */
static enum xml_fault_kind scan_start_tag(struct scan *scan)
{
    const char *name = scan->at;
    int attributes = 0, namespaces = 0;
    enum xml_fault_kind kind;

    if (++scan->nodes > XML_NODES_MAX) {
        return XML_FAULT_NODES;
    }
    for (const char *p = scan->at; p < scan->end; p++) {
        if (*p == '"' || *p == '\'') {
            kind = ++attributes > XML_ATTRIBUTES_MAX ? XML_FAULT_ATTRIBUTES : scan_value(scan, &p);
            if (kind != XML_FAULT_NONE) {
                return kind;
            }
            name = p + 1;
        } else if (is_space(*p)) {
            name = p + 1;
        } else if (*p == 'x' && is_space(p[-1]) && starts(p, scan->end, "xmlns")) {
            namespaces++;
        } else if (*p == '>') {
            scan->at = p + 1;
            return scan_depth(scan, namespaces, p[-1] == '/');
        } else if (*p == '<') {
            scan->at = p;
            return XML_FAULT_FORM;
        } else if (p - name >= XML_NAME_MAX && *p != '=' && *p != '/') {
            return XML_FAULT_NAME;
        }
    }
    return XML_FAULT_CUT;
}

static enum xml_fault_kind scan_end_tag(struct scan *scan)
{
    if (scan->depth == 0) {
        return XML_FAULT_TAG;
    }
    scan->in_scope -= scan->declared[scan->depth--];
    return pass(scan, ">") ? XML_FAULT_NONE : XML_FAULT_CUT;
}

/* What begins at '<'. */
static enum xml_fault_kind scan_markup(struct scan *scan)
{
    if (starts(scan->at, scan->end, "<!--")) {
        return scan_section(scan, "<!--", "-->");
    }
    if (starts(scan->at, scan->end, "<![CDATA[")) {
        return scan_section(scan, "<![CDATA[", "]]>");
    }
    if (starts(scan->at, scan->end, "<!")) {
        return starts(scan->at, scan->end, "<!DOCTYPE") ? XML_FAULT_DOCTYPE : XML_FAULT_FORM;
    }
    if (starts(scan->at, scan->end, "<?")) {
        return scan_section(scan, "<?", "?>");
    }
    if (starts(scan->at, scan->end, "</")) {
        return scan_end_tag(scan);
    }
    scan->at++;
    return scan_start_tag(scan);
}

/* The line of a place in the bytes, from 1. */
static int line_at(const char *bytes, const char *place)
{
    int line = 1;

    for (const char *p = bytes; (p = memchr(p, '\n', (size_t)(place - p))) != NULL; p++) {
        line++;
    }
    return line;
}

static enum xml_fault_kind scan_document(struct scan *scan)
{
    enum xml_fault_kind kind = scan_declaration(scan);

    while (kind == XML_FAULT_NONE) {
        const char *const next = memchr(scan->at, '<', (size_t)(scan->end - scan->at));

        if (!scan_text(scan, next == NULL ? scan->end : next)) {
            return XML_FAULT_MARKS;
        }
        if (next == NULL) {
            break;
        }
        kind = scan_markup(scan);
    }
    return kind;
}

enum xml_fault_kind xml_gate(const char *bytes, size_t size, int *line_r)
{
    struct scan scan;
    enum xml_fault_kind kind;
    const char *nul;
    size_t good;

    *line_r = 1;
    if (size == 0) {
        return XML_FAULT_EMPTY; /* there may be no bytes at all */
    }
    scan = (struct scan){.at = bytes, .end = bytes + size};
    good = utf8_prefix((const unsigned char *)bytes, size);
    if (good < size) {
        *line_r = line_at(bytes, bytes + good);
        return XML_FAULT_ENCODING; /* the byte order marks of UTF-16 and UTF-32 LE too */
    }
    nul = memchr(bytes, '\0', size);
    if (nul != NULL) {
        *line_r = line_at(bytes, nul);
        return XML_FAULT_NUL; /* UTF-16 and UTF-32 without a mark too */
    }
    if (starts(scan.at, scan.end, "\xEF\xBB\xBF")) {
        scan.at += 3;
    }
    for (const char *p = scan.at; p == scan.end || is_space(*p); p++) {
        if (p == scan.end) {
            return XML_FAULT_EMPTY;
        }
    }
    kind = scan_document(&scan);
    if (kind != XML_FAULT_NONE) {
        *line_r = line_at(bytes, scan.at);
    }
    return kind;
}
