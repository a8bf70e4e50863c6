"""The embedded store: one GeoPackage file that QGIS and GDAL read and edit while we serve it."""

import sqlite3
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.feature import Layer
from layers.lazy import lazily
from layers.query import Count, Query
from layers.store import catalogue, dirt, ledger, package, tiles
from layers.store.connection import compiled, engine, opened, reading, within
from layers.store.package_reading import PackageReading
from layers.store.paging import Page, block_of, every, features_of, fetched
from layers.store.protocol import Block, Change, Extent, Features, Held, Job
from layers.store.registry import Registry
from layers.store.select import counted
from layers.store.state import State
from layers.store.writer import PackageWriter
from layers.table import FID, REVISION, table
from layers.tile import Dirt, Drawn, Part, Room
from spatial.errors import Conflict, NotFound, TooMuch, Unavailable
from spatial.tms import Tile

if TYPE_CHECKING:
    import geopandas as gpd

PATIENCE = 20.0
"""Seconds that one page may take before it is refused."""

COUNTING = 0.3
"""Seconds that counting may take before the number is left out."""

framed = lazily("layers.store.frame:frame")

GONE = """SELECT fid, key, revision FROM om_tombstones WHERE layer = ? AND revision > ?
  ORDER BY revision, fid LIMIT ?"""


