"""Shapes in a tile's units as the commands that draw them (Vector Tile 2.1, 4.3), many at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import shapely

from spatial.varint import Integers, Unsigned, zigzag

type Shapes = NDArray[np.object_]
POINT, LINE, POLYGON = 1, 2, 3
MOVE, CLOSE = 9, 15
"""Move once; close the ring."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Features: which row each draws, its kind, its commands' numbers one after the other, and how many it has."""

    rows: Integers
    kinds: Integers
    numbers: Unsigned
    counts: Integers


@dataclass(frozen=True, slots=True)
class _Paths:
    """Rows of vertices: xy (n, 2) whole units; path (n,) which path each is of; owner: which row each path draws."""

    xy: Integers
    path: Integers
    owner: Integers

    def kept(self, keep: NDArray[np.bool_]) -> "_Paths":
        """Return some of the vertices."""
        return _Paths(self.xy[keep], self.path[keep], self.owner)

    @property
    def first(self) -> NDArray[np.bool_]:
        """Whether each vertex is its path's first."""
        return np.diff(self.path, prepend=-1) != 0

    @property
    def last(self) -> NDArray[np.bool_]:
        """Whether each vertex is its path's last."""
        return np.diff(self.path, append=len(self.owner)) != 0

    @property
    def counts(self) -> Integers:
        """How many vertices each path has."""
        return np.bincount(self.path, minlength=len(self.owner))


def points(x: NDArray[np.float64], y: NDArray[np.float64]) -> Drawing:
    """Return one point a row."""
    count = len(x)
    xy = np.rint(np.column_stack((x, y))).astype(np.int64)
    numbers = np.column_stack((np.full(count, MOVE, np.uint64), zigzag(xy)))
    return Drawing(np.arange(count), np.full(count, POINT), numbers.ravel(), np.full(count, 3))


def drawn(shapes: Shapes) -> Drawing:
    """Return shapes (n,) of any kinds, in tile units, as features; what vanishes at whole units is left out.

    Areas' outer rings run clockwise on the screen, inner ones the other way.
    """
    parts, rows = shapely.get_parts(_flat(shapes), return_index=True)
    kinds = shapely.get_dimensions(parts)
    made = [draw(parts[kinds == n], rows[kinds == n]) for n, draw in enumerate((_points, _lines, _areas))]
    return joined([one for one in made if len(one.rows)])


def joined(drawings: Sequence[Drawing]) -> Drawing:
    """Return all features of drawings of the same rows."""
    if not drawings:
        none = np.zeros(0, np.int64)
        return Drawing(none, none, none.astype(np.uint64), none)
    fields = ("rows", "kinds", "numbers", "counts")
    return Drawing(*(np.concatenate([getattr(one, name) for one in drawings]) for name in fields))


def _flat(shapes: Shapes) -> Shapes:
    """Return shapes with the members of collections as multi-part shapes' parts are: one level deep."""
    nested = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    if not nested.any():
        return shapes
    flat = shapes.copy()
    flat[nested] = [shapely.GeometryCollection([*shapely.get_parts(shapely.get_parts(one))]) for one in shapes[nested]]
    return flat


def _points(parts: Shapes, rows: Integers) -> Drawing:
    paths = _paths(parts[~shapely.is_empty(parts)], rows[~shapely.is_empty(parts)])
    # a feature's points are one path: its command counts them
    owners, path = np.unique(paths.owner[paths.path], return_inverse=True)
    whole = _Paths(paths.xy, path, owners)
    steps, counts = _steps(whole, owners[path]), whole.counts
    numbers = _strewn(steps, whole, before=1, after=0)
    numbers[_starts(2 * counts + 1)] = counts << 3 | 1
    return Drawing(owners, np.full(len(owners), POINT), numbers, 2 * counts + 1)


def _lines(parts: Shapes, rows: Integers) -> Drawing:
    paths = _distinct(_paths(parts, rows))
    paths = _numbered(paths, paths.counts > 1)
    counts = paths.counts
    numbers = _strewn(_steps(paths, paths.owner[paths.path]), paths, before=2, after=0)
    sizes = 2 * counts + 2
    _command(numbers, _starts(sizes), counts)
    return _features(paths.owner, sizes, numbers, LINE)


