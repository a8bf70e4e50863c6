"""Layers made at run time: from a JSON Schema, or from an uploaded file."""

from typing import Any, cast

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from api.context import OneMap, Service, base, may_write
from layers.runtime import from_schema
from layers.schema import schema
from spatial.errors import BadInput, BadLayer, TooMuch

router = APIRouter()
MAX_SCHEMA = 2_000_000
JSON_TYPES = ("application/schema+json", "application/json")


@router.post("/collections", status_code=201, dependencies=[Depends(may_write)])
async def add(request: Request, service: Service) -> Response:
    """Add a layer that the posted JSON Schema describes; its name is `x-onemap-name` or made from `title`."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in JSON_TYPES:
        raise BadInput(f"{kind[:60]!r} is not read here; post a JSON Schema as application/schema+json")
    document = _document(await _body(request, MAX_SCHEMA))
    name = str(document.get("x-onemap-name") or document.get("$id", "").rsplit("/", 1)[-1] or "")
    layer = await run_in_threadpool(_added, service, name, document)
    headers = {"Location": f"{base(request)}/collections/{name}"}
    return JSONResponse(schema(layer), 201, headers, media_type="application/schema+json")


@router.delete("/collections/{collection}", status_code=204, dependencies=[Depends(may_write)])
def drop(collection: str, service: Service) -> Response:
    """Drop a layer that was added at run time; raise NotFound, Conflict for a declared one."""
    service.store.drop(collection)
    return Response(status_code=204)


def _added(service: OneMap, name: str, document: dict[str, Any]) -> Any:
    layer = from_schema(name, document)
    service.store.add(layer, document)
    return layer


def _document(body: bytes) -> dict[str, Any]:
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError as bad:
        raise BadLayer(f"the body is not JSON: {bad}") from bad
    if not isinstance(read, dict):
        raise BadLayer("the body is not a JSON Schema: an object with `properties` is needed")
    return cast("dict[str, Any]", read)


async def _body(request: Request, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooMuch(f"the body is larger than {most:,} bytes")
        parts.append(part)
    return b"".join(parts)