class GeoPackageStore:
    """Rows in one GeoPackage; any number of readers, one writer at a time across processes."""

    def __init__(self, path: Path) -> None:
        """Open the file, creating what is missing; raise BadSource if it is something else."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._engine = engine(path)
        self._writing = threading.Lock()
        self._registry = Registry(catalogue.PackageCatalogue(self._engine))
        self._counts: dict[tuple[Any, ...], Count] = {}
        self._create()

    def layers(self) -> Mapping[str, Layer]:
        """Return every layer, declared or added, as it is now for all workers."""
        return self._registry.layers()

    def documents(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the JSON Schema of each layer that was added at run time, by the layer's name."""
        return self._registry.documents()

    def add(self, layer: Layer, document: Mapping[str, Any]) -> None:
        """Add a layer at run time, with the JSON Schema that makes it again; raise Conflict."""
        with self._transaction() as connection:
            self._registry.forget()
            if layer.name in self.layers():
                raise Conflict(f"a layer {layer.name} exists already; choose another name")
            package.add_layer(connection, layer)
            catalogue.remember(connection, layer.name, document)
        self._registry.forget()

    def drop(self, name: str) -> None:
        """Drop a layer that was added at run time; raise NotFound, Conflict for a declared one."""
        with self._transaction() as connection:
            self._registry.forget()
            layer = self.layers().get(name)
            if layer is None:
                raise NotFound(f"there is no layer {name[:60]!r}")
            if layer.declared:
                raise Conflict(f"{name} is part of OneMap and cannot be dropped")
            package.drop_layer(connection, name)
            catalogue.forgotten(connection, name)
        self._registry.forget()

    @contextmanager
    def write(self) -> Generator[PackageWriter]:
        """Open a transaction; leaving it commits, an error rolls back."""
        with self._transaction() as connection:
            writer = PackageWriter(connection)
            yield writer
            writer.finish()

    def block(self, layer: Layer, query: Query) -> Block:
        """Return one page of rows."""
        return block_of(self._page(layer, query))

    def features(self, layer: Layer, query: Query) -> Features:
        """Return one page as GeoJSON features, already text."""
        return features_of(self._page(layer, query))

    def blocks(self, layer: Layer, query: Query, size: int = 1000) -> Iterator[Block]:
        """Yield all pages of a query, up to its limit; rows written meanwhile neither repeat nor shift others."""
        return every(self.block, layer, query, size)

    def count(self, layer: Layer, query: Query) -> Count | None:
        """Count what matches; None when that would take too long."""
        sql, bound = compiled(counted(layer, query))
        with reading(self._engine) as connection:
            key = (sql, bound, _revision(connection))
            if key not in self._counts:
                self._counts = {k: v for k, v in self._counts.items() if k[2] == key[2]}
                self._counts[key] = _count(connection, sql, bound)
        found = self._counts[key]
        return None if found.rows < 0 else found

    def frame(self, layer: Layer, query: Query) -> "gpd.GeoDataFrame":
        """Return the rows as a GeoDataFrame, instants as UTC timestamps."""
        return framed(layer, query, self.blocks(layer, query, size=5000))

    def extent(self, layer: Layer) -> Extent:
        """Return where and when the rows are."""
        box_sql = "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?"
        with reading(self._engine) as connection:
            box = connection.execute(box_sql, (layer.name,)).fetchone()
            return Extent(box if box and box[0] is not None else None, _span(connection, layer))

    def tile(self, tile: Tile, parts: Sequence[Part], room: Room) -> Drawn:
        """Return the features that lie in a tile or in its buffer as a Mapbox Vector Tile; see `layers.tile`."""
        with self._snapshot() as connection:
            data, thinned = tiles.drawn(PackageReading(connection), tile, parts, room)
            return Drawn(data, thinned, dirt.state(connection))

    def dirt(self, since: State) -> tuple[State, Sequence[Dirt] | None]:
        """Return the state now, and where the writes that it sees and `since` does not changed what is on the map."""
        with self._snapshot() as connection:
            return dirt.state(connection), dirt.since(connection, since)

    def revision(self) -> int:
        """Return the store's newest revision."""
        with reading(self._engine) as connection:
            return _revision(connection)

    def changes(self, layer: Layer, since: int, limit: int = 1000) -> tuple[Sequence[Change], Sequence[Change]]:
        """Return rows written and rows deleted after a revision, oldest first."""
        rows = table(layer)
        wanted = rows.select().with_only_columns(rows.c[FID], rows.c[layer.key.name], rows.c[REVISION])
        newer = wanted.where(rows.c[REVISION] > since).order_by(rows.c[REVISION], rows.c[FID]).limit(limit)
        sql, bound = compiled(newer)
        with reading(self._engine) as connection:
            written = [Change(*row) for row in connection.execute(sql, bound)]
            return written, [Change(*row) for row in connection.execute(GONE, (layer.name, since, limit))]

    def job(self, id: str) -> Job | None:
        """Return an import by its id."""
        with reading(self._engine) as connection:
            return ledger.job(connection, id)

    def jobs(self) -> Sequence[Job]:
        """Return every import, newest first."""
        with reading(self._engine) as connection:
            return ledger.jobs(connection)

    def held(self, layer: str | None = None, job: str | None = None, state: str = "held") -> Iterator[Held]:
        """Yield what the quarantine holds."""
        with reading(self._engine) as connection:
            yield from ledger.held(connection, layer, job, state)

    def close(self) -> None:
        """Let go of the file and its connections."""
        self._engine.dispose()

    def _page(self, layer: Layer, query: Query) -> Page:
        with reading(self._engine) as connection, within(connection, PATIENCE):
            return fetched(connection, layer, query)

    @contextmanager
    def _snapshot(self) -> Generator[sqlite3.Connection]:
        """Lend a connection that sees one state of the file for as long as it is lent."""
        with reading(self._engine) as connection, within(connection, PATIENCE):
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    def _create(self) -> None:
        connection = opened(self.path)
        try:
            package.create(connection)
        finally:
            connection.close()
        with self._transaction() as connection:
            package.upgrade(connection, self.layers().values())
            for layer in self.layers().values():
                package.create_layer(connection, layer)

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        with self._writing, reading(self._engine) as connection:
            _begin(connection)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise


def _begin(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as bad:
        raise Unavailable(f"another program is writing to the store: {bad}; try again in a moment") from bad


def _count(connection: sqlite3.Connection, sql: str, bound: tuple[Any, ...]) -> Count:
    try:
        with within(connection, COUNTING):
            return Count(connection.execute(sql, bound).fetchone()[0])
    except TooMuch:
        return Count(-1, exact=False)


def _revision(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT value FROM om_meta WHERE name = 'revision'").fetchone()[0])


def _span(connection: sqlite3.Connection, layer: Layer) -> tuple[str | None, str | None] | None:
    if layer.when is None:
        return None
    rows = table(layer)
    start, end = rows.c[layer.when[0].name], rows.c[(layer.when[1] or layer.when[0]).name]
    edges = [
        rows.select().with_only_columns(c).where(c.is_not(None)).order_by(o).limit(1)
        for c, o in ((start, start.asc()), (end, end.desc()))
    ]
    found = [connection.execute(*compiled(e)).fetchone() for e in edges]
    return (found[0][0], found[1][0] if found[1] else None) if found[0] else None
