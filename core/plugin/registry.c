/* SPDX-License-Identifier: MPL-2.0 */
/* registry.c: see registry.h. */
#include "plugin/registry.h"

#include <dlfcn.h>
#include <string.h>

static int no_memory(struct error *error)
{
    return error_set(error, "There is no memory for the plugins.");
}

static bool is_name(const char *text)
{
    return text != NULL && *text >= 'a' && *text <= 'z' && strlen(text) <= 32 &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
}

int registry_check(const codev_plugin *descriptor, const char *name, struct error *error)
{
    /* While the major is 0, every minor may change everything. */
    if (descriptor->api_major != CODEV_API_MAJOR || descriptor->api_minor != CODEV_API_MINOR) {
        return error_set(error, "it was built for API %u.%u, this codev has %d.%d.",
                         descriptor->api_major, descriptor->api_minor, CODEV_API_MAJOR,
                         CODEV_API_MINOR);
    }
    if (descriptor->size != sizeof(codev_plugin)) {
        return error_set(error, "its descriptor has %zu bytes, %zu were expected.",
                         descriptor->size, sizeof(codev_plugin));
    }
    if (!is_name(descriptor->name) || strcmp(descriptor->name, name) != 0) {
        return error_set(error, "its descriptor is named “%s”, “%s” was expected.",
                         descriptor->name != NULL ? descriptor->name : "", name);
    }
    if (descriptor->version == NULL || descriptor->schema == NULL || descriptor->routes == NULL ||
        descriptor->statements == NULL) {
        return error_set(error, "its descriptor lacks a version, schema, routes or statements.");
    }
    return 0;
}

static const codev_plugin *open_plugin(const char *directory, const char *name, struct error *error)
{
    char *path = talloc_asprintf(NULL, "%s/%s.so", directory, name);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const codev_plugin *(*descriptor)(void) = NULL;
    const codev_plugin *found = NULL;

    talloc_free(path);
    if (handle == NULL) {
        (void)error_set(error, "it cannot be loaded: %s.", dlerror());
        return NULL;
    }
    /* The way POSIX gives to turn dlsym's object pointer into a function's. */
    *(void **)&descriptor = dlsym(handle, "codev_plugin_descriptor");
    if (descriptor == NULL) {
        (void)error_set(error, "it has no symbol codev_plugin_descriptor; see CODEV_PLUGIN.");
        return NULL;
    }
    found = descriptor();
    return found != NULL && registry_check(found, name, error) == 0 ? found : NULL;
}

/* What stands behind the name in a segment's braces. */
static int read_segment_kind(const char *colon, enum segment_kind *kind_r)
{
    static const struct {
        const char *words;
        enum segment_kind kind;
    } kinds[] = {{":text}", SEGMENT_TEXT}, {":capability}", SEGMENT_CAPABILITY}};

    *kind_r = SEGMENT_ID;
    for (size_t i = 0; colon != NULL && i < sizeof kinds / sizeof *kinds; i++) {
        if (strncmp(colon, kinds[i].words, strlen(kinds[i].words)) == 0) {
            *kind_r = kinds[i].kind;
            return 0;
        }
    }
    return colon == NULL ? 0 : -1;
}

static int compile_segment(TALLOC_CTX *context, const char *text, size_t length,
                           struct segment *segment_r, struct error *error)
{
    const char *colon;

    if (length == 0) {
        return error_set(error, "a route has an empty segment.");
    }
    if (*text != '{') {
        segment_r->kind = SEGMENT_LITERAL;
        segment_r->text = talloc_strndup(context, text, length);
        return segment_r->text == NULL ? no_memory(error) : 0;
    }
    if (length < 3 || text[length - 1] != '}') {
        return error_set(error, "the segment %.*s of a route is not closed.", (int)length, text);
    }
    text++;
    length -= 2;
    colon = memchr(text, ':', length);
    if (read_segment_kind(colon, &segment_r->kind) != 0) {
        return error_set(error, "the segment {%.*s} of a route has an unknown type.", (int)length,
                         text);
    }
    length = colon == NULL ? length : (size_t)(colon - text);
    if (length == 0) {
        return error_set(error, "a parameter in the path of a route has no name.");
    }
    segment_r->text = talloc_strndup(context, text, length);
    return segment_r->text == NULL ? no_memory(error) : 0;
}

