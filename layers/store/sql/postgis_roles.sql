-- Three roles that nobody logs in as, for those who do: who reads may serve, who writes may import, who owns may change
-- the schema. Made again, they are as they were.
DO $$ DECLARE
  name text; one record;
BEGIN
  FOREACH name IN ARRAY ARRAY['onemap_owner', 'onemap_writer', 'onemap_reader'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN EXECUTE format('CREATE ROLE %I NOLOGIN', name); END IF;
  END LOOP;
  -- whoever owns the tables now goes on doing so, as one of the owners
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN GRANT onemap_owner TO CURRENT_USER; END IF;
  ALTER SCHEMA onemap OWNER TO onemap_owner;
  FOR one IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = 'onemap'::regnamespace AND relkind IN ('r', 'p')
    AND relowner <> 'onemap_owner'::regrole
  LOOP EXECUTE format('ALTER TABLE %s OWNER TO onemap_owner', one.name); END LOOP;
  FOR one IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'onemap'::regnamespace
    AND proowner <> 'onemap_owner'::regrole
  LOOP EXECUTE format('ALTER FUNCTION %s OWNER TO onemap_owner', one.name); END LOOP;
END $$;
SET LOCAL ROLE onemap_owner;
GRANT USAGE ON SCHEMA onemap TO onemap_reader, onemap_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA onemap TO onemap_reader, onemap_writer;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA onemap TO onemap_writer;
REVOKE INSERT, UPDATE, DELETE ON om_version, om_layers FROM onemap_writer;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA onemap TO onemap_writer;
GRANT EXECUTE ON FUNCTION om_make_day, om_drop_days TO onemap_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA onemap GRANT SELECT ON TABLES TO onemap_reader, onemap_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA onemap GRANT INSERT, UPDATE, DELETE ON TABLES TO onemap_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA onemap GRANT USAGE ON SEQUENCES TO onemap_writer;
RESET ROLE;
