"""A layer as MapLibre paints it from vector tiles, where many features may be one that says how many."""

from typing import Any

from layers.feature import Layer
from layers.tile import COUNT
from spatial.shape import Kind
from styles.color import Expression
from styles.filters import LONE
from styles.label import WITHIN, label
from styles.paint import StyleLayer, shapes

MARK = "@tiles"
"""What the names of sources and style layers of tiles end with."""

FIRST, LAST = 0, 17
"""The zooms that are asked for; a map draws deeper ones from the last."""


def tiled(layer: Layer) -> dict[str, Any]:
    """Return a vector source of the layer and the style layers that draw it, for a page to add to a style.

    The source's address is relative to the service's root.
    """
    path = f"collections/{layer.name}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}"
    source = {"type": "vector", "tiles": [path], "minzoom": FIRST, "maxzoom": LAST}
    drawn = [_counted(part) for part in shapes(layer) if not part["id"].endswith(("-cluster", "-count"))]
    # areas would be named once in every tile
    kind = layer.place.place.kind if layer.place and layer.place.place else Kind.ANY
    named = [] if kind in WITHIN else [part | {"filter": LONE} for part in label(layer)]
    return {"source": source, "layers": [_moved(layer, part) for part in (*drawn, *named)]}


def _moved(layer: Layer, part: StyleLayer) -> StyleLayer:
    own = {"id": f"{part['id']}{MARK}", "type": part["type"], "source": f"{layer.name}{MARK}"}
    return own | {"source-layer": layer.name} | {key: part[key] for key in part if key not in own}


def _counted(part: StyleLayer) -> StyleLayer:
    kept = {key: value for key, value in part.items() if key != "filter" or value != LONE}
    if part["type"] != "circle":
        return kept
    paints = part["paint"]
    # a zoom must stand outside, so that each of its sizes is multiplied by itself
    head, stops = paints["circle-radius"][:3], paints["circle-radius"][3:]
    sizes = [stop if n % 2 == 0 else ["*", stop, GROWTH] for n, stop in enumerate(stops)]
    return kept | {"paint": paints | {"circle-radius": [*head, *sizes]}}


GROWTH: Expression = [
    "case",
    ["has", COUNT],
    ["min", 2.4, ["+", 0.8, ["*", 0.35, ["log10", ["max", 1, ["get", COUNT]]]]]],
    1,
]
"""How many times larger a circle is that stands for several: 1.15 for ten, at most 2.4."""
