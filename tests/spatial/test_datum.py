"""The published figures of the shifted datums, and the inverse that undoes them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geopandas as gpd
import shapely

from spatial.datum import EAST, NORTH, SOUTH, WEST, Datum, convert, from_wgs84, shifted_there, to_wgs84
from spatial.metres import distance

SHIFTED = [Datum.GCJ02, Datum.BD09]
CHONGQING = (105.3, 28.2, 110.2, 32.2)
CENTRAL = (106.2, 29.2, 106.9, 29.9)
PEKING_TIANANMEN = (116.391350, 39.907290)

MILLIMETRE = 1e-3
EXACT = 1e-6

inside = st.tuples(st.floats(WEST, EAST), st.floats(SOUTH, NORTH))
around = st.tuples(st.floats(WEST - 30, EAST + 30), st.floats(SOUTH - 30, NORTH + 30))


def places(box: tuple[float, float, float, float], count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(1)
    return chance.uniform(box[0], box[2], count), chance.uniform(box[1], box[3], count)


def near_an_edge(lon: float, lat: float) -> bool:
    beside = min(abs(lon - WEST), abs(lon - EAST)) < 0.1 or min(abs(lat - SOUTH), abs(lat - NORTH)) < 0.1
    return beside and not bool(shifted_there(lon, lat))


@pytest.mark.parametrize("datum", SHIFTED)
@given(place=inside)
def test_there_and_back_is_the_same_place(datum: Datum, place: tuple[float, float]) -> None:
    back = to_wgs84(*from_wgs84(*place, datum), datum)
    assert distance(*place, *back) <= EXACT


@pytest.mark.parametrize("datum", SHIFTED)
@given(place=around)
def test_nothing_is_shifted_outside_the_box(datum: Datum, place: tuple[float, float]) -> None:
    shifted = from_wgs84(*place, datum)
    assert (shifted == place) != bool(shifted_there(*place))
    if not near_an_edge(*place):  # there two places share a coordinate, and the one inside is returned
        assert distance(*place, *to_wgs84(*shifted, datum)) <= EXACT


@pytest.mark.parametrize("datum", SHIFTED)
def test_the_inverse_holds_beside_the_kink_at_105_degrees(datum: Datum) -> None:
    # the published formula has a square root of |longitude - 105|, whose slope there is infinite
    lon = 105 + np.concatenate([[0.0], *(sign * np.logspace(-14, -1, 200) for sign in (-1, 1))])
    lat = np.full_like(lon, 29.5)
    assert distance(lon, lat, *to_wgs84(*from_wgs84(lon, lat, datum), datum)).max() <= EXACT


@pytest.mark.parametrize(
    ("box", "least", "mean", "most"), [(CHONGQING, (380, 410), 509, 601.5), (CENTRAL, (465, 475), 486, 521)]
)
def test_gcj02_lies_as_far_off_as_measured(
    box: tuple[float, float, float, float], least: tuple[float, float], mean: float, most: float
) -> None:
    lon, lat = places(box)
    metres = distance(lon, lat, *from_wgs84(lon, lat, Datum.GCJ02))
    assert least[0] <= metres.min() <= least[1]
    assert metres.mean() == pytest.approx(mean, abs=4)
    assert metres.max() <= most


def test_one_step_back_leaves_metres_and_three_leave_less_than_a_millimetre() -> None:
    lon, lat = places(CHONGQING)
    shifted = np.array(from_wgs84(lon, lat, Datum.GCJ02))
    back, errors = shifted, list[float]()
    for _ in range(3):
        back = back + shifted - np.array(from_wgs84(back[0], back[1], Datum.GCJ02))
        errors.append(float(distance(lon, lat, back[0], back[1]).max()))
    assert 1 < errors[0] < 2.6
    assert errors[1] < 0.02
    assert errors[2] < MILLIMETRE
    assert distance(lon, lat, *to_wgs84(shifted[0], shifted[1], Datum.GCJ02)).max() <= EXACT


def test_the_formula_gives_the_published_examples() -> None:
    # Tiananmen as the open implementations of the formula agree on it
    assert from_wgs84(*PEKING_TIANANMEN, Datum.GCJ02) == pytest.approx((116.397593, 39.908693), abs=2e-6)
    # gcoord's and coordtransform's own test: GCJ-02 116.404, 39.915 is BD-09 116.41036949371029, 39.92133699351021
    baidu = from_wgs84(*to_wgs84(116.404, 39.915, Datum.GCJ02), Datum.BD09)
    assert baidu == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


def test_what_is_not_a_number_stays_so() -> None:
    for datum in Datum:
        lon, lat = to_wgs84(*from_wgs84([np.nan, np.inf, 106.5], [29.5, 29.5, 29.5], datum), datum)
        assert np.isnan(lon[0])
        assert np.isinf(lon[1])
        assert (lon[2], lat[2]) == pytest.approx((106.5, 29.5), abs=1e-11)


def test_no_points_are_no_points_and_shapes_of_arrays_are_kept() -> None:
    assert to_wgs84([], [], Datum.BD09)[0].shape == (0,)
    assert from_wgs84(np.full((2, 3), 106.5), 29.5, Datum.GCJ02)[1].shape == (2, 3)


def test_more_points_than_a_block_come_out_in_their_order() -> None:
    lon, lat = places(CHONGQING, 40_000)
    whole = np.array(from_wgs84(lon, lat, Datum.BD09))
    single = np.array([from_wgs84(*place, Datum.BD09) for place in zip(lon[::997], lat[::997], strict=True)]).T
    # numpy may compute one number by other instructions than many
    assert whole[:, ::997] == pytest.approx(single, abs=1e-12)


def test_geometries_move_with_their_kind_and_height() -> None:
    shapes = np.array(
        [
            shapely.Point(106.5, 29.5, 240.0),
            shapely.box(106.5, 29.5, 106.6, 29.6),
            None,
            shapely.LineString([(106.5, 29.5), (106.6, 29.6)]),
            shapely.Point(),
        ],
        dtype=object,
    )
    moved = convert(shapes, Datum.WGS84, Datum.BD09)
    assert shapely.get_type_id(moved).tolist() == shapely.get_type_id(shapes).tolist()
    assert shapely.has_z(moved).tolist() == shapely.has_z(shapes).tolist()
    assert moved[0].z == 240.0
    assert moved[4].is_empty
    assert (moved[0].x, moved[0].y) == pytest.approx(tuple(map(float, from_wgs84(106.5, 29.5, Datum.BD09))))
    back = convert(moved, Datum.BD09, Datum.WGS84)
    assert shapely.equals_exact(back[[0, 1, 3]], shapes[[0, 1, 3]], 1e-11).all()


def test_gcj02_to_bd09_goes_by_wgs84() -> None:
    place = np.array([shapely.points(*from_wgs84(106.5, 29.5, Datum.GCJ02))], dtype=object)
    moved = convert(place, Datum.GCJ02, Datum.BD09)[0]
    assert (moved.x, moved.y) == pytest.approx(tuple(map(float, from_wgs84(106.5, 29.5, Datum.BD09))), abs=1e-11)
    assert convert(place, Datum.GCJ02, Datum.GCJ02) is place


@pytest.mark.data
def test_gcj02_lies_off_the_central_nine_as_measured(real_data: Path) -> None:
    folder = real_data / "chongqing_districts_datav_gcj02"
    frame = gpd.read_file(folder / "500000_full.json")
    nine = frame[frame["adcode"].isin([*range(500103, 500110), 500112, 500113])]
    assert len(nine) == 9
    shapes = convert(np.asarray(nine.geometry.values, dtype=object), Datum.GCJ02, Datum.WGS84)
    lon, lat = places(tuple(shapely.total_bounds(shapes)), 50_000)
    there = shapely.intersects_xy(shapely.union_all(shapely.make_valid(shapes)), lon, lat)
    metres = distance(lon[there], lat[there], *from_wgs84(lon[there], lat[there], Datum.GCJ02))
    assert 469 < metres.min() < 475
    assert metres.mean() == pytest.approx(486, abs=2)
    assert 508 < metres.max() < 517