/* Words "type/subtype" with one space between, as negotiate() reads them. */
static int check_media(const char *media, struct error *error)
{
    const char *at = media;

    for (size_t count = 0; count < ROUTE_MEDIA_MAX; count++) {
        const size_t length = strcspn(at, " ");
        const char *slash = memchr(at, '/', length);

        if (slash == NULL || slash == at || slash == at + length - 1) {
            break;
        }
        if (at[length] == '\0') {
            return 0;
        }
        at += length + 1;
    }
    return error_set(error,
                     "the media types “%s” of a route are not 1 to %d types with a space between.",
                     media, ROUTE_MEDIA_MAX);
}

/* A link is one thing's: of two capabilities it would not be said which one lets in. */
static int check_capabilities(const struct route *route, struct error *error)
{
    size_t count = 0;

    for (size_t i = 0; i < route->segment_count; i++) {
        count += route->segments[i].kind == SEGMENT_CAPABILITY ? 1 : 0;
    }
    return count <= 1 ? 0
                      : error_set(error, "the route %s has more than one capability.",
                                  route->declared->path);
}

int route_compile(TALLOC_CTX *context, const char *prefix, const codev_route *declared,
                  struct route *route_r, struct error *error)
{
    const char *path = talloc_asprintf(context, "%s%s", prefix, declared->path);
    const size_t length = strlen(declared->path);

    if (path == NULL) {
        return no_memory(error);
    }
    if (*declared->path != '/' || (length > 1 && declared->path[length - 1] == '/')) {
        return error_set(error, "the route “%s” does not begin with “/”, or ends with it.",
                         declared->path);
    }
    route_r->declared = declared;
    route_r->media = declared->media != NULL  ? declared->media
                     : declared->page != NULL ? MEDIA_XML " " MEDIA_HTML
                                              : MEDIA_XML;
    if (check_media(route_r->media, error) != 0) {
        return -1;
    }
    while (*path == '/' && path[1] != '\0') {
        const size_t size = strcspn(++path, "/");

        if (route_r->segment_count == ROUTE_SEGMENTS_MAX) {
            return error_set(error, "the route %s has more than %d segments.", declared->path,
                             ROUTE_SEGMENTS_MAX);
        }
        if (compile_segment(context, path, size, &route_r->segments[route_r->segment_count++],
                            error) != 0) {
            return -1;
        }
        path += size;
    }
    return check_capabilities(route_r, error);
}

static const struct xml_page *load_page(TALLOC_CTX *context, const char *directory,
                                        const char *name, struct error *error)
{
    char *path = talloc_asprintf(context, "%s/pages/%s", directory, name);

    return path == NULL ? NULL : xml_page_load(context, path, error);
}

static int load_route(struct route *route, const struct plugin *plugin, const codev_route *declared,
                      struct error *error)
{
    TALLOC_CTX *context = talloc_parent(plugin->role);
    const bool is_core = plugin->descriptor == &core_plugin;
    const char *prefix = is_core ? "" : talloc_asprintf(context, "/%s", plugin->descriptor->name);

    *route = (struct route){.plugin = plugin};
    if (declared->path == NULL || declared->handle == NULL || declared->roles == 0) {
        return error_set(error, "a route lacks its path, roles or handler.");
    }
    if (route_compile(context, prefix, declared, route, error) != 0) {
        return -1;
    }
    if (declared->body != NULL && !xml_schema_declares(plugin->schema, declared->body)) {
        return error_set(error, "the route %s takes a “%s”, which its schema does not declare.",
                         declared->path, declared->body);
    }
    if (declared->page == NULL && strstr(route->media, MEDIA_HTML) != NULL) {
        return error_set(error, "the route %s offers " MEDIA_HTML " and has no page.",
                         declared->path);
    }
    if ((declared->form == NULL) != (declared->form_page == NULL)) {
        return error_set(error, "the route %s has a form without its page, or a page without it.",
                         declared->path);
    }
    if (declared->page != NULL) {
        route->page = load_page(context, plugin->directory, declared->page, error);
    }
    if (declared->form_page != NULL) {
        route->form_page = load_page(context, plugin->directory, declared->form_page, error);
    }
    return (declared->page != NULL && route->page == NULL) ||
                   (declared->form_page != NULL && route->form_page == NULL)
               ? -1
               : 0;
}

