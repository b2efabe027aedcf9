/* SPDX-License-Identifier: MPL-2.0 */
/* fault.c: the sentences that tell what is wrong with a document, and where. The words never come
 * from the library: it speaks English to programmers, and our readers are visitors and partners. */
#include "xml/fault.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    NUMBERED = 1,          /* in _private: this, and an element's place */
    VALUE_CHARACTERS = 40, /* of a value that is quoted back; enough to recognise it */
};

#define UNREADABLE_EN "The document cannot be read: "
#define UNREADABLE_FR "Le document est illisible\u00a0: "

/* {name}, {other}, {value}, {want}, {line} stand for the members of struct xml_fault_about. French
 * has its no-break spaces (U+00A0) inside quotation marks and before the colon. */
static const struct xml_words sentences[XML_FAULT_KINDS] = {
    [XML_FAULT_NONE] = {"", ""},
    [XML_FAULT_EMPTY] = {"The document is empty.", "Le document est vide."},
    [XML_FAULT_ENCODING] = {UNREADABLE_EN "it is not in UTF-8 (line {line}).",
                            UNREADABLE_FR "il n'est pas en UTF-8 (ligne {line})."},
    [XML_FAULT_NUL] = {UNREADABLE_EN "it holds a NUL character (line {line}).",
                       UNREADABLE_FR "il contient un caractère nul (ligne {line})."},
    [XML_FAULT_VERSION] = {UNREADABLE_EN "only version 1.0 of XML is taken.",
                           UNREADABLE_FR "seul XML 1.0 est accepté."},
    [XML_FAULT_DOCTYPE] = {"A document type declaration (DOCTYPE) is not allowed (line {line}).",
                           "Une déclaration de type (DOCTYPE) n'est pas permise (ligne {line})."},
    [XML_FAULT_DEEP] = {"The elements are nested too deeply: {want} levels at most (line {line}).",
                        "Les éléments sont trop imbriqués\u00a0: {want} niveaux au plus "
                        "(ligne {line})."},
    [XML_FAULT_ATTRIBUTES] = {"An element has too many attributes: {want} at most (line {line}).",
                              "Un élément a trop d'attributs\u00a0: {want} au plus "
                              "(ligne {line})."},
    [XML_FAULT_NAMESPACES] = {"Too many namespaces are declared: {want} at most (line {line}).",
                              "Trop d'espaces de noms sont déclarés\u00a0: {want} au plus "
                              "(ligne {line})."},
    [XML_FAULT_NAME] = {"A name is too long: at most {want} bytes (line {line}).",
                        "Un nom est trop long\u00a0: {want} octets au plus (ligne {line})."},
    [XML_FAULT_NODES] = {"The document has too many elements and attributes: {want} at most "
                         "altogether (line {line}).",
                         "Le document a trop d'éléments et d'attributs\u00a0: {want} au plus en "
                         "tout (ligne {line})."},
    [XML_FAULT_MARKS] = {"The document has too many references, comments, processing instructions "
                         "and CDATA sections: {want} at most altogether (line {line}).",
                         "Le document a trop de références, de commentaires, d'instructions de "
                         "traitement et de sections CDATA\u00a0: {want} au plus en tout "
                         "(ligne {line})."},
    [XML_FAULT_CUT] = {UNREADABLE_EN "it ends before it is complete (line {line}).",
                       UNREADABLE_FR "il s'arrête avant la fin (ligne {line})."},
    [XML_FAULT_TAG] = {UNREADABLE_EN "an end tag does not match its start tag (line {line}).",
                       UNREADABLE_FR "une balise fermante ne correspond pas à l'ouvrante "
                                     "(ligne {line})."},
    [XML_FAULT_ENTITY] = {UNREADABLE_EN "an entity is not known, or “&” is not written “&amp;” "
                                        "(line {line}).",
                          UNREADABLE_FR
                          "une entité est inconnue, ou «\u00a0&\u00a0» n'est pas écrit "
                          "«\u00a0&amp;\u00a0» (ligne {line})."},
    [XML_FAULT_PREFIX] = {UNREADABLE_EN "a prefix stands for no namespace (line {line}).",
                          UNREADABLE_FR "un préfixe ne désigne aucun espace de noms "
                                        "(ligne {line})."},
    [XML_FAULT_TWICE] = {UNREADABLE_EN "an element has the same attribute twice (line {line}).",
                         UNREADABLE_FR "un élément porte deux fois le même attribut "
                                       "(ligne {line})."},
    [XML_FAULT_TRAILING] = {UNREADABLE_EN "something follows the root element (line {line}).",
                            UNREADABLE_FR "quelque chose suit l'élément racine (ligne {line})."},
    [XML_FAULT_CHARACTER] = {UNREADABLE_EN "it holds a character that XML does not allow "
                                           "(line {line}).",
                             UNREADABLE_FR "il contient un caractère interdit en XML "
                                           "(ligne {line})."},
    [XML_FAULT_FORM] = {UNREADABLE_EN "it is not well-formed XML (line {line}).",
                        UNREADABLE_FR "ce n'est pas du XML bien formé (ligne {line})."},
    [XML_FAULT_MEMORY] = {"The document could not be read for lack of memory.",
                          "Le document n'a pas pu être lu, faute de mémoire."},

    [XML_FAULT_UNCHECKED] = {"The document could not be checked.",
                             "Le document n'a pas pu être vérifié."},
    [XML_FAULT_ROOT] = {"The root element must be “{want}”; “{name}”, in the namespace “{other}”, "
                        "was found.",
                        "L'élément racine doit être «\u00a0{want}\u00a0»\u00a0; c'est "
                        "«\u00a0{name}\u00a0», dans l'espace de noms «\u00a0{other}\u00a0»."},
    [XML_FAULT_MISSING] = {"The element “{name}” is missing.",
                           "L'élément «\u00a0{name}\u00a0» manque."},
    [XML_FAULT_MISSING_ATTRIBUTE] = {"The attribute “{name}” is missing.",
                                     "L'attribut «\u00a0{name}\u00a0» manque."},
    [XML_FAULT_MISSING_CHOICE] = {"One of these elements is missing: {want}.",
                                  "Il manque l'un de ces éléments\u00a0: {want}."},
    [XML_FAULT_TOO_FEW] = {"There must be at least {want} elements “{name}”.",
                           "Il faut au moins {want} éléments «\u00a0{name}\u00a0»."},
    [XML_FAULT_TOO_MANY] = {"There are too many elements “{name}”: at most {want}.",
                            "Il y a trop d'éléments «\u00a0{name}\u00a0»\u00a0: {want} au plus."},
    [XML_FAULT_ORDER] = {"The element “{name}” must come before “{other}”.",
                         "L'élément «\u00a0{name}\u00a0» doit venir avant "
                         "«\u00a0{other}\u00a0»."},
    [XML_FAULT_UNKNOWN] = {"The element “{name}” is not expected here.",
                           "L'élément «\u00a0{name}\u00a0» n'est pas attendu ici."},
    [XML_FAULT_UNKNOWN_ATTRIBUTE] = {"The attribute “{name}” is not expected here.",
                                     "L'attribut «\u00a0{name}\u00a0» n'est pas attendu ici."},
    [XML_FAULT_FOREIGN] = {"The element “{name}” must be in the namespace “{other}”.",
                           "L'élément «\u00a0{name}\u00a0» doit être dans l'espace de noms "
                           "«\u00a0{other}\u00a0»."},
    [XML_FAULT_TEXT] = {"The element “{name}” must not hold text of its own: “{value}”.",
                        "L'élément «\u00a0{name}\u00a0» ne doit pas contenir de texte\u00a0: "
                        "«\u00a0{value}\u00a0»."},
    [XML_FAULT_UNFIT] = {"The element “{name}” is not as the schema wants it.",
                         "L'élément «\u00a0{name}\u00a0» n'est pas conforme au schéma."},

    [XML_FAULT_REQUIRED] = {"This is required.", "Ce champ est obligatoire."},
    [XML_FAULT_BLANK] = {"The value is empty: fill it in, or leave it out.",
                         "La valeur est vide\u00a0: il faut la remplir ou l'enlever."},
    [XML_FAULT_LONG] = {"The text is too long: at most {want} characters.",
                        "Le texte est trop long\u00a0: {want} caractères au plus."},
    [XML_FAULT_SHORT] = {"The text is too short: at least {want} characters.",
                         "Le texte est trop court\u00a0: {want} caractères au moins."},
    [XML_FAULT_VALUE] = {"The value “{value}” is not accepted.",
                         "La valeur «\u00a0{value}\u00a0» n'est pas acceptée."},
    [XML_FAULT_WANTED] = {"The value “{value}” is not accepted; it must be {want}.",
                          "La valeur «\u00a0{value}\u00a0» n'est pas acceptée\u00a0: il faut "
                          "{want}."},
    [XML_FAULT_REPEATED] = {"The value “{value}” is given more than once.",
                            "La valeur «\u00a0{value}\u00a0» est donnée plus d'une fois."},
    [XML_FAULT_REPEATED_ELEMENT] = {"The element “{name}” repeats an earlier one.",
                                    "L'élément «\u00a0{name}\u00a0» en répète un autre."},
    [XML_FAULT_OWN] = {"{want}", "{want}"},

    [XML_FAULT_FIELD_UNKNOWN] = {"The form has no field “{name}”.",
                                 "Le formulaire n'a pas de champ «\u00a0{name}\u00a0»."},
    [XML_FAULT_FIELD_TWICE] = {"Only one answer is expected.", "Une seule réponse est attendue."},
    [XML_FAULT_FIELD_CHARACTER] = {"The text holds a character that is not allowed.",
                                   "Le texte contient un caractère qui n'est pas permis."},
    [XML_FAULT_FIELDS] = {"The form has too many fields: at most {want}.",
                          "Le formulaire a trop de champs\u00a0: {want} au plus."},
    [XML_FAULT_FIELDS_MAKE] = {"The form makes too many elements and attributes: at most {want} "
                               "altogether.",
                               "Le formulaire donne trop d'éléments et d'attributs\u00a0: {want} "
                               "au plus en tout."},
};

