-- The catalogue: what the school offers, at which price. Quotes copy from it; they never refer to it.

-- An item may be removed and another made under its code: no version is ever given twice.
CREATE SEQUENCE quotes.catalogue_version;

CREATE TABLE quotes.catalogue_item (
    id uuid PRIMARY KEY, -- version 7: the newest last
    version bigint NOT NULL DEFAULT nextval('quotes.catalogue_version'),
    code text NOT NULL CONSTRAINT catalogue_item_code UNIQUE,
    description text NOT NULL,
    unit text NOT NULL,
    unit_price numeric(14, 2) NOT NULL CHECK (unit_price >= 0),
    -- EN 16931, code list UNTDID 5305: S, standard rate; E, exempt, and why
    vat_category text NOT NULL CHECK (vat_category IN ('S', 'E')),
    vat_rate numeric(5, 2) NOT NULL CHECK (vat_rate BETWEEN 0 AND 100),
    vat_reason_code text,
    vat_reason text,
    CONSTRAINT catalogue_item_standard CHECK (vat_category <> 'S'
        OR (vat_rate > 0 AND vat_reason_code IS NULL AND vat_reason IS NULL)),
    CONSTRAINT catalogue_item_exempt CHECK (vat_category <> 'E'
        OR (vat_rate = 0 AND vat_reason_code IS NOT NULL AND vat_reason IS NOT NULL))
);

ALTER TABLE quotes.catalogue_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE quotes.catalogue_item FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON quotes.catalogue_item TO codev_owner USING (true) WITH CHECK (true);
CREATE POLICY staff ON quotes.catalogue_item TO codev_quotes
    USING (core.role() = 'staff') WITH CHECK (core.role() = 'staff');

GRANT SELECT, INSERT, UPDATE, DELETE ON quotes.catalogue_item TO codev_quotes;
GRANT USAGE ON SEQUENCE quotes.catalogue_version TO codev_quotes;

-- See core/migrations/0003-contexts.sql.
ALTER FUNCTION quotes.confirmation SET search_path = pg_catalog, pg_temp;
