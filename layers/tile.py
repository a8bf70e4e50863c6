"""What a tile is asked to hold, and what a store answers.

A tile holds one MVT layer for each part, of the layer's name; a feature's id is its row number (fid). Properties are as
items tell them (instants RFC 3339 text in UTC, lists as JSON text); what is null is left out. Nothing is cut in
silence: where features would be too many, too small or too large together, one stands for all in its cell of a grid
and says how many with `point_count`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from layers.feature import Layer
from layers.query import Query
from layers.store.state import State
from spatial.shape import Kind
from spatial.tms import Corners

EXTENT = 4096
"""Units of a tile's side."""

BUFFER = 64
"""Units that a tile reaches over its edges, so that what is drawn wide is not cut there."""

REACH = BUFFER / EXTENT
"""The buffer in tile sides."""

COUNT = "point_count"
"""The property that tells how many features one stands for; only such features have it."""

POINTS = frozenset({Kind.POINT, Kind.MULTIPOINT})
POINT_GRIDS: tuple[int | None, ...] = (None, 64, 32, 16, 8, 4)
SHAPE_GRIDS: tuple[int | None, ...] = (512, 256, 128, 64, 32, 16)
"""Cells along a tile's side, finest first; None gathers nothing.

Points: all that share a cell become one, at their middle; only those in the tile itself count, west and north edges
included, so that neighbours' counts add up. A point alone in its cell stays the feature that it is. Lines and areas:
simplified to half a cell; those no wider and no higher than a cell are gathered into the cell that the middle of their
box lies in (if that is in the tile), drawn as the square it is (areas) or a stroke across it (lines); one alone keeps
its id and properties.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One layer of a tile: narrowed to its reader; of the query, only `filters`, `span`, `ids` and `text` count.

    properties: the names that features carry, in the layer's order. by: one of them, whose commonest value (of equally
    common ones any) also those features carry that stand for others; None where there is none to carry.
    """

    layer: Layer
    query: Query = field(default_factory=Query)
    properties: tuple[str, ...] = ()
    by: str | None = None

    @property
    def grids(self) -> tuple[int | None, ...]:
        """The grids to gather its features in, finest first."""
        place = self.layer.place
        return POINT_GRIDS if place and place.place and place.place.kind in POINTS else SHAPE_GRIDS


@dataclass(frozen=True, slots=True)
class Room:
    """How much a tile may hold: features a layer before they are gathered, bytes in all before grids get coarser."""

    features: int = 10_000
    bytes: int = 500_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """A tile as Mapbox Vector Tile 2.1 (empty bytes: nothing is there), and the state that it was read in.

    thinned: whether some feature stands for several.
    """

    data: bytes
    thinned: bool
    state: State


@dataclass(frozen=True, slots=True)
class Dirt:
    """An area in which a write changed a layer: its mark, and west, south, east, north in degrees (None: anywhere)."""

    layer: str
    mark: int
    box: Corners | None


@dataclass(frozen=True, slots=True)
class Piece:
    """One MVT layer of a tile, ready to be joined to others; thinned as in Drawn.

    full: whether there were more features than fit, so that it stands for nothing and a coarser grid is needed.
    """

    data: bytes
    thinned: bool = False
    full: bool = False


def fitted(parts: Sequence[Part], draw: Callable[[Part, int | None], Piece], room: Room) -> tuple[bytes, bool]:
    """Return the parts' pieces joined, each drawn on the finest grid with which all fit the room; and if thinned.

    Where even the coarsest grids do not fit, they are the answer.
    """
    levels = [0] * len(parts)
    pieces = [draw(part, part.grids[0]) for part in parts]
    while (worst := _worst(parts, pieces, levels, room)) is not None:
        levels[worst] += 1
        pieces[worst] = draw(parts[worst], parts[worst].grids[levels[worst]])
    return b"".join(piece.data for piece in pieces), any(piece.thinned for piece in pieces)


def _worst(parts: Sequence[Part], pieces: Sequence[Piece], levels: Sequence[int], room: Room) -> int | None:
    """Return which piece to draw again on a coarser grid: one that is full, or the largest of those too large."""
    able = [n for n, part in enumerate(parts) if levels[n] + 1 < len(part.grids)]
    full = next((n for n in able if pieces[n].full), None)
    if full is not None or sum(len(piece.data) for piece in pieces) <= room.bytes:
        return full
    return max(able, key=lambda n: len(pieces[n].data), default=None)