/* The value as it may be quoted: cut on a character's boundary, on one line, without spaces at its
 * end. */
static char *quotable(TALLOC_CTX *arena, const char *value)
{
    static const char white_space[] = " \t\n\r";
    size_t length = 0;
    int characters = 0;
    char *quoted;
    bool whole;

    while (value[length] != '\0') {
        if (((unsigned char)value[length] & 0xC0) != 0x80 && ++characters > VALUE_CHARACTERS) {
            break;
        }
        length++;
    }
    whole = value[length] == '\0';
    while (length > 0 && strchr(white_space, value[length - 1]) != NULL) {
        length--;
    }
    quoted = talloc_strndup(arena, value, length);
    if (quoted == NULL) {
        return NULL;
    }
    for (char *at = quoted; *at != '\0'; at++) {
        if (strchr(white_space, *at) != NULL) {
            *at = ' ';
        }
    }
    return whole ? quoted : talloc_strdup_append_buffer(quoted, "…");
}

/* What a {placeholder} stands for; NULL when the sentence has it but the caller did not say. */
static const char *meaning(TALLOC_CTX *arena, const char *placeholder, size_t length,
                           const struct xml_fault_about *about, const char *want)
{
    if (strncmp(placeholder, "name", length) == 0) {
        return about->name == NULL ? NULL : quotable(arena, about->name);
    }
    if (strncmp(placeholder, "other", length) == 0) {
        return about->other == NULL ? NULL : quotable(arena, about->other);
    }
    if (strncmp(placeholder, "value", length) == 0) {
        return about->value == NULL ? NULL : quotable(arena, about->value);
    }
    if (strncmp(placeholder, "line", length) == 0) {
        return talloc_asprintf(arena, "%d", about->line);
    }
    return want;
}

