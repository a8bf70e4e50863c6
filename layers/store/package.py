"""The GeoPackage file: its own tables, and those of each layer (OGC 12-128r18)."""

import sqlite3
from collections.abc import Iterable, Iterator
from functools import cache, reduce
from importlib.resources import files

from sqlalchemy.schema import CreateTable

from pyproj import CRS
from pyproj.enums import WktVersion

from layers.feature import Layer
from layers.store.connection import DIALECT
from layers.table import table
from spatial.errors import BadSource, Conflict
from spatial.shape import SRID

APPLICATION_ID = 1196444487
"""'GPKG'; in decimal, because the hexadecimal form is silently stored as 0."""
USER_VERSION = 10400
SYSTEMS = (4326, 4490)
CHANGED = """SELECT '{table}', (SELECT value FROM om_meta WHERE name = 'revision'), ST_MinX({row}."{place}"),
    ST_MinY({row}."{place}"), ST_MaxX({row}."{place}"), ST_MaxY({row}."{place}")
    WHERE {row}."{place}" NOT NULL AND NOT ST_IsEmpty({row}."{place}")"""
"""Where a row's place is, for the record of what changed on the map; no others than an R*Tree's functions are there."""

GONE = """SELECT '{table}', (SELECT value FROM om_meta WHERE name = 'revision'), minx, miny, maxx, maxy
    FROM "rtree_{table}_{place}" WHERE id = old.fid"""
"""Where a row was that is being deleted, as the index has it."""

UNCHANGED = "SELECT 0, 0, 0, 0, 0, 0 WHERE 0"
"""The same of a layer without places."""

RTREE = "http://www.geopackage.org/spec140/#extension_rtree"


def create(connection: sqlite3.Connection) -> None:
    """Make an empty file a GeoPackage; leave one that is already ours alone; raise BadSource for any other."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not _has(connection, "om_meta"):
            _refuse_others(connection)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {USER_VERSION}")
            _run(connection, "geopackage.sql", {})
            connection.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", _systems())
            _run(connection, "dirt.sql", {})
            _run(connection, "ogr_contents.sql", {})
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def upgrade(connection: sqlite3.Connection, layers: Iterable[Layer]) -> None:
    """Bring a file of an earlier version and its layers' tables up to date, inside the caller's transaction."""
    for sign, make, apply in (("om_dirt", "dirt.sql", _stamp), ("gpkg_ogr_contents", "ogr_contents.sql", _count)):
        if _has(connection, sign):
            continue
        _run(connection, make, {})
        for layer in layers:
            if _has(connection, layer.name):
                apply(connection, layer)


def create_layer(connection: sqlite3.Connection, layer: Layer) -> None:
    """Create the layer's table, indexes and triggers where they are missing, inside the caller's transaction."""
    if _has(connection, layer.name):
        return
    connection.execute(str(CreateTable(table(layer)).compile(dialect=DIALECT)))
    kind = "features" if layer.place else "attributes"
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES (?, ?, ?, ?, ?)",
        (layer.name, kind, f"{layer.title.zh} {layer.name}", str(layer.description), SRID if layer.place else None),
    )
    _run(connection, "layer.sql", {"table": layer.name, "key": layer.key.name})
    _stamp(connection, layer)
    _index_time(connection, layer)
    _place(connection, layer)
    _count(connection, layer)


def add_layer(connection: sqlite3.Connection, layer: Layer) -> None:
    """Create the table of a layer that is new, inside the caller's transaction; raise Conflict if the name is taken."""
    try:
        if _has(connection, layer.name):
            raise Conflict(f"the store has a table {layer.name} already; choose another name")
        create_layer(connection, layer)
    except sqlite3.OperationalError as bad:
        raise Conflict(f"a layer {layer.name} cannot be added: {bad}; choose another name") from bad


