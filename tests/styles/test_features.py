"""Places and values become features for the browser, none lost and none doubled."""

from typing import Any

import pytest

import geopandas as gpd
import shapely

from layers.catalogue import declared
from layers.column import about
from layers.feature import Layer
from layers.look import By, Style
from spatial.shape import Kind
from styles.color import colors
from styles.features import COLOR, LAT, LON, features, placed


@pytest.mark.parametrize("layer", declared().values(), ids=lambda each: each.name)
@pytest.mark.parametrize("n", [0, 1, 30])
def test_every_row_is_a_feature_in_its_color(layer: Layer, frame: Any, n: int) -> None:
    rows = frame(layer, n)
    collection, _, palette = features(layer, rows)
    look = layer.style.color
    expected = colors(look, rows[look.field] if isinstance(look, By) else rows.index)
    assert len(collection["features"]) == n
    assert [palette[each["properties"].get(COLOR, 0)] for each in collection["features"]] == expected
    assert len(set(palette)) == len(palette)


def test_nothing_is_said_of_null(layers: dict[str, Layer], frame: Any) -> None:
    collection, fields, _ = features(layers["risk_points"], frame(layers["risk_points"], 3, phone=None, plan=None))
    absent = {field["key"] for field in fields if field["zh"] in ("责任人电话", "应急预案")}
    assert len(absent) == 2
    assert all(not absent & set(each["properties"]) for each in collection["features"])


def test_places_are_good_to_a_decimetre(layers: dict[str, Layer], frame: Any) -> None:
    rows = frame(layers["cameras"], 20)
    drawn = [each["geometry"]["coordinates"] for each in features(layers["cameras"], rows)[0]["features"]]
    assert all(round(x, 6) == x and round(y, 6) == y for x, y in drawn)
    assert all(abs(p.x - x) < 1e-6 for p, (x, _) in zip(rows.geometry, drawn, strict=True))


def test_a_label_stands_inside_its_area(uploaded: Any) -> None:
    layer = uploaded(Kind.POLYGON, Style(label="code"))
    horseshoe = shapely.box(0, 0, 9, 9).difference(shapely.box(1, 1, 8, 9))
    rows = gpd.GeoDataFrame({"code": ["A"]}, geometry=[horseshoe], crs=4326)
    (feature,) = features(layer, rows)[0]["features"]
    assert horseshoe.contains(shapely.Point(feature["properties"][LON], feature["properties"][LAT]))
    assert not horseshoe.contains(horseshoe.centroid)


def test_a_point_needs_no_other_place_for_its_label(uploaded: Any) -> None:
    rows = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.Point(1, 2)], crs=4326)
    (feature,) = features(uploaded(Kind.POINT, Style(label="code")), rows)[0]["features"]
    assert LON not in feature["properties"]


def test_a_color_whose_field_is_not_there_is_other(uploaded: Any) -> None:
    layer = uploaded(Kind.POINT, Style(color=By("level", {"a": "#111111"})), level=(str, about("级", "Level")))
    rows = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.Point(1, 2)], crs=4326)
    assert features(layer, rows)[2] == ["#8a94a3"]


def test_rows_without_a_place_are_left_out() -> None:
    rows = gpd.GeoDataFrame(
        {"code": list("ABC")}, geometry=shapely.from_wkt(["POINT (1 2)", None, "POINT EMPTY"]), crs=4326
    )
    assert list(placed(rows)["code"]) == ["A"]


def test_other_references_become_degrees() -> None:
    rows = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.Point(106.55, 29.56)], crs=4326)
    back = placed(rows.to_crs(3857)).geometry.iloc[0]
    assert back.distance(rows.geometry.iloc[0]) < 1e-9


def test_a_frame_without_a_reference_is_in_degrees() -> None:
    rows = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.Point(106.55, 29.56)])
    assert placed(rows).geometry.iloc[0] == shapely.Point(106.55, 29.56)
