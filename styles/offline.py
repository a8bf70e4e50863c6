"""A folium map that needs nothing but itself."""

from pathlib import Path
from typing import Any, ClassVar, cast

from branca.element import Figure

import folium
from folium.utilities import JsCode

from styles.inline import inline
from styles.overlay import bring
from styles.template import static
from styles.verbatim import Verbatim, script_json

type Corners = tuple[float, float, float, float]

DEEPEST = 20
"""The last zoom; without tiles nothing else would end it, and clusters have to end somewhere."""


class OfflineFigure(Figure):
    """A page whose scripts and styles are inside it, however it is shown or saved."""

    def __init__(self, assets: Path) -> None:
        """Hold the folder of browser libraries."""
        super().__init__()
        self.assets = assets

    def render(self, **kwargs: Any) -> str:
        """Return the page; raise MissingAsset."""
        html = super().render(**kwargs)
        return inline(html.replace("<html>", '<html lang="zh-CN">', 1), self.assets)


class OfflineMap(folium.Map):
    """A folium map on a quiet ground, with Leaflet inside; drawn on canvas, for many features."""

    default_js: ClassVar[list[tuple[str, str]]] = [("leaflet", "leaflet.js")]
    default_css: ClassVar[list[tuple[str, str]]] = [("leaflet_css", "leaflet.css")]

    def __init__(self, assets: Path, corners: Corners | None = None) -> None:
        """Make an empty map that opens on west, south, east, north in degrees."""
        quiet: dict[str, Any] = {
            "attributionControl": False,
            "fadeAnimation": False,
            "zoomSnap": 0.5,
            "maxZoom": DEEPEST,
        }
        super().__init__(location=(0, 0), zoom_start=2, tiles=None, zoom_control=False, prefer_canvas=True, **quiet)
        OfflineFigure(assets).add_child(self)
        self.corners = corners

    @property
    def figure(self) -> OfflineFigure:
        """The page that the map is on."""
        return cast("OfflineFigure", self.get_root())

    def render(self, **kwargs: Any) -> None:
        """Write the map and what finishes it into its page."""
        bring(self.figure)
        super().render(**kwargs)
        self.figure.header.add_child(Verbatim(f"<style>{static('map.css')}</style>"), name="onemap_map_css")
        finish = f"onemap.finish({self.get_name()}, {script_json(self.corners)});"
        self.figure.script.add_child(Verbatim(finish), name="onemap_finish")


def switch() -> folium.LayerControl:
    """Return the layer switch of an offline map, uppermost layer first; folded away on a narrow screen."""
    narrow: Any = JsCode("onemap.narrow()")
    upper: Any = JsCode("(one, other) => other.options.order - one.options.order")
    return folium.LayerControl(collapsed=narrow, sortLayers=True, sortFunction=upper)