def _areas(parts: Shapes, rows: Integers) -> Drawing:
    rings, part = shapely.get_rings(parts, return_index=True)
    paths = _paths(rings, rows[part])
    paths = _open(_distinct(paths))
    twice = _areas_twice(paths)
    outer = np.diff(part, prepend=-1) != 0
    real = (paths.counts > 2) & (twice != 0)  # noqa: PLR2004 - a ring's corners
    shells = np.zeros(len(parts), bool)
    shells[part[outer & real]] = True
    good = real & shells[part]
    paths = _wound(_numbered(paths, good), (twice > 0)[good] == outer[good])
    counts = paths.counts
    numbers = _strewn(_steps(paths, paths.owner[paths.path]), paths, before=2, after=1)
    sizes = 2 * counts + 3
    _command(numbers, _starts(sizes), counts)
    numbers[_starts(sizes) + sizes - 1] = CLOSE
    return _features(paths.owner, sizes, numbers, POLYGON)


def _paths(parts: Shapes, rows: Integers) -> _Paths:
    xy, path = shapely.get_coordinates(parts, return_index=True)
    return _Paths(np.rint(xy).astype(np.int64), path, rows)


def _distinct(paths: _Paths) -> _Paths:
    """Return paths without vertices that are where the one before is."""
    moved = paths.first | np.diff(paths.xy, axis=0, prepend=paths.xy[:1]).any(axis=1)
    return paths.kept(moved)


def _open(rings: _Paths) -> _Paths:
    """Return rings without their last vertices, which are their first ones again."""
    return rings.kept(~rings.last)


def _numbered(paths: _Paths, good: NDArray[np.bool_]) -> _Paths:
    """Return the good paths alone, numbered anew."""
    keep = good[paths.path]
    numbers = np.cumsum(good) - 1
    return _Paths(paths.xy[keep], numbers[paths.path[keep]], paths.owner[good])


def _areas_twice(rings: _Paths) -> Integers:
    """Return twice the area of each ring by the surveyor's formula; positive: clockwise where y runs down."""
    after = np.arange(1, len(rings.xy) + 1)
    after[rings.last] = np.flatnonzero(rings.first)
    x, y = rings.xy[:, 0], rings.xy[:, 1]
    cross = x * y[after] - x[after] * y
    sums = np.bincount(rings.path, weights=cross, minlength=len(rings.owner))
    return sums.astype(np.int64)


def _wound(rings: _Paths, right: NDArray[np.bool_]) -> _Paths:
    """Return the rings, those that are not `right` the other way round."""
    counts = rings.counts
    starts = np.repeat(_starts(counts), counts)
    at = np.arange(len(rings.xy)) - starts
    turned = np.where(right[rings.path], at, counts[rings.path] - 1 - at)
    return _Paths(rings.xy[starts + turned], rings.path, rings.owner)


def _steps(paths: _Paths, owner: Integers) -> Unsigned:
    """Return each vertex as the step from the one before, in the same feature."""
    steps = np.diff(paths.xy, axis=0, prepend=0)
    begins = np.diff(owner, prepend=-1) != 0
    steps[begins] = paths.xy[begins]
    return zigzag(steps)


def _strewn(steps: Unsigned, paths: _Paths, *, before: int, after: int) -> Unsigned:
    """Return steps with room for commands: one before each path, another behind its first vertex if `before` is 2."""
    counts = paths.counts
    extra = before + after
    numbers = np.empty(2 * len(steps) + extra * len(counts), np.uint64)
    # behind the first command, and for all but the first vertex behind the second
    at = 2 * np.arange(len(steps)) + extra * paths.path + 1 + (before - 1) * ~paths.first
    numbers[at], numbers[at + 1] = steps.T
    return numbers


def _command(numbers: Unsigned, starts: Integers, counts: Integers) -> None:
    numbers[starts] = MOVE
    numbers[starts + 3] = (counts - 1) << 3 | 2


def _features(owner: Integers, sizes: Integers, numbers: Unsigned, kind: int) -> Drawing:
    rows, path = np.unique(owner, return_inverse=True)
    counts = np.bincount(path, weights=sizes, minlength=len(rows)).astype(np.int64)
    return Drawing(rows, np.full(len(rows), kind), numbers, counts)


def _starts(counts: Integers) -> Integers:
    return np.cumsum(counts) - counts
