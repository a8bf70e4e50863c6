"""Many points as one circle: its count inside, its ring in the colour that most of them have."""

from typing import Any

from layers.feature import Layer
from layers.look import By
from spatial.shape import Kind
from styles.color import Expression, is_ramp, spelled
from styles.filters import CLUSTER
from styles.look import look, zooms
from styles.palette import INK, NEUTRAL, PAPER

MOST_CASES = 12
"""Counting costs a property of every cluster per case; beyond this many the ring is neutral."""


def clusters(layer: Layer) -> bool:
    """Tell whether the layer's points may be drawn as clusters (only single points can)."""
    return bool(layer.style.cluster_from and layer.place and layer.place.place and layer.place.place.kind is Kind.POINT)


def source(layer: Layer) -> dict[str, Any]:
    """Return what a GeoJSON source needs to cluster the layer's points; nothing where they do not cluster."""
    if not clusters(layer):
        return {}
    settings = {"cluster": True, "clusterRadius": 46, "clusterMaxZoom": 14, "clusterMinPoints": 4}
    return settings | ({"clusterProperties": counts} if (counts := _counts(look(layer).color)) else {})


def cluster(layer: Layer) -> list[dict[str, Any]]:
    """Return the style layers that draw the layer's clusters: circles, and how many each stands for."""
    if not clusters(layer):
        return []
    common = {"source": layer.name, **zooms(layer.style), "filter": CLUSTER}
    circle = {"id": f"{layer.name}-cluster", "type": "circle", **common, "paint": _circle(look(layer).color)}
    count = {"id": f"{layer.name}-count", "type": "symbol", **common, "layout": COUNT, "paint": {"text-color": INK}}
    return [circle, count]


COUNT = {
    "text-field": ["get", "point_count_abbreviated"],
    "text-size": 12,
    "text-allow-overlap": True,
    "text-ignore-placement": True,
}


def _circle(color: str | By) -> dict[str, Any]:
    return {
        "circle-color": PAPER,
        "circle-opacity": 0.94,
        "circle-radius": ["step", ["get", "point_count"], 13, 100, 16, 1000, 20, 10000, 25],
        "circle-stroke-color": _ring(color),
        "circle-stroke-width": 3.5,
        "circle-stroke-opacity": 0.9,
    }


def _counted(color: str | By) -> dict[str, tuple[str, str]]:
    """Return name of a count → (case, hue) for a look whose cases can be counted."""
    if isinstance(color, str) or is_ramp(color) or len(color.cases) > MOST_CASES:
        return {}
    return {f"cluster_{i}": (spelled(case), hue) for i, (case, hue) in enumerate(color.cases.items())}


def _counts(color: str | By) -> dict[str, Expression]:
    value = ["to-string", ["get", color.field]] if isinstance(color, By) else ""
    return {name: ["+", ["case", ["==", value, case], 1, 0]] for name, (case, _) in _counted(color).items()}


def _ring(color: str | By) -> Expression:
    if isinstance(color, str):
        return color
    counted = _counted(color)
    if not counted:
        return NEUTRAL
    most = ["max", *(["get", name] for name in counted)]
    winners = [part for name, (_, hue) in counted.items() for part in (["==", ["get", name], ["var", "most"]], hue)]
    return ["let", "most", most, ["case", ["==", ["var", "most"], 0], color.other, *winners, color.other]]
