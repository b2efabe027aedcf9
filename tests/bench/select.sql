-- SELECT_REQUEST of plugins/quotes/quotes.c, as pgbench writes parameters.
SELECT id AS "@id", reference AS "@reference", status AS "@status",
    received_at AS "@received-at", '/quotes/requests/' || id AS "@href",
    organisation_name AS "organisation/name", organisation_siren AS "organisation/siren",
    contact_given_name AS "contact/given-name", contact_family_name AS "contact/family-name",
    contact_email AS "contact/email", contact_phone AS "contact/phone",
    contact_position AS "contact/position", audience AS "need/audience[]",
    objective AS "need/objective[]", participants AS "need/participants",
    sessions AS "need/sessions", modality AS "need/modality",
    starting_from AS "need/starting-from", message AS "need/message", groups AS "need/groups",
    consent_text_version AS "consent/@text-version", true AS "consent/@accepted"
FROM quotes.request WHERE id = :id;
