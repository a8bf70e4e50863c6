-- The R*Tree of a geometry column and the triggers that keep it (OGC 12-128r18, Annex F.3, without the deprecated update triggers).
CREATE TRIGGER "rtree_{table}_{place}_insert" AFTER INSERT ON "{table}"
  WHEN (new."{place}" NOT NULL AND NOT ST_IsEmpty(new."{place}")) BEGIN
  INSERT OR REPLACE INTO "rtree_{table}_{place}" VALUES (new.fid,
    ST_MinX(new."{place}"), ST_MaxX(new."{place}"), ST_MinY(new."{place}"), ST_MaxY(new."{place}"));
END;
CREATE TRIGGER "rtree_{table}_{place}_update2" AFTER UPDATE OF "{place}" ON "{table}"
  WHEN old.fid = new.fid AND (new."{place}" ISNULL OR ST_IsEmpty(new."{place}")) BEGIN
  DELETE FROM "rtree_{table}_{place}" WHERE id = old.fid;
END;
CREATE TRIGGER "rtree_{table}_{place}_update4" AFTER UPDATE ON "{table}"
  WHEN old.fid != new.fid AND (new."{place}" ISNULL OR ST_IsEmpty(new."{place}")) BEGIN
  DELETE FROM "rtree_{table}_{place}" WHERE id IN (old.fid, new.fid);
END;
CREATE TRIGGER "rtree_{table}_{place}_update5" AFTER UPDATE ON "{table}"
  WHEN old.fid != new.fid AND (new."{place}" NOTNULL AND NOT ST_IsEmpty(new."{place}")) BEGIN
  DELETE FROM "rtree_{table}_{place}" WHERE id = old.fid;
  INSERT OR REPLACE INTO "rtree_{table}_{place}" VALUES (new.fid,
    ST_MinX(new."{place}"), ST_MaxX(new."{place}"), ST_MinY(new."{place}"), ST_MaxY(new."{place}"));
END;
CREATE TRIGGER "rtree_{table}_{place}_update6" AFTER UPDATE OF "{place}" ON "{table}"
  WHEN old.fid = new.fid AND (new."{place}" NOTNULL AND NOT ST_IsEmpty(new."{place}"))
  AND (old."{place}" NOTNULL AND NOT ST_IsEmpty(old."{place}")) BEGIN
  UPDATE "rtree_{table}_{place}" SET minx = ST_MinX(new."{place}"), maxx = ST_MaxX(new."{place}"),
    miny = ST_MinY(new."{place}"), maxy = ST_MaxY(new."{place}") WHERE id = new.fid;
END;
CREATE TRIGGER "rtree_{table}_{place}_update7" AFTER UPDATE OF "{place}" ON "{table}"
  WHEN old.fid = new.fid AND (new."{place}" NOTNULL AND NOT ST_IsEmpty(new."{place}"))
  AND (old."{place}" ISNULL OR ST_IsEmpty(old."{place}")) BEGIN
  INSERT INTO "rtree_{table}_{place}" VALUES (new.fid,
    ST_MinX(new."{place}"), ST_MaxX(new."{place}"), ST_MinY(new."{place}"), ST_MaxY(new."{place}"));
END;
CREATE TRIGGER "rtree_{table}_{place}_delete" AFTER DELETE ON "{table}" WHEN old."{place}" NOT NULL BEGIN
  DELETE FROM "rtree_{table}_{place}" WHERE id = old.fid;
END;
