-- A store without layers goes: its own tables, sequences and functions. The schema stays, with what others put there.
DROP TABLE om_meta, om_layers, om_tombstones, om_jobs, om_refusals, om_extents, om_dirt;
DO $$ DECLARE one regprocedure; BEGIN
  FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = 'onemap'::regnamespace AND proname LIKE 'om\_%' LOOP
    EXECUTE format('DROP FUNCTION %s', one);
  END LOOP;
END $$;