static int load_statements(struct registry *registry, struct plugin *plugin, struct error *error)
{
    const codev_statement *declared = plugin->descriptor->statements;
    struct db_statement *all;
    size_t count = 0;

    while (declared[count].sql != NULL) {
        count++;
    }
    all = talloc_realloc(registry, (struct db_statement *)registry->statements, struct db_statement,
                         (unsigned)(registry->statement_count + count + 1));
    if (all == NULL) {
        return no_memory(error);
    }
    registry->statements = all;
    plugin->first_statement = registry->statement_count;
    plugin->statement_count = count;
    for (size_t i = 0; i < count; i++) {
        if (db_statement_compile(registry, declared[i].sql, plugin->role,
                                 &all[registry->statement_count++], error) != 0) {
            return -1;
        }
    }
    return 0;
}

static int load_routes(struct registry *registry, const struct plugin *plugin, struct error *error)
{
    const codev_route *declared = plugin->descriptor->routes;
    struct route *all;
    size_t count = 0;

    while (declared[count].method != NULL) {
        count++;
    }
    all = talloc_realloc(registry, (struct route *)registry->routes, struct route,
                         (unsigned)(registry->route_count + count + 1));
    if (all == NULL) {
        return no_memory(error);
    }
    registry->routes = all;
    for (size_t i = 0; i < count; i++) {
        if (load_route(&all[registry->route_count++], plugin, &declared[i], error) != 0) {
            return -1;
        }
    }
    return 0;
}

static int load_plugin(struct registry *registry, const struct config *config, const char *name,
                       struct plugin *plugin, struct error *error)
{
    const codev_plugin *descriptor = strcmp(name, core_plugin.name) == 0
                                         ? &core_plugin
                                         : open_plugin(config->plugin_directory, name, error);
    char *schema;

    if (descriptor == NULL) {
        return -1;
    }
    schema = talloc_asprintf(registry, "%s/schemas/%s", config->data_directory, descriptor->schema);
    plugin->descriptor = descriptor;
    plugin->role = talloc_asprintf(registry, "codev_%s", name);
    plugin->directory = talloc_asprintf(registry, "%s/%s", config->data_directory, name);
    if (schema == NULL || plugin->role == NULL || plugin->directory == NULL) {
        return no_memory(error);
    }
    plugin->newest_migration = db_newest_migration(plugin->directory, error);
    if (plugin->newest_migration < 0) {
        return -1;
    }
    plugin->schema = xml_schema_load(registry, schema, error);
    if (plugin->schema == NULL || load_statements(registry, plugin, error) != 0) {
        return -1;
    }
    return load_routes(registry, plugin, error);
}

const struct registry *registry_load(TALLOC_CTX *context, const struct config *config,
                                     const struct config_pool *pool, struct error *error)
{
    struct registry *registry = talloc_zero(context, struct registry);
    struct plugin *plugins;
    char *core_directory;

    if (registry == NULL) {
        (void)no_memory(error);
        return NULL;
    }
    plugins = talloc_zero_array(registry, struct plugin, (unsigned)pool->plugin_count + 1);
    core_directory = talloc_asprintf(registry, "%s/%s", config->data_directory, core_plugin.name);
    if (plugins == NULL || core_directory == NULL) {
        (void)no_memory(error);
        return NULL;
    }
    registry->plugins = plugins;
    for (size_t i = 0; i <= pool->plugin_count; i++) {
        const char *name = i == 0 ? core_plugin.name : pool->plugins[i - 1];

        if (load_plugin(registry, config, name, &plugins[i], error) != 0) {
            (void)error_prefix(error, "The plugin “%s” is refused", name);
            return NULL;
        }
        registry->plugin_count++;
    }
    registry->problem_page = load_page(registry, core_directory, "problem.xsl", error);
    return registry->problem_page != NULL ? registry : NULL;
}
