-- How many rows each table has, where GDAL keeps that (OGRGeoPackageTableLayer): it and QGIS then need not count.
CREATE TABLE gpkg_ogr_contents (table_name TEXT NOT NULL PRIMARY KEY, feature_count INTEGER DEFAULT NULL);
