"""Rasters as data: OGC API Coverages (draft of Part 1) and Environmental Data Retrieval, answered by pygeoapi."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from api.accept import JSON, chosen
from api.context import OneMap, Service
from api.query_string import Params, only
from api.raster_fresh import fresh
from api.raster_ogc import COVERAGE, GEOTIFF, QUERY, served
from api.raster_subset import (
    MAX_JSON,
    MAX_TIFF,
    Window,
    area,
    cube,
    names,
    points,
    refuse_more,
    same_crs,
    window,
)
from api.raster_subset import chosen as fields
from layers.raster import Raster
from spatial.errors import Unavailable

router = APIRouter()
COVJSON, TIFF = "application/vnd.cov+json", "image/tiff; application=geotiff"
DATA = {COVJSON: "json", "application/prs.coverage+json": "json", JSON: "json", "image/tiff": "tiff"}
COVERAGE_PARAMETERS = ("f", "bbox", "bbox-crs", "subset", "subset-crs", "properties")
EDR_ONLY = {COVJSON: "json", "application/prs.coverage+json": "json", JSON: "json"}
KEEP = {"Cache-Control": "no-cache"}
"""Answers may be kept, and are asked after by their ETag: a derived raster is made anew without notice."""


@router.get("/collections/{collection}/coverage")
def coverage(request: Request, service: Service, collection: str) -> Response:
    """Return a raster's values, all or those in a box, as CoverageJSON or GeoTIFF; raise NotFound, TooMuch."""
    raster = fresh(service, collection)
    params = only(request, *COVERAGE_PARAMETERS)
    kind, part = chosen(request, DATA), window(raster, params)
    headers = {**KEEP, **_placed(part), "ETag": etag(raster, kind, str(sorted(params.items())))}
    if unchanged(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if kind == "tiff" and part.whole:
        return _file(service, raster, headers)
    refuse_more(part.values, MAX_TIFF if kind == "tiff" else MAX_JSON)
    asked = {"f": GEOTIFF if kind == "tiff" else "json", **part.asked()}
    return Response(served(service, COVERAGE, raster, asked), headers=headers, media_type=_media(kind))


@dataclass(frozen=True, slots=True)
class Question:
    """One of EDR's queries: what it is asked by, and how that is checked."""

    parameter: str
    checked: Callable[[Raster, str | None], str]


QUESTIONS = {
    "position": Question("coords", lambda _, text: points(text).wkt),
    "area": Question("coords", lambda raster, text: area(raster, text).wkt),
    "cube": Question("bbox", lambda raster, text: ",".join(map(repr, cube(raster, text).corners))),
}


@router.get("/collections/{collection}/position")
def position(request: Request, service: Service, collection: str) -> Response:
    """Return a raster's values at points (EDR, 8.2.1); raise NotFound."""
    return _edr(request, service, collection, "position")


@router.get("/collections/{collection}/area")
def in_area(request: Request, service: Service, collection: str) -> Response:
    """Return a raster's values in a polygon (EDR, 8.2.3); raise NotFound."""
    return _edr(request, service, collection, "area")


@router.get("/collections/{collection}/cube")
def in_cube(request: Request, service: Service, collection: str) -> Response:
    """Return a raster's values in a box (EDR, 8.2.4); raise NotFound."""
    return _edr(request, service, collection, "cube")


def etag(raster: Raster, *said: str) -> str:
    """Return the entity tag of an answer about the raster."""
    # of the words and not of Python's hashes: those differ from process to process
    digest = blake2b("\n".join(said).encode(), digest_size=8).hexdigest()
    return f'W/"{raster.version}-{digest}"'


def unchanged(request: Request, tag: str) -> bool:
    """Tell whether the client holds that answer already (RFC 9110, 13.1.2)."""
    held = request.headers.get("if-none-match", "")
    return held.strip() == "*" or tag in {part.strip() for part in held.split(",")}


def _edr(request: Request, service: OneMap, collection: str, query: str) -> Response:
    raster, question = fresh(service, collection), QUESTIONS[query]
    params: Params = only(request, "f", question.parameter, "parameter-name", "crs")
    chosen(request, EDR_ONLY, {"CoverageJSON": "json"})
    same_crs(params.get("crs"))
    wanted = fields(raster, "parameter-name", params.get("parameter-name"))
    asked = {"f": "json", question.parameter: question.checked(raster, params.get(question.parameter))}
    if wanted != names(raster):
        asked["parameter-name"] = ",".join(wanted)
    return Response(served(service, QUERY, raster, asked, None, query), media_type=COVJSON)


def _file(service: OneMap, raster: Raster, headers: dict[str, str]) -> Response:
    path = service.rasters.path(raster)
    if not path.is_file():
        raise Unavailable(f"the raster {raster.name} is being replaced; ask again")
    # by ranges too, so that GDAL reads a part of it from afar
    return FileResponse(path, headers=headers, media_type=TIFF, filename=f"{raster.name}.tif")


def _placed(part: Window) -> dict[str, Any]:
    """Return where the answer lies (Coverages draft, /req/core/response-headers)."""
    crs = part.raster.crs
    corners = part.raster.ordered(part.corners)
    return {"Content-Crs": f"<{crs.uri}>", "Content-Bbox": ",".join(f"{c:.{crs.decimals}f}" for c in corners)}


def _media(kind: str) -> str:
    return TIFF if kind == "tiff" else COVJSON
