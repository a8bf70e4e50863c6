"""A layer as MapLibre paints it."""

from collections.abc import Callable
from typing import Any

from layers.feature import Layer
from layers.look import Style
from spatial.shape import Kind
from styles.cluster import cluster, clusters
from styles.color import Expression, expression
from styles.filters import LONE, shaped
from styles.label import label
from styles.look import look, zooms

StyleLayer = dict[str, Any]
"""One entry of a MapLibre style's `layers`."""

FILL = 0.4
"""How opaque areas are whose style does not say: what is right for points would hide all that lies below."""

HALF, WHOLE, DOUBLE = 9, 14, 19
"""Zooms at which a point or a line has six tenths of its size, its size, and one and a half times its size."""


def paint(layer: Layer) -> list[StyleLayer]:
    """Return the style layers (Style Specification v8) that draw the layer, lowest first; none without a place."""
    return [*shapes(layer), *label(layer)]


def shapes(layer: Layer) -> list[StyleLayer]:
    """Return the style layers that draw the layer's features and clusters, without their labels."""
    if not layer.place or not layer.place.place:
        return []
    parts = PARTS[layer.place.place.kind]
    mixed = layer.place.place.kind is Kind.ANY
    return [_drawn(layer, part, mixed) for part in parts] + cluster(layer)


def _drawn(layer: Layer, part: str, mixed: bool) -> StyleLayer:
    drawing, kind, painted = DRAWN[part]
    drawn: StyleLayer = {"id": f"{layer.name}-{part}", "type": drawing, "source": layer.name, **zooms(layer.style)}
    if mixed:
        drawn["filter"] = shaped(kind)
    elif clusters(layer):
        drawn["filter"] = LONE
    return drawn | painted(look(layer))


def _circle(style: Style) -> StyleLayer:
    ring = min(1.2, style.size / 4)
    paints = {
        "circle-color": expression(style.color),
        "circle-radius": sized(style.size),
        "circle-opacity": style.opacity,
        "circle-stroke-color": style.outline,
        "circle-stroke-opacity": style.opacity,
        "circle-stroke-width": sized(ring),
    }
    return {"paint": paints}


def _line(style: Style) -> StyleLayer:
    paints = {"line-color": expression(style.color), "line-width": sized(style.size), "line-opacity": style.opacity}
    return _dashed(style, {"layout": {"line-cap": "round", "line-join": "round"}, "paint": paints})


def _fill(style: Style) -> StyleLayer:
    return {"paint": {"fill-color": expression(style.color), "fill-opacity": fill_opacity(style)}}


def _outline(style: Style) -> StyleLayer:
    paints = {"line-color": outline(style), "line-width": sized(style.size)}
    return _dashed(style, {"layout": {"line-join": "round"}, "paint": paints})


def fill_opacity(style: Style) -> float:
    """Return how opaque an area is inside."""
    return FILL if style.opacity == Style().opacity else style.opacity


def outline(style: Style) -> Expression:
    """Return the colour of an area's edge: white, which sets points off, would hide it on a light ground."""
    return expression(style.color) if style.outline == Style().outline else style.outline


def _dashed(style: Style, drawn: StyleLayer) -> StyleLayer:
    if not style.dash:
        return drawn
    # round caps would close the gaps
    layout = {**drawn["layout"], "line-cap": "butt"}
    return {"layout": layout, "paint": {**drawn["paint"], "line-dasharray": list(style.dash)}}


def sized(size: float) -> Expression:
    """Return a size that grows with the zoom."""
    stops = (HALF, round(size * 0.6, 2), WHOLE, size, DOUBLE, round(size * 1.5, 2))
    return ["interpolate", ["linear"], ["zoom"], *stops]


DRAWN: dict[str, tuple[str, str, Callable[[Style], StyleLayer]]] = {
    "fill": ("fill", "Polygon", _fill),
    "outline": ("line", "Polygon", _outline),
    "line": ("line", "LineString", _line),
    "circle": ("circle", "Point", _circle),
}
"""Part → MapLibre's layer type, the geometry that it draws, and its looks."""

PARTS: dict[Kind, tuple[str, ...]] = {
    Kind.POINT: ("circle",),
    Kind.MULTIPOINT: ("circle",),
    Kind.LINE: ("line",),
    Kind.MULTILINE: ("line",),
    Kind.POLYGON: ("fill", "outline"),
    Kind.MULTIPOLYGON: ("fill", "outline"),
    Kind.ANY: ("fill", "outline", "line", "circle"),
}
"""The parts that draw a geometry type, lowest first."""
