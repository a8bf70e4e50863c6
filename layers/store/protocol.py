"""What every store can do; the contract suite in the tests says it in full."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from shapely.geometry.base import BaseGeometry

from layers.feature import Layer
from layers.query import Count, Cursor, Query
from layers.store.state import State
from layers.tile import Dirt, Drawn, Part, Room
from spatial.tms import Tile

if TYPE_CHECKING:
    import geopandas as gpd

Row = Mapping[str, Any]
"""A row by column names: validated Python values, the place a shapely geometry in degrees."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one page, column by column.

    names: the columns asked for, without the place. rows: their raw values (instants are RFC 3339 text in UTC).
    keys, fids: id and row number of each. places: shapely geometries (n,) in degrees, or None where not asked for.
    """

    names: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    keys: Sequence[str]
    fids: Sequence[int]
    places: NDArray[np.object_] | None
    next: Cursor | None = None
    prev: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """Where and when a layer's rows are; None for a layer without any."""

    box: tuple[float, float, float, float] | None
    span: tuple[str | None, str | None] | None


@dataclass(frozen=True, slots=True)
class Change:
    """One row as it is now, or that it is gone (row None)."""

    fid: int
    key: str
    revision: int


@dataclass(slots=True)
class Tally:
    """What a write did, in rows."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    refused: int = 0
    repeated: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Return the sum of both."""
        return Tally(*(getattr(self, n) + getattr(other, n) for n in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that did not become a row, and why."""

    record: Mapping[str, Any]
    reason: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """One import as the store remembers it: how far it came, in records of its source; its contract as JSON."""

    id: str
    source: str
    layer: str
    position: int = 0
    state: str = "running"
    started: datetime | None = None
    finished: datetime | None = None
    tally: Tally = field(default_factory=Tally)
    contract: str = "{}"


@dataclass(frozen=True, slots=True)
class Held:
    """A refusal that the quarantine holds."""

    id: int
    job: str
    layer: str
    record: Mapping[str, Any]
    reason: str
    position: int
    state: str = "held"


class Writer(Protocol):
    """One transaction; all of it happens, or nothing."""

    revision: int

    def upsert(self, layer: Layer, rows: Sequence[Row]) -> Tally:
        """Write the rows by key; rows that say nothing new are left alone."""
        ...

    def append(self, layer: Layer, rows: Sequence[Row]) -> Tally:
        """Add the rows whose keys are new; a known key is a repeat."""
        ...

    def delete(self, layer: Layer, keys: Sequence[str]) -> Tally:
        """Delete the rows and leave tombstones."""
        ...

    def expire(self, layer: Layer, before: datetime, most: int) -> Tally:
        """Delete the oldest rows whose instant lies before, up to `most`, without tombstones; never the newest row."""
        ...

    def hold(self, job: Job, refusals: Sequence[Refusal]) -> None:
        """Put refusals into quarantine."""
        ...

    def settle(self, ids: Sequence[int], state: str) -> None:
        """Mark held records as mended, replayed or dropped."""
        ...

    def note(self, job: Job) -> None:
        """Remember how far the job has come."""
        ...


class Store(Protocol):
    """Where rows live."""

    def layers(self) -> Mapping[str, Layer]:
        """Return every layer, declared or added, as it is now for all workers."""
        ...

    def documents(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the JSON Schema of each layer that was added at run time, by the layer's name."""
        ...

    def add(self, layer: Layer, document: Mapping[str, Any]) -> None:
        """Add a layer at run time, with the JSON Schema that makes it again; raise Conflict."""
        ...

    def drop(self, name: str) -> None:
        """Drop a layer that was added at run time; raise NotFound, Conflict for a declared one."""
        ...

    def write(self) -> AbstractContextManager[Writer]:
        """Open a transaction; leaving it commits, an error rolls back."""
        ...

    def block(self, layer: Layer, query: Query) -> Block:
        """Return one page of rows."""
        ...

    def features(self, layer: Layer, query: Query) -> "Features":
        """Return one page as GeoJSON features, already text."""
        ...

    def blocks(self, layer: Layer, query: Query, size: int = 1000) -> Iterator[Block]:
        """Yield all pages of a query, up to its limit."""
        ...

    def count(self, layer: Layer, query: Query) -> Count | None:
        """Count what matches; None when that would take too long."""
        ...

    def frame(self, layer: Layer, query: Query) -> "gpd.GeoDataFrame":
        """Return the rows as a GeoDataFrame, instants as UTC timestamps."""
        ...

    def extent(self, layer: Layer) -> Extent:
        """Return where and when the rows are."""
        ...

    def tile(self, tile: Tile, parts: Sequence[Part], room: Room) -> Drawn:
        """Return the features that lie in a tile or in its buffer as a Mapbox Vector Tile; see `layers.tile`."""
        ...

    def dirt(self, since: State) -> tuple[State, Sequence[Dirt] | None]:
        """Return the state now, and where the writes that it sees and `since` does not changed what is on the map.

        Both where a row's shape was and where it is now. None: they are too long ago, anything may have changed.
        """
        ...

    def revision(self) -> int:
        """Return the store's newest revision."""
        ...

    def changes(self, layer: Layer, since: int, limit: int = 1000) -> tuple[Sequence[Change], Sequence[Change]]:
        """Return rows written and rows deleted after a revision, oldest first."""
        ...

    def job(self, id: str) -> Job | None:
        """Return an import by its id."""
        ...

    def jobs(self) -> Sequence[Job]:
        """Return every import, newest first."""
        ...

    def held(self, layer: str | None = None, job: str | None = None, state: str = "held") -> Iterator[Held]:
        """Yield what the quarantine holds."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


@runtime_checkable
class PromptStore(Protocol):
    """A store that an event loop asks itself, without a thread, for what takes a millisecond."""

    def at_hand(self) -> Mapping[str, Layer] | None:
        """Return the layers if that needs no wait, else None."""
        ...

    async def promptly(self, layer: Layer, query: Query) -> "Features | None":
        """Return one page as GeoJSON features; None for one that may take long, which `features` tells."""
        ...

    async def tile_promptly(self, tile: Tile, parts: Sequence[Part], room: Room) -> Drawn | None:
        """Return a tile that takes no drawing here; None for one that `tile` has to draw."""
        ...

    async def rest(self) -> None:
        """Let go of what the running event loop holds."""
        ...


@dataclass(frozen=True, slots=True)
class Features:
    """A page as GeoJSON: `text` is the features, comma-separated, without brackets."""

    text: bytes
    returned: int
    next: Cursor | None = None
    prev: Cursor | None = None


def places_of(rows: Sequence[Row], name: str) -> NDArray[np.object_]:
    """Return the places of rows as an array (n,) of geometries or None."""
    places = np.empty(len(rows), dtype=object)
    places[:] = [row.get(name) for row in rows]
    return places


Shape = BaseGeometry
