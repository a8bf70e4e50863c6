"""The city that all servers serve: the same numbers from the same seed, every time.

Points lie around the centres of Chongqing's nine central districts; cells are grid squares with rounded, uneven edges.
"""

from collections.abc import Iterator
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

import shapely

POINTS, CELLS, VERTICES, SEED = 500_000, 20_000, 33, 20260102
CENTRES = np.array(
    [
        *((106.568, 29.553), (106.482, 29.481), (106.574, 29.607), (106.457, 29.541), (106.511, 29.502)),
        *((106.561, 29.523), (106.396, 29.806), (106.631, 29.718), (106.541, 29.402)),
    ]
)
"""渝中 大渡口 江北 沙坪坝 九龙坡 南岸 北碚 渝北 巴南: longitude, latitude."""

SPREAD = 0.06
"""Standard deviation of the points around their centre, in degrees."""

KINDS = (
    *("manhole", "lamp", "hydrant", "tree", "bin", "sign"),
    *("valve", "cabinet", "bench", "bollard", "camera", "shelter"),
)
COLUMNS = ("code", "kind", "name", "state", "level", "value", "height", "observed")
"""The properties that each server is asked for, the key first."""

TITLES = {"race_points": "点 Points", "race_cells": "网格 Cells"}
SHAPES = {"race_points": "geometry-point", "race_cells": "geometry-polygon"}
SIZES = {"race_points": POINTS, "race_cells": CELLS}
type Rows = list[dict[str, Any]]
type Shapes = NDArray[np.object_]
type Floats = NDArray[np.float64]


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema that declares the layer to OneMap."""
    text, whole, number = {"type": "string"}, {"type": "integer"}, {"type": "number"}
    return {
        "title": TITLES[name],
        "required": list(COLUMNS),
        "properties": {
            "code": {**text, "x-ogc-role": "id"},
            **{"kind": text, "name": text, "state": whole, "level": whole, "value": number, "height": number},
            "observed": {**text, "format": "date-time", "x-ogc-role": "primary-instant"},
            "place": {"format": SHAPES[name], "x-ogc-role": "primary-geometry"},
        },
    }


def points(count: int = POINTS) -> Floats:
    """Return where the points are: longitude, latitude (n, 2)."""
    chance = np.random.default_rng(SEED)
    return (CENTRES[chance.integers(0, len(CENTRES), count)] + chance.normal(0, SPREAD, (count, 2))).round(7)


def cells(count: int = CELLS) -> Floats:
    """Return the cells' rings (n, 33, 2), row by row around the centres of a grid over the city."""
    chance = np.random.default_rng(SEED + 1)
    side = int(np.ceil(count**0.5))
    step = 0.6 / side
    middles = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2)[:count] * step + (106.25, 29.3)
    angles = np.linspace(0, 2 * np.pi, VERTICES)[None, :]
    radii = chance.uniform(0.35, 0.49, (count, VERTICES)) * step
    radii[:, -1] = radii[:, 0]
    rings = middles[:, None, :] + np.stack((np.cos(angles) * radii, np.sin(angles) * radii), -1)
    rings[:, -1] = rings[:, 0]
    return rings.round(7)


def attributes(count: int, seed: int = SEED + 2) -> Rows:
    """Return the eight properties of each row."""
    chance = np.random.default_rng(seed)
    kinds, streets = chance.integers(0, len(KINDS), count), chance.integers(1, 900, count)
    states, levels = chance.integers(0, 5, count).tolist(), chance.integers(0, 1000, count).tolist()
    values, heights = chance.uniform(0, 100, count).round(3).tolist(), chance.uniform(160, 480, count).round(2).tolist()
    seconds = chance.integers(0, 31_000_000, count)
    moments = (np.datetime64("2026-01-01T00:00:00") + seconds.astype("timedelta64[s]")).astype(str)
    return [
        {
            **{"code": key(n), "kind": KINDS[kinds[n]], "name": f"解放碑街道 {streets[n]} 号", "state": states[n]},
            **{"level": levels[n], "value": values[n], "height": heights[n], "observed": f"{moments[n]}.000Z"},
        }
        for n in range(count)
    ]


def key(n: int) -> str:
    """Return the key of the row at that position, counted from 0; its row number is one more."""
    return f"P{n:07}"


def rows(name: str, block: int = 20_000) -> Iterator[Rows]:
    """Yield a layer's rows in blocks, each with its place."""
    places = cast("Shapes", shapely.points(points()) if name == "race_points" else shapely.polygons(cells()))
    said = attributes(len(places))
    for start in range(0, len(places), block):
        taken = slice(start, start + block)
        yield [{**row, "place": place} for row, place in zip(said[taken], places[taken], strict=True)]
