"""Many features as one: the cells of a grid over a tile, and what lies in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

import shapely

from layers.tile import EXTENT
from spatial.mvt_drawing import Shapes

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]

NONE = -1


@dataclass(frozen=True, slots=True)
class Cells:
    """The occupied cells (m,) of a grid: column and row, how many things each holds and the middle of their places.

    first: one of the things; common: one of those with the commonest value, NONE where none has any.
    """

    column: Integers
    row: Integers
    size: float
    counts: Integers
    x: Floats
    y: Floats
    first: Integers
    common: Integers

    @property
    def lone(self) -> NDArray[np.bool_]:
        """Whether each cell holds one thing only."""
        return self.counts == 1


def cells(x: Floats, y: Floats, grid: int, values: Sequence[Any] | None) -> Cells:
    """Return the cells that places (n,) in tile units lie in; those outside the tile are in none.

    values: what to look for the commonest of, one a place.
    """
    size = EXTENT / grid
    inside = np.flatnonzero((x >= 0) & (x < EXTENT) & (y >= 0) & (y < EXTENT))
    column, row = (np.floor(places[inside] / size).astype(np.int64) for places in (x, y))
    numbers, first, cell, counts = np.unique(
        row * grid + column, return_index=True, return_inverse=True, return_counts=True
    )
    east, south = (np.bincount(cell, weights=places[inside], minlength=len(numbers)) / counts for places in (x, y))
    common = np.full(len(numbers), NONE) if values is None else _commonest(cell, len(numbers), inside, values)
    return Cells(numbers % grid, numbers // grid, size, counts, east, south, inside[first], common)


def _commonest(cell: Integers, count: int, inside: Integers, values: Sequence[Any]) -> Integers:
    known: dict[Any, int] = {}
    codes = np.array([NONE if v is None else known.setdefault(v, len(known)) for v in values], np.int64)[inside]
    said = np.flatnonzero(codes != NONE)
    pairs, at, votes = np.unique(cell[said] * len(known) + codes[said], return_index=True, return_counts=True)
    won = np.lexsort((votes, pairs // max(1, len(known))))
    found = np.full(count, NONE)
    # the last of a cell's candidates is the one with most votes
    found[pairs[won] // max(1, len(known))] = inside[said[at[won]]]
    return found


def squares(found: Cells) -> Shapes:
    """Return the cells as areas."""
    west, north = found.column * found.size, found.row * found.size
    return shapely.box(west, north, west + found.size, north + found.size)


def strokes(found: Cells) -> Shapes:
    """Return a line across the middle of each cell."""
    west, middle = found.column * found.size, (found.row + 0.5) * found.size
    ends = np.stack((np.column_stack((west, middle)), np.column_stack((west + found.size, middle))), axis=1)
    return cast("Shapes", shapely.linestrings(ends))


def middles(found: Cells) -> Shapes:
    """Return the middle of what lies in each cell as points."""
    return cast("Shapes", shapely.points(found.x, found.y))
