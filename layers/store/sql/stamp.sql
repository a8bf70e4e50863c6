-- Stamps for rows that others (QGIS, GDAL) write, and where they changed the map.
DROP TRIGGER IF EXISTS "om_{table}_insert";
DROP TRIGGER IF EXISTS "om_{table}_update";
DROP TRIGGER IF EXISTS "om_{table}_rename";
DROP TRIGGER IF EXISTS "om_{table}_delete";
-- Between writes the revision stands one past every row's: a row that bears it is being written by us, and any other that is
-- written, whatever number it brings along from where it was copied, by somebody else.
CREATE TRIGGER "om_{table}_insert" AFTER INSERT ON "{table}"
  WHEN new.om_rev IS NOT (SELECT value FROM om_meta WHERE name = 'revision') BEGIN
  UPDATE om_meta SET value = value + 1 WHERE name = 'revision';
  UPDATE "{table}" SET om_rev = (SELECT value FROM om_meta WHERE name = 'revision') WHERE fid = new.fid;
  INSERT INTO om_dirt (layer, revision, minx, miny, maxx, maxy) {new};
  UPDATE om_meta SET value = value + 1 WHERE name = 'revision';
  DELETE FROM om_tombstones WHERE layer = '{table}' AND fid = new.fid;
END;
CREATE TRIGGER "om_{table}_update" AFTER UPDATE ON "{table}"
  WHEN new.om_rev IS NOT (SELECT value FROM om_meta WHERE name = 'revision') BEGIN
  UPDATE om_meta SET value = value + 1 WHERE name = 'revision';
  UPDATE "{table}" SET om_rev = (SELECT value FROM om_meta WHERE name = 'revision') WHERE fid = new.fid;
  INSERT INTO om_dirt (layer, revision, minx, miny, maxx, maxy) {old} UNION {new};
  UPDATE om_meta SET value = value + 1 WHERE name = 'revision';
END;
-- A row renamed is one gone and one new.
CREATE TRIGGER "om_{table}_rename" AFTER UPDATE OF "{key}" ON "{table}" WHEN new."{key}" IS NOT old."{key}" BEGIN
  UPDATE om_meta SET value = value + 1 WHERE name = 'revision';
  INSERT OR REPLACE INTO om_tombstones VALUES
    ('{table}', old.fid, old."{key}", (SELECT value FROM om_meta WHERE name = 'revision'));
  UPDATE om_meta SET value = value + 1 WHERE name = 'revision';
END;
-- Before the index forgets where the row was: a program that only deletes need not know any function of geometries.
CREATE TRIGGER "om_{table}_delete" BEFORE DELETE ON "{table}" BEGIN
  UPDATE om_meta SET value = value + 1 WHERE name = 'revision';
  INSERT OR REPLACE INTO om_tombstones VALUES
    ('{table}', old.fid, old."{key}", (SELECT value FROM om_meta WHERE name = 'revision'));
  INSERT INTO om_dirt (layer, revision, minx, miny, maxx, maxy) {gone};
END;
