"""A box in any system selects exactly the places whose coordinates lie in it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shapely

from spatial.crs import ADVERTISED, CRS84, Crs, crs, project, unproject
from spatial.errors import BadParameter
from spatial.region import box_region

ZONE = crs("EPSG:4545")
MERCATOR = crs("EPSG:3857")
WGS84 = crs("EPSG:4326")
CITY = (105.3, 28.2, 110.2, 32.2)
WORLDS = {
    CRS84: (-180, -90, 180, 90),
    WGS84: (-90, -180, 90, 180),
    crs("EPSG:4490"): (-90, -180, 90, 180),
    crs("EPSG:4610"): (-90, -180, 90, 180),
    ZONE: (-1e8, -1e8, 1e8, 1e8),
    crs("EPSG:4544"): (-2e7, -2e7, 2e7, 2e7),
    MERCATOR: (-1e8, -1e8, 1e8, 1e8),
}


def scattered(count: int = 800, box: tuple[float, float, float, float] = CITY) -> np.ndarray:
    chance = np.random.default_rng(3)
    return np.asarray(shapely.points(chance.uniform(box[0], box[2], count), chance.uniform(box[1], box[3], count)))


def in_box(shapes: np.ndarray, box: tuple[float, float, float, float], system: Crs) -> np.ndarray:
    """The plain definition: coordinates in the system's own order, compared."""
    first, second = shapely.get_coordinates(project(shapes, system)).T
    return (first >= box[0]) & (first <= box[2]) & (second >= box[1]) & (second <= box[3])


def away_from_edges(
    shapes: np.ndarray, box: tuple[float, float, float, float], system: Crs, metres: float
) -> np.ndarray:
    far = metres if not system.is_geographic else metres / 1e5
    inner = (box[0] + far, box[1] + far, box[2] - far, box[3] - far)
    outer = (box[0] - far, box[1] - far, box[2] + far, box[3] + far)
    return in_box(shapes, inner, system) | ~in_box(shapes, outer, system)


@pytest.mark.parametrize("name", ADVERTISED)
@settings(max_examples=40)
@given(
    lon=st.floats(105.6, 109.5),
    lat=st.floats(28.4, 31.8),
    width=st.floats(1000, 200_000),
    height=st.floats(1000, 200_000),
)
def test_a_region_selects_what_the_box_does(name: str, lon: float, lat: float, width: float, height: float) -> None:
    system = crs(name)
    unit = 1e5 if system.is_geographic else 1
    corner = project(np.array([shapely.Point(lon, lat)], dtype=object), system)[0]
    box = (corner.x, corner.y, corner.x + width / unit, corner.y + height / unit)
    shapes = scattered()
    clear = away_from_edges(shapes, box, system, 0.2)
    selected = shapely.intersects(box_region(box, system), shapes)
    assert (selected == in_box(shapes, box, system))[clear].all()


def test_edges_are_followed_where_corners_alone_would_cut_off_a_strip() -> None:
    box = (3_200_000, 250_000, 3_400_000, 650_000)
    rim = [(box[2] - 50, 500_000), (box[0] - 50, 500_000)]  # inside the northern edge, outside the southern
    places = unproject(shapely.points(rim), ZONE)
    corners = unproject(np.array([shapely.box(*box)], dtype=object), ZONE)[0]
    assert in_box(places, box, ZONE).tolist() == [True, False]
    assert shapely.intersects(corners, places).tolist() == [False, True]
    assert shapely.intersects(box_region(box, ZONE), places).tolist() == [True, False]


def test_the_edge_of_a_box_as_wide_as_a_zone_is_true_to_half_a_metre() -> None:
    box = (3_100_000, 280_000, 3_500_000, 720_000)
    along = np.linspace(box[1], box[3], 997)
    rim = np.column_stack([np.repeat([box[0], box[2]], len(along)), np.tile(along, 2)])
    edges = unproject(np.asarray(shapely.points(rim)), ZONE)
    degrees = shapely.distance(edges, box_region(box, ZONE).boundary)
    assert 0 < degrees.max() * 111_000 < 0.5


