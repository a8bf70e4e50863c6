"""What is asked: seeded lists of boxes, ids, pages and tiles, the same for every server."""

import math
from collections.abc import Mapping
from functools import cache

import numpy as np

from benchmarks.race import data

type Asked = Mapping[str, str | int]
"""The fields that a server's path is filled in with."""

COUNT = 120
"""Questions a work: no more than pgbench can replay, so that it has the very same ones."""

SIDE, FULL = 0.03, 1000
"""Degrees of a box's side; the least number of points that one holds."""


@cache
def boxes(count: int = COUNT) -> list[Asked]:
    """Return boxes around random points, each with at least 1,000 points in it."""
    places, chance = data.points(), np.random.default_rng(11)
    east = places[np.argsort(places[:, 0])]
    found: list[Asked] = []
    while len(found) < count:
        w, s = (places[chance.integers(len(places))] - SIDE * chance.uniform(0.2, 0.8, 2)).round(5).tolist()
        strip = east[slice(*np.searchsorted(east[:, 0], (w, w + SIDE)))]
        if np.count_nonzero((strip[:, 1] >= s) & (strip[:, 1] <= s + SIDE)) >= FULL:
            found.append({"bbox": ",".join(f"{v:.5f}" for v in (w, s, w + SIDE, s + SIDE))})
    return found


def wide(count: int = COUNT) -> list[Asked]:
    """Return boxes that hold a thousand cells or more."""
    corners = np.random.default_rng(14).uniform((106.26, 29.31), (106.62, 29.76), (count, 2)).round(5).tolist()
    return [{"bbox": f"{w:.5f},{s:.5f},{w + 0.2:.5f},{s + 0.12:.5f}"} for w, s in corners]


@cache
def ids(count: int = COUNT) -> list[Asked]:
    """Return random rows: by row number, and by key."""
    chosen = np.random.default_rng(12).integers(0, data.POINTS, count).tolist()
    return [{"fid": n + 1, "key": data.key(n)} for n in chosen]


def pages(first: int = 400_000, size: int = 100, count: int = 20) -> list[Asked]:
    """Return deep pages by their offsets."""
    return [{"offset": first + n * size, "limit": size} for n in range(count)]


@cache
def tiles(zooms: tuple[int, ...], count: int = COUNT) -> list[Asked]:
    """Return tiles under random points, zooms in turn; at low zooms the same ones come again."""
    places, chance = data.points(), np.random.default_rng(13)
    chosen = places[chance.integers(0, len(places), count)].tolist()
    return [tile(lon, lat, zooms[n % len(zooms)]) for n, (lon, lat) in enumerate(chosen)]


def tile(lon: float, lat: float, z: int) -> Asked:
    """Return the tile of WebMercatorQuad that a point is in."""
    x = (lon + 180) / 360
    y = 0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)
    return {"z": z, "x": int(x * 2**z), "y": int(y * 2**z)}
