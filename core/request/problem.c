/* SPDX-License-Identifier: MPL-2.0 */
/* problem.c: what went wrong, as an RFC 9457 document; one table for all kinds. */
#include "request/request.h"

#include <stdio.h>

static const char NAMESPACE[] = "urn:ietf:rfc:7807"; /* RFC 9457 Appendix B keeps this name */

static const struct {
    int status;
    bool shows_form;  /* a form comes back filled in */
    const char *name; /* behind urn:codev:problem: */
    const char *title_en, *title_fr;
    const char *detail_en, *detail_fr;
} kinds[PROBLEM_KINDS] = {
    [PROBLEM_MALFORMED_REQUEST] = {400, false, "malformed-request", "Malformed request",
                                   "Demande illisible",
                                   "The request could not be read as HTTP means it: a length, an "
                                   "escape or a size is wrong, or its body was cut.",
                                   "Votre demande n’a pas pu être lue. Merci de réessayer."},
    [PROBLEM_INVALID_QUERY] = {400, false, "invalid-query", "Invalid query", "Adresse incorrecte",
                               "The query has a parameter or a value that this list does not "
                               "take; each is told in an error element.",
                               "L’adresse demandée contient un paramètre qui n’est pas accepté."},
    [PROBLEM_INVALID_IDEMPOTENCY_KEY] = {400, false, "invalid-idempotency-key",
                                         "Invalid Idempotency-Key", "Demande illisible",
                                         "An Idempotency-Key is 1 to 255 visible ASCII characters.",
                                         "Votre demande n’a pas pu être lue. Merci de réessayer."},
    [PROBLEM_INVALID_PRECONDITION] =
        {400, false, "invalid-precondition", "Invalid precondition", "Demande illisible",
         "If-Match takes “*” or entity tags, with their quotes, as answers give them; so does "
         "If-None-Match, of which a write takes “*” alone.",
         "Votre demande n’a pas pu être lue. Merci de réessayer."},
    [PROBLEM_EMPTY_DOCUMENT] = {400, false, "empty-document", "Empty document", "Document vide",
                                "This route takes an XML document; the body is empty.",
                                "Un document était attendu, rien n’a été reçu."},
    [PROBLEM_MALFORMED_DOCUMENT] = {400, false, "malformed-document", "Malformed document",
                                    "Document mal formé",
                                    "The body is not an XML document that is accepted here.",
                                    "Le document reçu n’est pas un document XML accepté ici."},
    [PROBLEM_UNAUTHENTICATED] = {401, false, "unauthenticated", "Not signed in",
                                 "Connexion nécessaire", "Valid credentials are needed for this.",
                                 "Il faut vous connecter pour voir cette page."},
    [PROBLEM_FORBIDDEN] = {403, false, "forbidden", "Not allowed", "Accès refusé",
                           "Your role may not do this.",
                           "Votre rôle ne donne pas accès à cette page."},
    [PROBLEM_FOREIGN_ORIGIN] = {403, false, "foreign-origin", "Request from another site",
                                "Demande venue d’un autre site",
                                "A request with the session's cookie that changes something must "
                                "come from this very site.",
                                "Cette demande ne vient pas de notre site ; elle a été refusée."},
    [PROBLEM_NOT_FOUND] = {404, false, "not-found", "Not found", "Page introuvable",
                           "There is nothing at this address.", "Il n’y a rien à cette adresse."},
    [PROBLEM_METHOD_NOT_ALLOWED] = {405, false, "method-not-allowed", "Method not allowed",
                                    "Opération impossible",
                                    "This address does not know the method; see Allow.",
                                    "Cette adresse ne permet pas cette opération."},
    [PROBLEM_NOT_ACCEPTABLE] = {406, false, "not-acceptable", "Not acceptable",
                                "Format indisponible",
                                "This address has no representation that Accept allows.",
                                "Cette adresse n’existe pas dans le format demandé."},
    [PROBLEM_CONFLICT] = {409, true, "conflict", "Conflict", "Conflit",
                          "The request contradicts what is recorded already; each contradiction is "
                          "told in an error element.",
                          "Votre demande contredit ce qui est déjà enregistré."},
    [PROBLEM_PRECONDITION_FAILED] =
        {412, true, "precondition-failed", "Changed meanwhile", "Modifié entre-temps",
         "What is recorded is not of the version that If-Match names, or If-None-Match excludes; "
         "read it again.",
         "Ces informations ont été modifiées depuis que vous les avez affichées ; rien n’a été "
         "enregistré. Relisez-les avant de recommencer."},
    [PROBLEM_TOO_LARGE] = {413, false, "too-large", "Too large", "Envoi trop volumineux",
                           "The body is larger than the 1,048,576 bytes that are accepted.",
                           "Votre envoi dépasse la taille acceptée, 1 Mio."},
    [PROBLEM_UNSUPPORTED_MEDIA_TYPE] = {415, false, "unsupported-media-type",
                                        "Unsupported media type", "Format non accepté",
                                        "The body is not of a media type that this address takes; "
                                        "documents are application/xml in UTF-8.",
                                        "Le format de votre envoi n’est pas accepté ici."},
    [PROBLEM_INVALID_DOCUMENT] = {422, true, "invalid-document", "Invalid document",
                                  "Document non valable",
                                  "The document does not follow its schema; each fault is told in "
                                  "an error element.",
                                  "Le document ne suit pas son schéma ; chaque erreur est "
                                  "indiquée."},
    [PROBLEM_REUSED_IDEMPOTENCY_KEY] =
        {422, false, "reused-idempotency-key", "Idempotency-Key used for another request",
         "Demande déjà envoyée",
         "This Idempotency-Key came with another body within the last 24 hours; nothing was "
         "changed.",
         "Ce formulaire a déjà été envoyé avec un autre contenu ; rouvrez-le pour en envoyer un "
         "autre."},
    [PROBLEM_STALE_FORM] =
        {422, true, "stale-form", "Form to be sent again", "Formulaire à renvoyer",
         "The field _form is missing, expired, or was sent before; the form that comes back has a "
         "new one.",
         "Ce formulaire a déjà été envoyé, ou il est resté ouvert trop longtemps. Vérifiez vos "
         "réponses et envoyez-le de nouveau."},
    [PROBLEM_PRECONDITION_REQUIRED] =
        {428, false, "precondition-required", "If-Match is missing", "Version non précisée",
         "To change what exists, name its version: send its entity tag (ETag) as If-Match.",
         "La version à modifier n’est pas précisée ; affichez la page de nouveau."},
    [PROBLEM_INTERNAL] = {500, false, "internal", "Internal error", "Erreur de notre côté",
                          "Something failed on our side; nothing was changed. The instance names "
                          "it in our logs.",
                          "Une erreur s’est produite de notre côté ; rien n’a été enregistré."},
    /* As nginx says it, in codev-http.conf. */
    [PROBLEM_NO_ANSWER] = {502, false, "no-answer", "No answer", "Pas de réponse",
                           "The request got no answer. It may have been recorded or not.",
                           "Votre demande est restée sans réponse. Vérifiez avant de la renvoyer."},
    [PROBLEM_PLUGIN_CLOSED] =
        {503, false, "plugin-closed", "Out of order", "Service suspendu",
         "This part of the service has failed several times and is closed for "
         "a while; the rest works.",
         "Cette partie du service est suspendue à la suite d’incidents ; "
         "le reste fonctionne. Merci de réessayer plus tard."},
    [PROBLEM_UNAVAILABLE] = {503, false, "unavailable", "Unavailable", "Service indisponible",
                             "The service cannot answer at the moment; try again shortly.",
                             "Le service ne peut pas répondre pour l’instant ; merci de réessayer "
                             "dans quelques secondes."},
};

