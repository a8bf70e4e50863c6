"""What is served of a raster, for the OpenAPI document."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.openapi_parts import BINARY, TEXT, Made, Operation, choice, parameter, reference, schema
from api.openapi_schemas import EXTENT, LINKS, listed, shape
from api.openapi_tiles import PLACE, SET
from api.raster import COVJSON, TIFF
from api.raster_subset import names
from api.raster_tiles import PICTURES
from layers.raster import Raster
from spatial.crs import CRS84

JSON, HTML, SCHEMA = "application/json", "text/html", "application/schema+json"
HERE, ASKED = (400, 404, 406), (400, 404, 406, 413, 503)
Paths = dict[str, dict[str, Any]]
_F = choice("f", "格式 representation", "json")
_F_DATA = choice("f", "格式 representation", "json", "tiff")
_F_PICTURE = choice("f", "格式 representation", *PICTURES.values())
_POINTS = "点 WKT POINT or MULTIPOINT, longitude and latitude"
_AREA = "面 WKT POLYGON or MULTIPOLYGON, longitude and latitude"


def of_rasters(rasters: Mapping[str, Raster]) -> Paths:
    """Return the paths of all rasters."""
    return {path: made for raster in rasters.values() for path, made in of_raster(raster).items()}


def of_raster(raster: Raster) -> Paths:
    """Return the paths of one raster."""
    here, name = f"/collections/{raster.name}", raster.name
    described = {JSON: schema("RasterCollection"), HTML: TEXT}
    fields = {SCHEMA: schema("Schema"), HTML: TEXT}
    made = {
        here: Operation(name, name, str(raster.title), described, [reference("f")], HERE),
        f"{here}/schema": Operation(name, f"{name}.schema", "结构 Schema", fields, [reference("f")], HERE),
        f"{here}/coverage": _coverage(raster),
        **{f"{here}/{query}": _query(raster, query) for query in QUERIES},
        **_tiles(raster),
    }
    paths = {path: {"get": operation.made()} for path, operation in made.items()} | _pictures(raster)
    paths[here]["delete"] = Operation(
        name, f"{name}.drop", "删除 Drop it", {}, (), (400, 403, 404, 503), status=204
    ).made()
    return paths


def _coverage(raster: Raster) -> Operation:
    x, y = raster.axes
    west, south, east, north = raster.corners
    example = f"{x}({west:g}:{(west + east) / 2:g}),{y}({south:g}:{north:g})"
    asked = [
        _F_DATA,
        *map(reference, ("bbox", "bbox-crs")),
        parameter("subset", _words(), f"范围 intervals of the axes, as in {example}"),
        parameter("subset-crs", _one_of((CRS84.uri, raster.crs.uri)), "范围坐标系 CRS of subset"),
        parameter("properties", _fields(raster), "字段 fields to return"),
    ]
    answers = {COVJSON: schema("CoverageJson"), TIFF: BINARY}
    headers = ("Content-Crs", "Content-Bbox")
    return Operation(raster.name, f"{raster.name}.coverage", "数值 Values", answers, asked, ASKED, headers)


def _query(raster: Raster, query: str) -> Operation:
    title, where = QUERIES[query]
    shared = [
        parameter("parameter-name", _fields(raster), "字段 fields to return"),
        parameter("crs", _one_of((CRS84.uri,)), "坐标系 CRS of the answer"),
        _F,
    ]
    answers = {COVJSON: schema("CoverageJson")}
    return Operation(raster.name, f"{raster.name}.{query}", title, answers, [where, *shared], ASKED)


def _tiles(raster: Raster) -> dict[str, Operation]:
    at, id = f"/collections/{raster.name}/map/tiles", f"{raster.name}.map"
    sets = Operation(raster.name, f"{id}.tilesets", "地图瓦片集 Map tile sets", {JSON: schema("TileSets")}, [_F], HERE)
    one = Operation(raster.name, f"{id}.tileset", "地图瓦片集 One", {JSON: schema("MapTileSet")}, [SET, _F], HERE)
    return {at: sets, f"{at}/{{tileMatrixSetId}}": one}


def _pictures(raster: Raster) -> Paths:
    answers = dict.fromkeys(PICTURES, BINARY)
    asked = [*PLACE, _F_PICTURE]
    tile = Operation(
        raster.name, f"{raster.name}.map.tile", "地图瓦片 A map tile", answers, asked, (400, 404, 406, 503)
    )
    said = tile.made()
    said["responses"]["204"] = {"description": "空 Nothing is to be seen there"}
    path = "/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
    return {f"/collections/{raster.name}/map{path}": {"get": said}}


def _fields(raster: Raster) -> Made:
    return {"type": "array", "minItems": 1, "uniqueItems": True, "items": _one_of(names(raster))}


def _one_of(values: Iterable[str]) -> Made:
    return {"type": "string", "enum": list(dict.fromkeys(values))}


def _words() -> Made:
    return {"type": "string", "minLength": 1}


QUERIES = {
    "position": ("点上的值 Values at points", parameter("coords", _words(), _POINTS, required=True)),
    "area": ("面内的值 Values in an area", parameter("coords", _words(), _AREA, required=True)),
    "cube": (
        "范围内的值 Values in a box",
        parameter(
            "bbox",
            {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"}},
            "范围 west,south,east,north",
            required=True,
        ),
    ),
}
"""EDR's queries: title, and the parameter that says where."""

_NAMED: Made = {"type": "object"}
RASTER_SCHEMAS: dict[str, Made] = {
    "RasterCollection": shape(
        "id links extent storageCrs data_queries",
        id=TEXT,
        title=TEXT,
        description=TEXT,
        keywords=listed(TEXT),
        extent=EXTENT,
        crs=listed(TEXT),
        storageCrs=TEXT,
        output_formats=listed(TEXT),
        data_queries=_NAMED,
        parameter_names=_NAMED,
        links=LINKS,
    ),
    "CoverageJson": shape(
        "type domain parameters ranges",
        type={"type": "string", "enum": ["Coverage"]},
        domain=_NAMED,
        parameters=_NAMED,
        ranges=_NAMED,
    ),
    "MapTileSet": shape(
        "title dataType crs links",
        title=TEXT,
        dataType={"type": "string", "enum": ["map"]},
        crs=TEXT,
        tileMatrixSetURI=TEXT,
        links=LINKS,
    ),
}
