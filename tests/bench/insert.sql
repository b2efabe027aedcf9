-- INSERT_REQUEST of plugins/quotes/quotes.c, as pgbench writes parameters.
\set reference random(1, 9000000000000000000)
INSERT INTO quotes.request (id, reference, received_at, organisation_name,
    organisation_siren, contact_given_name, contact_family_name, contact_email,
    contact_phone, contact_position, audience, objective, participants, sessions, modality,
    starting_from, message, consent_text_version)
VALUES (gen_random_uuid(), to_hex(:reference::bigint), now(), :organisation,
    :siren, :given_name, :family_name, :email,
    :phone, :position, :audience, :objective, :participants, :sessions, :modality,
    :starting_from, :message, :consent_text);
