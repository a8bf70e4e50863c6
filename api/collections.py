"""What the service holds: its collections (OGC API Features Part 1, 7.13 and 7.14)."""

from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from api import ogc, raster_collection
from api.accept import HTML, JSON, SCHEMA, chosen
from api.address import NOWHERE, base
from api.context import OneMap, Service
from api.documents import answer, placed
from api.formats.catalogue import FORMATS
from api.links import REL, Link, link
from api.query_string import only
from layers.feature import Layer
from layers.store.protocol import Extent
from spatial.crs import ADVERTISED, CRS84

router = APIRouter()
FEATURE = "feature-schema"
SCHEMAS = {
    "schema": "结构 Schema",
    "queryables": "可查询项 Queryables",
    "sortables": "可排序项 Sortables",
    FEATURE: "GeoJSON 要素结构 Schema of a GeoJSON feature",
}
DESCRIBED = ("describedby", "describedBy")
"""The relation, whose case does not matter (RFC 8288, 2.1.1), and its spelling in drafts: GDAL 3.6 knows no other."""
WORLD = [-180.0, -90.0, 180.0, 90.0]
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


@router.get("/collections")
def collections(request: Request, service: Service) -> Response:
    """Return every collection."""
    only(request, "f")
    if chosen(request) == "html":
        return answer(request, "collections", lambda: _all(service, base(request)))
    of = service.extents(), service.rasters.all()
    known = service.once("collections", of, lambda: orjson.dumps(_all(service, NOWHERE)))
    return Response(placed(known, request), media_type=JSON)


@router.get("/collections/{collection}")
def collection(request: Request, service: Service, collection: str) -> Response:
    """Return one collection; raise NotFound."""
    if collection in service.rasters.all():
        return raster_collection.collection(request, service, collection)
    layer = service.layer(collection)
    known, extent = ogc.collections(service), service.extents()
    return answer(request, "collection", lambda: described(layer, known, extent, base(request)))


def described(layer: Layer, known: dict[str, dict[str, Any]], extents: Any, home: str) -> dict[str, Any]:
    """Return the collection as pygeoapi describes it, with where its rows are now and the links that we serve."""
    here = f"{home}/collections/{layer.name}"
    links = [link("self", JSON, here, str(layer.title)), link("alternate", HTML, f"{here}?f=html", str(layer.title))]
    return {
        **known.get(layer.name, {}),
        "id": layer.name,
        "title": str(layer.title),
        "description": str(layer.description),
        "itemType": "feature",
        "extent": _extent(layer, extents.get(layer.name)),
        "crs": list(ADVERTISED),
        "storageCrs": CRS84.uri,
        "links": [*links, *_items(here), *_schemas(here), *_tiles(layer, here)],
    }


def _all(service: OneMap, home: str) -> dict[str, Any]:
    known, extents = ogc.collections(service), service.extents()
    here = f"{home}/collections"
    links = [
        link("self", JSON, here, "图层 Collections"),
        link("alternate", HTML, f"{here}?f=html", "图层 Collections"),
    ]
    made = [described(layer, known, extents, home) for layer in service.layers().values()]
    made += raster_collection.listed(service, home)
    return {"links": links, "crs": list(ADVERTISED), "numberMatched": len(made), "collections": made}


def _extent(layer: Layer, extent: Extent | None) -> dict[str, Any]:
    # one box of four numbers: GDAL takes nothing else
    box = list(extent.box) if extent and extent.box else WORLD
    spatial = {"spatial": {"bbox": [box], "crs": CRS84.uri}}
    if layer.when is None:
        return spatial
    span = list(extent.span) if extent and extent.span else [None, None]
    return {**spatial, "temporal": {"interval": [span], "trs": GREGORIAN}}


def _items(here: str) -> list[Link]:
    # the first without a query: GDAL pastes /ID behind it
    plain = link("items", FORMATS["json"].bare, f"{here}/items", "要素 Features (GeoJSON)")
    others = [link("items", f.bare, f"{here}/items?f={k}", str(f.title)) for k, f in FORMATS.items() if k != "json"]
    return [plain, *others]


def _schemas(here: str) -> list[Link]:
    named = [(f"{REL}{name}", name) for name in SCHEMAS if name != FEATURE] + [(rel, FEATURE) for rel in DESCRIBED]
    return [link(rel, SCHEMA, f"{here}/{name}", SCHEMAS[name]) for rel, name in named]


def _tiles(layer: Layer, here: str) -> list[Link]:
    return [link(f"{REL}tilesets-vector", JSON, f"{here}/tiles", "矢量瓦片 Vector tiles")] if layer.place else []
