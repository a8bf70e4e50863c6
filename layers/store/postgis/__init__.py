"""The store on PostgreSQL and PostGIS."""
