/* SPDX-License-Identifier: MPL-2.0 */
/* openapi_parts.c: see openapi_parts.h. */
#include "request/openapi_parts.h"

#include "request/request.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A single value; what is 0 or NULL is left out. */
struct value {
    const char *type, *format, *pattern, *description;
    int min, max; /* of a number, or of a text's length */
    int fallback; /* where none is given */
};

static const struct value id_value = {"string", .format = "uuid"};
static const struct value text_value = {"string", .min = 1, .max = ROUTE_TEXT_MAX};
static const struct value capability_value = {
    "string",
    .pattern = "^[A-Za-z0-9_-]*[AEIMQUYcgkosw048]$", /* its 256 bits fill 42 2/3 characters */
    .description = "The token of a link: who has it may use the route.", .min = CAPABILITY_LENGTH,
    .max = CAPABILITY_LENGTH};
static const struct value limit_value = {"integer", .min = 1, .max = LIST_LIMIT_MAX,
                                         .fallback = LIST_LIMIT_DEFAULT};
static const struct value tag_value = {"string", .min = 1};
static const struct value key_value = {"string", .pattern = "^[!-~]*$", .min = 1,
                                       .max = IDEMPOTENCY_KEY_MAX};
static const struct value request_id_value = {"string", .pattern = "^[A-Za-z0-9._-]{8,64}$"};

static const struct {
    const char *name, *in;
    unsigned traits; /* of the routes that take it */
    const struct value *value;
    const char *description;
} parameters[] = {
    {"limit", "query", TRAIT_LIST, &limit_value, "How many items a page has at most."},
    {"after", "query", TRAIT_LIST, &id_value, "The id of the last item of the page before."},
    {"If-Match", "header", TRAIT_VERSIONED, &tag_value,
     "The version that is to be changed: its entity tag, or “*”. What does not exist yet is put "
     "without."},
    {"If-None-Match", "header", TRAIT_GET | TRAIT_PUT, &tag_value,
     "Entity tags that the client has; “*” where what exists is not to be changed."},
    {"Idempotency-Key", "header", TRAIT_POST, &key_value,
     "Of the client's choice: sent again with the same key, the request has its effect once."},
    {"X-Request-Id", "header", TRAITS_ANY, &request_id_value,
     "Of the client's choice: the request's id in answer and logs, where one is made otherwise."},
};

static const struct {
    const char *name, *type, *description;
} headers[] = {
    {"ETag", "string", "The strong entity tag of this representation."},
    {"Link", "string", "The address of the next page, rel=\"next\", where there is one."},
    {"Location", "string", "The address of what was made, or of the page to go on with."},
    {"Retry-After", "integer", "Seconds to wait before the request is sent again."},
    {"WWW-Authenticate", "string", "How to tell who is asking (RFC 6750)."},
    {"X-Request-Id", "string", "The request's id in the logs, a problem's instance."},
};

/* By the rules of the core, and of nginx before it. */
static const struct {
    const char *status;
    unsigned traits;    /* of the routes that can give it */
    const char *header; /* beside X-Request-Id */
    const char *description;
} problems[] = {
    {"400", TRAITS_ANY, NULL, "The address, a header field or the body can't be read."},
    {"401", TRAITS_ANY, "WWW-Authenticate", "Credentials are missing or not believed."},
    {"403", TRAIT_GUARDED | TRAITS_WRITING, NULL,
     "Not for this role; or another site's page sent it with the cookie."},
    {"404", TRAIT_PARAMETERS, NULL, "There is no such thing, or none for this caller."},
    {"406", TRAITS_ANY, NULL, "Accept allows none of the media types."},
    {"409", TRAITS_WRITING, NULL, "It contradicts what is recorded."},
    {"412", TRAIT_VERSIONED, NULL, "What is recorded is of another version than If-Match names."},
    {"413", TRAITS_SENDING, NULL, "The body is too large."},
    {"415", TRAITS_SENDING, NULL, "The body is of another media type than those that are taken."},
    {"422", TRAIT_DOCUMENT | TRAIT_POST, NULL,
     "The document is not valid, each fault is told; or the Idempotency-Key came with another; "
     "or the form's token is used up."},
    {"428", TRAIT_VERSIONED, NULL, "If-Match is missing."},
    {"429", TRAITS_WRITING, "Retry-After", "Too many requests."},
    {"503", TRAITS_ANY, "Retry-After", "Unavailable for the moment."},
    {"default", TRAITS_ANY, NULL, "Any other problem."},
};

json_t *part_drop(json_t *part)
{
    json_decref(part);
    return NULL;
}

json_t *part_schema_address(const char *file)
{
    return json_sprintf("schemas/%s", file);
}

json_t *part_reference(const char *kind, const char *name)
{
    return json_pack("{s:o}", "$ref", json_sprintf("#/components/%s/%s", kind, name));
}

/* ---- schemas */

static json_t *bound(int number)
{
    return number != 0 ? json_integer(number) : NULL;
}

static json_t *value_schema(const struct value *value)
{
    const bool text = strcmp(value->type, "string") == 0;

    return json_pack("{s:s, s:s*, s:s*, s:s*, s:o*, s:o*, s:o*}", "type", value->type, "format",
                     value->format, "pattern", value->pattern, "description", value->description,
                     text ? "minLength" : "minimum", bound(value->min),
                     text ? "maxLength" : "maximum", bound(value->max), "default",
                     bound(value->fallback));
}

