"""The city's fabric: all lines noded into one plane graph, of whose faces cells and districts are made."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

import shapely

from etl.city.blocks import BORDER, Blocks, Integers, blocks
from etl.city.chance import chance, swell
from etl.city.ground import Ground, ground
from etl.city.plane import segments
from spatial.coordinates import Floats, Geometries

_NODING = 0.5
_STEP = 70.0
"""Metres: the grid on which lines meet, and the most between two vertices."""

_BENDS = tuple(enumerate(((1500.0, 36.0), (520.0, 7.0))))
"""Length and height (m) of the last bends that every line gets."""


@dataclass(frozen=True, eq=False)
class Fabric:
    """Lines and faces that fit each other exactly, on the plane (m).

    edges: lines (m,) between junctions, their ranks and the line each was part of. cells (n,) with the district code
    and density of each. districts by code, rivers by name, ridges.
    """

    edges: Geometries
    rank: Integers
    line: Integers
    cells: Geometries
    owner: NDArray[np.str_]
    dense: Floats
    districts: dict[str, shapely.MultiPolygon]
    rivers: dict[str, Any]


@lru_cache(maxsize=4)
def fabric(seed: int) -> Fabric:
    """Return the fabric that the seed makes."""
    base, cut = ground(seed), blocks(seed)
    edges, rank, line = _noded(base, cut)
    faces = shapely.get_parts(shapely.polygonize(edges))
    inside = shapely.point_on_surface(faces)
    cells = _united(faces, _within(inside, cut.cells.places), len(cut.cells.places))
    # a cell thinner than the noding grid has no face left
    whole = np.isin(shapely.get_type_id(cells), [shapely.GeometryType.POLYGON])
    land = np.array(list(base.districts.values()), dtype=object)
    districts = _united(faces, _within(inside, land), len(land))
    bend = _Bend(seed)
    return Fabric(
        bend.moved(edges),
        rank,
        line,
        bend.moved(cells[whole]),
        cut.cells.owner[whole],
        cut.cells.dense[whole],
        dict(zip(base.districts, map(_multi, bend.moved(districts)), strict=True)),
        dict(zip(base.rivers, bend.moved(shapely.segmentize(list(base.rivers.values()), _STEP)), strict=True)),
    )


class _Bend:
    """The last displacement; it moves equal points equally, so what fitted still fits."""

    def __init__(self, seed: int) -> None:
        self._draws = [(f"{axis}{k}", h, length) for axis in "xy" for k, (length, h) in _BENDS]
        self._seed = seed

    def moved(self, shapes: Any) -> Geometries:
        return np.asarray(shapely.transform(shapes, self._move), dtype=object)

    def _move(self, xy: Any) -> Floats:
        at = np.asarray(xy, dtype=np.float64)
        shift = [swell(at, chance(self._seed, "bend", name), length, height) for name, height, length in self._draws]
        half = len(_BENDS)
        return at + np.column_stack((np.sum(shift[:half], axis=0), np.sum(shift[half:], axis=0)))


def _noded(base: Ground, cut: Blocks) -> tuple[Geometries, Integers, Integers]:
    """Return the lines between junctions, their ranks, and the number of the line each lies on."""
    noded = shapely.line_merge(shapely.union_all([*cut.lines, base.outline.boundary], grid_size=_NODING))
    edges = shapely.segmentize(shapely.get_parts(noded), _STEP)
    middle = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    pieces, of = segments(cut.lines)
    edge, piece = shapely.STRtree(pieces).query(middle, predicate="dwithin", distance=2 * _NODING)
    line = of[piece]
    rank, on = np.full(len(edges), BORDER), np.full(len(edges), -1)
    order = np.argsort(-cut.rank[line], kind="stable")  # of several lines the greatest road is written last
    rank[edge[order]], on[edge[order]] = cut.rank[line[order]], line[order]
    return edges, rank, on


def _within(points: Geometries, places: Geometries) -> NDArray[np.intp]:
    """Return the place (n,) of each point, -1 for none."""
    point, place = shapely.STRtree(places).query(points, predicate="intersects")
    found = np.full(len(points), -1)
    found[point] = place
    return found


def _united(faces: Geometries, group: NDArray[np.intp], count: int) -> Geometries:
    """Return the union of the faces of each group 0 to count."""
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(count + 1))
    groups = (faces[order[a:b]] for a, b in pairwise(starts.tolist()))
    return np.array([g[0] if len(g) == 1 else shapely.coverage_union_all(g) for g in groups], dtype=object)


def _multi(shape: Any) -> shapely.MultiPolygon:
    return cast("shapely.MultiPolygon", shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape]))
