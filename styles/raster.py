"""A raster made visible: its colours, its legend, and its place in the map's style."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.raster import Raster
from layers.text import Text

type Color = tuple[int, int, int, int]
"""Red, green, blue, opacity: 0 to 255 each."""

RAMPS: Mapping[str, Sequence[Color]] = {
    # none at all is clear, so that the map shows where nothing is
    "heat": (
        (255, 255, 178, 0),
        (254, 217, 118, 150),
        (253, 141, 60, 190),
        (240, 59, 32, 210),
        (150, 0, 38, 225),
    ),
    "viridis": ((68, 1, 84, 255), (59, 82, 139, 255), (33, 145, 140, 255), (94, 201, 98, 255), (253, 231, 37, 255)),
    "terrain": (
        (88, 138, 90, 255),
        (196, 205, 142, 255),
        (214, 178, 122, 255),
        (156, 112, 84, 255),
        (250, 248, 245, 255),
    ),
    "blues": ((239, 243, 255, 255), (189, 215, 231, 255), (107, 174, 214, 255), (49, 130, 189, 255), (8, 81, 156, 255)),
    "grey": ((20, 20, 20, 255), (78, 78, 78, 255), (136, 136, 136, 255), (195, 195, 195, 255), (250, 250, 250, 255)),
}
"""Name → colours at equal steps from the least to the greatest shown value."""

OWN = ("photo", "palette")
"""What needs no ramp: its values are colours already."""

OPACITY = 0.85
GROUP = Text("栅格与分析", "Rasters and analyses")
UNITS: Mapping[str, Text] = {"1/km2": Text("件/km²", "per km²")}
"""Units (UCUM) that people read another way."""

BENEATH = ("background", "fill")
"""Style layers that a raster may cover; lines, points and names stay on top of it."""


def colours(values: NDArray[Any], ramp: str, low: float, high: float) -> NDArray[np.uint8]:
    """Return red, green, blue and opacity (4, …) of values (…) between the colours of the ramp's ends."""
    stops = np.array(RAMPS[ramp], dtype=np.float64)
    at = np.clip((values.astype(np.float64) - low) / ((high - low) or 1.0), 0, 1)
    steps = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(at, steps, stops[:, n]) for n in range(4)]).round().astype(np.uint8)


def legend(raster: Raster) -> list[dict[str, Any]]:
    """Return the raster's legend, the greatest value first; none where its values are colours."""
    band = raster.bands[0]
    if raster.ramp not in RAMPS or band.low is None or band.high is None:
        return []
    stops = RAMPS[raster.ramp]
    values = np.linspace(band.low, band.high, len(stops))
    shown = [(v, c) for v, c in zip(values.tolist(), stops, strict=True) if c[3]]
    return [{"color": _css(c), "shape": "fill", "title": _valued(v, band.unit).json()} for v, c in reversed(shown)]


def with_rasters(style: dict[str, Any], rasters: Iterable[Raster], home: str) -> dict[str, Any]:
    """Return the map's style with the rasters in it, below its lines, points and names.

    home: the service's address, which a map's tiles cannot do without. `metadata["onemap:rasters"]` says of each what
    a page needs to list, legend and switch it.
    """
    shown = list(rasters)
    layers: list[dict[str, Any]] = style["layers"]
    ground = next((n for n, each in enumerate(layers) if each["type"] not in BENEATH), len(layers))
    return {
        **style,
        "metadata": {**style["metadata"], "onemap:rasters": [described(each) for each in shown]},
        "sources": {**style["sources"], **{each.name: source(each, home) for each in shown}},
        "layers": [*layers[:ground], *(painted(each) for each in shown), *layers[ground:]],
    }


def source(raster: Raster, home: str) -> dict[str, Any]:
    """Return the raster as a source of a MapLibre style (Style Specification v8, raster)."""
    tiles = f"{home}/collections/{raster.name}/map/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}?f=png"
    return {"type": "raster", "tiles": [tiles], "tileSize": 256, "bounds": list(raster.box), "maxzoom": 18}


def painted(raster: Raster) -> dict[str, Any]:
    """Return the style layer that draws the raster."""
    seen = "visible" if raster.visible else "none"
    paint = {"raster-opacity": OPACITY, "raster-fade-duration": 0}
    return {"id": raster.name, "type": "raster", "source": raster.name, "layout": {"visibility": seen}, "paint": paint}


def described(raster: Raster) -> dict[str, Any]:
    """Return what a page is told of the raster."""
    return {
        "name": raster.name,
        "title": raster.title.json(),
        "description": raster.description.json(),
        "group": GROUP.json(),
        "visible": raster.visible,
        "styleLayers": [raster.name],
        "legend": legend(raster),
        "made": raster.made.isoformat(),
    }


def _valued(value: float, unit: str | None) -> Text:
    number, said = f"{float(f'{value:.2g}'):,g}", UNITS.get(unit or "", Text(unit or "", unit or ""))
    return Text(f"{number} {said.zh}".strip(), f"{number} {said.en}".strip())


def _css(color: Color) -> str:
    return f"rgba({color[0]}, {color[1]}, {color[2]}, {color[3] / 255:.2f})"
