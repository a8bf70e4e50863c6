"""What is served of tiles, for the OpenAPI document."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.openapi_parts import BINARY, TEXT, Made, Operation, choice, parameter, reference, schema
from api.openapi_schemas import LINKS, listed, shape
from api.tile_documents import TILEJSON
from api.tile_shelf import MVT
from api.tiles import FILTERS, FORMATS
from layers.feature import Layer
from spatial.tms import SETS

JSON, HTML = "application/json", "text/html"
Paths = dict[str, dict[str, Any]]
_NUMBER: Made = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
SET = parameter("tileMatrixSetId", {"type": "string", "enum": list(SETS)}, "切片方案 how tiles are cut", where="path")
PLACE = (
    SET,
    parameter("tileMatrix", _NUMBER, "级别 zoom level", where="path"),
    parameter("tileRow", _NUMBER, "行 row, from the north", where="path"),
    parameter("tileCol", _NUMBER, "列 column, from the west", where="path"),
)
TILE = "/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
F_SET = choice("f", "格式 representation", "json", "tilejson", "html")
F_TILE = choice("f", "格式 representation", *FORMATS)


def of_tiles(layers: Mapping[str, Layer]) -> Paths:
    """Return the paths of all collections' tiles together, and of the grids."""
    placed = [name for name, layer in layers.items() if layer.place]
    some = {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string", "enum": placed}}
    chosen = parameter("collections", some, "图层 the collections in the tile; all by default")
    properties = {
        name for layer in layers.values() if layer.place for name in layer.by_name if layer.place.name != name
    }
    sets = Operation("OneMap", "tileMatrixSets", "瓦片方案 Tile matrix sets", _both("TileMatrixSets"), [reference("f")])
    one = Operation(
        "OneMap", "tileMatrixSet", "瓦片方案 One", _both("TileMatrixSet"), [SET, reference("f")], (400, 404, 406)
    )
    own = {"/tileMatrixSets": {"get": sets.made()}, "/tileMatrixSets/{tileMatrixSetId}": {"get": one.made()}}
    return own | _paths("OneMap", "map", "", properties, [chosen])


def of_layer_tiles(layer: Layer) -> Paths:
    """Return the paths of one collection's tiles; none where its features have no place."""
    if not layer.place:
        return {}
    return _paths(layer.name, layer.name, f"/collections/{layer.name}", {c.name for c in layer.properties}, ())


def _paths(tag: str, id: str, at: str, properties: Iterable[str], more: Iterable[Made]) -> Paths:
    sets = Operation(tag, f"{id}.tilesets", "瓦片集 Tile sets", _both("TileSets"), [reference("f")], (400, 404, 406))
    answers = {JSON: schema("TileSet"), TILEJSON: schema("TileJson"), HTML: TEXT}
    one = Operation(tag, f"{id}.tileset", "瓦片集 One tile set", answers, [SET, F_SET], (400, 404, 406))
    names: Made = {"type": "array", "minItems": 1, "items": {"type": "string", "enum": sorted(properties)}}
    carried = parameter("properties", names, "字段 what features carry; by default what the style needs")
    asked = [*PLACE, F_TILE, carried, *more, *map(reference, FILTERS)]
    tile = Operation(tag, f"{id}.tile", "瓦片 A tile", {MVT: BINARY}, asked, (400, 404, 413, 503)).made()
    tile["responses"]["204"] = {"description": "空 Nothing is there"}
    return {
        f"{at}/tiles": {"get": sets.made()},
        f"{at}/tiles/{{tileMatrixSetId}}": {"get": one.made()},
        f"{at}{TILE}": {"get": tile},
    }


def _both(name: str) -> dict[str, Made]:
    return {JSON: schema(name), HTML: TEXT}


_BRIEF = shape("title dataType crs links", title=TEXT, dataType=TEXT, crs=TEXT, tileMatrixSetURI=TEXT, links=LINKS)
_MATRIX = shape(
    "id scaleDenominator cellSize pointOfOrigin tileWidth tileHeight matrixWidth matrixHeight",
    id=TEXT,
    pointOfOrigin=listed({"type": "number"}),
)
TILE_SCHEMAS: dict[str, Made] = {
    "TileSets": shape("links tilesets", title=TEXT, links=LINKS, tilesets=listed(_BRIEF)),
    "TileSet": {"allOf": [_BRIEF, shape("layers", layers=listed({"type": "object"}))]},
    "TileMatrixSets": shape(
        "tileMatrixSets", links=LINKS, tileMatrixSets=listed(shape("id links", id=TEXT, uri=TEXT, links=LINKS))
    ),
    "TileMatrixSet": shape(
        "id crs orderedAxes tileMatrices", id=TEXT, crs=TEXT, orderedAxes=listed(TEXT), tileMatrices=listed(_MATRIX)
    ),
    "TileJson": shape(
        "tilejson tiles vector_layers", tilejson=TEXT, tiles=listed(TEXT), vector_layers=listed({"type": "object"})
    ),
}
