"""A raster as a collection (OGC API Common Part 2; Coverages draft, /req/core/collection-description; EDR, 8.1)."""

from typing import Any

from fastapi import Request, Response

from api.accept import HTML, JSON, SCHEMA
from api.address import base
from api.context import OneMap
from api.documents import answer
from api.links import REL, Link, link
from api.raster import COVJSON, QUESTIONS, TIFF
from api.raster_fresh import fresh
from api.raster_ogc import descriptions
from api.raster_schema import schema
from layers.raster import Raster
from spatial.crs import CRS84


def described(raster: Raster, known: dict[str, dict[str, Any]], home: str) -> dict[str, Any]:
    """Return the collection: pygeoapi's keywords and parameters, and our own links, for what we serve."""
    here, told = f"{home}/collections/{raster.name}", known.get(raster.name, {})
    return {
        "id": raster.name,
        "title": str(raster.title),
        "description": str(raster.description),
        "keywords": told.get("keywords", []),
        "parameter_names": _parameters(raster, told),
        "extent": {"spatial": _extent(raster)},
        "crs": [CRS84.uri],
        "storageCrs": raster.crs.uri,
        "output_formats": ["CoverageJSON"],
        "data_queries": {name: {"link": _query(here, name)} for name in QUESTIONS},
        "links": _links(raster, here),
    }


def listed(service: OneMap, home: str) -> list[dict[str, Any]]:
    """Return all raster collections."""
    known = descriptions(service)
    return [described(raster, known, home) for raster in service.rasters.all().values()]


def collection(request: Request, service: OneMap, name: str) -> Response:
    """Return one raster collection."""
    raster = fresh(service, name)
    known = descriptions(service)
    return answer(request, "raster", lambda: described(raster, known, base(request)))


def fields(request: Request, service: OneMap, name: str) -> Response:
    """Return the schema of a raster's fields."""
    raster, own = fresh(service, name), f"{base(request)}/collections/{name}/schema"
    return answer(request, "raster_schema", lambda: {"$id": own, **schema(raster)}, SCHEMA)


def _parameters(raster: Raster, told: dict[str, Any]) -> dict[str, Any]:
    # pygeoapi tells them in any order
    said = told.get("parameter_names", {})
    return {band.name: said[band.name] for band in raster.bands if band.name in said}


def _extent(raster: Raster) -> dict[str, Any]:
    """Return where the raster lies, in degrees and in its own CRS, and its grid (Common Part 2 draft, grids)."""
    said: dict[str, Any] = {"bbox": [list(raster.box)], "crs": CRS84.uri}
    if raster.crs != CRS84:
        said["storageCrsBbox"] = [list(raster.ordered(raster.corners))]
    (west, _, _, north), (width, height) = raster.corners, raster.cell
    rows, columns = raster.shape
    across = {"cellsCount": columns, "firstCoordinate": west + width / 2, "resolution": width}
    down = {"cellsCount": rows, "firstCoordinate": north - height / 2, "resolution": -height}
    return {**said, "grid": [down, across] if raster.crs.north_first else [across, down]}


def _links(raster: Raster, here: str) -> list[Link]:
    title, values = str(raster.title), "数值 Values"
    return [
        link("self", JSON, here, title),
        link("alternate", HTML, f"{here}?f=html", title),
        link(f"{REL}schema", SCHEMA, f"{here}/schema", "结构 Schema"),
        link(f"{REL}coverage", COVJSON, f"{here}/coverage", f"{values} (CoverageJSON)"),
        link(f"{REL}coverage", TIFF, f"{here}/coverage?f=tiff", f"{values} (GeoTIFF)"),
        link(f"{REL}tilesets-map", JSON, f"{here}/map/tiles", "地图瓦片 Map tiles"),
        *({k: str(v) for k, v in _query(here, name).items() if k != "variables"} for name in QUESTIONS),
    ]


def _query(here: str, name: str) -> dict[str, Any]:
    said = link("data", COVJSON, f"{here}/{name}", name)
    variables = {
        "title": name,
        "query_type": name,
        "output_formats": ["CoverageJSON"],
        "default_output_format": "CoverageJSON",
    }
    return {**said, "variables": variables}
