/* SPDX-License-Identifier: MPL-2.0 */
/* notes.c: a plugin for tests: notes of organisations. It uses the whole contract, and nothing of
 * the school: who may see what stands in its policies (migrations/). */
#include <codev/plugin.h>
#include <string.h>

/* Places in the table of statements. */
enum {
    SELECT_NOTES,
    SELECT_NOTE,
    SELECT_NAMED,
    SELECT_OWN,
    INSERT_NOTE,
    UPDATE_NOTE,
    DELETE_NOTE,
    SELECT_SUMMARY,
    INSERT_LINK,
    SELECT_LINK,
    DELETE_LINK,
    SELECT_SHARED,
    INSERT_REPLY,
    SELECT_REPLIES,
    SELECT_REPLY,
    INSERT_SUGGESTION,
    SELECT_SUGGESTIONS,
    SELECT_SUGGESTION,
    SWEEP,
};

#define NOTE_COLUMNS                                                                               \
    "id AS \"@id\", version AS \"@version\", key AS \"@key\", organisation AS \"@organisation\","  \
    " author AS \"@author\", made_at AS \"@made-at\", '/notes/notes/' || id AS \"@href\","         \
    " title, body, expires_at AS \"expires-at\""
#define LINK_COLUMNS                                                                               \
    "id AS \"@id\", version AS \"@version\", note AS \"@note\", made_at AS \"@made-at\", label"
#define REPLY_COLUMNS "id AS \"@id\", made_at AS \"@made-at\", text"

#define WANTED_VERSION                                                                             \
    " AND ({request:if-match}::bigint[] IS NULL OR version = ANY ({request:if-match}))"
#define PAGE_OF_LIST                                                                               \
    " AND ({list:after}::uuid IS NULL OR id < {list:after}::uuid)"                                 \
    " ORDER BY id DESC LIMIT {list:limit}"

/* A key is the own organisation's; an id is nobody else's anyway. */
#define NAMED "organisation = core.organisation() AND key = {path:key}"

