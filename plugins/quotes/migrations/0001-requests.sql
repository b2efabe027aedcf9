-- Requests for a quote, as visitors send them.

CREATE TABLE quotes.request (
    id uuid PRIMARY KEY, -- version 7: the newest last
    reference text NOT NULL CONSTRAINT request_reference UNIQUE,
    status text NOT NULL DEFAULT 'received' CHECK (status IN ('received', 'quoted', 'closed')),
    received_at timestamptz NOT NULL,
    organisation_name text NOT NULL,
    organisation_siren text,
    contact_given_name text NOT NULL,
    contact_family_name text NOT NULL,
    contact_email text NOT NULL,
    contact_phone text,
    contact_position text,
    audience text[] NOT NULL,
    objective text[] NOT NULL,
    participants integer NOT NULL CHECK (participants BETWEEN 1 AND 10000),
    -- groups of at most 8 peers
    groups integer NOT NULL GENERATED ALWAYS AS ((participants + 7) / 8) STORED,
    sessions integer CHECK (sessions BETWEEN 1 AND 100),
    modality text NOT NULL CHECK (modality IN ('remote', 'on-site', 'mixed')),
    starting_from date,
    message text,
    consent_text_version text NOT NULL
        CONSTRAINT request_consent_text REFERENCES core.consent_text
);

ALTER TABLE quotes.request ENABLE ROW LEVEL SECURITY;
ALTER TABLE quotes.request FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON quotes.request TO codev_owner USING (true) WITH CHECK (true);
-- Anyone may ask; what was asked, the school's staff alone reads.
CREATE POLICY ask ON quotes.request FOR INSERT TO codev_quotes
    WITH CHECK (core.role() IS NOT NULL AND status = 'received');
CREATE POLICY read ON quotes.request FOR SELECT TO codev_quotes
    USING (core.role() = 'staff');

-- When a request of that reference was received; nothing else of it. For the confirmation page.
CREATE FUNCTION quotes.confirmation(reference text)
RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS
    $$ SELECT received_at FROM quotes.request r WHERE r.reference = confirmation.reference $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA quotes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION quotes.confirmation TO codev_quotes;
GRANT SELECT, INSERT ON quotes.request TO codev_quotes;