/* The sentence with its placeholders filled in. */
static const char *compose(TALLOC_CTX *arena, const char *sentence,
                           const struct xml_fault_about *about, const char *want)
{
    char *text = talloc_strdup(arena, "");
    const char *open;

    while (text != NULL && (open = strchr(sentence, '{')) != NULL) {
        const char *const close = strchr(open, '}');
        const char *word;

        if (close == NULL) {
            break;
        }
        word = meaning(arena, open + 1, (size_t)(close - open - 1), about, want);
        text = talloc_strndup_append_buffer(text, sentence, (size_t)(open - sentence));
        if (text != NULL && word != NULL) {
            text = talloc_strdup_append_buffer(text, word);
        }
        sentence = close + 1;
    }
    return text == NULL ? NULL : talloc_strdup_append_buffer(text, sentence);
}

void xml_fault_say(TALLOC_CTX *arena, enum xml_fault_kind kind, const struct xml_fault_about *about,
                   struct xml_fault *fault)
{
    static const struct xml_fault_about nothing;
    const struct xml_words *const sentence = &sentences[kind];

    if (about == NULL) {
        about = &nothing;
    }
    fault->en = compose(arena, sentence->en, about, about->want.en);
    fault->fr = compose(arena, sentence->fr, about, about->want.fr);
    if (fault->en == NULL || fault->fr == NULL) {
        fault->en = sentences[XML_FAULT_MEMORY].en;
        fault->fr = sentences[XML_FAULT_MEMORY].fr;
    }
}

