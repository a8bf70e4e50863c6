"""The street network: a connected graph of named streets, with the cells beside each."""

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import NamedTuple, Self, cast

import numpy as np
from numpy.typing import NDArray

import shapely

from etl.city.atlas import SEATS
from etl.city.blocks import ARTERIAL, BANK, CUT, LANE, RING, Integers, blocks
from etl.city.chance import chance
from etl.city.fabric import Fabric, fabric
from etl.city.names import street_names
from layers.text import Text
from spatial.coordinates import Floats, Geometries

type Flags = NDArray[np.bool_]


class Grade(IntEnum):
    """Grades of streets, the greatest first."""

    EXPRESSWAY = 0
    ARTERIAL = 1
    SECONDARY = 2
    LOCAL = 3
    LANE = 4


_SECONDARY = 1500.0
_COUNTY = 4200.0
"""Metres of a cut from which it is a secondary street, and from which it goes on through open country."""

_BESIDE = 4.0


@dataclass(frozen=True, eq=False)
class Track:
    """The vertices of lines in one row: x, y (k, 2), metres up to each (k,), and where each line starts (m + 1,)."""

    xy: Floats
    metres: Floats
    start: NDArray[np.intp]

    @classmethod
    def of(cls, lines: Geometries) -> Self:
        """Return the track of lines (m,)."""
        xy, of = cast("tuple[Floats, NDArray[np.intp]]", shapely.get_coordinates(lines, return_index=True))
        steps = np.linalg.norm(np.diff(xy, axis=0), axis=1) * (of[1:] == of[:-1])
        return cls(xy, np.concatenate(([0.0], np.cumsum(steps))), np.searchsorted(of, np.arange(len(lines) + 1)))

    def at(self, line: NDArray[np.intp], along: Floats) -> tuple[Floats, Floats]:
        """Return the point `along` metres into each line, and the unit direction there: (n, 2), (n, 2)."""
        whole = self.metres[self.start[line]] + along
        left = np.searchsorted(self.metres, whole, side="right") - 1
        left = np.clip(left, self.start[line], self.start[line + 1] - 2)
        step = self.xy[left + 1] - self.xy[left]
        size = np.maximum(np.linalg.norm(step, axis=1), 1e-9)
        ahead = step / size[:, None]
        return self.xy[left] + ahead * (whole - self.metres[left])[:, None], ahead


