# SPDX-License-Identifier: MPL-2.0
"""rules.py: what must hold of every table, view, function and privilege of the core and all plugins:
what the author of a new one forgets. A rule asks the catalogue and tells each offence."""

# Without row-level security; why.
OPEN_TABLES = {
    "core.consent_text": "what everybody may read, with nobody's data in it",
    "core.migration": "nobody is granted anything",
}
# What everybody may do, so every plugin.
PUBLIC_RIGHTS = {
    "core: USAGE",
    "core.consent_text: SELECT",
    "core.kind: EXECUTE", "core.role: EXECUTE", "core.organisation: EXECUTE",
    "core.person: EXECUTE", "core.capability: EXECUTE",
    "core.idempotency_claim: EXECUTE", "core.idempotency_settle: EXECUTE",
    "core.idempotency_find: EXECUTE", "core.form_use: EXECUTE",
}
# What the application's login may do itself, before it takes a plugin's role.
LOGIN_RIGHTS = {"core.enter: EXECUTE", "core.admit: EXECUTE", "core.migrations: EXECUTE"}

# Where a policy lets somebody beyond one organisation, on purpose: who, where, to do what; why. Each is
# seen to be used, so that none outlives its reason.
ACROSS = {
    ("staff", "notes.note", "SELECT"): "the school's staff help its clients",
    ("staff", "notes.summary", "SELECT"): "a view of the same",
    ("system", "notes.note", "SELECT"): "codev itself finds what has expired",
    ("system", "notes.summary", "SELECT"): "a view of the same",
    ("system", "notes.note", "DELETE"): "and removes it",
    ("system", "notes.link", "DELETE"): "which goes with its note",
    ("system", "notes.reply", "DELETE"): "and so does this",
}

OWN = "n.nspname !~ '^pg_|^information_schema$|^matrix$'"  # matrix: the tests' own
RELATIONS = ("pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
             " AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND " + OWN)
FUNCTIONS = f"pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace AND {OWN}"
RELATION, FUNCTION = "n.nspname || '.' || c.relname", "n.nspname || '.' || p.proname"

# name, kind, owner, rights as aclitem[]: of all that rights are granted on.
OBJECTS = f"""
    SELECT n.nspname::text AS name, 'n'::"char" AS kind, n.nspowner AS owner,
           coalesce(n.nspacl, acldefault('n', n.nspowner)) AS rights
    FROM pg_namespace n WHERE {OWN} AND n.nspname <> 'public'
    UNION ALL
    SELECT {RELATION}, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner,
           coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char",
                                         c.relowner))
    FROM {RELATIONS}
    UNION ALL
    SELECT {RELATION}, 'c', c.relowner, a.attacl
    FROM {RELATIONS} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL
    UNION ALL
    SELECT {FUNCTION}, 'f', p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
    FROM {FUNCTIONS}
    UNION ALL
    SELECT n.nspname || '.' || t.typname, 'T', t.typowner, NULL
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace AND {OWN}
"""


def ask(cursor, sql):
    cursor.execute(sql)
    return [row if len(row) > 1 else row[0] for row in cursor.fetchall()]


def rights(cursor):
    """All that somebody else than the owner may do: (grantee, object, right, may hand it on)."""
    return ask(cursor, f"""
        SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, o.name,
               g.privilege_type, g.is_grantable
        FROM ({OBJECTS}) o, aclexplode(o.rights) g WHERE g.grantee <> o.owner ORDER BY 1, 2, 3""")


# ---- the rules


def tables_are_secured(cursor):
    """Row-level security is enabled, and forced on the owner as well."""
    wrong = set(ask(cursor, f"SELECT {RELATION} FROM {RELATIONS} AND c.relkind IN ('r', 'p')"
                            " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"))
    return [f"The table {name} has no row-level security, or does not force it."
            for name in wrong - set(OPEN_TABLES)] + [
        f"The table {name} is secured, and needs no exception."
        for name in set(OPEN_TABLES) - wrong]


def policies_are_their_plugins(cursor):
    """A policy is for the owner or for the plugin's own role; of these it asks something."""
    return [f"The policy {policy} of {table} is for {role}." for table, policy, role in ask(cursor, f"""
        SELECT {RELATION}, polname::text, CASE role WHEN 0 THEN 'PUBLIC' ELSE role::regrole::text END
        FROM {RELATIONS} JOIN pg_policy ON polrelid = c.oid, unnest(polroles) role
        WHERE role NOT IN (SELECT oid FROM pg_roles
                           WHERE rolname IN ('codev_owner', 'codev_' || n.nspname))""")] + [
        f"The policy {policy} of {table} asks nothing." for table, policy in ask(cursor, f"""
        SELECT {RELATION}, polname::text FROM {RELATIONS} JOIN pg_policy ON polrelid = c.oid
        WHERE polroles <> ARRAY['codev_owner'::regrole::oid]
          AND 'true' IN (pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))""")]


