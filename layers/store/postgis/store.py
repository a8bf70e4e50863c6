"""The production store: PostgreSQL with PostGIS."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, literal_column, select

from layers.catalogue import declared
from layers.feature import Layer
from layers.lazy import lazily
from layers.query import Count, Query
from layers.store import tiles
from layers.store.paging import every
from layers.store.postgis import catalogue, ledger, mvt, page, schema
from layers.store.postgis.awaiting import Awaiting
from layers.store.postgis.connection import Connections, compiled, run
from layers.store.postgis.counting import Counting
from layers.store.postgis.guard import Guard, is_doubtful
from layers.store.postgis.reading import PostgisReading
from layers.store.postgis.roles import own
from layers.store.postgis.tidying import Tidying
from layers.store.postgis.version import settle
from layers.store.postgis.writer import PostgisWriter
from layers.store.protocol import Block, Change, Extent, Features, Held, Job
from layers.store.registry import Registry
from layers.store.state import State
from layers.table import FID, REVISION, table
from layers.tile import Dirt, Drawn, Part, Room
from spatial.errors import Conflict, NotFound
from spatial.time import written
from spatial.tms import Tile

if TYPE_CHECKING:
    import geopandas as gpd

SETTLED = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
"""Every transaction with a lower number has ended: nothing that it wrote is still to come."""

GONE = f"""SELECT fid, key, revision FROM om_tombstones WHERE layer = $1 AND revision > $2 AND revision < {SETTLED}
  ORDER BY revision, fid LIMIT $3"""  # noqa: S608 - our own text

framed = lazily("layers.store.frame:frame")


class PostgisStore:
    """Rows in the schema `onemap` of one database; any number of readers and writers."""

    def __init__(self, url: str) -> None:
        """Connect and create what is missing; raise BadSource, Unavailable."""
        self._connections = Connections(url)
        self._connections.open()
        self._awaiting = Awaiting(self._connections.address)
        self._guard = Guard(self._connections.rows)
        self._counting = Counting(self._connections, self._guard)
        self._tidying = Tidying(self._connections)
        self._registry = Registry(catalogue.PostgisCatalogue(self._connections))
        settle(self._connections, declared())

    def layers(self) -> Mapping[str, Layer]:
        """Return every layer, declared or added, as it is now for all workers."""
        return self._registry.layers()

    def documents(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the JSON Schema of each layer that was added at run time, by the layer's name."""
        return self._registry.documents()

    def add(self, layer: Layer, document: Mapping[str, Any]) -> None:
        """Add a layer at run time, with the JSON Schema that makes it again; raise Conflict."""
        with self._connections.writing() as connection:
            own(connection)
            run(connection, "SELECT pg_advisory_xact_lock($1)", (schema.LOCK,))
            self._registry.forget()
            if layer.name in self.layers():
                raise Conflict(f"a layer {layer.name} exists already; choose another name")
            schema.add_layer(connection, layer)
            catalogue.remember(connection, layer.name, document)
        self._registry.forget()

    def drop(self, name: str) -> None:
        """Drop a layer that was added at run time; raise NotFound, Conflict for a declared one."""
        with self._connections.writing() as connection:
            own(connection)
            run(connection, "SELECT pg_advisory_xact_lock($1)", (schema.LOCK,))
            self._registry.forget()
            layer = self.layers().get(name)
            if layer is None:
                raise NotFound(f"there is no layer {name[:60]!r}")
            if layer.declared:
                raise Conflict(f"{name} is part of OneMap and cannot be dropped")
            schema.drop(connection, name)
            catalogue.forgotten(connection, name)
        self._registry.forget()

    @contextmanager
    def write(self) -> Generator[PostgisWriter]:
        """Open a transaction; leaving it commits, an error rolls back."""
        self._tidying.now_and_then()
        with self._connections.writing() as connection:
            yield PostgisWriter(connection)

    def block(self, layer: Layer, query: Query) -> Block:
        """Return one page of rows; raise TooMuch for one that costs too much."""
        self._guard.check(layer, query)
        return page.block(self._connections.rows, layer, query)

    def features(self, layer: Layer, query: Query) -> Features:
        """Return one page as GeoJSON features, already text; raise TooMuch for one that costs too much."""
        self._guard.check(layer, query)
        return page.features(self._connections.rows, layer, query)

    def at_hand(self) -> Mapping[str, Layer] | None:
        """Return the layers if that needs no wait, else None."""
        return self._registry.at_hand()

    async def promptly(self, layer: Layer, query: Query) -> Features | None:
        """Return one page as GeoJSON features; None for one that may take long, or that Python has to write."""
        if is_doubtful(layer, query) or not page.is_written(query):
            return None
        return page.read_features((await self._awaiting.rows(*page.features_asked(layer, query)))[0], query)

    async def rest(self) -> None:
        """Let go of what the running event loop holds."""
        await self._awaiting.close()

    def blocks(self, layer: Layer, query: Query, size: int = 1000) -> Iterator[Block]:
        """Yield all pages of a query, up to its limit; rows written meanwhile neither repeat nor shift others."""
        return every(self.block, layer, query, size)

    def count(self, layer: Layer, query: Query) -> Count:
        """Count what matches, roughly where counting takes too long."""
        return self._counting.count(layer, query)

    def frame(self, layer: Layer, query: Query) -> "gpd.GeoDataFrame":
        """Return the rows as a GeoDataFrame, instants as UTC timestamps."""
        return framed(layer, query, self.blocks(layer, query, size=5000))

    def extent(self, layer: Layer) -> Extent:
        """Return where and when the rows are."""
        asked = "SELECT minx, miny, maxx, maxy FROM om_extents WHERE layer = $1 AND minx IS NOT NULL"
        found = self._connections.rows(asked, (layer.name,))
        box = tuple(found[0]) if found else None
        return Extent(box, self._span(layer))  # pyright: ignore[reportArgumentType] - four numbers, as the table has

    def tile(self, tile: Tile, parts: Sequence[Part], room: Room) -> Drawn:
        """Return the features that lie in a tile or in its buffer as a Mapbox Vector Tile; see `layers.tile`."""
        written = None
        if len(parts) == 1:
            written = mvt.drawn(self._connections.rows(*mvt.asked(tile, parts[0], room))[0], room)
        return written or self._gathered(tile, parts, room)

    async def tile_promptly(self, tile: Tile, parts: Sequence[Part], room: Room) -> Drawn | None:
        """Return a tile that the database writes itself; None for one that Python has to draw."""
        if len(parts) != 1:
            return None
        return mvt.drawn((await self._awaiting.rows(*mvt.asked(tile, parts[0], room)))[0], room)

    def _gathered(self, tile: Tile, parts: Sequence[Part], room: Room) -> Drawn:
        with self._snapshot() as reading:
            data, thinned = tiles.drawn(reading, tile, parts, room)
            return Drawn(data, thinned, reading.state())

    def dirt(self, since: State) -> tuple[State, Sequence[Dirt] | None]:
        """Return the state now, and where the writes that it sees and `since` does not changed what is on the map."""
        self._tidying.now_and_then()
        with self._snapshot() as reading:
            return reading.state(), reading.dirt(since)

    @contextmanager
    def _snapshot(self) -> Generator[PostgisReading]:
        with self._connections.writing() as connection:
            run(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield PostgisReading(connection)

    def revision(self) -> int:
        """Return the newest revision of which, as of all before it, nothing is still to come."""
        return int(self._connections.rows(f"SELECT {SETTLED} - 1")[0][0])

    def changes(self, layer: Layer, since: int, limit: int = 1000) -> tuple[Sequence[Change], Sequence[Change]]:
        """Return rows written and rows deleted after a revision, oldest first."""
        rows = table(layer)
        settled = literal_column(SETTLED, rows.c[REVISION].type)
        wanted = rows.select().with_only_columns(rows.c[FID], rows.c[layer.key.name], rows.c[REVISION])
        newer = wanted.where(rows.c[REVISION] > since, rows.c[REVISION] < settled)
        sql, bound = compiled(newer.order_by(rows.c[REVISION], rows.c[FID]).limit(limit))
        upserts = [Change(*row) for row in self._connections.rows(sql, bound)]
        return upserts, [Change(*row) for row in self._connections.rows(GONE, (layer.name, since, limit))]

    def job(self, id: str) -> Job | None:
        """Return an import by its id."""
        return ledger.job(self._connections, id)

    def jobs(self) -> Sequence[Job]:
        """Return every import, newest first."""
        return ledger.jobs(self._connections)

    def held(self, layer: str | None = None, job: str | None = None, state: str = "held") -> Iterator[Held]:
        """Yield what the quarantine holds."""
        return ledger.held(self._connections, layer, job, state)

    def close(self) -> None:
        """Let go of every connection."""
        self._connections.close()

    def _span(self, layer: Layer) -> tuple[str | None, str | None] | None:
        if layer.when is None:
            return None
        rows, (first, last) = table(layer), layer.when
        start = self._edge(select(func.min(rows.c[first.name])))
        end = self._edge(select(func.max(rows.c[(last or first).name])))
        return None if start is None else (start, end)

    def _edge(self, asked: Select[Any]) -> str | None:
        found = self._connections.rows(*compiled(asked))[0][0]
        return None if found is None else written(found) if isinstance(found, datetime) else str(found)
