/* SPDX-License-Identifier: MPL-2.0 */
/* page.c: documents into HTML by XSLT 1.0. A stylesheet reads the document it is given and its own
 * imports, and nothing else: no file, no network, neither reading nor writing. */
#include "xml/startup.h"
#include "xml/xml.h"

#include <libxslt/security.h>
#include <libxslt/transform.h>
#include <libxslt/variables.h>
#include <libxslt/xsltInternals.h>
#include <libxslt/xsltutils.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct xml_page {
    xsltStylesheet *stylesheet;
    xsltSecurityPrefs *security;
    const char *path;
};

static int page_free(struct xml_page *page)
{
    xsltFreeStylesheet(page->stylesheet);
    xsltFreeSecurityPrefs(page->security);
    return 0;
}

/* libxslt tells an error in pieces: "runtime error: file …", then the reason. All on one line. */
static void collect(void *context, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void collect(void *context, const char *format, ...)
{
    struct error *const error = context;
    const size_t length = strlen(error->text);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(error->text + length, sizeof error->text - length, format, arguments);
    va_end(arguments);
    for (char *at = error->text + length; *at != '\0'; at++) {
        if (*at == '\n' || *at == '\r') {
            *at = ' ';
        }
    }
}

static void collect_parse_error(void *context, xmlErrorPtr found)
{
    if (found->level > XML_ERR_WARNING && found->message != NULL) {
        collect(context, "%s:%d: %s", found->file == NULL ? "" : found->file, found->line,
                found->message);
    }
}

static xsltSecurityPrefs *forbid_everything(void)
{
    static const xsltSecurityOption options[] = {
        XSLT_SECPREF_READ_FILE,    XSLT_SECPREF_WRITE_FILE,    XSLT_SECPREF_CREATE_DIRECTORY,
        XSLT_SECPREF_READ_NETWORK, XSLT_SECPREF_WRITE_NETWORK,
    };
    xsltSecurityPrefs *const security = xsltNewSecurityPrefs();

    if (security == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (xsltSetSecurityPrefs(security, options[i], xsltSecurityForbid) != 0) {
            xsltFreeSecurityPrefs(security);
            return NULL;
        }
    }
    return security;
}

/* The library has no error handler for one stylesheet, so the process's is ours for the while. */
static xsltStylesheet *compile(const char *path, struct error *error)
{
    xsltStylesheet *stylesheet;

    xsltSetGenericErrorFunc(error, collect);
    xmlSetStructuredErrorFunc(error, collect_parse_error);
    stylesheet = xsltParseStylesheetFile((const xmlChar *)path);
    xml_be_quiet();
    if (stylesheet != NULL && (stylesheet->errors > 0 || error->text[0] != '\0')) {
        xsltFreeStylesheet(stylesheet);
        stylesheet = NULL;
    }
    return stylesheet;
}

struct xml_page *xml_page_load(TALLOC_CTX *context, const char *path, struct error *error)
{
    struct xml_page *const page = talloc_zero(context, struct xml_page);

    error->text[0] = '\0';
    if (page == NULL) {
        (void)error_set(error, "%s: There is not enough memory.", path);
        return NULL;
    }
    talloc_set_destructor(page, page_free);
    page->path = talloc_strdup(page, path);
    page->security = forbid_everything();
    if (page->path != NULL && page->security != NULL) {
        page->stylesheet = compile(path, error);
    }
    if (page->stylesheet == NULL) {
        if (error->text[0] == '\0') {
            (void)error_set(error, "%s: The stylesheet cannot be compiled.", path);
        }
        talloc_free(page);
        return NULL;
    }
    return page;
}

/* The transformed tree; NULL: error is set. A refused document() is an error of the whole. */
static xmlDoc *transform(const struct xml_page *page, xmlDoc *document,
                         const char *const *parameters, struct error *error)
{
    xsltTransformContext *const context = xsltNewTransformContext(page->stylesheet, document);
    const char *const none[] = {NULL};
    xmlDoc *result = NULL;

    if (context == NULL || xsltSetCtxtSecurityPrefs(page->security, context) != 0) {
        xsltFreeTransformContext(context);
        return NULL;
    }
    xsltSetTransformErrorFunc(context, error, collect);
    /* Quoted: a value is a string, whatever quotes or XPath it holds. The library takes it as not
     * const, and does not write to it. */
    if (xsltQuoteUserParams(context, (const char **)(parameters == NULL ? none : parameters)) ==
        0) {
        result = xsltApplyStylesheetUser(page->stylesheet, document, NULL, NULL, NULL, context);
    }
    if (context->state != XSLT_STATE_OK) {
        xmlFreeDoc(result);
        result = NULL;
    }
    xsltFreeTransformContext(context);
    return result;
}

char *xml_page_render(TALLOC_CTX *arena, const struct xml_page *page, xmlDoc *document,
                      const char *const *parameters, size_t *size_r, struct error *error)
{
    xmlDoc *result;
    xmlChar *bytes = NULL;
    int size = 0;
    char *text = NULL;

    *size_r = 0;
    error->text[0] = '\0';
    result = transform(page, document, parameters, error);
    if (result != NULL && xsltSaveResultToString(&bytes, &size, result, page->stylesheet) == 0) {
        text = talloc_strndup(arena, bytes == NULL ? "" : (const char *)bytes, (size_t)size);
    }
    xmlFree(bytes);
    xmlFreeDoc(result);
    if (text != NULL) {
        *size_r = (size_t)size;
    } else if (error->text[0] == '\0') {
        (void)error_set(error, "%s: The page could not be made.", page->path);
    }
    return text;
}
