"""OGC API EDR: values at points, in areas and in boxes, in longitude and latitude."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

import shapely

from api.raster_subset import points
from spatial.crs import crs, points_out
from spatial.errors import TooMuch

LON, LAT = st.floats(106.51, 106.77), st.floats(29.40, 29.56)
PLANE = crs("EPSG:4545")
Told = Callable[[float, float], float]


def expected(told: Told, lon: float, lat: float) -> float:
    east, north = points_out(np.array([lon]), np.array([lat]), PLANE)
    return told(float(east[0]), float(north[0]))


def asked(dem: TestClient, query: str, **params: Any) -> Any:
    answer = dem.get(f"/collections/dem/{query}", params={k.replace("_", "-"): v for k, v in params.items()})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.cov+json"
    return answer.json()


@settings(max_examples=25)
@given(LON, LAT)
def test_a_point_has_the_value_of_its_cell(dem: TestClient, told: Told, lon: float, lat: float) -> None:
    document = asked(dem, "position", coords=f"POINT({lon} {lat})")
    assert document["domain"]["domainType"] == "Point"
    assert document["domain"]["axes"] == {"x": {"values": [lon]}, "y": {"values": [lat]}}
    wanted = expected(told, lon, lat)
    assert document["ranges"]["height"] == {"type": "NdArray", "dataType": "float", "values": [wanted]}
    assert document["ranges"]["depth"]["values"] == [-wanted]


def test_points_off_the_raster_and_where_it_is_empty_have_no_value(dem: TestClient, told: Told) -> None:
    coords = "MULTIPOINT((106.6 29.5),(1 1),(106.506 29.586))"
    document = asked(dem, "position", coords=coords, parameter_name="height")
    assert document["domain"]["domainType"] == "MultiPoint"
    assert document["ranges"]["height"]["values"] == [expected(told, 106.6, 29.5), None, None]
    assert document["ranges"]["height"]["shape"] == [3]
    assert list(document["ranges"]) == list(document["parameters"]) == ["height"]


@settings(max_examples=15)
@given(LON, LAT, st.floats(0.001, 0.05), st.floats(0.001, 0.05))
def test_a_box_has_true_values_at_the_middles_of_its_cells(
    dem: TestClient, told: Told, west: float, south: float, across: float, up: float
) -> None:
    document = asked(dem, "cube", bbox=f"{west},{south},{west + across},{south + up}", parameter_name="height")
    axes, made = document["domain"]["axes"], document["ranges"]["height"]
    xs, ys = (np.linspace(axes[a]["start"], axes[a]["stop"], axes[a]["num"]) for a in "xy")
    found = np.array(made["values"], float).reshape(made["shape"])
    for row, column in ((0, 0), (len(ys) - 1, len(xs) - 1), (len(ys) // 2, len(xs) // 2)):
        near = {expected(told, xs[column] + a * 1e-5, ys[row] + b * 1e-5) for a in (-1, 0, 1) for b in (-1, 0, 1)}
        # turned into degrees, the raster's corners lie askew, and beyond them is nothing
        assert np.isnan(found[row, column]) or found[row, column] in near
    assert np.isfinite(found).any() or min(west - 106.5, 29.59 - south) < 0.03


def test_an_area_has_what_lies_in_it_alone(dem: TestClient) -> None:
    triangle = shapely.Polygon([(106.6, 29.45), (106.7, 29.45), (106.7, 29.55), (106.6, 29.45)])
    document = asked(dem, "area", coords=triangle.wkt)
    axes, made = document["domain"]["axes"], document["ranges"]["height"]
    xs, ys = (np.linspace(axes[a]["start"], axes[a]["stop"], axes[a]["num"]) for a in "xy")
    there = np.isfinite(np.array(made["values"], float).reshape(made["shape"]))
    np.testing.assert_array_equal(there, shapely.contains_xy(triangle, *np.meshgrid(xs, ys)))
    assert 0.4 < there.mean() < 0.6


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("position", 400),
        ("position?coords=", 400),
        ("position?coords=POINT(x y)", 400),
        ("position?coords=POINT EMPTY", 400),
        ("position?coords=POINT(nan nan)", 400),
        ("position?coords=POINT(106 290)", 400),
        ("position?coords=LINESTRING(106 29,107 30)", 400),
        ("position?coords=POINT(106.6 29.5)&crs=EPSG:3857", 400),
        ("position?coords=POINT(106.6 29.5)&crs=nonsense", 400),
        ("position?coords=POINT(106.6 29.5)&parameter-name=warmth", 400),
        ("position?coords=POINT(106.6 29.5)&z=10", 400),
        ("position?coords=POINT(106.6 29.5)&f=html", 400),
        ("area?coords=POINT(106.6 29.5)", 400),
        ("area?coords=POLYGON((106.6 29.5,106.7 29.6,106.7 29.5,106.6 29.6,106.6 29.5))", 400),
        ("area?coords=POLYGON((1 1,2 1,2 2,1 1))", 404),
        ("cube", 400),
        ("cube?bbox=1,2", 400),
        ("cube?bbox=170,20,-170,30", 400),
        ("cube?bbox=1,1,2,2", 404),
        ("cube?coords=POINT(106.6 29.5)", 400),
        ("radius?coords=POINT(106.6 29.5)&within=1", 404),
    ],
)
def test_what_is_wrong_is_told(dem: TestClient, query: str, status: int) -> None:
    answer = dem.get(f"/collections/dem/{query}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_there_are_limits(dem: TestClient) -> None:
    many = ",".join(f"({106 + n / 10_000:.4f} 29)" for n in range(1001))
    assert dem.get("/collections/dem/position", params={"coords": f"MULTIPOINT({many})"}).status_code == 413
    with pytest.raises(TooMuch, match="characters"):
        points("POINT(1 1" + " " * 100_000 + ")")


@settings(max_examples=60)
@given(st.text(max_size=40), st.sampled_from(["coords", "parameter-name", "crs", "bbox"]))
def test_no_words_make_it_fail(dem: TestClient, text: str, name: str) -> None:
    known = {"coords": "POINT(106.6 29.5)"} | {name: text}
    for query in ("position", "area", "cube"):
        assert dem.get(f"/collections/dem/{query}", params=known).status_code < 500