int problem_status(enum problem_kind kind)
{
    return kinds[kind].status;
}

bool problem_shows_form(codev_request *request)
{
    if (!kinds[request->problem].shows_form || !request->is_form ||
        request->route->declared->form == NULL) {
        return false;
    }
    if (request->faults.count == 0) {
        xml_faults_add(&request->faults, 0, "/", kinds[request->problem].detail_en,
                       kinds[request->problem].detail_fr);
    }
    return true;
}

int request_problem(codev_request *request, enum problem_kind kind)
{
    if (request->problem == PROBLEM_NONE) {
        request->problem = kind;
    }
    return -1;
}

static int write_fault(const struct xml_fault *fault, xmlNode *parent)
{
    xmlNode *node;
    char line[16];

    if (xml_add(parent, "error", "") != 0) {
        return -1;
    }
    node = xmlGetLastChild(parent);
    (void)snprintf(line, sizeof line, "%d", fault->line);
    if ((fault->line > 0 && xml_add(node, "line", line) != 0) ||
        xml_add(node, "path", fault->path) != 0 || xml_add(node, "message", fault->fr) != 0 ||
        xmlNewNsProp(xmlGetLastChild(node), xmlSearchNs(node->doc, node, BAD_CAST "xml"),
                     BAD_CAST "lang", BAD_CAST "fr") == NULL ||
        xml_add(node, "message", fault->en) != 0 ||
        xmlNewNsProp(xmlGetLastChild(node), xmlSearchNs(node->doc, node, BAD_CAST "xml"),
                     BAD_CAST "lang", BAD_CAST "en") == NULL) {
        return -1;
    }
    return 0;
}

int problem_write_faults(codev_request *request, xmlNode *node)
{
    for (size_t i = 0; i < request->faults.count; i++) {
        if (write_fault(&request->faults.items[i], node) != 0) {
            return -1;
        }
    }
    return 0;
}

xmlDoc *problem_document(codev_request *request, bool french)
{
    const enum problem_kind kind = request->problem;
    xmlDoc *document = xml_new(request, NAMESPACE, "problem");
    xmlNode *root = document != NULL ? xmlDocGetRootElement(document) : NULL;
    char type[64];
    char status[8];

    if (root == NULL) {
        return NULL;
    }
    (void)snprintf(type, sizeof type, "urn:codev:problem:%s", kinds[kind].name);
    (void)snprintf(status, sizeof status, "%d", kinds[kind].status);
    if (xml_set(root, "type", type) != 0 ||
        xml_set(root, "title", french ? kinds[kind].title_fr : kinds[kind].title_en) != 0 ||
        xml_set(root, "status", status) != 0 ||
        xml_set(root, "detail", french ? kinds[kind].detail_fr : kinds[kind].detail_en) != 0 ||
        xml_set(root, "instance", request->id) != 0 || problem_write_faults(request, root) != 0) {
        return NULL;
    }
    return document;
}
