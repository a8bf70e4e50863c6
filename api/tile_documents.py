"""What a tile set is, as documents: OGC's metadata (TMS 2.0, 17-083r4, annex C), and TileJSON 3."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.accept import HTML, JSON
from api.links import REL, link
from api.tile_grid import uri
from api.tile_shelf import MVT
from layers.feature import Layer
from layers.schema import TYPES
from layers.store.protocol import Extent
from layers.tile import COUNT
from layers.tile_carried import carried
from spatial.crs import CRS84
from spatial.shape import Kind
from spatial.tms import Corners, TileMatrixSet

TILEJSON = "application/vnd.mapbox.tile+json"
TEMPLATE = "{tileMatrix}/{tileRow}/{tileCol}"
DEEPEST = 17
"""The last zoom that a TileJSON offers: at 7 cm a unit, maps draw deeper ones from it."""

Document = dict[str, Any]
WORLD = (-180.0, -90.0, 180.0, 90.0)
COUNTED: Document = {"title": "代表的要素数 Features that one stands for", "type": "integer", "minimum": 2}
GEOMETRIES = {
    Kind.POINT: 0,
    Kind.MULTIPOINT: 0,
    Kind.LINE: 1,
    Kind.MULTILINE: 1,
    Kind.POLYGON: 2,
    Kind.MULTIPOLYGON: 2,
}
"""The dimension of each geometry type that has one."""


@dataclass(frozen=True, slots=True)
class Told:
    """A tile set to tell of: its grid, title and layers, where the service and the set's owner are, and all extents."""

    tms: TileMatrixSet
    title: str
    layers: Sequence[Layer]
    home: str
    path: str
    extents: Mapping[str, Extent]

    @property
    def here(self) -> str:
        """The address of the tile set."""
        return f"{self.home}{self.path}/tiles/{self.tms.id}"

    @property
    def box(self) -> Corners:
        """West, south, east, north of what is in the tiles, in degrees."""
        boxes = [e.box for layer in self.layers if (e := self.extents.get(layer.name)) and e.box]
        if not boxes:
            return WORLD
        west, south, east, north = zip(*boxes, strict=True)
        return min(west), min(south), max(east), max(north)


def brief(told: Told) -> Document:
    """Return a tile set as lists tell of it."""
    return {
        "title": f"{told.title} · {told.tms.title}",
        "dataType": "vector",
        "crs": told.tms.crs,
        "tileMatrixSetURI": uri(told.tms, told.home),
        "links": _links(told),
    }


def whole(told: Told) -> Document:
    """Return a tile set's metadata."""
    west, south, east, north = told.box
    return {
        **brief(told),
        "accessConstraints": "unclassified",
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84.uri},
        "layers": [_layer(layer, told.home) for layer in told.layers],
    }


def tilejson(told: Told) -> Document:
    """Return a tile set of WebMercatorQuad as TileJSON 3.0."""
    layers = [
        {"id": layer.name, "description": str(layer.title), "fields": _fields(layer), "minzoom": 0, "maxzoom": DEEPEST}
        for layer in told.layers
    ]
    return {
        "tilejson": "3.0.0",
        "name": told.title,
        "scheme": "xyz",
        # this order of z, y and x is OGC's
        "tiles": [f"{told.here}/{{z}}/{{y}}/{{x}}"],
        "minzoom": 0,
        "maxzoom": DEEPEST,
        "bounds": list(told.box),
        "vector_layers": layers,
    }


def _links(told: Told) -> list[Document]:
    own: list[Document] = [
        link("self", JSON, told.here, f"瓦片集 Tile set {told.tms.id}"),
        link("alternate", HTML, f"{told.here}?f=html", f"瓦片集 Tile set {told.tms.id}"),
    ]
    if told.tms.metric:
        own.append(link("describedby", TILEJSON, f"{told.here}?f=tilejson", "TileJSON"))
    scheme = f"{told.home}/tileMatrixSets/{told.tms.id}"
    return [
        *own,
        link(f"{REL}tiling-scheme", JSON, scheme, "切片方案 How it is cut"),
        # no query behind the template: QGIS and GDAL paste it as it is
        {**link("item", MVT, f"{told.here}/{TEMPLATE}", "瓦片 Tiles (Mapbox Vector Tile)"), "templated": True},
    ]


def _layer(layer: Layer, home: str) -> Document:
    kind = layer.place.place.kind if layer.place and layer.place.place else Kind.ANY
    known = {"geometryDimension": GEOMETRIES[kind]} if kind in GEOMETRIES else {}
    properties = {
        c.name: {**TYPES[c.kind], "title": str(c.title)} for c in layer.properties if c.name in carried(layer)
    }
    return {
        "id": layer.name,
        "title": str(layer.title),
        "description": str(layer.description),
        "dataType": "vector",
        **known,
        "propertiesSchema": {"type": "object", "properties": {**properties, COUNT: COUNTED}},
        "links": [link(f"{REL}geodata", JSON, f"{home}/collections/{layer.name}", str(layer.title))],
    }


def _fields(layer: Layer) -> dict[str, str]:
    known = carried(layer)
    return {c.name: str(c.title) for c in layer.properties if c.name in known} | {COUNT: str(COUNTED["title"])}