def all_is_the_owners(cursor):
    return [f"{name} belongs to {owner}." for name, owner in ask(cursor, f"""
        SELECT DISTINCT name, owner::regrole::text FROM ({OBJECTS}) o
        WHERE owner <> 'codev_owner'::regrole""")]


def the_public_has_what_is_listed(cursor):
    found = {f"{name}: {right}" for who, name, right, _ in rights(cursor) if who == "PUBLIC"}
    return [f"Everybody has {each}." for each in found - PUBLIC_RIGHTS] + [
        f"Nobody has {each} any more." for each in PUBLIC_RIGHTS - found]


def a_plugin_has_its_own_schema(cursor):
    """Whatever is granted to a plugin's role, or to the login, beyond that."""
    wrong = []
    for who, name, right, _ in rights(cursor):
        schema = name.partition(".")[0]
        if who != "PUBLIC" and who != f"codev_{schema}" and not (
                who == "codev" and f"{name}: {right}" in LOGIN_RIGHTS):
            wrong.append(f"{who} has {name}: {right}.")
    return wrong


def nobody_has_dangerous_rights(cursor):
    """TRUNCATE knows no row-level security, REFERENCES tells whether a key exists, a trigger runs
    with others' rights; of a sequence, UPDATE sets it back."""
    allowed = {"SELECT", "INSERT", "UPDATE", "DELETE", "USAGE", "EXECUTE"}
    sequences = set(ask(cursor, f"SELECT {RELATION} FROM {RELATIONS} AND c.relkind = 'S'"))
    return [f"{who} has {name}: {right}{' and may hand it on' * hands_on}."
            for who, name, right, hands_on in rights(cursor)
            if right not in allowed or hands_on or (name in sequences and right != "USAGE")]


def nothing_is_granted_beforehand(cursor):
    return [f"By default {kind} of {owner} are granted: {rights}." for owner, kind, rights in ask(
        cursor, "SELECT defaclrole::regrole::text, defaclobjtype::text, defaclacl::text"
                " FROM pg_default_acl")]


def views_have_their_callers_rights(cursor):
    return [f"The view {name} has its owner's rights: WITH (security_invoker = true)."
            for name in ask(cursor, f"""
        SELECT {RELATION} FROM {RELATIONS} AND c.relkind = 'v'
        WHERE NOT 'security_invoker=true' = ANY (coalesce(c.reloptions, '{{}}'))""")]


def nothing_is_kept_beside_tables(cursor):
    """A materialized view shows what its owner saw; a foreign table knows no policies."""
    return [f"{name} is a materialized view or a foreign table."
            for name in ask(cursor, f"SELECT {RELATION} FROM {RELATIONS}"
                                    " AND c.relkind IN ('m', 'f')")]


def definers_pin_their_search_path(cursor):
    """Else its caller chooses which operators it runs, with its owner's rights (CVE-2018-1058); and
    which types, where pg_temp does not come last (CVE-2007-2138). core.enter names its types with
    their schema instead (test_migrations.py): its plans would be made anew at each call."""
    return [f"{name} runs with its owner's rights: SET search_path = pg_catalog, pg_temp."
            for name in ask(cursor, f"""
        SELECT p.oid::regprocedure::text FROM {FUNCTIONS} AND p.prosecdef
        WHERE p.oid::regproc::text <> 'core.enter' AND NOT 'search_path=pg_catalog, pg_temp' = ANY (coalesce(p.proconfig, '{{}}'))""")]


def keys_begin_with_the_organisation(cursor):
    """A collision tells that another's key exists. A random UUID alone is guessed by nobody."""
    return [f"{index} of {table} does not begin with the organisation."
            for index, table in ask(cursor, f"""
        SELECT i.indexrelid::regclass::text, {RELATION}
        FROM {RELATIONS} JOIN pg_index i ON i.indrelid = c.oid
        JOIN pg_attribute o ON o.attrelid = c.oid AND o.attname = 'organisation'
                           AND o.atttypid = 'uuid'::regtype AND NOT o.attisdropped
        JOIN pg_attribute f ON f.attrelid = i.indexrelid AND f.attnum = 1
        WHERE (i.indisunique OR i.indisexclusion) AND i.indkey[0] IS DISTINCT FROM o.attnum
          AND NOT (i.indisprimary AND i.indnkeyatts = 1 AND f.atttypid = 'uuid'::regtype)""")]


def schemas_are_the_cores_and_plugins(cursor):
    return [f"{name} is in a schema that is no plugin's." for name in ask(cursor, f"""
        SELECT o.name FROM ({OBJECTS}) o
        WHERE split_part(o.name, '.', 1) NOT IN (
            SELECT substr(rolname, 7) FROM pg_roles WHERE rolname ~ '^codev_')""")]


RULES = [tables_are_secured, policies_are_their_plugins, all_is_the_owners,
         the_public_has_what_is_listed, a_plugin_has_its_own_schema, nobody_has_dangerous_rights,
         nothing_is_granted_beforehand, views_have_their_callers_rights,
         nothing_is_kept_beside_tables, definers_pin_their_search_path,
         keys_begin_with_the_organisation, schemas_are_the_cores_and_plugins]
