"""Vector tiles of one collection and of several (OGC API Tiles Part 1, 20-057)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request, Response

from api.context import OneMap, Service
from api.parameters import Asked, query
from api.query_string import Params, only
from api.tile_cache import Read, TileCache
from api.tile_shelf import answered, coding_of, kept, key_of
from layers.feature import Layer
from layers.tile import Drawn, Part
from layers.tile_carried import part
from spatial.errors import BadParameter, NotFound
from spatial.tms import Tile, tile_matrix_set

router = APIRouter()
FILTERS = ("datetime", "filter", "filter-lang", "filter-crs")
PARAMETERS = ("f", "properties", *FILTERS)
FORMATS = ("mvt", "pbf")
_NUMBER = re.compile(r"[0-9]{1,9}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class At:
    """Which tile a path names, as it stands there."""

    tms: str
    z: str
    y: str
    x: str

    @property
    def tile(self) -> Tile:
        """The tile; raise BadParameter for what is no number, NotFound for what is outside the set."""
        tms = tile_matrix_set(self.tms)
        for name, text in (("tileMatrix", self.z), ("tileRow", self.y), ("tileCol", self.x)):
            if not _NUMBER.match(text):
                raise BadParameter(f"{name} is {text[:40]!r}; a tile is tileMatrix/tileRow/tileCol, in whole numbers")
        return tms.tile(int(self.z), int(self.x), int(self.y))


async def _at(request: Request) -> At:
    named = request.path_params
    return At(named["tms"], named["z"], named["y"], named["x"])


Here = Annotated[At, Depends(_at)]


@router.get("/collections/{collection}/tiles/{tms}/{z}/{y}/{x}")
def tile(request: Request, service: Service, collection: str, at: Here) -> Response:
    """Return a tile of one collection; raise NotFound."""
    params = only(request, *PARAMETERS)
    return _answered(request, service, at.tile, parts([placed(service.layer(collection))], params))


@router.get("/tiles/{tms}/{z}/{y}/{x}")
def map_tile(request: Request, service: Service, at: Here) -> Response:
    """Return a tile of several collections, of all by default; raise NotFound."""
    params = only(request, "collections", *PARAMETERS)
    return _answered(request, service, at.tile, parts(named(service, params.get("collections")), params))


def placed(layer: Layer) -> Layer:
    """Return the layer if its features lie on the map; raise NotFound."""
    if layer.place is None:
        raise NotFound(f"{layer.name} has no tiles, as its features have no place; its items are at /items")
    return layer


def named(service: OneMap, collections: str | None) -> Sequence[Layer]:
    """Return the collections that a list names, or all that have tiles; raise BadParameter."""
    there = {name: layer for name, layer in service.layers().items() if layer.place}
    if collections is None:
        return list(there.values())
    asked = list(dict.fromkeys(name.strip() for name in collections.split(",")))
    if unknown := [name for name in asked if name not in there]:
        raise BadParameter(f"there are no tiles of {unknown[0][:60]!r}; collections takes some of {', '.join(there)}")
    return [there[name] for name in asked]


def parts(layers: Sequence[Layer], params: Params) -> list[Part]:
    """Return what the parameters ask of each layer; raise BadParameter, BadTime, BadFilter."""
    if params.get("f", FORMATS[0]) not in FORMATS:
        raise BadParameter(f"f={params['f'][:40]!r} is not served here; tiles are {' or '.join(FORMATS)}")
    filters = {name: params[name] for name in FILTERS if name in params}
    wanted = _wanted(layers, params.get("properties"))
    return [
        part(layer, query(Asked(layer, filters)), wanted and [n for n in wanted if n in layer.by_name])
        for layer in layers
    ]


def _wanted(layers: Sequence[Layer], properties: str | None) -> list[str] | None:
    """Return the properties that are asked for; raise BadParameter for one that none of the layers has."""
    if properties is None:
        return None
    known = {column.name for layer in layers for column in layer.properties}
    asked = [name.strip() for name in properties.split(",")]
    if unknown := [name for name in asked if name not in known]:
        raise BadParameter(f"there is no property {unknown[0][:60]!r}; there are {', '.join(sorted(known))}")
    return asked


def _answered(request: Request, service: OneMap, tile: Tile, asked: Sequence[Part]) -> Response:
    layers = service.store.layers()
    return put(request, Cold(tile, asked, layers), service.store.tile(tile, asked, service.settings.room))


@dataclass(frozen=True, slots=True)
class Cold:
    """A tile that is not kept: which, of what, and the layers there were before it was drawn."""

    tile: Tile
    parts: Sequence[Part]
    layers: Mapping[str, Layer]


def put(request: Request, cold: Cold, drawn: Drawn) -> Response:
    """Keep a tile that was drawn, and answer with it."""
    headers = request.scope["headers"]
    ready = kept(drawn.data, headers)
    read = Read(cold.tile, frozenset(one.layer.name for one in cold.parts), drawn.state, cold.layers)
    cast("TileCache", request.app.state.tiles).put(key_of(request.scope), ready, read)
    status, told, body = answered(ready, coding_of(ready, headers) or "", headers)
    answer = Response(body, status)
    # written as they are: a Response would add some of its own
    answer.raw_headers = told
    return answer