static const codev_statement statements[] = {
    [SELECT_NOTES] =
        {"SELECT " NOTE_COLUMNS " FROM notes.note"
         " WHERE ({query:author}::uuid IS NULL OR author = {query:author}::uuid)"
         " AND ({query:expires}::text IS NULL"
         "      OR (expires_at IS NOT NULL) = ({query:expires} = 'yes'))" PAGE_OF_LIST},
    [SELECT_NOTE] = {"SELECT " NOTE_COLUMNS " FROM notes.note WHERE id = {path:id}"},
    [SELECT_NAMED] = {"SELECT " NOTE_COLUMNS " FROM notes.note WHERE " NAMED},
    /* What its reader may not change is, to a writer, not there. */
    [SELECT_OWN] = {"SELECT " NOTE_COLUMNS " FROM notes.note WHERE " NAMED
                    " AND notes.may_change(organisation, author)"},
    [INSERT_NOTE] = {"INSERT INTO notes.note (id, key, title, body, expires_at)"
                     " VALUES ({@id}, {path:key}, {title}, {body}, {expires-at})"
                     " RETURNING " NOTE_COLUMNS},
    [UPDATE_NOTE] = {"UPDATE notes.note SET version = DEFAULT, title = {title}, body = {body},"
                     " expires_at = {expires-at} WHERE " NAMED WANTED_VERSION
                     " RETURNING " NOTE_COLUMNS},
    [DELETE_NOTE] = {"DELETE FROM notes.note WHERE " NAMED WANTED_VERSION
                     " RETURNING id AS \"@id\""},
    [SELECT_SUMMARY] = {"SELECT organisation AS \"@id\", notes AS \"@notes\", latest AS \"@latest\""
                        " FROM notes.summary ORDER BY organisation"},
    [INSERT_LINK] = {"INSERT INTO notes.link (id, note, capability, label)"
                     " SELECT {@id}, id, {@capability}, {label}"
                     " FROM notes.note WHERE id = {path:id} RETURNING " LINK_COLUMNS},
    [SELECT_LINK] = {"SELECT " LINK_COLUMNS " FROM notes.link WHERE id = {path:id}"},
    [DELETE_LINK] = {"DELETE FROM notes.link WHERE id = {path:id}" WANTED_VERSION
                     " RETURNING id AS \"@id\""},
    /* Of all that its reader sees it is the note of this link. */
    [SELECT_SHARED] =
        {"SELECT n.version AS \"@version\", n.made_at AS \"@made-at\", n.title, n.body"
         " FROM notes.note n JOIN notes.link l"
         " ON l.organisation = n.organisation AND l.note = n.id"
         " WHERE l.capability = {path:token}"},
    /* Should the link be revoked at this very moment, the policy refuses. */
    [INSERT_REPLY] =
        {"INSERT INTO notes.reply (id, organisation, note, made_at, text) VALUES ({@id},"
         " (SELECT organisation FROM notes.link WHERE capability = {path:token}),"
         " (SELECT note FROM notes.link WHERE capability = {path:token}),"
         " {@made-at}, {text})"},
    [SELECT_REPLIES] = {"SELECT " REPLY_COLUMNS
                        " FROM notes.reply WHERE note = {path:id}" PAGE_OF_LIST},
    [SELECT_REPLY] = {"SELECT " REPLY_COLUMNS " FROM notes.reply WHERE id = {path:id}"},
    [INSERT_SUGGESTION] = {"INSERT INTO notes.suggestion (id, made_at, text)"
                           " VALUES ({@id}, {@made-at}, {text})"},
    [SELECT_SUGGESTIONS] = {"SELECT " REPLY_COLUMNS
                            " FROM notes.suggestion WHERE true" PAGE_OF_LIST},
    [SELECT_SUGGESTION] = {"SELECT " REPLY_COLUMNS " FROM notes.suggestion WHERE id = {path:id}"},
    [SWEEP] = {"WITH gone AS (DELETE FROM notes.note WHERE expires_at <= now() RETURNING id)"
               " SELECT count(*) AS \"@notes\" FROM gone"},
    {NULL},
};

/* ---- notes */

/* A document of the statement's one row, or 404. */
static int answer_row(codev_request *request, const char *root, size_t statement)
{
    codev_node *document = codev_new_document(request, root);
    size_t rows;

    if (document == NULL || codev_select(request, statement, document, NULL, &rows) != CODEV_OK) {
        return CODEV_FAILED;
    }
    return rows == 1 ? codev_answer(request, document) : codev_not_found(request);
}

static int list_notes(codev_request *request)
{
    return codev_answer_list(request, "notes", "note", SELECT_NOTES);
}

static int read_note(codev_request *request)
{
    return answer_row(request, "note", SELECT_NOTE);
}

static int read_named(codev_request *request)
{
    return answer_row(request, "note", SELECT_NAMED);
}

static int make_note(codev_request *request, codev_node *stored)
{
    const char *id = codev_new_id(request);

    if (id == NULL || codev_set(request, codev_document(request), "@id", id) != CODEV_OK ||
        codev_select(request, INSERT_NOTE, stored, NULL, NULL) != CODEV_OK) {
        return CODEV_FAILED;
    }
    return codev_answer_created(request, stored, codev_format(request, "/notes/notes/%s", id),
                                NULL);
}

/* PUT: change the note of this key, or make it. */
static int save_note(codev_request *request)
{
    codev_node *stored = codev_new_document(request, "note");
    int absent;

    if (stored == NULL ||
        codev_change(request, UPDATE_NOTE, SELECT_OWN, stored, &absent) != CODEV_OK) {
        return CODEV_FAILED;
    }
    return absent ? make_note(request, stored) : codev_answer_changed(request, stored, NULL);
}

static int remove_note(codev_request *request)
{
    return codev_change(request, DELETE_NOTE, SELECT_OWN, NULL, NULL) == CODEV_OK
               ? codev_answer_removed(request, NULL)
               : CODEV_FAILED;
}

