"""The tables of a PostGIS store: its own, and those of each layer."""

from collections.abc import Mapping
from functools import reduce
from importlib.resources import files

import psycopg
from sqlalchemy import BigInteger, Column, Computed, MetaData, Table
from sqlalchemy.schema import CreateTable

from layers.feature import Layer
from layers.store.postgis.connection import DIALECT, SCHEMA, Connection, fetched, run
from layers.table import FID, table
from spatial.errors import BadSource, Conflict
from spatial.shape import Kind

CURVE = "om_curve"
"""The column that says where on the curve a row is."""

LOCK = 7_301_946
"""The advisory lock under which tables are made: two workers that start at once make them once."""


def create(connection: Connection, layers: Mapping[str, Layer]) -> None:
    """Create what is missing, inside the caller's transaction; raise BadSource where the database cannot hold it."""
    if _has(connection, "om_meta") and all(_has(connection, name) for name in layers):
        return
    run(connection, "SELECT pg_advisory_xact_lock($1)", (LOCK,))
    if not _has(connection, "om_meta"):
        _extend(connection)
        run(connection, f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        _script(connection, "postgis.sql", {})
        _script(connection, "postgis_sums.sql", {})
        _script(connection, "postgis_days.sql", {"lock": str(LOCK)})
    for layer in layers.values():
        if not _has(connection, layer.name):
            create_layer(connection, layer)


def create_layer(connection: Connection, layer: Layer) -> None:
    """Create the layer's table, indexes and triggers, inside the caller's transaction."""
    name, key = layer.name, layer.key.name
    run(connection, str(CreateTable(made_of(layer)).compile(dialect=DIALECT)))
    if layer.by_day:
        run(connection, f'CREATE TABLE "{name}_other" PARTITION OF "{name}" DEFAULT')
    columns = ", ".join(f'"{column}"' for column in unique(layer))
    run(connection, f'CREATE UNIQUE INDEX "{name}_key" ON "{name}" ({columns})')
    _index(connection, layer)
    _script(connection, "postgis_layer.sql", {"table": name, "key": key})
    if layer.place:
        _script(connection, "postgis_place.sql", {"table": name, "place": layer.place.name})


def add_layer(connection: Connection, layer: Layer) -> None:
    """Create the tables of a layer that is new; raise Conflict if the name is taken."""
    if _has(connection, layer.name):
        raise Conflict(f"the store has a table {layer.name} already; choose another name")
    create_layer(connection, layer)


def drop_layer(connection: Connection, name: str) -> None:
    """Drop a layer's table and all that tells of it, inside the caller's transaction."""
    run(connection, f'DROP TABLE IF EXISTS "{name}" CASCADE')
    for function in ("gone", "renamed", "emptied", "soiled"):
        run(connection, f'DROP FUNCTION IF EXISTS "om_{name}_{function}"()')
    for own in ("om_tombstones", "om_extents", "om_dirt"):
        run(connection, f"DELETE FROM {own} WHERE layer = $1", (name,))  # noqa: S608 - our own three names


def unique(layer: Layer) -> tuple[str, ...]:
    """Return the columns that together no two rows share: of rows kept apart by day, the instant is one."""
    return (layer.key.name, layer.by_day) if layer.by_day else (layer.key.name,)


def is_curved(layer: Layer) -> bool:
    """Tell whether the rows are points that also lie in order on a curve, which pages by box follow."""
    kind = layer.place.place.kind if layer.place and layer.place.place else None
    return kind is Kind.POINT and not layer.by_day


def made_of(layer: Layer) -> Table:
    """Return the table as this database makes it: the layer's, with what only PostgreSQL needs."""
    columns = [column._copy() for column in table(layer).c]  # pyright: ignore[reportPrivateUsage] - how to_metadata does it
    for column in columns:
        column.primary_key = column.name in (FID, layer.by_day)
    if is_curved(layer) and layer.place:
        place = f'"{layer.place.name}"'
        columns.append(Column(CURVE, BigInteger, Computed(f"om_curve(ST_X({place}), ST_Y({place}))", persisted=True)))
    apart = f'RANGE ("{layer.by_day}")' if layer.by_day else None
    return Table(layer.name, MetaData(), *columns, postgresql_partition_by=apart)


def _index(connection: Connection, layer: Layer) -> None:
    name = layer.name
    if layer.place and not layer.by_day:
        run(connection, f'CREATE INDEX "{name}_{layer.place.name}" ON "{name}" USING gist ("{layer.place.name}")')
    if is_curved(layer):
        run(connection, f'CREATE INDEX "{name}_{CURVE}" ON "{name}" ({CURVE}, {FID})')
    for column in filter(None, layer.when or ()):
        how = "USING brin " if layer.by_day else ""
        run(connection, f'CREATE INDEX "{name}_{column.name}" ON "{name}" {how}("{column.name}")')
    for column in layer.columns if layer.by_day else ():
        if column.about.ref:
            run(connection, f'CREATE INDEX "{name}_{column.name}" ON "{name}" ("{column.name}", "{layer.by_day}")')


def _extend(connection: Connection) -> None:
    if fetched(connection, "SELECT 1 FROM pg_extension WHERE extname = 'postgis'"):
        return
    try:
        with connection.transaction():
            run(connection, "CREATE EXTENSION postgis SCHEMA public")
    except psycopg.Error as bad:
        raise BadSource(
            "the database has no PostGIS, and this role may not add it: have a superuser run CREATE EXTENSION postgis"
        ) from bad


def _has(connection: Connection, name: str) -> bool:
    return fetched(connection, "SELECT to_regclass($1) IS NOT NULL", (f'"{SCHEMA}"."{name}"',))[0][0]


def _script(connection: Connection, name: str, names: Mapping[str, str]) -> None:
    script = files("layers.store").joinpath("sql", name).read_text(encoding="utf-8")
    said = reduce(lambda text, each: text.replace("{" + each[0] + "}", each[1]), names.items(), script)
    # without parameters the driver sends all statements at once
    connection.execute(said.encode())
