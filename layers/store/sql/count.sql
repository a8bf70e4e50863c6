-- The triggers that keep the number of rows, by the names and in the words of GDAL, which drops and makes them again at will.
CREATE TRIGGER IF NOT EXISTS "trigger_insert_feature_count_{table}" AFTER INSERT ON "{table}" BEGIN
  UPDATE gpkg_ogr_contents SET feature_count = feature_count + 1 WHERE lower(table_name) = lower('{table}');
END;
CREATE TRIGGER IF NOT EXISTS "trigger_delete_feature_count_{table}" AFTER DELETE ON "{table}" BEGIN
  UPDATE gpkg_ogr_contents SET feature_count = feature_count - 1 WHERE lower(table_name) = lower('{table}');
END;