class Plain(NamedTuple):
    """Length, grade and first node of each edge, and x, y of each node."""

    length: list[float]
    grade: list[int]
    first: list[int]
    nodes: list[tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Network:
    """Streets between junctions on the city's plane (m).

    edges: lines (m,). ends: the node at each end (m, 2). grade, line (the street that an edge is part of) and beside
    (the cell to the left and to the right, -1 for none): (m,), (m,), (m, 2). nodes: x, y (n, 2). names by line.
    """

    edges: Geometries
    ends: NDArray[np.intp]
    grade: Integers
    line: Integers
    beside: NDArray[np.intp]
    nodes: Floats
    names: dict[int, Text]

    @cached_property
    def length(self) -> Floats:
        """The length of each edge (m,)."""
        return np.asarray(shapely.length(self.edges), dtype=np.float64)

    @cached_property
    def track(self) -> "Track":
        """The vertices of all edges in one row."""
        return Track.of(self.edges)

    @cached_property
    def plain(self) -> "Plain":
        """What a walk asks for one by one, as lists: an array answers such questions ten times slower."""
        nodes = cast("list[tuple[float, float]]", [tuple(xy) for xy in self.nodes.tolist()])
        return Plain(self.length.tolist(), self.grade.tolist(), self.ends[:, 0].tolist(), nodes)

    @cached_property
    def leaving(self) -> list[list[tuple[int, int]]]:
        """Of each node the edges that leave it and the nodes they lead to."""
        out: list[list[tuple[int, int]]] = [[] for _ in self.nodes]
        for edge, (a, b) in enumerate(self.ends.tolist()):
            out[a].append((edge, b))
            out[b].append((edge, a))
        return out


@lru_cache(maxsize=4)
def network(seed: int) -> Network:
    """Return the streets that the seed makes."""
    cloth, cut = fabric(seed), blocks(seed)
    beside = _beside(cloth)
    grades = _grades(cut.rank, np.asarray(shapely.length(cut.lines)))
    kept = _streets(cloth, beside, np.asarray(shapely.length(cut.lines)))
    nodes, ends = _joints(cloth.edges[kept])
    whole = _largest(ends, len(nodes))
    kept = np.flatnonzero(kept)[whole]
    used, ends = np.unique(ends[whole], return_inverse=True)
    line = _split_banks(cloth, kept, beside, len(cut.lines))
    grade = grades[cloth.line[kept]]
    names = _names(line, grade, len(cut.lines), seed)
    return Network(cloth.edges[kept], ends.reshape(-1, 2), grade, line, beside[kept], nodes[used], names)


def _grades(rank: Integers, length: Floats) -> Integers:
    grade = np.where(length > _SECONDARY, Grade.SECONDARY, Grade.LOCAL)
    for known, what in ((ARTERIAL, Grade.ARTERIAL), (RING, Grade.EXPRESSWAY), (BANK, Grade.SECONDARY)):
        grade[rank == known] = what
    grade[rank >= LANE] = Grade.LANE
    return grade.astype(np.int64)


def _beside(cloth: Fabric) -> NDArray[np.intp]:
    """Return the cells (m, 2) to the left and the right of each edge's middle, -1 for none."""
    half = np.asarray(shapely.length(cloth.edges), dtype=np.float64) / 2
    middle, ahead = Track.of(cloth.edges).at(np.arange(len(half)), half)
    across = np.column_stack((-ahead[:, 1], ahead[:, 0])) * _BESIDE
    index = shapely.STRtree(cloth.cells)
    found = np.full((2, len(half)), -1)
    for row, side in zip(found, (middle + across, middle - across), strict=True):
        edge, cell = index.query(shapely.points(side), predicate="intersects")
        row[edge] = cell
    return found.T


def _streets(cloth: Fabric, beside: NDArray[np.intp], length: Floats) -> Flags:
    """Return which edges are streets: the great roads, all in built-up land, and a few through open country."""
    known = cloth.line >= 0
    county = known & (cloth.rank >= CUT) & (cloth.rank < LANE) & (length[cloth.line] > _COUNTY)
    return known & ((cloth.rank <= RING) | (beside >= 0).any(axis=1) | county)


def _joints(edges: Geometries) -> tuple[Floats, NDArray[np.intp]]:
    """Return the nodes (n, 2) where edges end, and the node at each end of each (m, 2)."""
    ends = shapely.get_coordinates(np.column_stack((shapely.get_point(edges, 0), shapely.get_point(edges, -1))).ravel())
    nodes, of = np.unique(ends, axis=0, return_inverse=True)
    return nodes, of.reshape(-1, 2)


def _largest(ends: NDArray[np.intp], count: int) -> Flags:
    """Return which edges belong to the largest connected part."""
    part = np.arange(count)
    while True:
        least = np.minimum(part[ends[:, 0]], part[ends[:, 1]])
        after = part.copy()
        np.minimum.at(after, ends.ravel(), np.repeat(least, 2))
        after = after[after]
        if (after == part).all():
            return part[ends[:, 0]] == np.bincount(part).argmax()
        part = after


def _split_banks(cloth: Fabric, kept: NDArray[np.intp], beside: NDArray[np.intp], lines: int) -> Integers:
    """Return the street of each edge: its line, but along the rivers one in each district."""
    district = np.searchsorted(list(SEATS), cloth.owner[beside[kept].max(axis=1)])
    return np.where(cloth.rank[kept] == BANK, lines + district, cloth.line[kept])


def _names(line: Integers, grade: Integers, lines: int, seed: int) -> dict[int, Text]:
    streets, first = np.unique(line, return_index=True)
    names = street_names(grade[first].tolist(), chance(seed, "streets"))
    english = ("Yuzhong", "Dadukou", "Jiangbei", "Shapingba", "Jiulongpo", "Nan'an", "Beibei", "Yubei", "Ba'nan")
    banks = {
        lines + n: Text(f"{q.name}滨江路", f"{en} Riverside Road")
        for n, (q, en) in enumerate(zip(SEATS.values(), english, strict=True))
    }
    return dict(zip(streets.tolist(), names, strict=True)) | banks
