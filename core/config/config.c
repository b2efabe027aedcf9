/* SPDX-License-Identifier: MPL-2.0 */
/* config.c: see config.h. */
#include "config/config.h"

#include "identity/role.h"
#include "xml/xml.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

enum { CONFIG_SIZE_MAX = 1 << 20 /* bytes of codev.xml */ };

static char *read_file(TALLOC_CTX *context, const char *file, size_t *size_r, struct error *error)
{
    FILE *stream = fopen(file, "re");
    char *bytes;

    if (stream == NULL) {
        (void)error_set(error, "%s cannot be opened: %s.", file, strerror(errno));
        return NULL;
    }
    bytes = talloc_size(context, CONFIG_SIZE_MAX + 1);
    *size_r = bytes == NULL ? 0 : fread(bytes, 1, CONFIG_SIZE_MAX + 1, stream);
    (void)fclose(stream);
    if (bytes == NULL || *size_r > CONFIG_SIZE_MAX) {
        (void)error_set(error, "%s is larger than %d bytes.", file, CONFIG_SIZE_MAX);
        return NULL;
    }
    return bytes;
}

static unsigned count_children(const xmlNode *node, const char *name)
{
    unsigned count = 0;

    for (const xmlNode *child = xml_child(node, name); child != NULL;
         child = xml_next(child, name)) {
        count++;
    }
    return count;
}

static const char *text_or(TALLOC_CTX *context, const xmlNode *root, const char *path,
                           const char *fallback)
{
    const char *text = xml_get(context, root, path);

    return talloc_strdup(context, text != NULL ? text : fallback);
}

static int read_keys(struct config *config, const xmlNode *tokens)
{
    const unsigned count = count_children(tokens, "key");
    struct token_key_file *keys = talloc_array(config, struct token_key_file, count);
    const xmlNode *node = xml_child(tokens, "key");

    if (keys == NULL) {
        return -1;
    }
    for (unsigned i = 0; i < count; i++, node = xml_next(node, "key")) {
        keys[i].id = text_or(config, node, "@id", "");
        keys[i].path = text_or(config, node, ".", "");
    }
    config->keys = keys;
    config->key_count = count;
    return 0;
}

/* Names with a space between, as the schema has it. */
static unsigned read_roles(TALLOC_CTX *context, const xmlNode *issuer)
{
    char *names = talloc_strdup(context, xml_get(context, issuer, "@roles"));
    char *rest = NULL;
    unsigned roles = 0;

    for (const char *name = names != NULL ? strtok_r(names, " ", &rest) : NULL; name != NULL;
         name = strtok_r(NULL, " ", &rest)) {
        roles |= role_from_name(name);
    }
    return roles;
}

static int read_issuers(struct config *config, const xmlNode *tokens)
{
    const unsigned count = count_children(tokens, "issuer");
    struct token_issuer_file *issuers = talloc_array(config, struct token_issuer_file, count);
    const xmlNode *node = xml_child(tokens, "issuer");

    if (issuers == NULL) {
        return -1;
    }
    for (unsigned i = 0; i < count; i++, node = xml_next(node, "issuer")) {
        issuers[i].organisation = text_or(config, node, "@organisation", "");
        issuers[i].url = text_or(config, node, "@url", "");
        issuers[i].audience = text_or(config, node, "@audience", "");
        issuers[i].roles = read_roles(config, node);
        issuers[i].path = text_or(config, node, ".", "");
    }
    config->issuers = issuers;
    config->issuer_count = count;
    return 0;
}

/* The schema has given it its default where the file has none. */
static unsigned number_of(TALLOC_CTX *context, const xmlNode *node, const char *path)
{
    return (unsigned)strtoul(text_or(context, node, path, "0"), NULL, 10);
}

static int read_pool(const struct config *config, const xmlNode *node, struct config_pool *pool_r,
                     struct error *error)
{
    const unsigned count = count_children(node, "plugin");
    const char **plugins = talloc_array(config, const char *, count);
    const xmlNode *plugin = xml_child(node, "plugin");

    if (plugins == NULL) {
        return error_set(error, "There is no memory for the configuration.");
    }
    for (unsigned i = 0; i < count; i++, plugin = xml_next(plugin, "plugin")) {
        plugins[i] = text_or((void *)plugins, plugin, ".", "");
    }
    pool_r->name = text_or(plugins, node, "@name", "");
    pool_r->socket = text_or(plugins, node, "@socket", "");
    pool_r->workers = number_of(plugins, node, "@workers");
    pool_r->request_seconds = number_of(plugins, node, "@request-seconds");
    pool_r->max_requests = number_of(plugins, node, "@max-requests");
    pool_r->memory_mib = number_of(plugins, node, "@memory-mib");
    pool_r->descriptors = number_of(plugins, node, "@descriptors");
    pool_r->plugins = plugins;
    pool_r->plugin_count = count;
    if (strlen(pool_r->socket) >= sizeof((struct sockaddr_un *)NULL)->sun_path) {
        return error_set(error,
                         "%s:%ld: the socket's path is longer than the %zu bytes that a "
                         "unix socket's may have.",
                         config->file, xmlGetLineNo(node),
                         sizeof((struct sockaddr_un *)NULL)->sun_path - 1);
    }
    return 0;
}

