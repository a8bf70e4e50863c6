"""OneMap on PostGIS against the servers of its field: one database, the same tables, one run."""
