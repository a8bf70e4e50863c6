"""Tiles as an independent library reads them."""

from typing import Any, cast

import mapbox_vector_tile
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapely
import shapely.geometry

from spatial.mvt import NAMELESS, Rows, layer
from spatial.mvt_drawing import drawn, joined, points

whole = st.integers(-64, 4160)
spots = st.tuples(whole, whole)
values = st.none() | st.text(max_size=9) | st.booleans() | st.integers(-(2**40), 2**53) | st.floats(allow_nan=False)


def read(tile: bytes) -> dict[str, list[dict[str, Any]]]:
    told = cast("dict[str, Any]", mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True}))
    return {name: each["features"] for name, each in told.items()}


def tiled(shapes: list[Any], **columns: list[Any]) -> list[dict[str, Any]]:
    array = np.empty(len(shapes), object)
    array[:] = shapes
    return read(layer("all", drawn(array), Rows(np.arange(len(shapes)), columns), 4096)).get("all", [])


def signed(ring: Any) -> float:
    x, y = np.array(ring.coords).T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


@given(st.lists(st.tuples(spots, values, values), min_size=1, max_size=30))
def test_points_come_back_with_their_properties(rows: list[Any]) -> None:
    xy = np.array([place for place, _, _ in rows], float)
    columns = {"one": [one for _, one, _ in rows], "other": [other for _, _, other in rows]}
    ids = np.arange(len(rows)) * 1000
    told = read(layer("点", points(xy[:, 0], xy[:, 1]), Rows(ids, columns), 4096))["点"]
    assert [f["geometry"]["coordinates"] for f in told] == xy.astype(int).tolist()
    assert [f["id"] for f in told] == ids.tolist()
    for feature, (_, one, other) in zip(told, rows, strict=True):
        expected = {"one": one, "other": other}
        assert feature["properties"] == {name: value for name, value in expected.items() if value is not None}


def test_types_are_kept_where_values_are_equal() -> None:
    told = tiled([shapely.Point(0, 0)] * 3, a=[1, 2, 3], b=[1.0, 2.0, 3.0], c=[True, False, None])
    assert [type(v) for v in (told[0]["properties"][n] for n in "abc")] == [int, float, bool]


@given(st.lists(st.lists(spots, min_size=2, max_size=9, unique=True), min_size=1, max_size=6))
def test_lines_come_back(lines: list[Any]) -> None:
    told = tiled([shapely.LineString(line) for line in lines])
    assert [[tuple(xy) for xy in f["geometry"]["coordinates"]] for f in told] == lines


@given(st.lists(st.tuples(spots, st.integers(3, 900), st.booleans()), min_size=1, max_size=9))
def test_areas_come_back_wound_as_the_standard_says(rows: list[Any]) -> None:
    shapes = [shapely.box(x, y, x + size, y + size) for (x, y), size, _ in rows]
    holed = [
        s.difference(s.buffer(-1, join_style="mitre")) if hole else s
        for s, (*_, hole) in zip(shapes, rows, strict=True)
    ]
    for feature, shape in zip(tiled(holed), holed, strict=True):
        read_back = shapely.geometry.shape(feature["geometry"])
        assert isinstance(read_back, shapely.Polygon)
        assert read_back.equals(shape)
        # y runs down: clockwise on the screen is positive (Vector Tile 2.1, 4.3.4.4)
        assert signed(read_back.exterior) > 0
        assert all(signed(ring) < 0 for ring in read_back.interiors)


def test_areas_as_one_feature() -> None:
    two = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(20, 20, 40, 30)])
    (told,) = tiled([two])
    assert shapely.geometry.shape(told["geometry"]).equals(two)


def test_many_kinds_in_one_layer_keep_their_rows() -> None:
    mixed = shapely.GeometryCollection([shapely.Point(5, 6), shapely.LineString([(0, 0), (9, 9)])])
    told = tiled([shapely.MultiPoint([(1, 2), (3, 4)]), shapely.box(0, 0, 9, 9), mixed], name=["a", "b", "c"])
    kinds = {(f["properties"]["name"], f["geometry"]["type"]) for f in told}
    assert kinds == {("a", "MultiPoint"), ("b", "Polygon"), ("c", "Point"), ("c", "LineString")}


@pytest.mark.parametrize(
    "shape",
    [shapely.box(1, 1, 1.2, 1.2), shapely.LineString([(1, 1), (1.1, 1.1)]), shapely.Polygon(), shapely.Point()],
)
def test_what_vanishes_at_whole_units_is_left_out(shape: Any) -> None:
    assert tiled([shape, shapely.Point(7, 7)]) == tiled([shapely.Point(), shapely.Point(7, 7)])


def test_a_hole_in_a_vanished_area_goes_with_it() -> None:
    sliver = shapely.Polygon([(0, 0), (100, 0.2), (100, 0.3), (0, 0.1)], [[(10, 0.1), (20, 0.12), (20, 0.13)]])
    assert tiled([sliver]) == []


def test_repeated_vertices_are_dropped() -> None:
    (told,) = tiled([shapely.LineString([(0, 0), (0.2, 0.1), (10, 0), (10.2, 0.2), (20, 5)])])
    assert told["geometry"]["coordinates"] == [[0, 0], [10, 0], [20, 5]]


def test_the_nameless_have_no_id() -> None:
    made = layer("a", points(np.zeros(2), np.zeros(2)), Rows(np.array([NAMELESS, 7]), {}), 4096)
    tile = mapbox_vector_tile.decoder.TileData(made)
    features = list(tile.tile.layers[0].features)
    assert [feature.HasField("id") for feature in features] == [False, True]


def test_nothing_is_no_layer() -> None:
    assert layer("a", joined([]), Rows(np.zeros(0, np.int64), {}), 4096) == b""
    assert tiled([]) == []


def test_layers_join_by_standing_one_behind_the_other() -> None:
    one, two = (layer(n, points(np.zeros(1), np.zeros(1)), Rows(np.array([1]), {}), 4096) for n in "ab")
    assert sorted(read(one + two)) == ["a", "b"]


def test_few_values_cost_little() -> None:
    count = 2000
    xy = np.zeros(count)
    few = layer("a", points(xy, xy), Rows(np.arange(count), {"k": [n % 4 for n in range(count)]}), 4096)
    many = layer("a", points(xy, xy), Rows(np.arange(count), {"k": list(range(count))}), 4096)
    assert len(many) - len(few) > count * 4