void xml_fault_add(struct xml_faults *faults, const char *path, enum xml_fault_kind kind,
                   const struct xml_fault_about *about)
{
    struct xml_fault fault;

    if (faults->count == XML_FAULTS_MAX) {
        return;
    }
    xml_fault_say(faults->arena, kind, about, &fault);
    xml_faults_add(faults, about == NULL ? 0 : about->line, path, fault.en, fault.fr);
}

void xml_faults_add(struct xml_faults *faults, int line, const char *path, const char *en,
                    const char *fr)
{
    struct xml_fault *const fault = &faults->items[faults->count];

    if (faults->count == XML_FAULTS_MAX) {
        return;
    }
    for (size_t i = 0; i < faults->count; i++) {
        if (strcmp(faults->items[i].path, path) == 0) {
            return;
        }
    }
    fault->line = line;
    fault->path = talloc_strdup(faults->arena, path);
    fault->en = talloc_strdup(faults->arena, en);
    fault->fr = talloc_strdup(faults->arena, fr);
    if (fault->path == NULL || fault->en == NULL || fault->fr == NULL) {
        fault->path = "";
        fault->en = sentences[XML_FAULT_MEMORY].en;
        fault->fr = sentences[XML_FAULT_MEMORY].fr;
    }
    faults->count++;
}

/* Which of its name an element is among its siblings, from 1; 0 when it is the only one. */
static size_t place(const xmlNode *element)
{
    size_t before = 0;
    bool alone = true;

    if (element->_private != NULL) {
        return (size_t)((uintptr_t)element->_private - NUMBERED);
    }
    for (const xmlNode *node = element->prev; node != NULL; node = node->prev) {
        if (node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, element->name)) {
            before++;
        }
    }
    for (const xmlNode *node = element->next; node != NULL && alone; node = node->next) {
        alone = node->type != XML_ELEMENT_NODE || !xmlStrEqual(node->name, element->name);
    }
    return before == 0 && alone ? 0 : before + 1;
}

struct sibling {
    xmlNode *element;
    size_t number; /* in the order of the document */
};