static int read_pools(struct config *config, const xmlNode *root, struct error *error)
{
    const unsigned count = count_children(root, "pool");
    struct config_pool *pools = talloc_array(config, struct config_pool, count);
    const xmlNode *node = xml_child(root, "pool");

    if (pools == NULL) {
        return error_set(error, "There is no memory for the configuration.");
    }
    for (unsigned i = 0; i < count; i++, node = xml_next(node, "pool")) {
        if (read_pool(config, node, &pools[i], error) != 0) {
            return -1;
        }
    }
    config->pools = pools;
    config->pool_count = count;
    return 0;
}

static int validate(const struct config *config, xmlDoc *document, struct error *error)
{
    const char *path = talloc_asprintf(config, "%s/schemas/config.xsd", config->data_directory);
    struct xml_faults faults = {.arena = talloc_parent(path)};
    struct xml_schema *schema = xml_schema_load(talloc_parent(path), path, error);
    int status;

    if (schema == NULL) {
        return -1;
    }
    status = xml_validate(schema, "codev", document, &faults);
    if (status != 0 && faults.count > 0) {
        (void)error_set(error, "%s:%d: %s: %s", config->file, faults.items[0].line,
                        faults.items[0].path, faults.items[0].en);
    } else if (status != 0) {
        (void)error_set(error, "%s cannot be checked.", config->file);
    }
    talloc_free(schema);
    return status == 0 ? 0 : -1;
}

static int read_all(struct config *config, xmlDoc *document, struct error *error)
{
    const xmlNode *root = xmlDocGetRootElement(document);

    config->data_directory = text_or(config, root, "data-directory", PKGDATADIR);
    config->control = text_or(config, root, "control", "");
    config->plugin_directory = text_or(config, root, "plugin-directory", PKGLIBDIR);
    if (config->data_directory == NULL || config->plugin_directory == NULL ||
        validate(config, document, error) != 0) {
        return -1;
    }
    config->application = text_or(config, root, "database/application", "");
    config->transaction_pooling =
        strcmp(text_or(config, root, "database/application/@pooling", ""), "transaction") == 0;
    config->owner = text_or(config, root, "database/owner", "");
    config->issuer = text_or(config, root, "tokens/@issuer", "");
    if (read_keys(config, xml_child(root, "tokens")) != 0 ||
        read_issuers(config, xml_child(root, "tokens")) != 0) {
        return error_set(error, "There is no memory for the configuration.");
    }
    config->slow_request_ms =
        (unsigned)strtoul(text_or(config, root, "log/@slow-request-ms", "1000"), NULL, 10);
    return read_pools(config, root, error);
}

/* Into a config of its own, which the caller frees when this fails. */
static int read_config(struct config *config, const char *file, struct error *error)
{
    char absolute[PATH_MAX];
    struct xml_fault fault;
    xmlDoc *document;
    char *bytes;
    size_t size;

    if (realpath(file, absolute) == NULL) {
        return error_set(error, "%s cannot be opened: %s.", file, strerror(errno));
    }
    config->file = talloc_strdup(config, absolute);
    bytes = read_file(config, config->file, &size, error);
    if (bytes == NULL) {
        return -1;
    }
    document = xml_parse(bytes, bytes, size, &fault);
    if (document == NULL) {
        return error_set(error, "%s:%d: %s", config->file, fault.line, fault.en);
    }
    if (read_all(config, document, error) != 0) {
        return -1;
    }
    talloc_free(bytes); /* the document with it; what is kept was copied */
    return 0;
}

const struct config *config_load(TALLOC_CTX *context, const char *file, struct error *error)
{
    struct config *config = talloc_zero(context, struct config);

    if (config == NULL) {
        (void)error_set(error, "There is no memory for the configuration.");
        return NULL;
    }
    if (read_config(config, file, error) != 0) {
        talloc_free(config);
        return NULL;
    }
    return config;
}

const struct config_pool *config_pool(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->pool_count; i++) {
        if (strcmp(config->pools[i].name, name) == 0) {
            return &config->pools[i];
        }
    }
    return NULL;
}
