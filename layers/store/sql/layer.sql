-- What every layer's table gets: an index by revision, and stamps for rows that others (QGIS, GDAL) write.
CREATE UNIQUE INDEX "{table}_key" ON "{table}" ("{key}");
CREATE INDEX "{table}_revision" ON "{table}" (om_rev, fid);
CREATE TRIGGER "om_{table}_insert" AFTER INSERT ON "{table}" WHEN new.om_rev = 0 BEGIN
  UPDATE om_meta SET value = value + 1 WHERE name = 'revision';
  UPDATE "{table}" SET om_rev = (SELECT value FROM om_meta WHERE name = 'revision') WHERE fid = new.fid;
  DELETE FROM om_tombstones WHERE layer = '{table}' AND fid = new.fid;
END;
CREATE TRIGGER "om_{table}_update" AFTER UPDATE ON "{table}" WHEN new.om_rev = old.om_rev BEGIN
  UPDATE om_meta SET value = value + 1 WHERE name = 'revision';
  UPDATE "{table}" SET om_rev = (SELECT value FROM om_meta WHERE name = 'revision') WHERE fid = new.fid;
END;
CREATE TRIGGER "om_{table}_delete" AFTER DELETE ON "{table}" BEGIN
  UPDATE om_meta SET value = value + 1 WHERE name = 'revision';
  INSERT OR REPLACE INTO om_tombstones VALUES
    ('{table}', old.fid, old."{key}", (SELECT value FROM om_meta WHERE name = 'revision'));
END;