@pytest.mark.parametrize(("system", "box"), WORLDS.items(), ids=[system.name for system in WORLDS])
def test_the_world_selects_everything(system: Crs, box: tuple[float, float, float, float]) -> None:
    everywhere = scattered(500, (-180, -90, 180, 90))
    assert shapely.intersects(box_region(box, system), everywhere).all()
    assert shapely.intersects(box_region(box, system), scattered(500)).all()


def test_the_web_map_world_is_a_square_to_85_degrees() -> None:
    for edge in (20037508.342789244, 20037508.34, 20037508.35):
        region = box_region((-edge, -edge, edge, edge), MERCATOR)
        assert region.bounds == pytest.approx((-180, -85.0511288, 180, 85.0511288), abs=1e-6)
        assert region.bounds[::2] == (-180, 180)


def test_straight_edges_need_four_corners() -> None:
    assert len(shapely.get_coordinates(box_region((11_800_000, 3_400_000, 11_900_000, 3_500_000), MERCATOR))) == 5
    assert shapely.equals(box_region((29, 106, 30, 107), WGS84), shapely.box(106, 29, 107, 30))


def test_degrees_may_cross_the_antimeridian() -> None:
    region = box_region((-10, 170, 10, -170), WGS84)
    assert region.geom_type == "MultiPolygon"
    assert shapely.intersects(region, shapely.points([[175, 0], [-175, 0], [0, 0]])).tolist() == [True, True, False]


def test_metres_may_cross_the_antimeridian() -> None:
    pacific = crs("EPSG:3832")
    region = box_region((3_000_000, 0, 4_000_000, 1_000_000), pacific)
    places = shapely.points([[178, 5], [-176, 5], [170, 5]])
    assert shapely.intersects(region, places).tolist() == [True, True, False]
    assert (region.bounds[0], region.bounds[2]) == (-180, 180)


def test_a_box_far_from_the_zone_selects_nothing() -> None:
    assert box_region((0, 0, 1, 1), ZONE).is_empty
    assert not shapely.intersects(box_region((-90, -180, 90, 180), ZONE), scattered(100)).any()


def test_a_box_is_cut_where_the_zone_ends_and_keeps_the_city() -> None:
    assert shapely.intersects(box_region((0, -1e8, 1e8, 1e8), ZONE), scattered(500)).all()


REFUSED = [
    ((3_300_000, 400_000, 3_200_000, 500_000), ZONE, "lowest X and Y"),
    ((float("nan"), 0, 1, 1), ZONE, "no box"),
    ((0, 0, float("inf"), 1), MERCATOR, "no box"),
    ((106, 29, 107, 30), WGS84, "EPSG:4326 is written lat,lon,lat,lon"),
    ((29, 106, 30, float("nan")), WGS84, "not a finite number"),
    ((29, 106, 30, 107), CRS84, "past a pole"),
    ((-1e5, -1e5, 1e5, 1e5), crs("EPSG:3031"), "round a pole"),
]


@pytest.mark.parametrize(("box", "system", "why"), REFUSED)
def test_nonsense_is_refused_with_what_to_send(box: tuple[float, float, float, float], system: Crs, why: str) -> None:
    with pytest.raises(BadParameter, match=why):
        box_region(box, system)


@given(
    st.tuples(*[st.floats(-1e9, 1e9) | st.floats() for _ in range(4)]),
    st.sampled_from([*ADVERTISED, "EPSG:3832", "EPSG:3031", "EPSG:8857", "EPSG:4807"]),
)
def test_any_four_numbers_are_a_region_or_a_refusal(box: tuple[float, float, float, float], name: str) -> None:
    try:
        region = box_region(box, crs(name))
    except BadParameter:
        return
    bounds = np.array(region.bounds)
    assert region.is_empty or (np.abs(bounds) <= (180, 90, 180, 90)).all()
