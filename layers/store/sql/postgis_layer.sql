-- What every layer's table gets: stamps, and tombstones of what goes.
CREATE TRIGGER om_stamp BEFORE INSERT OR UPDATE ON "{table}" FOR EACH ROW
  WHEN (new.om_rev IS DISTINCT FROM pg_current_xact_id()::text::bigint) EXECUTE FUNCTION om_stamp();
CREATE FUNCTION "om_{table}_gone"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO om_tombstones SELECT '{table}', fid, "{key}", pg_current_xact_id()::text::bigint FROM om_old
    ON CONFLICT (layer, fid) DO UPDATE SET key = excluded.key, revision = excluded.revision;
  RETURN NULL;
END $$;
CREATE TRIGGER om_gone AFTER DELETE ON "{table}" REFERENCING OLD TABLE AS om_old FOR EACH STATEMENT
  EXECUTE FUNCTION "om_{table}_gone"();
-- A row renamed is one gone and one new.
CREATE FUNCTION "om_{table}_renamed"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO om_tombstones VALUES ('{table}', old.fid, old."{key}", pg_current_xact_id()::text::bigint)
    ON CONFLICT (layer, fid) DO UPDATE SET key = excluded.key, revision = excluded.revision;
  RETURN NULL;
END $$;
CREATE TRIGGER om_renamed AFTER UPDATE OF "{key}" ON "{table}" FOR EACH ROW
  WHEN (new."{key}" IS DISTINCT FROM old."{key}") EXECUTE FUNCTION "om_{table}_renamed"();
CREATE FUNCTION "om_{table}_emptied"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM "{table}";
  RETURN NULL;
END $$;
-- Emptied at once, its rows would leave no trace.
CREATE TRIGGER om_emptied BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION "om_{table}_emptied"();