/* Not by xmlStrcmp(), which goes byte by byte. Equal names of a parsed document are one. */
static int name_order(const struct sibling *a, const struct sibling *b)
{
    return a->element->name == b->element->name
               ? 0
               : strcmp((const char *)a->element->name, (const char *)b->element->name);
}

static int by_name(const void *one, const void *other)
{
    const struct sibling *const a = one, *const b = other;
    const int order = name_order(a, b);

    return order != 0 ? order : a->number < b->number ? -1 : 1;
}

/* Those of one name lie beside one another now. */
static void number_sorted(const struct sibling *siblings, size_t count)
{
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && name_order(&siblings[from], &siblings[to]) == 0;) {
            to++;
        }
        for (size_t i = from; i < to; i++) {
            siblings[i].element->_private =
                (void *)(uintptr_t)(NUMBERED + (to - from == 1 ? 0 : i - from + 1));
        }
    }
}

static void number_children(TALLOC_CTX *scratch, const xmlNode *parent)
{
    struct sibling *siblings = NULL;
    size_t count = 0;

    for (xmlNode *child = xml_child(parent, NULL); child != NULL; child = xml_next(child, NULL)) {
        count++;
        number_children(scratch, child);
    }
    siblings = count == 0 ? NULL : talloc_array(scratch, struct sibling, (unsigned)count);
    if (siblings == NULL) {
        return;
    }
    count = 0;
    for (xmlNode *child = xml_child(parent, NULL); child != NULL; child = xml_next(child, NULL)) {
        siblings[count] = (struct sibling){child, count};
        count++;
    }
    qsort(siblings, count, sizeof siblings[0], by_name);
    number_sorted(siblings, count);
    talloc_free(siblings);
}

void xml_fault_number_places(TALLOC_CTX *scratch, const xmlDoc *document)
{
    xmlNode *const root = xmlDocGetRootElement((xmlDoc *)document);

    if (root != NULL && root->_private == NULL) {
        root->_private = (void *)(uintptr_t)NUMBERED;
        number_children(scratch, root);
    }
}

char *xml_fault_path(TALLOC_CTX *arena, const xmlNode *node)
{
    const char *const name = (const char *)node->name;
    size_t number;
    char *path;

    if (node->parent == NULL || node->type == XML_DOCUMENT_NODE) {
        return talloc_strdup(arena, "");
    }
    path = xml_fault_path(arena, node->parent);
    if (path == NULL) {
        return NULL;
    }
    if (node->type == XML_ATTRIBUTE_NODE) {
        return talloc_asprintf_append_buffer(path, "/@%s", name);
    }
    number = place(node);
    if (number == 0) {
        return talloc_asprintf_append_buffer(path, "/%s", name);
    }
    return talloc_asprintf_append_buffer(path, "/%s[%zu]", name, number);
}

int xml_fault_line(const xmlNode *node)
{
    const long line = node == NULL ? 0 : xmlGetLineNo(node);

    return line > 0 ? (int)line : 0;
}

/* The digits in groups of three with this between. */
static const char *grouped(TALLOC_CTX *arena, const char *digits, const char *between)
{
    const size_t length = strlen(digits);
    char *text = talloc_strndup(arena, digits, length % 3);

    for (size_t at = length % 3; at < length && text != NULL; at += 3) {
        text = talloc_asprintf_append_buffer(text, "%s%.3s", at == 0 ? "" : between, digits + at);
    }
    return text;
}

struct xml_words xml_fault_number(TALLOC_CTX *arena, const char *text)
{
    const struct xml_words same = {text, text};

    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0') {
        return same;
    }
    return (struct xml_words){grouped(arena, text, ","), grouped(arena, text, "\u202f")};
}

struct xml_words xml_fault_count(TALLOC_CTX *arena, int count)
{
    const char *const digits = talloc_asprintf(arena, "%d", count);

    return digits == NULL ? (struct xml_words){NULL, NULL} : xml_fault_number(arena, digits);
}