static int summary(codev_request *request)
{
    codev_node *document = codev_new_document(request, "summary");

    if (document == NULL ||
        codev_select(request, SELECT_SUMMARY, document, "organisation", NULL) != CODEV_OK) {
        return CODEV_FAILED;
    }
    return codev_answer(request, document);
}

/* POST /notes/sweep, for codev itself: what has expired goes, whosever it is. */
static int sweep(codev_request *request)
{
    return answer_row(request, "swept", SWEEP);
}

/* ---- links, and what their holders do */

/* The answer alone has the token: Location is kept with an Idempotency-Key, and has it not. */
static int create_link(codev_request *request)
{
    codev_node *document = codev_document(request);
    codev_node *stored = codev_new_document(request, "link");
    const char *id = codev_new_id(request);
    const char *hash = NULL;
    const char *token = codev_new_capability(request, &hash);
    size_t rows;

    if (stored == NULL || id == NULL || token == NULL ||
        codev_set(request, document, "@id", id) != CODEV_OK ||
        codev_set(request, document, "@capability", hash) != CODEV_OK ||
        codev_select(request, INSERT_LINK, stored, NULL, &rows) != CODEV_OK) {
        return CODEV_FAILED;
    }
    if (rows == 0) {
        return codev_not_found(request);
    }
    if (codev_set(request, stored, "@href", codev_format(request, "/notes/shared/%s", token)) !=
        CODEV_OK) {
        return CODEV_FAILED;
    }
    return codev_answer_created(request, stored, codev_format(request, "/notes/links/%s", id),
                                NULL);
}

static int read_link(codev_request *request)
{
    return answer_row(request, "link", SELECT_LINK);
}

/* Revoked, a link leads nowhere. */
static int remove_link(codev_request *request)
{
    return codev_change(request, DELETE_LINK, SELECT_LINK, NULL, NULL) == CODEV_OK
               ? codev_answer_removed(request, NULL)
               : CODEV_FAILED;
}

/* The page behind a link: the note, and the form for a reply. */
static int shared_form(codev_request *request)
{
    codev_node *form = codev_form(request);

    return form != NULL && codev_form_recorded(request, form, SELECT_SHARED, "note") == CODEV_OK
               ? codev_answer(request, form)
               : CODEV_FAILED;
}

static int read_shared(codev_request *request)
{
    return strcmp(codev_media(request), "text/html") == 0
               ? shared_form(request)
               : answer_row(request, "note", SELECT_SHARED);
}

/* Mark what a visitor sent with an id and the time. NULL: failed. */
static const char *mark(codev_request *request)
{
    const char *id = codev_new_id(request);

    return id != NULL && codev_set(request, codev_document(request), "@id", id) == CODEV_OK &&
                   codev_set(request, codev_document(request), "@made-at", codev_now(request)) ==
                       CODEV_OK
               ? id
               : NULL;
}

static int create_reply(codev_request *request)
{
    const char *id = mark(request);
    codev_node *note = codev_new_document(request, "note");
    size_t rows;

    if (id == NULL || note == NULL ||
        codev_select(request, SELECT_SHARED, note, NULL, &rows) != CODEV_OK) {
        return CODEV_FAILED;
    }
    if (rows == 0) {
        return codev_not_found(request);
    }
    if (codev_execute(request, INSERT_REPLY) != CODEV_OK) {
        return CODEV_FAILED;
    }
    return codev_answer_created(
        request, codev_document(request), codev_format(request, "/notes/replies/%s", id),
        codev_format(request, "/notes/shared/%s", codev_path_parameter(request, "token")));
}

/* Of a note that its reader does not see there is no list either. */
static int list_replies(codev_request *request)
{
    codev_node *note = codev_new_document(request, "note");
    size_t rows;

    if (note == NULL || codev_select(request, SELECT_NOTE, note, NULL, &rows) != CODEV_OK) {
        return CODEV_FAILED;
    }
    return rows == 0 ? codev_not_found(request)
                     : codev_answer_list(request, "replies", "reply", SELECT_REPLIES);
}

