"""Layers made at run time: from a JSON Schema, or from an uploaded file."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import orjson
from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from api.accept import JSON, SCHEMA
from api.access import may_write
from api.address import base
from api.body import document, media_type, saved
from api.context import Importer, OneMap, Service, Upload
from api.query_string import only
from layers.feature import Layer
from layers.runtime import from_schema
from layers.schema import schema
from spatial.errors import BadInput, BadMedia, Conflict

router = APIRouter()
MAX_SCHEMA = 1_000_000
SUFFIXES = {
    "application/geo+json": ".geojson",
    "application/geopackage+sqlite3": ".gpkg",
    "application/zip": ".zip",
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.apache.parquet": ".parquet",
    "application/vnd.flatgeobuf": ".fgb",
}
"""The files that make a layer, by media type; a shapefile comes in a .zip."""

UPLOAD = ("name", "title", "datum", "encoding")
AT_ONCE = anyio.CapacityLimiter(2)
"""Files read at the same time: each takes a core, and the store has one writer."""


@router.post("/collections", status_code=201, dependencies=[Depends(may_write)])
async def add(request: Request, service: Service) -> Response:
    """Add a layer that the posted JSON Schema describes, or one that holds the posted file's rows."""
    kind = media_type(request)
    if kind in (SCHEMA, JSON):
        return await _described(request, service)
    if kind not in SUFFIXES or service.importer is None:
        known = [SCHEMA, *(SUFFIXES if service.importer else ())]
        raise BadMedia(f"{kind[:60] or 'a body without Content-Type'} is not read here; there are {', '.join(known)}")
    return await _uploaded(request, service, service.importer)


@router.delete("/collections/{collection}", status_code=204, dependencies=[Depends(may_write)])
def drop(request: Request, collection: str, service: Service) -> Response:
    """Drop a raster, or a layer that was added at run time; raise NotFound, Conflict for a declared one."""
    only(request)
    if collection in service.rasters.all():
        service.rasters.remove(collection)
    else:
        service.store.drop(collection)
    return Response(status_code=204)


async def _described(request: Request, service: OneMap) -> Response:
    params = only(request, "name")
    posted = await document(request, MAX_SCHEMA)
    if posted.get("type") == "FeatureCollection":
        raise BadInput("these are features; post them as application/geo+json")
    name = params.get("name") or _named(posted)
    layer = await run_in_threadpool(_added, service, name, posted)
    return _created(request, name, schema(layer), SCHEMA)


def _named(posted: Mapping[str, Any]) -> str:
    named = posted.get("x-onemap-name") or str(posted.get("$id", "")).removesuffix("/schema").rpartition("/")[2]
    if not named:
        raise BadInput("the layer has no name; send name=… in the query, or x-onemap-name in the schema")
    return str(named)


def _free(service: OneMap, name: str) -> None:
    """Raise Conflict for the name of a raster; those of layers the store knows."""
    if name in service.rasters.all():
        raise Conflict(f"a raster {name} exists already; choose another name")


def _added(service: OneMap, name: str, posted: dict[str, Any]) -> Layer:
    _free(service, name)
    layer = from_schema(name, posted)
    service.store.add(layer, posted)
    return layer


async def _uploaded(request: Request, service: OneMap, read: Importer) -> Response:
    params, kind = only(request, *UPLOAD), media_type(request)
    name = params.pop("name", "")
    if not name:
        raise BadInput("the layer has no name; send name=… in the query")
    _free(service, name)
    with TemporaryDirectory(prefix="onemap-") as folder:
        path = Path(folder) / f"upload{SUFFIXES[kind]}"
        await saved(request, path, service.settings.max_upload)
        upload = Upload(path, kind, name, params.pop("title", ""), params)
        report = await anyio.to_thread.run_sync(read, service.store, upload, limiter=AT_ONCE)
    return _created(request, name, report, JSON)


def _created(request: Request, name: str, body: Mapping[str, Any], kind: str) -> Response:
    headers = {"Location": f"{base(request)}/collections/{name}"}
    return Response(orjson.dumps(body, default=str), 201, headers, media_type=kind)
