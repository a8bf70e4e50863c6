"""The ground of the city: its outline, its waters and ridges, and how the districts share it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any, cast

import numpy as np

import shapely
from shapely.geometry.base import BaseGeometry

from etl.city.atlas import HALF_KM, JIALING, MIDDLE_KM, RIDGES, RIVERS, SITES, YANGTZE
from etl.city.chance import chance, swell
from etl.city.plane import points
from spatial.coordinates import Floats, Geometries

KM = 1000.0
_STEP = 120.0
"""Metres between the vertices of a curve."""

_NODING = 0.5
"""Metres of the grid on which lines meet."""


@dataclass(frozen=True, eq=False)
class Ground:
    """The city's ground on its plane (m).

    outline: the whole. rivers: water by name. banks: the rivers with their shores. ridges: lines. districts: their land
    and water by county code.
    """

    outline: shapely.Polygon
    rivers: dict[str, shapely.Polygon]
    banks: BaseGeometry
    ridges: Geometries
    districts: dict[str, shapely.MultiPolygon]


@lru_cache(maxsize=4)
def ground(seed: int) -> Ground:
    """Return the ground that the seed makes."""
    outline = _outline(seed)
    ways = {"yangtze": _curve(YANGTZE), "jialing": _curve(JIALING)}
    flat = _shared(outline, list(ways.values()))
    warp, land = next(_warped(seed, flat))
    # the tributary's water ends in the other's, though its line has to cross it
    above = shapely.get_parts(shapely.difference(ways["jialing"], ways["yangtze"].buffer(250)))[0]
    wet = {**ways, "jialing": above}
    rivers = {name: _water(warp.moved(way), seed, name) for name, way in wet.items()}
    whole = cast("shapely.Polygon", warp.moved(outline))
    rivers["jialing"] = shapely.difference(rivers["jialing"], rivers["yangtze"])
    return Ground(
        whole,
        {n: cast("shapely.Polygon", shapely.intersection(r, whole)) for n, r in rivers.items()},
        shapely.union_all([r.buffer(70) for r in rivers.values()]),
        np.array([warp.moved(_curve(crest)) for _, _, crest in RIDGES], dtype=object),
        land,
    )


class _Warp:
    """A smooth displacement of the plane: what was straight becomes natural, what was shared stays shared."""

    def __init__(self, *draw: int) -> None:
        self._draw = draw

    def moved(self, shape: BaseGeometry) -> BaseGeometry:
        return shapely.transform(shape, self._move)

    def _move(self, xy: Any) -> Floats:
        xy = np.asarray(xy, dtype=np.float64)
        shift = [
            sum(
                swell(xy, chance(self._draw[0], "warp", axis, k, *self._draw[1:]), length, height)
                for k, (length, height) in _SWELLS
            )
            for axis in "xy"
        ]
        return xy + np.column_stack(shift)


def _warped(seed: int, flat: dict[str, BaseGeometry]) -> Iterator[tuple[_Warp, dict[str, shapely.MultiPolygon]]]:
    """Yield the warps that do not fold the land, and the districts after each."""
    for draw in count():
        warp = _Warp(seed, draw)
        land = {code: cast("shapely.MultiPolygon", warp.moved(place)) for code, place in flat.items()}
        if shapely.coverage_is_valid(list(land.values())):
            yield warp, land


_SWELLS = tuple(enumerate(((9000.0, 310.0), (3500.0, 120.0), (1300.0, 24.0))))


def _outline(seed: int) -> shapely.Polygon:
    turn = np.linspace(0, 2 * np.pi, 361)[:-1]
    rounded = (np.abs(np.cos(turn)) ** 2.8 + np.abs(np.sin(turn)) ** 2.8) ** (-1 / 2.8)
    ring = np.column_stack((np.cos(turn) * rounded * HALF_KM[0], np.sin(turn) * rounded * HALF_KM[1]))
    ring *= 1 + swell(ring, chance(seed, "outline"), 14, 0.022)[:, None]
    return shapely.Polygon((ring + MIDDLE_KM) * KM)


def _curve(points: Sequence[tuple[float, float]]) -> shapely.LineString:
    """Return a smooth line by corner cutting (Chaikin 1974), vertices evenly near."""
    xy = np.array(points, dtype=np.float64) * KM
    for _ in range(4):
        first, last = xy[:1], xy[-1:]
        a, b = xy[:-1], xy[1:]
        cut = np.stack((0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b), axis=1).reshape(-1, 2)
        xy = np.concatenate((first, cut, last))
    return shapely.segmentize(shapely.LineString(xy), _STEP)


def _water(way: BaseGeometry, seed: int, name: str) -> BaseGeometry:
    xy = shapely.get_coordinates(way)
    width = RIVERS[name][2] * (1 + swell(xy, chance(seed, "width", name), 5000, 0.16))
    circles = shapely.buffer(points(xy), width, quad_segs=12)
    pairs = shapely.convex_hull(shapely.geometrycollections(np.column_stack((circles[:-1], circles[1:]))))
    return shapely.simplify(shapely.union_all(pairs), 3)


def _shared(outline: shapely.Polygon, ways: Sequence[BaseGeometry]) -> dict[str, BaseGeometry]:
    """Return the land of each district: on every bank, what is nearer to its sites than to another's."""
    banks = shapely.get_parts(shapely.polygonize([shapely.union_all([outline.boundary, *ways], grid_size=_NODING)]))
    sites = np.array([xy for of in SITES.values() for xy in of]) * KM
    codes = np.array([code for code, of in SITES.items() for _ in of])
    pieces, owners = _nearest(banks, sites, codes, outline)
    lines = shapely.segmentize(shapely.union_all(shapely.boundary(pieces), grid_size=_NODING), _STEP)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    inside, at = shapely.STRtree(pieces).query(shapely.point_on_surface(faces), predicate="intersects")
    owner = np.empty(len(faces), dtype=owners.dtype)
    owner[inside] = owners[at]
    return {code: _multi(shapely.union_all(faces[owner == code])) for code in SITES}


def _nearest(banks: Geometries, sites: Floats, codes: Any, outline: BaseGeometry) -> tuple[Geometries, Any]:
    pieces: list[BaseGeometry] = []
    owners: list[str] = []
    marks = points(sites)
    for bank in banks:
        own = shapely.intersects(marks, bank)
        cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(marks[own]), extend_to=outline))
        at = shapely.STRtree(cells).query(marks[own], predicate="intersects")[1]
        pieces.extend(shapely.intersection(cells[at], bank))
        owners.extend(codes[own])
    return np.array(pieces, dtype=object), np.array(owners)


def _multi(shape: BaseGeometry) -> BaseGeometry:
    return shape if isinstance(shape, shapely.MultiPolygon) else shapely.MultiPolygon([cast("shapely.Polygon", shape)])