static int read_reply(codev_request *request)
{
    return answer_row(request, "reply", SELECT_REPLY);
}

/* ---- anybody's suggestions */

static int create_suggestion(codev_request *request)
{
    const char *id = mark(request);

    if (id == NULL || codev_execute(request, INSERT_SUGGESTION) != CODEV_OK) {
        return CODEV_FAILED;
    }
    return codev_answer_created(request, codev_document(request),
                                codev_format(request, "/notes/suggestions/%s", id), NULL);
}

static int list_suggestions(codev_request *request)
{
    return codev_answer_list(request, "suggestions", "suggestion", SELECT_SUGGESTIONS);
}

static int read_suggestion(codev_request *request)
{
    return answer_row(request, "suggestion", SELECT_SUGGESTION);
}

/* ---- tables */

enum {
    WRITERS = CODEV_PARTICIPANT | CODEV_MANAGER,
    MEMBERS = WRITERS | CODEV_FACILITATOR,
};

static const codev_filter note_filters[] = {{"author", NULL}, {"expires", "yes no"}, {NULL, NULL}};
static const codev_filter no_filters[] = {{NULL, NULL}};

static const codev_route routes[] = {
    {.method = "GET",
     .path = "/notes",
     .roles = MEMBERS | CODEV_STAFF,
     .handle = list_notes,
     .filters = note_filters},
    {.method = "GET", .path = "/notes/{id}", .roles = MEMBERS | CODEV_STAFF, .handle = read_note},
    {.method = "GET", .path = "/keys/{key:text}", .roles = MEMBERS, .handle = read_named},
    {.method = "PUT",
     .path = "/keys/{key:text}",
     .roles = WRITERS,
     .body = "note",
     .handle = save_note},
    {.method = "DELETE", .path = "/keys/{key:text}", .roles = WRITERS, .handle = remove_note},
    {.method = "GET", .path = "/summary", .roles = CODEV_MANAGER | CODEV_STAFF, .handle = summary},
    {.method = "POST",
     .path = "/notes/{id}/links",
     .roles = WRITERS,
     .body = "link",
     .handle = create_link},
    {.method = "GET", .path = "/links/{id}", .roles = WRITERS, .handle = read_link},
    {.method = "DELETE", .path = "/links/{id}", .roles = WRITERS, .handle = remove_link},
    {.method = "GET",
     .path = "/shared/{token:capability}",
     .roles = CODEV_ANYONE,
     .page = "shared.xsl",
     .handle = read_shared},
    {.method = "POST",
     .path = "/shared/{token:capability}",
     .roles = CODEV_ANYONE,
     .body = "reply",
     .handle = create_reply,
     .form = shared_form,
     .form_page = "shared.xsl"},
    {.method = "GET",
     .path = "/notes/{id}/replies",
     .roles = MEMBERS,
     .handle = list_replies,
     .filters = no_filters},
    {.method = "GET", .path = "/replies/{id}", .roles = MEMBERS, .handle = read_reply},
    {.method = "POST",
     .path = "/suggestions",
     .roles = CODEV_ANYONE,
     .body = "suggestion",
     .handle = create_suggestion},
    {.method = "GET",
     .path = "/suggestions",
     .roles = CODEV_STAFF,
     .handle = list_suggestions,
     .filters = no_filters},
    {.method = "GET", .path = "/suggestions/{id}", .roles = CODEV_STAFF, .handle = read_suggestion},
    {.method = "POST", .path = "/sweep", .roles = CODEV_SYSTEM, .handle = sweep},
    {.method = NULL},
};

static const codev_constraint constraints[] = {
    {"note_key", "/note", "Another note has this key already.", "Une autre note porte déjà ce nom.",
     1},
    {NULL, NULL, NULL, NULL, 0},
};

static const codev_plugin notes = {
    CODEV_PLUGIN_HEAD, "notes", "1.0.0", "notes.xsd", routes, statements, constraints,
};

CODEV_PLUGIN(notes)
