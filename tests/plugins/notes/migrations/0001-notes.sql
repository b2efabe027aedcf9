-- Notes of organisations. Each table's key begins with the organisation: another's keys neither collide
-- nor can be guessed by colliding, and no row refers to a row of another organisation.

CREATE SEQUENCE notes.note_version; -- a key may be used again: no version is ever given twice

CREATE TABLE notes.note (
    organisation uuid NOT NULL DEFAULT core.organisation() REFERENCES core.organisation,
    id uuid NOT NULL, -- version 7: the newest last
    key text NOT NULL, -- the client's choice
    version bigint NOT NULL DEFAULT nextval('notes.note_version'),
    author uuid NOT NULL DEFAULT core.person() REFERENCES core.person,
    made_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz, -- NULL: never
    title text NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (organisation, id),
    CONSTRAINT note_key UNIQUE (organisation, key)
);

-- A link shows one note to whoever has it. The capability is the hash of the link's token.
CREATE TABLE notes.link (
    organisation uuid NOT NULL DEFAULT core.organisation(),
    id uuid NOT NULL,
    note uuid NOT NULL,
    capability text NOT NULL,
    label text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation, id),
    FOREIGN KEY (organisation, note) REFERENCES notes.note ON DELETE CASCADE
);
CREATE INDEX link_capability ON notes.link (capability);

CREATE TABLE notes.reply (
    organisation uuid NOT NULL,
    id uuid NOT NULL,
    note uuid NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    text text NOT NULL,
    PRIMARY KEY (organisation, id),
    FOREIGN KEY (organisation, note) REFERENCES notes.note ON DELETE CASCADE
);

-- To the school, by anybody.
CREATE TABLE notes.suggestion (
    id uuid PRIMARY KEY,
    made_at timestamptz NOT NULL DEFAULT now(),
    text text NOT NULL
);

ALTER TABLE notes.note ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes.note FORCE ROW LEVEL SECURITY;
ALTER TABLE notes.link ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes.link FORCE ROW LEVEL SECURITY;
ALTER TABLE notes.reply ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes.reply FORCE ROW LEVEL SECURITY;
ALTER TABLE notes.suggestion ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes.suggestion FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON notes.note TO codev_owner USING (true) WITH CHECK (true);
CREATE POLICY owner ON notes.link TO codev_owner USING (true) WITH CHECK (true);
CREATE POLICY owner ON notes.reply TO codev_owner USING (true) WITH CHECK (true);
CREATE POLICY owner ON notes.suggestion TO codev_owner USING (true) WITH CHECK (true);

-- Members of an organisation, which are not its staff or operators: only the school has these.
CREATE FUNCTION notes.is_member(organisation uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT organisation = core.organisation()
           AND core.role() IN ('participant', 'facilitator', 'manager')
$$;
-- A note is changed by who wrote it and by managers; facilitators only read.
CREATE FUNCTION notes.may_change(organisation uuid, author uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT organisation = core.organisation()
           AND (core.role() = 'manager' OR (core.role() = 'participant' AND author = core.person()))
$$;

CREATE POLICY member ON notes.note FOR SELECT TO codev_notes USING (notes.is_member(organisation));
-- The school's staff help its clients: they read all notes and change none.
CREATE POLICY staff ON notes.note FOR SELECT TO codev_notes USING (core.role() = 'staff');
CREATE POLICY holder ON notes.note FOR SELECT TO codev_notes USING (EXISTS (
    SELECT FROM notes.link l
    WHERE l.organisation = note.organisation AND l.note = note.id
      AND l.capability = core.capability()));
CREATE POLICY write ON notes.note FOR INSERT TO codev_notes
    WITH CHECK (notes.may_change(organisation, author) AND author = core.person());
CREATE POLICY change ON notes.note FOR UPDATE TO codev_notes
    USING (notes.may_change(organisation, author))
    WITH CHECK (notes.may_change(organisation, author));
CREATE POLICY remove ON notes.note FOR DELETE TO codev_notes
    USING (notes.may_change(organisation, author));
-- codev itself sees what has expired, of whomever, to remove it.
CREATE POLICY sweep ON notes.note FOR SELECT TO codev_notes
    USING (core.kind() = 'system' AND expires_at <= now());
CREATE POLICY sweep_away ON notes.note FOR DELETE TO codev_notes
    USING (core.kind() = 'system' AND expires_at <= now());

CREATE POLICY member ON notes.link TO codev_notes
    USING (notes.is_member(organisation) AND core.role() <> 'facilitator')
    WITH CHECK (notes.is_member(organisation) AND core.role() <> 'facilitator');
CREATE POLICY holder ON notes.link FOR SELECT TO codev_notes USING (capability = core.capability());

CREATE POLICY member ON notes.reply FOR SELECT TO codev_notes USING (notes.is_member(organisation));
-- Who replies does not read what others have replied.
CREATE POLICY holder ON notes.reply FOR INSERT TO codev_notes WITH CHECK (EXISTS (
    SELECT FROM notes.link l
    WHERE l.organisation = reply.organisation AND l.note = reply.note
      AND l.capability = core.capability()));

CREATE POLICY anybody ON notes.suggestion FOR INSERT TO codev_notes
    WITH CHECK (core.role() IS NOT NULL);
CREATE POLICY staff ON notes.suggestion FOR SELECT TO codev_notes USING (core.role() = 'staff');

-- With its caller's rights: without them it would show its owner's, who sees everything.
CREATE VIEW notes.summary WITH (security_invoker = true) AS
    SELECT organisation, count(*) AS notes, max(made_at) AS latest
    FROM notes.note GROUP BY organisation;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA notes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notes.is_member, notes.may_change TO codev_notes;
GRANT SELECT, INSERT, UPDATE, DELETE ON notes.note TO codev_notes;
GRANT SELECT, INSERT, DELETE ON notes.link TO codev_notes;
GRANT SELECT, INSERT ON notes.reply, notes.suggestion TO codev_notes;
GRANT SELECT ON notes.summary TO codev_notes;
GRANT USAGE ON SEQUENCE notes.note_version TO codev_notes;
