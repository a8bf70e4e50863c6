"""Rows of what lies beneath: districts, streets, waters and hills."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

import shapely

from etl.city.atlas import RIDGES, RIVERS
from etl.city.chance import chance, swell
from etl.city.fabric import fabric
from etl.city.ground import Ground, ground
from etl.city.network import Grade, network
from etl.city.plane import on_globe, points, segments
from layers.codes import code_list
from spatial.coordinates import Floats, Geometries
from spatial.metres import area, length

type Rows = Iterator[dict[str, Any]]

_LAKES = (
    ("镜湖", "Jing Lake"),
    ("白鹭水库", "Bailu Reservoir"),
    ("松涛水库", "Songtao Reservoir"),
    ("青龙湖", "Qinglong Lake"),
    ("云梯水库", "Yunti Reservoir"),
    ("碧峰湖", "Bifeng Lake"),
    ("鹿鸣水库", "Luming Reservoir"),
)
_CRUMB = 3.0
"""Metres up to which a stretch is but the corner of a crossing."""

_CLEAR, _HILLY = 420.0, 2200.0
"""Metres that a lake's middle keeps from every street, and to which it is near a crest."""


def districts(seed: int) -> Rows:
    """Yield the rows of the layer districts."""
    land = fabric(seed).districts
    shapes = on_globe(np.array(list(land.values()), dtype=object))
    for code, place, size in zip(land, shapes, area(shapes), strict=True):
        title = code_list("counties").title_of(code)
        yield {
            "code": code,
            "name": title.zh,
            "name_en": title.en,
            "area_km2": round(float(size) / 1e6, 2),
            "place": place,
        }


def streets(seed: int) -> Rows:
    """Yield the rows of the layer streets: each street once, or once for every stretch that hangs together."""
    net = network(seed)
    order = np.argsort(net.line, kind="stable")
    lines, starts = np.unique(net.line[order], return_index=True)
    groups = np.split(net.edges[order], starts[1:])
    merged = shapely.line_merge(np.array([shapely.multilinestrings(g) for g in groups], dtype=object))
    parts, of = shapely.get_parts(merged, return_index=True)
    whole = shapely.length(parts) > _CRUMB
    stretches, of = on_globe(shapely.simplify(parts[whole], 1.0)), of[whole]
    names, grades = [net.names[line] for line in lines.tolist()], net.grade[order][starts].tolist()
    for number, (place, size, n) in enumerate(zip(stretches, length(stretches).round(1).tolist(), of, strict=True), 1):
        yield {
            "code": f"DL{number:06d}",
            "name": names[n].zh,
            "name_en": names[n].en,
            "grade": Grade(grades[n]).name.lower(),
            "length_m": size,
            "place": place,
        }


def waters(seed: int) -> Rows:
    """Yield the rows of the layer waters."""
    rivers = fabric(seed).rivers
    lakes = _lakes(seed)
    names = [RIVERS[n][:2] for n in rivers] + list(_LAKES[: len(lakes)])
    shapes = on_globe(np.array([_multi(shape) for shape in (*rivers.values(), *lakes)], dtype=object))
    for number, ((zh, en), place) in enumerate(zip(names, shapes, strict=True), 1):
        kind = "river" if number <= len(rivers) else "reservoir" if zh.endswith("水库") else "lake"
        yield {"code": f"SX{number:03d}", "name": zh, "name_en": en, "kind": kind, "place": place}


def greens(seed: int) -> Rows:
    """Yield the rows of the layer greens: the ridges, as far as nothing is built on them."""
    base, cloth = ground(seed), fabric(seed)
    built = shapely.coverage_union_all(cloth.cells)
    wet = shapely.union_all([base.banks, *_lakes(seed)])
    shapes = [_ridge(base, number, seed) for number in range(len(RIDGES))]
    shapes = [_large(shapely.difference(shapely.difference(shape, built), wet)) for shape in shapes]
    for number, ((zh, en, _), place) in enumerate(zip(RIDGES, on_globe(np.array(shapes)), strict=True), 1):
        yield {"code": f"LD{number:03d}", "name": zh, "name_en": en, "kind": "ridge", "place": place}


def _ridge(base: Ground, number: int, seed: int) -> Any:
    crest = base.ridges[number]
    xy = shapely.get_coordinates(shapely.segmentize(crest, 200))
    wide = 1350 * (1 + np.clip(swell(xy, chance(seed, "ridge", number), 3800, 0.18), -0.4, 0.35))
    circles = shapely.buffer(points(xy), wide, quad_segs=6)
    return shapely.simplify(shapely.intersection(shapely.union_all(circles), base.outline), 25)


def _lakes(seed: int) -> list[Any]:
    """Return lakes among the hills, clear of every street."""
    rng = chance(seed, "lakes")
    xy = rng.uniform((-26e3, -22e3), (34e3, 32e3), (4000, 2))
    middles = points(xy)
    hills = ground(seed)
    near = ~_clear(middles, hills.ridges, _HILLY)
    free = _clear(middles, np.array([*fabric(seed).edges, *(r.boundary for r in hills.rivers.values())]), _CLEAR)
    found = xy[near & free & shapely.contains(hills.outline.buffer(-1500), middles)]
    chosen = _apart(found, len(_LAKES), 7000)
    return [_blob(at, rng.uniform(150, 260), chance(seed, "lake", n)) for n, at in enumerate(chosen)]


def _clear(places: Geometries, lines: Geometries, metres: float) -> NDArray[np.bool_]:
    far = np.ones(len(places), dtype=bool)
    index = shapely.STRtree(segments(lines)[0])
    far[index.query(places, predicate="dwithin", distance=metres)[0]] = False
    return far


def _apart(xy: Floats, count: int, gap: float) -> list[Floats]:
    chosen: list[Floats] = []
    for at in xy:
        if all(float(np.hypot(*(at - other))) > gap for other in chosen):
            chosen.append(at)
        if len(chosen) == count:
            break
    return chosen


def _blob(middle: Floats, radius: float, rng: np.random.Generator) -> Any:
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    ring = np.column_stack((np.cos(turn), np.sin(turn) * rng.uniform(0.5, 0.9)))
    ring *= radius * (1 + swell(ring, rng, 2.2, 0.16))[:, None]
    tilt = rng.uniform(0, np.pi)
    spun = ring @ np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
    return shapely.Polygon(middle + spun)


def _large(shape: Any) -> Any:
    parts = shapely.get_parts(shape)
    return shapely.multipolygons(parts[shapely.area(parts) > 2e5])  # noqa: PLR2004 - m², smaller are crumbs


def _multi(shape: Any) -> Any:
    return shape if shape.geom_type == "MultiPolygon" else shapely.multipolygons([shape])
