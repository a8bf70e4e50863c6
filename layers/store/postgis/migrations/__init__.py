"""Steps from one schema of a PostGIS store to the next, as alembic runs them."""
