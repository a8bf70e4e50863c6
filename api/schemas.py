"""What a collection's features hold, may be asked by, and sorted by (OGC API Features Parts 3 and 5)."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from api import raster_collection
from api.accept import SCHEMA
from api.address import base
from api.context import OneMap, Service
from api.documents import answer
from layers import schema as schemas
from layers.feature import Layer

router = APIRouter()


@router.get("/collections/{collection}/schema")
def schema(request: Request, service: Service, collection: str) -> Response:
    """Return the schema of the features (Part 5, 7), or of a raster's fields; raise NotFound."""
    if collection in service.rasters.all():
        return raster_collection.fields(request, service, collection)
    return _described(request, service, collection, schemas.schema)


@router.get("/collections/{collection}/queryables")
def queryables(request: Request, service: Service, collection: str) -> Response:
    """Return what a filter may name (Part 3, 6.2); raise NotFound."""
    return _described(request, service, collection, schemas.queryables)


@router.get("/collections/{collection}/sortables")
def sortables(request: Request, service: Service, collection: str) -> Response:
    """Return what `sortby` may name (Part 5, 9); raise NotFound."""
    return _described(request, service, collection, schemas.sortables)


@router.get("/collections/{collection}/feature-schema")
def feature_schema(request: Request, service: Service, collection: str) -> Response:
    """Return the schema of one feature as GeoJSON has it; raise NotFound."""
    return _described(request, service, collection, schemas.feature_schema)


def _described(request: Request, service: OneMap, name: str, make: Callable[[Layer], dict[str, Any]]) -> Response:
    layer = service.layer(name)
    own = f"{base(request)}/collections/{name}/{make.__name__.replace('_', '-')}"
    return answer(request, "schema", lambda: {"$id": own, **make(layer)}, SCHEMA)
