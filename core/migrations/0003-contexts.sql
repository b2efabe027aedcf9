-- The other two kinds of context, and forms that are sent once.

-- A transaction runs on behalf of
--   visitor      nobody in particular
--   capability   the holder of a link: of its token only the SHA-256 comes here, in hexadecimal
--   person       somebody of an organisation, who may hold a link as well
--   system       codev itself: timers and events
-- Its types are written with their schema: pg_temp, which is searched first for types, is not in its
-- search_path, where its plans would be made anew at each call (twice the time).
-- Policies ask core.kind(), core.role(), core.organisation(), core.person() and core.capability().
DROP FUNCTION core.enter(text, text, text, text, text, boolean);
CREATE FUNCTION core.enter(kind text, organisation text, issuer text, subject text, role text,
    writes boolean, capability text DEFAULT NULL)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    organisation_id pg_catalog.uuid;
    person_id pg_catalog.uuid;
    person_status pg_catalog.text;
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
    ELSIF (kind IN ('visitor', 'capability') AND role = 'visitor'
           AND (kind = 'capability') = (capability IS NOT NULL)
           OR kind = 'system' AND role = 'system' AND capability IS NULL) IS NOT TRUE THEN
        RAISE EXCEPTION 'The caller may not enter.' USING ERRCODE = 'CV001';
    END IF;
    PERFORM set_config('codev.kind', kind, true),
            set_config('codev.organisation', coalesce(organisation_id::pg_catalog.text, ''), true),
            set_config('codev.person', coalesce(person_id::pg_catalog.text, ''), true),
            set_config('codev.role', role, true),
            set_config('codev.capability', coalesce(capability, ''), true);
    IF NOT writes THEN
        PERFORM set_config('transaction_read_only', 'on', true);
    END IF;
END $$;

CREATE FUNCTION core.kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('codev.kind', true), '') $$;
CREATE FUNCTION core.capability() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('codev.capability', true), '') $$;

-- Whose key it is: a person's, a link's, or of all others of that kind together.
CREATE OR REPLACE FUNCTION core.idempotency_principal() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('codev.person', true), ''), core.capability(),
                    nullif(core.kind(), 'visitor'), '')
$$;

-- Forms that were sent: the one-use number of each, until it would be too old anyway. A row is
-- written in the transaction of the form's own effect. Each use sweeps up a few old ones.
CREATE TABLE core.used_form (
    nonce text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE INDEX used_form_oldest ON core.used_form (expires_at);

ALTER TABLE core.used_form ENABLE ROW LEVEL SECURITY;
ALTER TABLE core.used_form FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON core.used_form TO codev_owner USING (true) WITH CHECK (true);

-- Fails on used_form_pkey when the form was sent before.
CREATE FUNCTION core.form_use(nonce text, expires double precision)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM core.used_form WHERE ctid IN (
        SELECT old.ctid FROM core.used_form old WHERE old.expires_at < now() - interval '1 hour'
        ORDER BY old.expires_at LIMIT 10 FOR UPDATE SKIP LOCKED);
    INSERT INTO core.used_form (nonce, expires_at)
    VALUES (form_use.nonce, to_timestamp(form_use.expires));
$$;

REVOKE EXECUTE ON FUNCTION core.enter, core.form_use FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.enter TO codev;
GRANT EXECUTE ON FUNCTION core.kind, core.capability, core.form_use TO PUBLIC;

-- What runs with its owner's rights looks into pg_temp last. Where it is not named it is searched
-- first for types, so that whoever may make a domain text there could run code as the owner.
ALTER FUNCTION core.admit SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION core.idempotency_claim SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION core.idempotency_settle SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION core.idempotency_find SET search_path = pg_catalog, pg_temp;
