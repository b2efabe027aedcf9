-- Idempotency-Key: what became of a POST, for 24 hours, by who sent it, where, and the key. A row is
-- written in the transaction of the POST's own effect.

CREATE TABLE core.idempotency (
    principal text NOT NULL, -- person's id; '' for visitors
    route text NOT NULL,     -- path below the mount point
    key text NOT NULL,
    hmac text NOT NULL,      -- of the body, which is not kept
    status integer,
    location text,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (principal, route, key)
);
CREATE INDEX idempotency_oldest ON core.idempotency (made_at);

ALTER TABLE core.idempotency ENABLE ROW LEVEL SECURITY;
ALTER TABLE core.idempotency FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON core.idempotency TO codev_owner USING (true) WITH CHECK (true);

CREATE FUNCTION core.idempotency_principal() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT coalesce(nullif(current_setting('codev.person', true), ''), '') $$;

-- Waits while a twin's transaction is under way; fails on idempotency_pkey when there was one. Each
-- claim sweeps up a few that are too old.
CREATE FUNCTION core.idempotency_claim(route text, key text, hmac text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    DELETE FROM core.idempotency WHERE ctid IN (
        SELECT old.ctid FROM core.idempotency old WHERE old.made_at < now() - interval '24 hours'
        ORDER BY old.made_at LIMIT 10 FOR UPDATE SKIP LOCKED);
    DELETE FROM core.idempotency i
    WHERE i.principal = core.idempotency_principal() AND i.route = idempotency_claim.route
      AND i.key = idempotency_claim.key AND i.made_at < now() - interval '24 hours';
    INSERT INTO core.idempotency (principal, route, key, hmac)
    VALUES (core.idempotency_principal(), route, key, hmac);
END $$;

CREATE FUNCTION core.idempotency_settle(route text, key text, status integer, location text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    UPDATE core.idempotency i
    SET status = idempotency_settle.status, location = idempotency_settle.location
    WHERE i.principal = core.idempotency_principal() AND i.route = idempotency_settle.route
      AND i.key = idempotency_settle.key
$$;

CREATE FUNCTION core.idempotency_find(route text, key text)
RETURNS TABLE (hmac text, status integer, location text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT i.hmac, i.status, i.location FROM core.idempotency i
    WHERE i.principal = core.idempotency_principal() AND i.route = idempotency_find.route
      AND i.key = idempotency_find.key
$$;

REVOKE EXECUTE ON FUNCTION core.idempotency_principal, core.idempotency_claim,
    core.idempotency_settle, core.idempotency_find FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.idempotency_claim, core.idempotency_settle, core.idempotency_find
    TO PUBLIC;
