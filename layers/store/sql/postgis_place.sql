-- What a table with places gets: where it changed, so that no tile is ever shown stale, and how far it reaches. Of very
-- many rows it is told in a grid of 16 by 16, because each area costs a row.
CREATE FUNCTION "om_{table}_soiled"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP <> 'INSERT' THEN
    WITH box AS (
      SELECT ST_XMin("{place}") x0, ST_YMin("{place}") y0, ST_XMax("{place}") x1, ST_YMax("{place}") y1
      FROM om_old WHERE NOT ST_IsEmpty("{place}")),
    grid AS (
      SELECT CASE WHEN count(*) <= 1000 THEN 0.0005 ELSE greatest(max(x1) - min(x0), max(y1) - min(y0), 0.005) / 15 END AS side
      FROM box)
    INSERT INTO om_dirt (layer, mark, minx, miny, maxx, maxy)
      SELECT '{table}', pg_current_xact_id()::text::bigint, min(x0), min(y0), max(x1), max(y1)
      FROM box, grid GROUP BY floor(x0 / side), floor(y0 / side);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    WITH box AS (
      SELECT ST_XMin("{place}") x0, ST_YMin("{place}") y0, ST_XMax("{place}") x1, ST_YMax("{place}") y1
      FROM om_new WHERE NOT ST_IsEmpty("{place}")),
    grid AS (
      SELECT CASE WHEN count(*) <= 1000 THEN 0.0005 ELSE greatest(max(x1) - min(x0), max(y1) - min(y0), 0.005) / 15 END AS side
      FROM box)
    INSERT INTO om_dirt (layer, mark, minx, miny, maxx, maxy)
      SELECT '{table}', pg_current_xact_id()::text::bigint, min(x0), min(y0), max(x1), max(y1)
      FROM box, grid GROUP BY floor(x0 / side), floor(y0 / side);
    -- looked at before it is written: most rows lie inside, and writers then do not wait for each other
    UPDATE om_extents SET minx = least(minx, x0), miny = least(miny, y0), maxx = greatest(maxx, x1), maxy = greatest(maxy, y1)
      FROM (SELECT min(ST_XMin("{place}")) x0, min(ST_YMin("{place}")) y0, max(ST_XMax("{place}")) x1, max(ST_YMax("{place}")) y1
        FROM om_new WHERE NOT ST_IsEmpty("{place}")) AS box
      WHERE layer = '{table}' AND x0 IS NOT NULL
        AND (minx IS NULL OR x0 < minx OR y0 < miny OR x1 > maxx OR y1 > maxy);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER om_soiled_i AFTER INSERT ON "{table}" REFERENCING NEW TABLE AS om_new FOR EACH STATEMENT
  EXECUTE FUNCTION "om_{table}_soiled"();
CREATE TRIGGER om_soiled_u AFTER UPDATE ON "{table}" REFERENCING OLD TABLE AS om_old NEW TABLE AS om_new FOR EACH STATEMENT
  EXECUTE FUNCTION "om_{table}_soiled"();
CREATE TRIGGER om_soiled_d AFTER DELETE ON "{table}" REFERENCING OLD TABLE AS om_old FOR EACH STATEMENT
  EXECUTE FUNCTION "om_{table}_soiled"();
INSERT INTO om_extents (layer) VALUES ('{table}') ON CONFLICT DO NOTHING;
