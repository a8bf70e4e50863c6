"""What tiles there are: tile sets of one collection and of all, and their grids (OGC API Tiles Part 1, 20-057)."""

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from api.accept import HTML, JSON, chosen
from api.address import base
from api.context import OneMap, Service
from api.documents import answer, itself
from api.links import link
from api.query_string import only
from api.tile_documents import TILEJSON, Told, brief, tilejson, whole
from api.tile_grid import definition, uri
from api.tiles import named, placed
from layers.feature import Layer
from spatial.errors import BadParameter
from spatial.tms import SETS, TileMatrixSet, tile_matrix_set

router = APIRouter()
OFFERED = {JSON: "json", TILEJSON: "tilejson", HTML: "html"}
Document = dict[str, Any]


@router.get("/tileMatrixSets")
def matrix_sets(request: Request) -> Response:
    """Return the grids that tiles are cut by (Tiles Part 1, 6.2.1; TMS 2.0)."""
    return answer(request, "tiles", lambda: _matrix_sets(request))


@router.get("/tileMatrixSets/{tms}")
def matrix_set(request: Request, tms: str) -> Response:
    """Return the definition of a grid; raise NotFound."""
    found = tile_matrix_set(tms)
    return answer(request, "tiles", lambda: definition(found, base(request)) | {"links": itself(request, found.title)})


@router.get("/collections/{collection}/tiles")
def sets(request: Request, service: Service, collection: str) -> Response:
    """Return the tile sets of a collection; raise NotFound."""
    layer = placed(service.layer(collection))
    return answer(request, "tiles", lambda: _sets(request, service, [layer], f"/collections/{layer.name}"))


@router.get("/collections/{collection}/tiles/{tms}")
def one_set(request: Request, service: Service, collection: str, tms: str) -> Response:
    """Return a tile set of a collection, or its TileJSON; raise NotFound."""
    layer, found = placed(service.layer(collection)), tile_matrix_set(tms)
    return _told(request, _of(request, service, found, [layer], f"/collections/{layer.name}"))


@router.get("/tiles")
def map_sets(request: Request, service: Service) -> Response:
    """Return the tile sets of all collections together."""
    return answer(request, "tiles", lambda: _sets(request, service, named(service, None), ""))


@router.get("/tiles/{tms}")
def one_map_set(request: Request, service: Service, tms: str) -> Response:
    """Return a tile set of all collections together, or its TileJSON; raise NotFound."""
    return _told(request, _of(request, service, tile_matrix_set(tms), named(service, None), ""))


def _matrix_sets(request: Request) -> Document:
    here = f"{base(request)}/tileMatrixSets"
    listed = [
        {
            "id": tms.id,
            "title": tms.title,
            "uri": uri(tms, base(request)),
            "crs": tms.crs,
            "links": [link("self", JSON, f"{here}/{tms.id}", tms.title)],
        }
        for tms in SETS.values()
    ]
    title = "瓦片方案 Tile matrix sets"
    return {"title": title, "links": itself(request, title), "tileMatrixSets": listed}


def _sets(request: Request, service: OneMap, layers: Sequence[Layer], path: str) -> Document:
    title = f"{_title(service, layers, path)} 瓦片 Tiles"
    told = [_of(request, service, tms, layers, path) for tms in SETS.values()]
    return {"title": title, "links": itself(request, title), "tilesets": [brief(each) for each in told]}


def _title(service: OneMap, layers: Sequence[Layer], path: str) -> str:
    return str(layers[0].title if path else service.settings.title)


def _of(request: Request, service: OneMap, tms: TileMatrixSet, layers: Sequence[Layer], path: str) -> Told:
    return Told(tms, _title(service, layers, path), layers, base(request), path, service.extents())


def _told(request: Request, told: Told) -> Response:
    only(request, "f")
    form = chosen(request, OFFERED)
    if form == "html":
        return answer(request, "tiles", lambda: whole(told))
    if form == "json":
        return Response(orjson.dumps(whole(told)), media_type=JSON)
    if not told.tms.metric:
        raise BadParameter(f"TileJSON knows WebMercatorQuad only; ask for f=json of {told.tms.id}")
    return Response(orjson.dumps(tilejson(told)), media_type=TILEJSON)