def drop_layer(connection: sqlite3.Connection, name: str) -> None:
    """Drop a layer's table and all that tells of it, inside the caller's transaction."""
    for (index,) in connection.execute("SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (name,)):
        connection.execute(f'DROP TABLE IF EXISTS "rtree_{name}_{index}"')
    connection.execute(f'DROP TABLE IF EXISTS "{name}"')
    for owner in ("gpkg_extensions", "gpkg_geometry_columns", "gpkg_ogr_contents", "gpkg_contents"):
        connection.execute(f"DELETE FROM {owner} WHERE table_name = ?", (name,))  # noqa: S608 - our own four names
    for owner in ("om_tombstones", "om_dirt"):
        connection.execute(f"DELETE FROM {owner} WHERE layer = ?", (name,))  # noqa: S608 - our own two names


def _stamp(connection: sqlite3.Connection, layer: Layer) -> None:
    names = {"table": layer.name, "key": layer.key.name, "place": layer.place.name if layer.place else ""}
    rows = {row: (CHANGED if layer.place else UNCHANGED).replace("{row}", row) for row in ("old", "new")}
    _run(connection, "stamp.sql", rows | {"gone": GONE if layer.place else UNCHANGED} | names)


def _place(connection: sqlite3.Connection, layer: Layer) -> None:
    if not layer.place or not layer.place.place:
        return
    place, kind = layer.place.name, layer.place.place.kind.upper()
    connection.execute("INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)", (layer.name, place, kind, SRID))
    connection.execute(
        "INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', ?, 'write-only')", (layer.name, place, RTREE)
    )
    connection.execute(f'CREATE VIRTUAL TABLE "rtree_{layer.name}_{place}" USING rtree(id, minx, maxx, miny, maxy)')
    index(connection, layer)


def _count(connection: sqlite3.Connection, layer: Layer) -> None:
    counting = f'INSERT OR REPLACE INTO gpkg_ogr_contents SELECT ?, count(*) FROM "{layer.name}"'  # noqa: S608 - a checked name
    connection.execute(counting, (layer.name,))
    _run(connection, "count.sql", {"table": layer.name})


def index(connection: sqlite3.Connection, layer: Layer) -> None:
    """Create the triggers that keep the layer's R*Tree and the number of its rows."""
    _run(connection, "count.sql", {"table": layer.name})
    if layer.place:
        _run(connection, "rtree.sql", {"table": layer.name, "place": layer.place.name})


def unindex(connection: sqlite3.Connection, layer: Layer) -> None:
    """Drop the triggers that keep the R*Tree and the number of rows on insert; the caller does so in bulk."""
    connection.execute(f'DROP TRIGGER IF EXISTS "trigger_insert_feature_count_{layer.name}"')
    for event in ("insert", "update2", "update4", "update5", "update6", "update7", "delete"):
        if layer.place:
            connection.execute(f'DROP TRIGGER IF EXISTS "rtree_{layer.name}_{layer.place.name}_{event}"')


def _index_time(connection: sqlite3.Connection, layer: Layer) -> None:
    if layer.when:
        when = layer.when[0].name
        connection.execute(f'CREATE INDEX "{layer.name}_{when}" ON "{layer.name}" ("{when}")')


def _refuse_others(connection: sqlite3.Connection) -> None:
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise BadSource("this file is a database of something else; name a new file for the store, and import this one")


def _has(connection: sqlite3.Connection, name: str) -> bool:
    asked = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,))
    return asked.fetchone() is not None


def _run(connection: sqlite3.Connection, name: str, names: dict[str, str]) -> None:
    for statement in _statements(name):
        connection.execute(reduce(_named, names.items(), statement))


def _named(statement: str, name: tuple[str, str]) -> str:
    return statement.replace("{" + name[0] + "}", name[1])


@cache
def _statements(name: str) -> tuple[str, ...]:
    return tuple(_split(files("layers.store").joinpath("sql", name).read_text(encoding="utf-8")))


def _split(script: str) -> Iterator[str]:
    # executescript would commit the transaction that is open
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _systems() -> Iterator[tuple[str, int, str, int, str, str]]:
    yield ("Undefined Cartesian", -1, "NONE", -1, "undefined", "undefined Cartesian coordinate reference system")
    yield ("Undefined geographic", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system")
    for code in SYSTEMS:
        known = CRS.from_epsg(code)
        wkt = known.to_wkt(WktVersion.WKT1_GDAL)
        yield (known.name, code, "EPSG", code, wkt, "longitude/latitude in degrees")