json_t *part_segment(enum segment_kind kind)
{
    switch (kind) {
    case SEGMENT_ID:
        return value_schema(&id_value);
    case SEGMENT_TEXT:
        return value_schema(&text_value);
    case SEGMENT_CAPABILITY:
        return value_schema(&capability_value);
    case SEGMENT_LITERAL:
        break;
    }
    return NULL;
}

json_t *part_filter(TALLOC_CTX *arena, const char *words)
{
    json_t *values;

    if (words == NULL) {
        return value_schema(&id_value);
    }
    values = json_array();
    for (const char *at = words + strspn(words, " "); *at != '\0'; at += strspn(at, " ")) {
        const size_t length = strcspn(at, " ");
        const char *word = talloc_strndup(arena, at, length);

        if (json_array_append_new(values, json_string(word)) != 0) {
            return part_drop(values);
        }
        at += length;
    }
    return json_pack("{s:s, s:o}", "type", "string", "enum", values);
}

static json_t *document(const char *root, const char *namespace, const char *schema)
{
    return json_pack("{s:s, s:{s:s, s:s}, s:{s:s, s:o}}", "type", "object", "xml", "name", root,
                     "namespace", namespace, "externalDocs", "description", root, "url",
                     part_schema_address(schema));
}

json_t *part_document(const struct plugin *plugin, const char *root)
{
    return document(root, xml_schema_namespace(plugin->schema), plugin->descriptor->schema);
}

/* ---- parts of an operation */

json_t *part_headers(const char *const *names, size_t count)
{
    json_t *set = json_object();
    int status = 0;

    for (size_t i = 0; i < count && names[i] != NULL; i++) {
        status |= json_object_set_new(set, names[i], part_reference("headers", names[i]));
    }
    return status == 0 ? set : part_drop(set);
}

int part_add_parameters(json_t *array, unsigned traits)
{
    int status = 0;

    for (size_t i = 0; i < COUNT(parameters); i++) {
        if ((parameters[i].traits & traits) != 0) {
            status |=
                json_array_append_new(array, part_reference("parameters", parameters[i].name));
        }
    }
    return status;
}

int part_add_problems(json_t *responses, unsigned traits)
{
    int status = 0;

    for (size_t i = 0; i < COUNT(problems); i++) {
        if ((problems[i].traits & traits) != 0) {
            status |= json_object_set_new(responses, problems[i].status,
                                          part_reference("responses", problems[i].status));
        }
    }
    return status;
}

/* ---- components */

static json_t *all_schemas(void)
{
    static const char form[] =
        "The document as a form: a field is named by its element's path below the root, with dots; "
        "attributes are like elements; lists are fields that come again. Names that begin with _ "
        "are the core's own.";

    return json_pack("{s:o, s:{s:s, s:s, s:{s:[ss], s:{s:s}}}}", "Problem",
                     document("problem", "urn:ietf:rfc:7807", "problem.xsd"), "Form", "type",
                     "object", "description", form, "additionalProperties", "type", "string",
                     "array", "items", "type", "string");
}

static json_t *all_parameters(void)
{
    json_t *all = json_object();
    int status = 0;

    for (size_t i = 0; i < COUNT(parameters); i++) {
        status |= json_object_set_new(all, parameters[i].name,
                                      json_pack("{s:s, s:s, s:s, s:o}", "name", parameters[i].name,
                                                "in", parameters[i].in, "description",
                                                parameters[i].description, "schema",
                                                value_schema(parameters[i].value)));
    }
    return status == 0 ? all : part_drop(all);
}

static json_t *all_headers(void)
{
    json_t *all = json_object();
    int status = 0;

    for (size_t i = 0; i < COUNT(headers); i++) {
        status |=
            json_object_set_new(all, headers[i].name,
                                json_pack("{s:s, s:{s:s}}", "description", headers[i].description,
                                          "schema", "type", headers[i].type));
    }
    return status == 0 ? all : part_drop(all);
}

/* Browsers are shown problems as pages. */
static json_t *all_responses(void)
{
    json_t *all = json_object();
    int status = 0;

    for (size_t i = 0; i < COUNT(problems); i++) {
        const char *const names[] = {"X-Request-Id", problems[i].header};

        status |= json_object_set_new(all, problems[i].status,
                                      json_pack("{s:s, s:o, s:{s:{s:o}, s:{}}}", "description",
                                                problems[i].description, "headers",
                                                part_headers(names, COUNT(names)), "content",
                                                "application/problem+xml", "schema",
                                                part_reference("schemas", "Problem"), MEDIA_HTML));
    }
    return status == 0 ? all : part_drop(all);
}

static json_t *all_security_schemes(void)
{
    return json_pack("{s:{s:s, s:s, s:s}, s:{s:s, s:s, s:s}}", "bearer", "type", "http", "scheme",
                     "bearer", "bearerFormat", "JWT", "cookie", "type", "apiKey", "in", "cookie",
                     "name", "__Host-codev");
}

json_t *part_components(void)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "schemas", all_schemas(), "parameters",
                     all_parameters(), "headers", all_headers(), "responses", all_responses(),
                     "securitySchemes", all_security_schemes());
}
