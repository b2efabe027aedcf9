-- What /health/ready asks, as the login itself: how far each plugin's tables are. Of core.migration
-- the application sees no more than this.

CREATE FUNCTION core.migrations() RETURNS TABLE (plugin text, newest integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.plugin, max(m.number) FROM core.migration m GROUP BY m.plugin
$$;

REVOKE EXECUTE ON FUNCTION core.migrations FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.migrations TO codev;
