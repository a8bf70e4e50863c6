"""Rasters by pygeoapi: it describes them, and answers OGC API Coverages and EDR with the providers that we bring."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from api.context import OneMap
from api.ogc import SCOPE, bare, configured
from layers.lazy import lazily
from layers.raster import Raster
from layers.rasters import Rasters
from spatial.crs import CRS84
from spatial.errors import BadParameter, NotFound, Unavailable

type Document = dict[str, Any]
type Answer = tuple[dict[str, str], int, Any]

COVERAGE = "get_collection_coverage"
QUERY = "get_collection_edr_query"
FUNCTIONS = {
    COVERAGE: lazily("pygeoapi.api.coverages:get_collection_coverage"),
    QUERY: lazily("pygeoapi.api.environmental_data_retrieval:get_collection_edr_query"),
}
GEOTIFF = "GTiff"
"""What pygeoapi calls a raster's own format."""

_GONE, _MISSING = 500, 404
_asked = lazily("pygeoapi.api:APIRequest")
_described = lazily("pygeoapi.api.collection:gen_collection")


def descriptions(service: OneMap) -> dict[str, Document]:
    """Return all raster collections, by name, as pygeoapi describes them."""
    rasters = service.rasters.all()
    return service.once("pygeoapi-rasters", rasters, lambda: _descriptions(service))


def served(service: OneMap, function: str, raster: Raster, params: dict[str, str], *more: Any) -> Any:
    """Return what a function of pygeoapi answers for parameters that were checked; raise NotFound, Unavailable."""
    made = api(service)
    scope = {**SCOPE, "query_string": urlencode(params).encode()}
    asked = _asked(Request(scope), made.locales)
    _, status, content = FUNCTIONS[function](made, asked, raster.name, *more)
    if status >= _GONE:
        # a raster that is just being replaced or removed
        raise Unavailable(f"the raster {raster.name} cannot be read now; ask again")
    if status == _MISSING:
        raise NotFound(f"there is no raster {raster.name}")
    if status != 200:  # noqa: PLR2004 - OK
        raise BadParameter(str(content)[:300])
    return content


def api(service: OneMap) -> Any:
    """Return pygeoapi over the rasters as they are now."""
    rasters = service.rasters.all()
    return service.once("pygeoapi-raster-api", rasters, lambda: bare(_config(service)))


def _config(service: OneMap) -> Document:
    folder = service.rasters
    return configured(service, {name: resource(each, folder) for name, each in folder.all().items()})


def resource(raster: Raster, folder: Rasters) -> Document:
    """Return the raster as a pygeoapi resource: a coverage, and what EDR asks."""
    provider = {
        "data": str(folder.path(raster)),
        "raster": raster,
        "format": {"name": GEOTIFF, "mimetype": "image/tiff; application=geotiff"},
    }
    return {
        "type": "collection",
        "title": raster.title.json(),
        "description": raster.description.json(),
        "keywords": {"zh": [*raster.title], "en": [raster.title.en]},
        "links": [],
        "extents": {"spatial": {"bbox": list(raster.box), "crs": CRS84.uri}},
        "providers": [
            {"type": "coverage", "name": "api.raster_provider.CoverageProvider", **provider},
            {"type": "edr", "name": "api.raster_provider.EdrProvider", **provider},
        ],
    }


def _descriptions(service: OneMap) -> dict[str, Document]:
    rasters = service.rasters.all()
    if not rasters:
        return {}
    made = api(service)
    asked = _asked(Request({**SCOPE}), made.locales)
    return {name: _described(made, asked, name, asked.locale) for name in rasters}
