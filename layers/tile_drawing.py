"""Rows read for a tile as the tile's layers, for stores that cannot write tiles themselves; see `layers.tile`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import shapely
from shapely.errors import GEOSException

from layers.tile import BUFFER, COUNT, EXTENT, Part, Piece
from layers.tile_cells import NONE, Cells, Floats, Integers, cells, middles, squares, strokes
from spatial.mvt import NAMELESS, Rows, layer
from spatial.mvt_drawing import Drawing, Shapes, drawn, points

type Columns = Mapping[str, Sequence[Any]]
NEAR, FAR = -BUFFER, EXTENT + BUFFER
"""Where a tile's buffer begins and ends."""

MARKS: tuple[Callable[[Cells], Shapes], ...] = (middles, strokes, squares)
"""How a cell is drawn, by the dimension of what it stands for."""


@dataclass(frozen=True, slots=True)
class Spots:
    """Rows that are single points: row numbers, places in tile units, properties by name."""

    fids: Integers
    x: Floats
    y: Floats
    columns: Columns


@dataclass(frozen=True, slots=True)
class Forms:
    """Rows of any shape: row numbers, shapes in tile units, properties by name."""

    fids: Integers
    shapes: Shapes
    columns: Columns

    @property
    def spots(self) -> Spots:
        """Where the middles of their boxes are."""
        x, y = _middle(shapely.bounds(self.shapes))
        return Spots(self.fids, x, y, self.columns)


def scattered(part: Part, spots: Spots) -> Piece:
    """Return points as they are, those of the buffer too."""
    drawing = points(spots.x, spots.y)
    near = (spots.x >= NEAR) & (spots.x <= FAR) & (spots.y >= NEAR) & (spots.y <= FAR)
    kept = Drawing(drawing.rows[near], drawing.kinds[near], drawing.numbers[np.repeat(near, 3)], drawing.counts[near])
    return Piece(layer(part.layer.name, kept, Rows(spots.fids, spots.columns), EXTENT))


def whole(part: Part, forms: Forms) -> Piece:
    """Return shapes as they are, cut at the buffer's edge."""
    drawing = drawn(_clipped(forms.shapes))
    return Piece(layer(part.layer.name, drawing, Rows(forms.fids, forms.columns), EXTENT))


def gathered(part: Part, spots: Spots, grid: int, whole_of: Callable[[Sequence[int]], Columns]) -> Piece:
    """Return points gathered in the cells of a grid.

    whole_of: gives the properties of lone points by row numbers; the rows themselves need have `part.by` alone.
    """
    found = cells(spots.x, spots.y, grid, spots.columns.get(part.by or ""))
    own = whole_of(spots.fids[found.first[found.lone]].tolist())
    places = np.cumsum(found.lone) - 1
    columns = {
        name: [
            own[name][at] if lone else value
            for lone, at, value in zip(
                found.lone.tolist(), places.tolist(), _shared(part, found, spots, name), strict=True
            )
        ]
        for name in part.properties
    }
    rows = Rows(_ids(found, spots.fids), columns | {COUNT: _counts(found)})
    return Piece(layer(part.layer.name, points(found.x, found.y), rows, EXTENT), thinned=not found.lone.all())


def shaped(part: Part, forms: Forms, grid: int) -> Piece:
    """Return lines and areas simplified to half a cell, and those no larger than a cell gathered in cells."""
    size = EXTENT / grid
    bounds = shapely.bounds(forms.shapes)
    small = (bounds[:, 2] - bounds[:, 0] <= size) & (bounds[:, 3] - bounds[:, 1] <= size)
    large = np.flatnonzero(~small)
    groups = list(_small(part, forms, small, grid))
    marks = [mark for _, mark in groups]
    drawing = drawn(np.concatenate([_simple(forms.shapes[large], size / 2), *marks]))
    columns = {
        name: [values[n] for n in large.tolist()]
        + [value for found, _ in groups for value in _own_or_shared(part, found, forms, name)]
        for name, values in forms.columns.items()
    }
    counts = [None] * len(large) + [count for found, _ in groups for count in _counts(found)]
    ids = np.concatenate([forms.fids[large], *(_ids(found, forms.fids) for found, _ in groups)])
    data = layer(part.layer.name, drawing, Rows(ids, columns | {COUNT: counts}), EXTENT)
    return Piece(data, thinned=any(not found.lone.all() for found, _ in groups))


def _small(part: Part, forms: Forms, small: NDArray[np.bool_], grid: int) -> Iterator[tuple[Cells, Shapes]]:
    """Yield the cells of small things, dimension by dimension, their members numbered as the rows are."""
    dimensions = shapely.get_dimensions(forms.shapes)
    for dimension, mark in enumerate(MARKS):
        members = np.flatnonzero(small & (dimensions == dimension))
        if not len(members):
            continue
        x, y = _middle(shapely.bounds(forms.shapes[members]))
        values = forms.columns.get(part.by or "")
        found = cells(x, y, grid, None if values is None else [values[n] for n in members.tolist()])
        common = np.where(found.common == NONE, NONE, members[found.common])
        yield _renumbered(found, members[found.first], common), mark(found)


def _renumbered(found: Cells, first: Integers, common: Integers) -> Cells:
    return Cells(found.column, found.row, found.size, found.counts, found.x, found.y, first, common)


def _simple(shapes: Shapes, tolerance: float) -> Shapes:
    """Return shapes simplified and cut; one that would vanish stays, an area as the line around it."""
    simple = _clipped(shapely.simplify(shapes, tolerance, preserve_topology=False))
    lost = np.setdiff1d(np.arange(len(shapes)), drawn(simple).rows)
    if len(lost):
        kept = _clipped(shapes[lost])
        thin = shapely.get_dimensions(kept) == 2  # noqa: PLR2004 - areas
        kept[thin] = shapely.boundary(kept[thin])
        simple[lost] = kept
    return simple


def _clipped(shapes: Shapes) -> Shapes:
    """Return shapes cut at the buffer's edge where they cross it."""
    bounds = shapely.bounds(shapes)
    cut = (bounds[:, :2] < NEAR).any(axis=1) | (bounds[:, 2:] > FAR).any(axis=1)
    kept = shapes.copy()
    if cut.any():
        kept[cut] = _cut(kept[cut])
    return kept


def _cut(shapes: Shapes) -> Shapes:
    try:
        return shapely.clip_by_rect(shapes, NEAR, NEAR, FAR, FAR)
    except GEOSException:
        # other programs write invalid shapes too
        return shapely.clip_by_rect(shapely.make_valid(shapes), NEAR, NEAR, FAR, FAR)


def _own_or_shared(part: Part, found: Cells, forms: Forms, name: str) -> Iterator[Any]:
    values = forms.columns[name]
    shared = _shared(part, found, forms, name)
    for lone, first, value in zip(found.lone.tolist(), found.first.tolist(), shared, strict=True):
        yield values[first] if lone else value


def _shared(part: Part, found: Cells, rows: Spots | Forms, name: str) -> list[Any]:
    """Return what each cell says of a property: the commonest value of the one that it is known for."""
    if name != part.by:
        return [None] * len(found.counts)
    values = rows.columns[name]
    return [None if at == NONE else values[at] for at in found.common.tolist()]


def _counts(found: Cells) -> list[int | None]:
    return [None if count == 1 else count for count in found.counts.tolist()]


def _ids(found: Cells, fids: Integers) -> Integers:
    return np.where(found.lone, fids[found.first], NAMELESS)


def _middle(bounds: Floats) -> tuple[Floats, Floats]:
    return (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
