"""Rasters as pictures: map tiles (OGC API Tiles Part 1, 20-057) in the colours of their ramps."""

from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from api.accept import JSON, chosen
from api.address import base
from api.context import Service
from api.links import REL, link
from api.query_string import only
from api.raster import KEEP, etag, unchanged
from api.raster_fresh import fresh
from layers.lazy import lazily
from layers.raster import Raster
from spatial.box import Box
from spatial.crs import CRS84
from spatial.errors import BadParameter
from spatial.tms import SETS, Tile, TileMatrixSet, tile_matrix_set

router = APIRouter()
PICTURES = {"image/png": "png", "image/webp": "webp"}
picture = lazily("api.raster_picture:picture")


@router.get("/collections/{collection}/map/tiles")
def tilesets(request: Request, service: Service, collection: str) -> Response:
    """Return the sets of map tiles of a raster (Tiles, 8); raise NotFound."""
    only(request, "f")
    chosen(request, {JSON: "json"})
    raster, here = fresh(service, collection), f"{base(request)}/collections/{collection}/map/tiles"
    made = [_summary(raster, each, here) for each in SETS.values()]
    links = [link("self", JSON, here, "地图瓦片 Map tiles")]
    return Response(orjson.dumps({"links": links, "tilesets": made}), media_type=JSON)


@router.get("/collections/{collection}/map/tiles/{tms}")
def tileset(request: Request, service: Service, collection: str, tms: str) -> Response:
    """Return what is to be known of one set of a raster's map tiles (Tiles, 7); raise NotFound."""
    only(request, "f")
    chosen(request, {JSON: "json"})
    raster, here = fresh(service, collection), f"{base(request)}/collections/{collection}/map/tiles"
    cut = tile_matrix_set(tms)
    said = _summary(raster, cut, here)
    west, south, east, north = raster.box
    template = f"{here}/{cut.id}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    items = [
        {**link("item", media, f"{template}?f={f}", str(raster.title)), "templated": True}
        for media, f in PICTURES.items()
    ]
    box = {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84.uri}
    whole: dict[str, Any] = {**said, "boundingBox": box, "links": [*said["links"], *items]}
    return Response(orjson.dumps(whole), media_type=JSON)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tile is, as a path names it."""

    tms: str
    z: str
    y: str
    x: str

    def tile(self) -> Tile:
        """Return the tile; raise BadParameter, NotFound."""
        numbers = (self.z, self.x, self.y)
        if not all(n.isascii() and n.isdigit() and len(n) < 10 for n in numbers):  # noqa: PLR2004 - 24 matrices need 8
            raise BadParameter("a tile is named by its matrix, row and column, whole numbers from 0")
        return tile_matrix_set(self.tms).tile(*map(int, numbers))


@router.get("/collections/{collection}/map/tiles/{tms}/{z}/{y}/{x}")
def tile(request: Request, service: Service, collection: str, tms: str, z: str, y: str, x: str) -> Response:  # noqa: PLR0913, PLR0917 - a path's parts
    """Return one map tile as PNG or WebP, 204 where the raster has nothing to show; raise NotFound."""
    raster, one = fresh(service, collection), Place(tms, z, y, x).tile()
    only(request, "f")
    kind = chosen(request, PICTURES)
    headers = {**KEEP, "ETag": etag(raster, tms, z, y, x, kind), "Vary": "Accept"}
    if unchanged(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    seen = Box(*one.degrees()).intersects(Box(*raster.box))
    drawn: bytes | None = picture(raster, service.rasters.path(raster), one, kind) if seen else None
    if drawn is None:
        return Response(status_code=204, headers=headers)
    return Response(drawn, headers=headers, media_type=f"image/{kind}")


def _summary(raster: Raster, cut: TileMatrixSet, here: str) -> dict[str, Any]:
    registered = {"tileMatrixSetURI": cut.registered} if cut.registered else {}
    home = here.partition("/collections/")[0]
    links = [
        link("self", JSON, f"{here}/{cut.id}", f"{raster.title} ({cut.id})"),
        link(f"{REL}tiling-scheme", JSON, f"{home}/tileMatrixSets/{cut.id}", cut.title),
    ]
    return {"title": str(raster.title), "dataType": "map", "crs": cut.crs, **registered, "links": links}
