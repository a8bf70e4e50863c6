"""Making and dropping the tables of a PostGIS store, its own and those of each layer."""

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from importlib.resources import files

import psycopg
from sqlalchemy import ClauseElement, Table
from sqlalchemy.schema import CreateIndex, CreateTable, SetColumnComment

from layers.feature import Layer
from layers.store.postgis.connection import DIALECT, SCHEMA, Connection, fetched, run
from layers.store.postgis.tables import day_of, key_of, made_of, place_of
from spatial.errors import BadSource, Conflict

LOCK = 7_301_946
"""The advisory lock under which tables are made: two workers that start at once make them once."""

FOUNDATION = ("postgis.sql", "postgis_sums.sql", "postgis_days.sql")
"""What every store has, whatever its layers; in this order."""


def prepare(connection: Connection) -> None:
    """Have PostGIS and a schema of our own in the database; raise BadSource where this role may not add them."""
    _extend(connection)
    # to try takes the right to make one, even where it is there
    if not fetched(connection, f"SELECT 1 FROM pg_namespace WHERE nspname = '{SCHEMA}'"):  # noqa: S608 - our own name
        run(connection, f"CREATE SCHEMA {SCHEMA}")


def found(connection: Connection) -> None:
    """Create what every store has, inside the caller's transaction."""
    for name in FOUNDATION:
        script(connection, name, {"lock": str(LOCK)})


def create(connection: Connection, rows: Table) -> None:
    """Create a layer's table, its indexes and triggers, inside the caller's transaction."""
    _batch(connection, _statements(rows))
    script(connection, "postgis_layer.sql", {"table": rows.name, "key": key_of(rows)})
    place = place_of(rows)
    if place:
        script(connection, "postgis_place.sql", {"table": rows.name, "place": place})


def add_layer(connection: Connection, layer: Layer) -> None:
    """Create the tables of a layer that is new; raise Conflict if the name is taken."""
    if fetched(connection, "SELECT to_regclass($1) IS NOT NULL", (f'"{SCHEMA}"."{layer.name}"',))[0][0]:
        raise Conflict(f"the store has a table {layer.name} already; choose another name")
    create(connection, made_of(layer))


def drop(connection: Connection, name: str) -> None:
    """Drop a layer's table and all that tells of it, inside the caller's transaction."""
    run(connection, f'DROP TABLE IF EXISTS "{name}" CASCADE')
    for function in ("gone", "renamed", "emptied", "soiled"):
        run(connection, f'DROP FUNCTION IF EXISTS "om_{name}_{function}"()')
    for own in ("om_tombstones", "om_extents", "om_dirt"):
        run(connection, f"DELETE FROM {own} WHERE layer = '{name}'")  # noqa: S608 - our own three names, a checked one


def raze(connection: Connection) -> None:
    """Drop what every store has, inside the caller's transaction, the layers being gone."""
    script(connection, "postgis_raze.sql", {})


def script(connection: Connection, name: str, names: Mapping[str, str]) -> None:
    """Run one of the files of SQL, with names put in, inside the caller's transaction."""
    script = files("layers.store").joinpath("sql", name).read_text(encoding="utf-8")
    _batch(connection, [reduce(lambda text, each: text.replace("{" + each[0] + "}", each[1]), names.items(), script)])


def _statements(rows: Table) -> Iterator[ClauseElement | str]:
    yield CreateTable(rows)
    if day_of(rows):
        yield f'CREATE TABLE "{rows.name}_other" PARTITION OF "{rows.name}" DEFAULT'
    yield from (CreateIndex(index) for index in sorted(rows.indexes, key=lambda index: str(index.name)))
    yield from (SetColumnComment(column) for column in rows.c if column.comment)


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


def _batch(connection: Connection, statements: Iterable[ClauseElement | str]) -> None:
    said = (one if isinstance(one, str) else str(one.compile(dialect=DIALECT)) for one in statements)
    # without parameters the driver sends all statements at once
    connection.execute(";\n".join(said).encode())
