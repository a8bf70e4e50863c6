"""Tiles of a store: what lies there, whole where it is little, counted where it is much; nothing in silence."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import mapbox_vector_tile
import numpy as np
import pytest

import shapely

from layers.column import ColumnKind
from layers.cql2 import parse
from layers.feature import Layer
from layers.look import By, Style
from layers.query import Query
from layers.runtime import from_schema
from layers.store.protocol import Store
from layers.tile import COUNT, Part, Room
from layers.tile_carried import carried, part
from spatial.errors import BadParameter
from spatial.time import span
from spatial.tms import WEB_MERCATOR, WORLD_CRS84, Tile

WHERE = WEB_MERCATOR.tile(12, 3260, 1700)
WEST, SOUTH, EAST, NORTH = WHERE.degrees()
ROOM = Room()
Write = Callable[[str, list[Any]], Layer]


def schema(kind: str) -> dict[str, Any]:
    return {
        "required": ["code", "place"],
        "properties": {
            "code": {"type": "string", "x-ogc-role": "id"},
            "kind": {"type": "string"},
            "opened": {"type": "string", "format": "date-time", "x-ogc-role": "primary-instant"},
            "place": {"format": f"geometry-{kind}"},
        },
    }


@pytest.fixture
def write(store: Store) -> Write:
    """Writes shapes as rows of a new layer of one geometry type; kinds are a, b, c in turn."""

    def written(kind: str, shapes: list[Any]) -> Layer:
        said = schema(kind)
        store.add(from_schema("things", said), said)
        layer = store.layers()["things"]
        hours = [f"2026-01-01T{n % 24:02}:00:00Z" for n in range(len(shapes))]
        rows = [
            {"code": f"T{n}", "kind": "abc"[n % 3], "opened": hours[n], "place": shape}
            for n, shape in enumerate(shapes)
        ]
        with store.write() as writer:
            writer.upsert(layer, rows)
        return replace(layer, style=Style(color=By("kind", {"a": "#112233"})))

    return written


def features(store: Store, asked: Part, tile: Tile = WHERE, room: Room = ROOM) -> list[dict[str, Any]]:
    drawn = store.tile(tile, [asked], room)
    told = cast("dict[str, Any]", mapbox_vector_tile.decode(drawn.data, default_options={"y_coord_down": True}))
    found = told.get(asked.layer.name, {"features": []})["features"]
    assert drawn.thinned == any(COUNT in f["properties"] for f in found)
    return found


def counted(found: list[dict[str, Any]]) -> int:
    return sum(f["properties"].get(COUNT, 1) for f in found)


def scattered(count: int, seed: int = 1) -> list[Any]:
    at = np.random.default_rng(seed)
    lon, lat = at.uniform(WEST, EAST, count), at.uniform(SOUTH, NORTH, count)
    return list(cast("Any", shapely.points(lon, lat)))


def test_points_are_themselves_where_they_are_few(store: Store, write: Write) -> None:
    shapes = scattered(50)
    layer = write("point", shapes)
    found = features(store, part(layer, Query()))
    assert {f["properties"]["code"] for f in found} == {f"T{n}" for n in range(50)}
    block = store.block(layer, Query(limit=50))
    fids = dict(zip(block.keys, block.fids, strict=True))
    for feature in found:
        n = int(feature["properties"]["code"][1:])
        x, y = WHERE.locate(np.array([shapes[n].x]), np.array([shapes[n].y]), 4096)
        assert feature["geometry"]["coordinates"] == pytest.approx([x[0], y[0]], abs=0.51)
        assert feature["id"] == fids[f"T{n}"]
        assert feature["properties"] == {"code": f"T{n}", "kind": "abc"[n % 3]}


def test_many_points_are_counted_and_none_is_lost(store: Store, write: Write) -> None:
    layer = write("point", scattered(1500))
    asked = part(layer, Query())
    for z in range(8, 15):
        columns = [(x, y) for x in _over(z, 0) for y in _over(z, 1)]
        tiles = [WEB_MERCATOR.tile(z, x, y) for x, y in columns]
        gathered = [features(store, asked, tile, Room(features=1)) for tile in tiles]
        assert sum(map(counted, gathered)) == 1500
        assert all(len(found) <= 64 * 64 for found in gathered)


def _over(z: int, axis: int) -> range:
    shift = z - WHERE.z
    at = (WHERE.x, WHERE.y)[axis]
    return range(at << shift, (at + 1) << shift) if shift >= 0 else range(at >> -shift, (at >> -shift) + 1)


def test_a_point_that_stands_for_many_bears_their_commonest_value(store: Store, write: Write) -> None:
    spot = scattered(1)[0]
    layer = write("point", [spot] * 5)
    (found,) = features(store, part(layer, Query()), room=Room(features=2))
    assert found["properties"][COUNT] == 5
    assert found["properties"]["kind"] in {"a", "b"}
    assert "code" not in found["properties"]


def test_a_point_alone_stays_itself(store: Store, write: Write) -> None:
    layer = write("point", [shapely.Point(WEST + 0.01, NORTH - 0.01), *[shapely.Point(EAST - 0.01, SOUTH + 0.01)] * 4])
    found = features(store, part(layer, Query()), room=Room(features=2))
    alone = next(f for f in found if COUNT not in f["properties"])
    assert alone["properties"] == {"code": "T0", "kind": "a"}
    assert alone["id"] > 0
    assert counted(found) == 5


def test_points_in_the_buffer_are_there_too(store: Store, write: Write) -> None:
    inside, outside = (EAST - WEST) / 65, (EAST - WEST) / 60
    layer = write("point", [shapely.Point(WEST - inside, NORTH - 0.01), shapely.Point(WEST - outside, NORTH - 0.01)])
    assert [f["properties"]["code"] for f in features(store, part(layer, Query()))] == ["T0"]


def test_a_tile_keeps_to_its_size_by_counting_more_coarsely(store: Store, write: Write) -> None:
    layer = write("point", scattered(3000))
    large = store.tile(WHERE, [part(layer, Query())], Room())
    small = store.tile(WHERE, [part(layer, Query())], Room(bytes=5000))
    assert len(large.data) > 5000 >= len(small.data)
    assert counted(features(store, part(layer, Query()), room=Room(bytes=5000))) == 3000


def test_areas_below_a_pixel_are_counted_in_its_square(store: Store, write: Write) -> None:
    lots = [shapely.box(p.x, p.y, p.x + 1e-6, p.y + 1e-6) for p in scattered(30)]
    layer = write("polygon", [*lots, *[lots[0]] * 9, shapely.box(WEST, SOUTH, EAST, NORTH)])
    found = features(store, part(layer, Query()))
    assert counted(found) == 40
    heap = next(f for f in found if f["properties"].get(COUNT, 0) >= 10)
    square = shapely.geometry.shape(heap["geometry"])
    assert square.area == 64
    assert all(f["geometry"]["type"] == "Polygon" for f in found)


def test_large_areas_are_simplified_and_cut_at_the_buffer(store: Store, write: Write) -> None:
    centre = shapely.Point((WEST + EAST) / 2, (SOUTH + NORTH) / 2)
    round_one = centre.buffer(EAST - WEST, quad_segs=500)
    layer = write("polygon", [round_one, centre.buffer((EAST - WEST) / 4, quad_segs=500)])
    whole, disc = (shapely.geometry.shape(f["geometry"]) for f in features(store, part(layer, Query())))
    assert whole.bounds == (-64, -64, 4160, 4160)
    assert shapely.get_num_coordinates(disc) < 200
    truth = np.pi * 1024**2 * (EAST - WEST) / (NORTH - SOUTH)
    assert disc.area == pytest.approx(truth, rel=0.02)


def test_a_sliver_does_not_vanish(store: Store, write: Write) -> None:
    sliver = shapely.Polygon(
        [(WEST + 0.01, SOUTH + 0.02), (EAST - 0.01, SOUTH + 0.02), (EAST - 0.01, SOUTH + 0.0200001)]
    )
    assert len(features(store, part(write("polygon", [sliver]), Query()))) == 1


def test_lines_are_drawn_and_short_ones_counted(store: Store, write: Write) -> None:
    long = shapely.LineString([(WEST + 0.01, SOUTH + 0.01), (EAST - 0.01, NORTH - 0.01)])
    short = shapely.LineString([(WEST + 0.02, SOUTH + 0.01), (WEST + 0.020001, SOUTH + 0.01)])
    found = features(store, part(write("linestring", [long, short, short]), Query()))
    assert sorted(f["properties"].get(COUNT, 1) for f in found) == [1, 2]
    assert all(f["geometry"]["type"] == "LineString" for f in found)


def test_filters_and_times_choose(store: Store, write: Write) -> None:
    layer = write("point", scattered(48))
    chosen = Query(filters=(parse("kind = 'b'", None),), span=span("2026-01-01T00:00:00Z/2026-01-01T05:00:00Z"))
    found = features(store, part(layer, chosen))
    assert {f["properties"]["code"] for f in found} == {f"T{n}" for n in range(48) if n % 3 == 1 and n % 24 <= 5}
    assert counted(features(store, part(layer, chosen), room=Room(features=1))) == len(found)


def test_other_grids_hold_the_same(store: Store, write: Write) -> None:
    layer = write("point", scattered(20))
    x, y = WORLD_CRS84.touched(np.array([[WEST, SOUTH, EAST, NORTH]]), 5, 0)[0, :2].tolist()
    assert len(features(store, part(layer, Query()), WORLD_CRS84.tile(5, x, y))) == 20


def test_nothing_is_an_empty_tile(store: Store, write: Write) -> None:
    layer = write("point", scattered(3))
    assert store.tile(WEB_MERCATOR.tile(12, 0, 0), [part(layer, Query())], Room()).data == b""


def test_values_are_as_items_tell_them(store: Store, works: Layer, many: list[dict[str, Any]]) -> None:
    names = [c.name for c in works.properties]
    x, y = WEB_MERCATOR.touched(np.array([[106.1, 29.05, 106.1, 29.05]]), 11, 0)[0, :2].tolist()
    tile = WEB_MERCATOR.tile(11, x, y)
    kinds = {c.name: c.kind for c in works.properties}
    box = replace(Query(limit=300), properties=tuple(names))
    block = store.block(works, box)
    rows = {key: dict(zip(block.names, row, strict=True)) for key, row in zip(block.keys, block.rows, strict=True)}
    lone = [f for f in features(store, part(works, Query(), names), tile) if COUNT not in f["properties"]]
    assert lone
    for feature in lone:
        expected = rows[feature["properties"]["code"]]
        for name, value in feature["properties"].items():
            if kinds[name] is not ColumnKind.TEXTS:
                assert value == expected[name], name
        assert set(feature["properties"]) == {name for name, value in expected.items() if value is not None}


def test_a_part_carries_what_its_style_reads(works: Layer) -> None:
    styled = replace(works, style=Style(color=By("lanes", {1: "#112233", 2: "#223344"}), label="name"))
    assert carried(styled) == {"code", "name", "lanes"}
    assert part(styled, Query()).properties == ("code", "name", "lanes")
    assert part(styled, Query(), ["urgent"]).properties == ("urgent",)
    assert part(replace(works, style=Style(color=By("cost", {1: "#112233"}))), Query()).by is None
    with pytest.raises(BadParameter, match="nope"):
        part(styled, Query(), ["nope"])
