-- Organisations, people, consent texts, and the context of a transaction (core.enter), on which
-- every row-level security policy rests.

CREATE TABLE core.organisation (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name text NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    is_school boolean NOT NULL DEFAULT false
);
-- There is one school, and it alone has staff and operators.
CREATE UNIQUE INDEX organisation_school ON core.organisation (is_school) WHERE is_school;

-- Identity is (organisation, issuer, subject), never an e-mail address. Issuer '' is the
-- installation itself, others are the organisation's own providers of identities.
CREATE TABLE core.person (
    id uuid PRIMARY KEY,
    organisation uuid NOT NULL REFERENCES core.organisation,
    issuer text NOT NULL,
    subject text NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'deactivated')),
    made_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation, issuer, subject)
);

-- Consent texts by version; what was shown is never changed.
CREATE TABLE core.consent_text (
    version text PRIMARY KEY,
    body text NOT NULL,
    valid_from timestamptz NOT NULL DEFAULT now()
);
INSERT INTO core.consent_text (version, body) VALUES ('2026-11',
    'J’accepte que Convergence RH utilise ces données pour répondre à ma demande. '
    'Elles sont conservées trois ans au plus après notre dernier échange ; '
    'je peux demander à tout moment à les consulter, les corriger ou les effacer.');

-- The school itself is the first organisation.
INSERT INTO core.organisation (id, slug, name, is_school)
VALUES ('00000000-0000-7000-8000-000000000001', 'ecole', 'Convergence RH', true);

-- Errors that the core understands (SQLSTATE class CV):
--   CV001 the organisation is unknown or suspended, the person was deactivated, or the role is none
--         that this organisation can have
--   CV002 the person is not known yet

-- core.enter: the first statement of every transaction. It says on whose behalf the transaction
-- runs; the settings end with the transaction. kind is 'visitor', 'person', 'capability' or 'system'.
CREATE FUNCTION core.enter(kind text, organisation text, issuer text, subject text, role text,
    writes boolean)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    organisation_id uuid;
    person_id uuid;
    person_status text;
    role_is_known boolean;
BEGIN
    IF kind = 'person' AND role IS NOT NULL THEN
        SELECT o.id, p.id, p.status,
               role IN ('participant', 'facilitator', 'manager')
               OR (role IN ('staff', 'admin') AND o.is_school)
        INTO organisation_id, person_id, person_status, role_is_known
        FROM core.organisation o
        LEFT JOIN core.person p
            ON p.organisation = o.id AND p.issuer = enter.issuer
            AND p.subject = enter.subject
        WHERE o.slug = enter.organisation AND o.status = 'active';
        IF organisation_id IS NULL OR person_status = 'deactivated' OR NOT role_is_known THEN
            RAISE EXCEPTION 'The caller may not enter.' USING ERRCODE = 'CV001';
        END IF;
        IF person_id IS NULL THEN
            RAISE EXCEPTION 'The person is not known yet.' USING ERRCODE = 'CV002';
        END IF;
    ELSIF kind IS DISTINCT FROM 'visitor' OR role IS DISTINCT FROM 'visitor' THEN
        RAISE EXCEPTION 'The caller may not enter.' USING ERRCODE = 'CV001';
    END IF;
    PERFORM set_config('codev.kind', kind, true),
            set_config('codev.organisation', coalesce(organisation_id::text, ''), true),
            set_config('codev.person', coalesce(person_id::text, ''), true),
            set_config('codev.role', role, true);
    IF NOT writes THEN
        PERFORM set_config('transaction_read_only', 'on', true);
    END IF;
END $$;

-- core.admit: makes the person that a valid token names, at first use.
CREATE FUNCTION core.admit(id uuid, organisation text, issuer text, subject text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    INSERT INTO core.person (id, organisation, issuer, subject)
    SELECT admit.id, o.id, admit.issuer, admit.subject FROM core.organisation o
    WHERE o.slug = admit.organisation AND o.status = 'active'
    ON CONFLICT (organisation, issuer, subject) DO NOTHING
$$;

-- What policies ask. Null outside of a transaction that entered: a setting that ended with one is
-- left as an empty text, not as null.
CREATE FUNCTION core.role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('codev.role', true), '') $$;
CREATE FUNCTION core.organisation() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('codev.organisation', true), '')::uuid $$;
CREATE FUNCTION core.person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('codev.person', true), '')::uuid $$;

-- Row-level security: the owner's functions see all, nobody else anything yet.
ALTER TABLE core.organisation ENABLE ROW LEVEL SECURITY;
ALTER TABLE core.organisation FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON core.organisation TO codev_owner USING (true) WITH CHECK (true);
ALTER TABLE core.person ENABLE ROW LEVEL SECURITY;
ALTER TABLE core.person FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON core.person TO codev_owner USING (true) WITH CHECK (true);

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA core FROM PUBLIC;
GRANT USAGE ON SCHEMA core TO PUBLIC;
GRANT EXECUTE ON FUNCTION core.enter, core.admit TO codev;
GRANT EXECUTE ON FUNCTION core.role, core.organisation, core.person TO PUBLIC;
GRANT SELECT ON core.consent_text TO PUBLIC;
