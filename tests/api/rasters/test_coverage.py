"""OGC API Coverages: values where they are, in the answer's own words; what is asked wrongly is refused in words."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

import rasterio

HERE = "/collections/dem/coverage"
OWN = "http://www.opengis.net/def/crs/EPSG/0/4545"


def middles(axis: dict[str, Any]) -> Any:
    return np.linspace(axis["start"], axis["stop"], axis["num"])


def values(document: dict[str, Any], name: str = "height") -> Any:
    made = document["ranges"][name]
    return np.array(made["values"], float).reshape(made["shape"])


def test_all_of_it_as_coveragejson(dem: TestClient, told: Callable[[float, float], float]) -> None:
    answer = dem.get(HERE)
    assert answer.headers["content-type"] == "application/vnd.cov+json"
    assert answer.headers["content-crs"] == f"<{OWN}>"
    assert answer.headers["content-bbox"] == "3254000.000,355000.000,3275000.000,382000.000"
    document = answer.json()
    axes = document["domain"]["axes"]
    assert document["domain"]["referencing"] == [
        {"coordinates": ["y", "x"], "system": {"type": "ProjectedCRS", "id": OWN}}
    ]
    found = values(document)
    assert np.isnan(found[:5, :5]).all()
    for row, column in ((6, 6), (69, 89), (30, 0)):
        assert found[row, column] == told(middles(axes["x"])[column], middles(axes["y"])[row])
    np.testing.assert_array_equal(values(document, "depth")[5:], -found[5:])
    assert document["parameters"]["height"]["observedProperty"]["label"] == {"zh": "height", "en": "height"}


@settings(max_examples=25)
@given(st.floats(106.51, 106.77), st.floats(29.40, 29.58), st.floats(0.0001, 0.1), st.floats(0.0001, 0.1))
def test_a_box_has_the_cells_that_it_touches(
    dem: TestClient, told: Any, west: float, south: float, across: float, up: float
) -> None:
    params = {"bbox": f"{west},{south},{west + across},{south + up}", "properties": "depth"}
    answer = dem.get(HERE, params=params)
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert list(document["ranges"]) == ["depth"]
    axes, found = document["domain"]["axes"], values(document, "depth")
    expected = -told(middles(axes["x"])[None, :], middles(axes["y"])[:, None])
    assert ((found == expected) | (np.isnan(found) & (expected > -5000))).all()
    below, left, above, right = map(float, answer.headers["content-bbox"].split(","))
    assert (right - left, above - below) == (found.shape[1] * 300, found.shape[0] * 300)


def test_intervals_of_its_own_axes(dem: TestClient) -> None:
    """Both ends are within cells, which come whole."""
    params = {"subset": "E(357000:357500),N(3273900:3274300)", "subset-crs": OWN}
    answer = dem.get(HERE, params=params)
    assert values(answer.json()).tolist() == [[2006.0, 2007.0, 2008.0], [3006.0, 3007.0, 3008.0]]
    assert answer.headers["content-bbox"] == "3273800.000,356800.000,3274400.000,357700.000"


def test_intervals_in_degrees_and_open_ends(dem: TestClient) -> None:
    whole = values(dem.get(HERE).json())
    east = values(dem.get(HERE, params={"subset": "Lon(106.6:*)"}).json())
    assert east.shape[0] == whole.shape[0]
    np.testing.assert_array_equal(east, whole[:, -east.shape[1] :])


def test_a_part_as_geotiff(dem: TestClient) -> None:
    params = {"bbox": "106.6,29.5,106.65,29.52", "properties": "depth", "f": "tiff"}
    answer = dem.get(HERE, params=params)
    assert answer.headers["content-type"] == "image/tiff; application=geotiff"
    with rasterio.MemoryFile(answer.content) as file, file.open() as part:
        assert (part.count, part.crs.to_epsg(), part.nodata) == (1, 4545, -9999)
        below, left, above, right = map(float, answer.headers["content-bbox"].split(","))
        assert tuple(part.bounds) == (left, below, right, above)
        text = values(dem.get(HERE, params=params | {"f": "json"}).json(), "depth")
        np.testing.assert_array_equal(part.read(1), text)


def test_all_of_it_is_a_file_that_can_be_read_in_parts(dem: TestClient) -> None:
    answer = dem.get(HERE, headers={"accept": "image/tiff;application=geotiff", "range": "bytes=0-99"})
    assert (answer.status_code, len(answer.content)) == (206, 100)
    whole = dem.get(HERE, params={"f": "tiff"})
    assert whole.content[:100] == answer.content
    with rasterio.MemoryFile(whole.content) as file, file.open() as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.descriptions == ("height", "depth")


def test_what_is_held_already_is_not_sent_again(dem: TestClient) -> None:
    tag = dem.get(HERE).headers["etag"]
    assert dem.get(HERE, headers={"if-none-match": tag}).status_code == 304
    assert dem.get(HERE, params={"f": "tiff"}, headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("bbox=1,2,3", 400),
        ("bbox=a,b,c,d", 400),
        ("bbox=1,2,nan,4", 400),
        ("bbox=106.6,29.6,106.7,29.5", 400),
        ("bbox=0,0,1,1", 404),
        ("bbox=106.6,29.5,106.7,29.6&bbox-crs=EPSG:99999", 400),
        ("bbox=106.6,29.5,106.7,29.6&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/27700", 400),
        ("bbox=106.6,29.5,106.7,29.6&subset=Lon(1:2)", 400),
        ("subset=", 400),
        ("subset=x(1:2)", 400),
        ("subset=Lon(1)", 400),
        ("subset=Lon(b:c)", 400),
        ("subset=Lon(2:1)", 400),
        ("subset=Lon(inf:nan)", 400),
        ("subset=Lon(1:2),Lat(3:4", 400),
        ('subset=Lon("1":"2")', 400),
        ("subset=E(357000:357600)", 400),
        ("subset=Lon(1:2)", 404),
        (f"subset=E(1:2)&subset-crs={OWN}", 404),
        ("subset-crs=EPSG:3857", 400),
        ("properties=nothing", 400),
        ("properties=", 400),
        ("properties=height,height", 400),
        ("f=netcdf", 400),
        ("f=html", 400),
        ("datetime=2026", 400),
        ("scale-factor=2", 400),
    ],
)
def test_what_is_wrong_is_told(dem: TestClient, query: str, status: int) -> None:
    answer = dem.get(f"{HERE}?{query}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.json()["detail"]) > 20


@settings(max_examples=60)
@given(st.text(max_size=40), st.sampled_from(["bbox", "subset", "properties", "subset-crs", "bbox-crs", "f"]))
def test_no_words_make_it_fail(dem: TestClient, text: str, name: str) -> None:
    assert dem.get(HERE, params={name: text}).status_code < 500


def test_a_layer_has_no_coverage(dem: TestClient) -> None:
    for path in ("/collections/cases/coverage", "/collections/cases/map/tiles", "/collections/nothing/position"):
        assert dem.get(path).status_code == 404


def test_other_systems_name_their_boxes_in_their_own_order(dem: TestClient) -> None:
    plain = dem.get(HERE, params={"bbox": "106.6,29.5,106.65,29.52"})
    turned = dem.get(
        HERE,
        params={"bbox": "29.5,106.6,29.52,106.65", "bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/4326"},
    )
    assert plain.headers["content-bbox"] == turned.headers["content-bbox"]
