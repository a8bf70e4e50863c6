"""The whole map as one MapLibre style document."""

from collections.abc import Iterable
from typing import Any

from layers.feature import Layer
from styles import cluster
from styles.label import label
from styles.legend import legend
from styles.look import look
from styles.paint import paint, shapes
from styles.palette import GROUND
from styles.tiled import tiled


def style(layers: Iterable[Layer], center: tuple[float, float], zoom: float) -> dict[str, Any]:
    """Return the style document (Style Specification v8) of the layers that have a place.

    center: longitude, latitude in degrees. Sources are empty GeoJSON, one a layer and of its name, for the page to
    fill. All shapes lie below all labels. `metadata["onemap:layers"]` says of each layer, in draw order, what a page
    needs to list, legend, fill and switch it; its addresses are relative to the service's root.
    """
    drawn = sorted((each for each in layers if each.place), key=lambda each: each.style.order)
    ground = {"id": "background", "type": "background", "paint": {"background-color": GROUND}}
    painted = [part for draw in (shapes, label) for each in drawn for part in _shown(each, draw(each))]
    return {
        "version": 8,
        "name": "OneMap",
        "metadata": {"onemap:layers": [_described(each) for each in drawn]},
        "center": list(center),
        "zoom": zoom,
        "sources": {each.name: _source(each) for each in drawn},
        "layers": [ground, *painted],
    }


def _source(layer: Layer) -> dict[str, Any]:
    empty: dict[str, Any] = {"type": "FeatureCollection", "features": []}
    return {"type": "geojson", "data": empty, "promoteId": layer.key.name, **cluster.source(layer)}


def _shown(layer: Layer, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if layer.style.visible:
        return parts
    return [{**part, "layout": {**part.get("layout", {}), "visibility": "none"}} for part in parts]


def _described(layer: Layer) -> dict[str, Any]:
    shown, here = look(layer), f"collections/{layer.name}"
    said = {
        "name": layer.name,
        "title": layer.title.json(),
        "description": layer.description.json(),
        "group": layer.group.json(),
        "geometry": str(layer.place.place.kind) if layer.place and layer.place.place else None,
        "label": shown.label,
        "visible": shown.visible,
        "live": layer.live,
        "time": layer.when is not None,
        "zooms": list(shown.zooms),
        "styleLayers": [part["id"] for part in paint(layer)],
        "legend": legend(layer),
        "items": f"{here}/items",
        "schema": f"{here}/schema",
        "livePath": f"{here}/live",
        "key": layer.key.name,
        "tiles": tiled(layer),
    }
    return said | ({"clusterFrom": shown.cluster_from} if cluster.clusters(layer) else {})
