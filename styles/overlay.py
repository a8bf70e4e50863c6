"""A layer as Folium draws it."""

from collections.abc import Sequence
from typing import Any, cast

from branca.element import Element, Figure

import folium
import geopandas as gpd
from folium.map import Layer as FoliumLayer
from folium.plugins import MarkerCluster
from folium.utilities import JsCode

from layers.feature import Layer
from layers.look import Style
from layers.text import Text
from styles.features import features, placed
from styles.legend import legend
from styles.paint import fill_opacity
from styles.readable import Field
from styles.template import filled, static
from styles.verbatim import Verbatim, script_json, unbraced

CLUSTER_FROM = 3000
"""More points than this are drawn as clusters where the layer does not say otherwise."""

type Collection = dict[str, Any]
type Spec = dict[str, Any]
"""What the browser is told of a layer: see `onemap.drawer` in overlay.js."""

EMPTY: Collection = {"type": "FeatureCollection", "features": []}
CLUSTERED = {"maxClusterRadius": 56, "disableClusteringAtZoom": 16, "showCoverageOnHover": False, "animate": False}


class Overlay(folium.GeoJson):
    """A GeoJson overlay whose rows reach the page as data alone: never as markup, never as a template.

    It brings its own script and style sheet along, so it can be added to any folium map.
    """

    def __init__(self, spec: Spec, collection: Collection, **said: Any) -> None:
        """Hold what the browser draws; `name`, `show` and `control` are folium's."""
        self.spec, self.collection = spec, collection
        self.drawer = f"{spec['name']}_{self._generate_id()[:8]}"
        super().__init__(EMPTY, on_each_feature=self._js("onEachFeature"), **said, **self._options())

    def _js(self, name: str) -> JsCode:
        return JsCode(f"{self.drawer}.{name}")

    def _options(self) -> dict[str, Any]:
        return {"style": self._js("style"), "pointToLayer": self._js("pointToLayer"), "order": self.spec["order"]}

    def render(self, **kwargs: Any) -> None:
        """Write the overlay into the figure that it belongs to."""
        figure = cast("Figure", self.get_root())
        bring(figure)
        made = f"const {self.drawer} = onemap.drawer({script_json(self.spec)});"
        figure.script.add_child(Verbatim(made), name=self.drawer)
        self.add_child(_Rows(self), name="rows")
        super().render(**kwargs)


def bring(figure: Figure) -> None:
    """Put the script and the style sheet of overlays into a page, once."""
    figure.header.add_child(Verbatim(f"<style>{static('overlay.css')}</style>"), name="onemap_css")
    figure.header.add_child(Verbatim(f"<script>{static('overlay.js')}</script>"), name="onemap_js")


class _Rows(Element):
    """The rows of an overlay, written after the script that draws them and before it is put on the map."""

    def __init__(self, overlay: Overlay) -> None:
        super().__init__()
        self.overlay = overlay

    def render(self, **kwargs: Any) -> str:
        rows = script_json(self.overlay.collection)
        added = f"{self.overlay.drawer}.fill({self.overlay.get_name()}, {rows});"
        cast("Figure", self.get_root()).script.add_child(Verbatim(added), name=f"{self.overlay.drawer}_rows")
        return ""


def overlay(layer: Layer, frame: gpd.GeoDataFrame, says: Sequence[Text] = (), show: bool = True) -> FoliumLayer:
    """Return the rows as a folium overlay in the layer's style, with a card of titled values on hover and click.

    Many points are clustered. The overlay's name, which a LayerControl shows, is the layer's title, how many features
    it has, its legend, and what else is to be said. Rows without a place are not drawn.
    """
    there = placed(frame)
    collection, fields, palette = features(layer, there)
    spec = _spec(layer, fields, palette)
    name = filled("switch.html", title=layer.title, entries=legend(layer), count=len(there), says=says)
    if not _crowded(layer, there):
        return Overlay(spec, collection, name=unbraced(name), show=show)
    drawn = Overlay(spec, collection, control=False)
    ring = f"function (cluster) {{ return {drawn.drawer}.ring(cluster); }}"
    options: dict[str, Any] = {**CLUSTERED, "order": spec["order"]}
    group = MarkerCluster(name=unbraced(name), show=show, icon_create_function=ring, options=options)
    group.add_child(drawn)
    return group


def _crowded(layer: Layer, frame: gpd.GeoDataFrame) -> bool:
    return len(frame) > (layer.style.cluster_from or CLUSTER_FROM) and bool(frame.geom_type.eq("Point").all())


def _spec(layer: Layer, fields: list[Field], palette: list[str]) -> Spec:
    numbers = {column.name: str(n) for n, column in enumerate(layer.properties)}
    return {
        "name": layer.name,
        "title": (layer.title.zh, layer.title.en),
        "key": numbers[layer.key.name],
        "label": numbers.get(layer.style.label or ""),
        "labelZoom": layer.style.label_zoom,
        "order": layer.style.order,
        "fields": fields,
        "palette": palette,
        "looks": looks(layer.style),
    }


def looks(style: Style) -> dict[str, dict[str, Any]]:
    """Return Leaflet's path options for points, lines and areas; what they do not say takes the feature's colour."""
    dashes = {"dashArray": " ".join(f"{part * style.size:g}" for part in style.dash)} if style.dash else {}
    seen = {"opacity": style.opacity}
    point = {"color": style.outline, "fill": True, "fillOpacity": style.opacity, "weight": min(1.2, style.size / 4)}
    area = {"fill": True, "fillOpacity": fill_opacity(style), "weight": style.size, "opacity": 0.9}
    edge = {} if style.outline == Style().outline else {"color": style.outline}
    return {
        "point": point | seen | {"radius": style.size},
        "line": {"weight": style.size} | seen | dashes,
        "area": area | edge | dashes,
    }
