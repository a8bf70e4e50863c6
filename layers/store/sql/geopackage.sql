-- The tables of every GeoPackage (OGC 12-128r18, Annex C), then OneMap's own.
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE om_meta (name TEXT NOT NULL PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
INSERT INTO om_meta VALUES ('revision', 0), ('catalogue', 0), ('schema', 1), ('epoch', lower(hex(randomblob(8))));
CREATE TABLE om_layers (name TEXT NOT NULL PRIMARY KEY, document TEXT) WITHOUT ROWID;
CREATE TABLE om_tombstones (
  layer TEXT NOT NULL, fid INTEGER NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL, PRIMARY KEY (layer, fid)) WITHOUT ROWID;
CREATE INDEX om_tombstones_revision ON om_tombstones (layer, revision, fid);
CREATE TABLE om_jobs (
  id TEXT NOT NULL PRIMARY KEY, source TEXT NOT NULL, layer TEXT NOT NULL, position INTEGER NOT NULL, state TEXT NOT NULL,
  started DATETIME, finished DATETIME, tally TEXT NOT NULL, contract TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE om_refusals (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, job TEXT NOT NULL, layer TEXT NOT NULL, record TEXT NOT NULL,
  reason TEXT NOT NULL, position INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'held', UNIQUE (job, position));
CREATE INDEX om_refusals_layer ON om_refusals (layer, state, id);
