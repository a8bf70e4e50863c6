"""Systems are found by every name that clients use, and coordinates come out in the authority's axis order."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapely
from pyproj import Transformer

from spatial.crs import ADVERTISED, CRS84, Crs, crs, points_in, points_out, project, unproject, uri
from spatial.errors import BadCrs

OGC = "www.opengis.net/def/crs"
SAME = {
    CRS84.uri: [
        f"https://{OGC}/OGC/1.3/CRS84",
        f"http://{OGC}/OGC/0/CRS84",
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "OGC:CRS84",
        "[OGC:CRS84]",
    ],
    uri(4326): [f"https://{OGC}/EPSG/0/4326", f"http://{OGC}/EPSG/9.9.1/4326", "EPSG:4326", "[EPSG:4326]", "epsg:4326"],
    uri(4545): ["urn:ogc:def:crs:EPSG::4545", "urn:ogc:def:crs:EPSG:12.3:4545", " EPSG:4545 "],
}
NAMES = [(name, same) for same, names in SAME.items() for name in [same, *names]]


REFUSED = {
    "": "names no coordinate",
    "4326": "names no coordinate",
    "EPSG:": "names no coordinate",
    "EPSG:0": "names no coordinate",
    "EPSG:99999999": "names no coordinate",
    "EPSG:٤٣٢٦": "names no coordinate",
    "EPSG:4326\nEPSG:3857": "names no coordinate",
    "EPSG:4326; DROP TABLE": "names no coordinate",
    f"http://{OGC}/OGC/0/CRS84h": "names no coordinate",
    f"http://{OGC}/EPSG/0/4326/../3857": "names no coordinate",
    "http://evil.example/def/crs/EPSG/0/4326": "names no coordinate",
    "+proj=longlat +nadgrids=/etc/passwd": "names no coordinate",
    "EPSG:4326" * 1000: "names no coordinate",
    "EPSG:999999": "EPSG has no",
    "EPSG:5773": "Vertical",
    "EPSG:5800": "Engineering",
    "EPSG:4978": "Geocentric",
    "EPSG:4979": "Geographic 3D",
    "EPSG:7405": "Compound",
}

NORTH_FIRST = {4326: True, 4490: True, 3857: False, 4544: True, 4545: True, 4546: True, 4610: True, 32648: False}
PLACE = (106.55, 29.56)


def points(count: int = 500) -> np.ndarray:
    chance = np.random.default_rng(2)
    return np.asarray(shapely.points(chance.uniform(105, 111, count), chance.uniform(28, 33, count)))


@pytest.mark.parametrize(("name", "same"), NAMES)
def test_every_name_of_a_system_finds_it(name: str, same: str) -> None:
    assert crs(name).uri == same


@pytest.mark.parametrize(("name", "why"), REFUSED.items())
def test_what_is_no_system_in_two_dimensions_is_refused(name: str, why: str) -> None:
    with pytest.raises(BadCrs, match=why) as refusal:
        crs(name)
    assert "EPSG:4326" in str(refusal.value) or "two dimensions" in str(refusal.value)
    assert len(str(refusal.value)) < 300


@given(st.text(max_size=120) | st.from_regex(r"(http://www\.opengis\.net/def/crs/)?(EPSG|OGC)[:/0]*[0-9]{0,6}"))
def test_any_text_is_a_system_or_a_refusal(text: str) -> None:
    with contextlib.suppress(BadCrs):
        assert crs(crs(text).uri) == crs(text)


def test_a_system_that_proj_cannot_compute_is_refused() -> None:
    grid_system = crs("EPSG:32600")  # a name for sixty zones, in EPSG's list all the same
    with pytest.raises(BadCrs, match="no way is known"):
        project(points(1), grid_system)


def test_what_is_advertised_exists_the_storage_system_first() -> None:
    assert [crs(name).uri for name in ADVERTISED] == list(ADVERTISED)
    assert ADVERTISED[0] == CRS84.uri
    assert [crs(name).code for name in ADVERTISED] == [None, 4326, 4490, 3857, 4544, 4545, 4546]


def test_a_system_knows_its_axes_and_its_decimals() -> None:
    zone = crs("EPSG:4545")
    assert (zone.name, zone.axes, zone.unit, zone.decimals) == ("EPSG:4545", ("X", "Y"), "metre", 3)
    assert not (zone.is_geographic or zone.is_stored)
    wgs84 = crs("EPSG:4326")
    assert (wgs84.name, wgs84.axes, wgs84.unit, wgs84.decimals) == ("EPSG:4326", ("Lat", "Lon"), "degree", 8)
    assert wgs84.is_geographic
    assert wgs84.is_stored
    assert not crs("EPSG:4610").is_stored
    assert (CRS84.name, CRS84.axes, CRS84.is_stored, CRS84.north_first) == ("OGC:CRS84", ("Lon", "Lat"), True, False)


@pytest.mark.parametrize("code", NORTH_FIRST)
def test_coordinates_stand_in_the_order_of_the_authority(code: int) -> None:
    target, shapes = crs(f"EPSG:{code}"), points()
    assert target.north_first == NORTH_FIRST[code]
    expected = Transformer.from_crs("OGC:CRS84", f"EPSG:{code}", always_xy=False).transform(
        shapely.get_x(shapes), shapely.get_y(shapes)
    )
    got = shapely.get_coordinates(project(shapes, target))
    assert got == pytest.approx(np.column_stack(expected), abs=1e-12 if target.is_geographic else 1e-6)


@pytest.mark.parametrize("code", NORTH_FIRST)
def test_files_keep_east_first_whatever_the_authority_says(code: int) -> None:
    target, shapes = crs(f"EPSG:{code}"), points()
    written, served = (shapely.get_coordinates(project(shapes, target, order)) for order in ("xy", "authority"))
    assert (written == (served[:, ::-1] if NORTH_FIRST[code] else served)).all()
    assert shapely.equals_exact(unproject(project(shapes, target, "xy"), target, "xy"), shapes, 1e-11).all()


@pytest.mark.parametrize(("code", "northing", "easting"), [(4545, 3272217.3, 359474.1), (4544, 3272342.5, 650218.5)])
def test_the_same_street_has_two_places_in_two_zones(code: int, northing: float, easting: float) -> None:
    place = project(np.array([shapely.Point(PLACE)], dtype=object), crs(f"EPSG:{code}"))[0]
    assert (place.x, place.y) == pytest.approx((northing, easting), abs=0.05)


ELSEWHERE = {"EPSG:4807": (-104, 17), "EPSG:2263": (-180, 10)}  # grads round Paris, New York's feet


@pytest.mark.parametrize("name", [*ADVERTISED, "EPSG:4610", "EPSG:32648", *ELSEWHERE])
@given(lon=st.floats(105, 111), lat=st.floats(28, 33))
def test_there_and_back_is_the_same_place(name: str, lon: float, lat: float) -> None:
    east, north = ELSEWHERE.get(name, (0, 0))
    lon, lat = lon + east, lat + north
    system, shape = crs(name), np.array([shapely.Point(lon, lat)], dtype=object)
    back = unproject(project(shape, system), system)[0]
    assert (back.x, back.y) == pytest.approx((lon, lat), abs=1e-8)


def test_wgs84_and_cgcs2000_degrees_are_the_stored_ones_to_the_last_bit() -> None:
    shapes = points()
    stored = shapely.get_coordinates(shapes)
    for name in ADVERTISED[1:3]:
        assert (shapely.get_coordinates(project(shapes, crs(name))) == stored[:, ::-1]).all()
    assert project(shapes, CRS84) is shapes
    assert unproject(shapes, CRS84) is shapes


def test_what_has_no_coordinates_there_becomes_none_and_the_rest_stays() -> None:
    shapes = np.array([shapely.Point(106.5, 29.5, 7), None, shapely.Point(), shapely.Point(np.inf, 29)], dtype=object)
    moved = project(shapes, crs("EPSG:4545"))
    assert moved[0].z == 7
    assert moved[1] is None
    assert moved[2].is_empty
    assert moved[3] is None
    far = np.array([shapely.LineString([(0, 0), (1e30, 1e30)])], dtype=object)
    assert unproject(far, crs("EPSG:4545")).tolist() == [None]
    assert project(shapes[:0], crs("EPSG:3857")).tolist() == []


def test_points_go_out_and_in_east_first() -> None:
    lon, lat = np.array([106.55]), np.array([29.56])
    x, y = points_out(lon, lat, crs("EPSG:4545"))
    assert (x[0], y[0]) == pytest.approx((359474.1, 3272217.3), abs=0.05)
    assert np.array(points_in(x, y, crs("EPSG:4545"))) == pytest.approx(np.array([lon, lat]), abs=1e-11)


def test_threads_share_the_systems() -> None:
    shapes, systems = points(2000), [crs(name) for name in ADVERTISED[1:]] * 4

    def there(system: Crs) -> bool:
        return bool(shapely.equals_exact(unproject(project(shapes, system), system), shapes, 1e-9).all())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(there, systems))
