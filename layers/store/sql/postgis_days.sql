-- Tables kept apart by day. Making and dropping a day takes their owner; these let whoever may write do both.
-- A new day: rows that came too early for it, and so lie with the others, move into it first. How long it waits for
-- those who read just now is the caller's to say; NULL waits as long as any statement.
CREATE FUNCTION om_make_day(name text, column_name text, day date, patience text DEFAULT NULL) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, onemap, pg_temp AS $$
DECLARE
  part text := name || to_char(day, '_YYYYMMDD');
  starts timestamptz := day::timestamp AT TIME ZONE 'UTC';
  ends timestamptz := (day + 1)::timestamp AT TIME ZONE 'UTC';
BEGIN
  IF to_regclass(format('onemap.%I', part)) IS NOT NULL THEN RETURN false; END IF;
  IF patience IS NOT NULL THEN PERFORM set_config('lock_timeout', patience, true); END IF;
  PERFORM pg_advisory_xact_lock({lock});
  -- to_regclass remembers its last answer until the transaction ends
  IF EXISTS (SELECT FROM pg_class WHERE relname = part AND relnamespace = 'onemap'::regnamespace) THEN RETURN false; END IF;
  EXECUTE format('LOCK TABLE onemap.%I IN ACCESS EXCLUSIVE MODE', name || '_other');
  EXECUTE format('CREATE TABLE onemap.%I (LIKE onemap.%I INCLUDING DEFAULTS INCLUDING GENERATED)', part, name);
  EXECUTE format('WITH moved AS (DELETE FROM onemap.%I WHERE %I >= $1 AND %I < $2 RETURNING *)
    INSERT INTO onemap.%I SELECT * FROM moved', name || '_other', column_name, column_name, part) USING starts, ends;
  EXECUTE format('ALTER TABLE onemap.%I ATTACH PARTITION onemap.%I FOR VALUES FROM (%L) TO (%L)',
    name, part, starts, ends);
  IF patience IS NOT NULL THEN PERFORM set_config('lock_timeout', '0', true); END IF;
  RETURN true;
EXCEPTION WHEN lock_not_available THEN
  IF patience IS NULL THEN RAISE; END IF;
  RETURN false;
END $$;
-- Days that ended by an instant go whole, except the last one that has rows; returns how many rows went, roughly where
-- there were many. Of rows that lie in no day of their own, the oldest go one by one. Their tiles are wrong at once,
-- wherever the layer's rows are.
CREATE FUNCTION om_drop_days(name text, column_name text, before timestamptz, most int, patience text) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, onemap, pg_temp AS $$
DECLARE
  part record; gone bigint := 0; rows bigint; last text;
BEGIN
  PERFORM set_config('lock_timeout', patience, true);
  FOR part IN
    SELECT c.relname, c.reltuples, to_date(right(c.relname, 8), 'YYYYMMDD') AS day
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = format('onemap.%I', name)::regclass AND c.relname ~ '_[0-9]{8}$'
    ORDER BY day DESC
  LOOP
    IF last IS NULL THEN
      EXECUTE format('SELECT %L WHERE EXISTS (SELECT FROM onemap.%I)', part.relname, part.relname) INTO last;
    ELSIF (part.day + 1)::timestamp AT TIME ZONE 'UTC' <= before THEN
      rows := part.reltuples;
      IF rows < 1000000 THEN EXECUTE format('SELECT count(*) FROM onemap.%I', part.relname) INTO rows; END IF;
      EXECUTE format('DROP TABLE onemap.%I', part.relname);
      gone := gone + rows;
    END IF;
  END LOOP;
  PERFORM set_config('lock_timeout', '0', true);
  EXECUTE format('WITH old AS (DELETE FROM onemap.%1$I WHERE ctid = ANY(ARRAY(SELECT ctid FROM onemap.%1$I
    WHERE %2$I < $1 ORDER BY %2$I LIMIT $2)) RETURNING 1) SELECT $3 + count(*) FROM old', name || '_other', column_name)
    USING before, most, gone INTO gone;
  IF gone > 0 THEN
    INSERT INTO om_dirt (layer, mark, minx, miny, maxx, maxy)
      SELECT layer, pg_current_xact_id()::text::bigint, minx, miny, maxx, maxy FROM om_extents
      WHERE layer = name AND minx IS NOT NULL;
  END IF;
  RETURN gone;
EXCEPTION WHEN lock_not_available THEN RETURN 0;
END $$;
-- They do as much as their owner may; not everybody is let.
REVOKE EXECUTE ON FUNCTION om_make_day, om_drop_days FROM PUBLIC;
