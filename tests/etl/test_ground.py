"""Places brought to longitude and latitude, and checked."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapely
from pyproj import CRS, Transformer

from etl.ground import Ground, looks_projected, way
from spatial.box import Box
from spatial.coordinates import Geometries
from spatial.datum import Datum, from_wgs84
from spatial.errors import BadCrs, BadGeometry
from spatial.shape import MAX_VERTICES, Kind, Place

BOW_TIE = "POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))"
SPIKE = "POLYGON ((0 0, 1 0, 1 1, 3 1, 1 1, 0 1, 0 0))"


def shapes(*texts: str | None) -> Geometries:
    with np.errstate(invalid="ignore"):
        return np.array([text and shapely.from_wkt(text) for text in texts], dtype=object)


def polygon(first: tuple[float, float], others: list[tuple[float, float]]) -> shapely.Polygon:
    with np.errstate(invalid="ignore"):
        return shapely.Polygon([first, *others, first])


@pytest.mark.parametrize(
    "crs",
    ["EPSG:4545", "urn:ogc:def:crs:EPSG::4545", CRS.from_epsg(4545).to_wkt("WKT1_ESRI"), CRS.from_epsg(4545).to_json()],
)
def test_a_projected_crs_is_undone_however_it_is_named(crs: str) -> None:
    x, y = Transformer.from_crs(4490, 4545, always_xy=True).transform(106.5, 29.5)
    placed = Ground(Kind.POINT, crs).placed(shapes(f"POINT ({x} {y})"))
    assert placed.why == {}
    assert shapely.distance(placed.places[0], shapely.Point(106.5, 29.5)) < 1e-8


def test_a_crs_without_a_number_is_undone_too() -> None:
    own = "+proj=tmerc +lat_0=0 +lon_0=106.55 +k=1 +x_0=50000 +y_0=-3000000 +ellps=GRS80 +units=m +no_defs"
    x, y = Transformer.from_crs(4490, CRS.from_user_input(own), always_xy=True).transform(106.5, 29.5)
    for text in (own, CRS.from_user_input(own).to_wkt()):
        placed = Ground(Kind.POINT, text).placed(shapes(f"POINT ({x} {y})"))
        assert shapely.distance(placed.places[0], shapely.Point(106.5, 29.5)) < 1e-7


@pytest.mark.parametrize("crs", ["EPSG:999999", "EPSG:banana", "Beijing 54?", 'LOCAL_CS["site"]', "{}"])
def test_an_unknown_crs_is_told(crs: str) -> None:
    with pytest.raises(BadCrs):
        way(crs)


def test_the_datum_is_undone() -> None:
    x, y = from_wgs84(106.5, 29.5, Datum.GCJ02)
    placed = Ground(Kind.POINT, datum=Datum.GCJ02).placed(shapes(f"POINT ({x} {y})"))
    assert shapely.distance(placed.places[0], shapely.Point(106.5, 29.5)) < 1e-10


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (Kind.MULTIPOLYGON, "POLYGON ((0 0, 1 0, 1 1, 0 0))", "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))"),
        (Kind.POINT, "MULTIPOINT ((1 2))", "POINT (1 2)"),
        (Kind.POINT, "POINT Z (1 2 3)", "POINT (1 2)"),
        (Kind.ANY, "LINESTRING (0 0, 1 1)", "LINESTRING (0 0, 1 1)"),
    ],
)
def test_a_shape_is_fitted(kind: Kind, text: str, expected: str) -> None:
    placed = Ground(kind).placed(shapes(text))
    assert placed.why == {}
    assert placed.places[0].wkt == expected


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        (Kind.POINT, "LINESTRING (0 0, 1 1)", "holds Point, not LineString"),
        (Kind.POINT, "POINT (29.5 106.5)", "look swapped"),
        (Kind.POINT, "POINT (500000 3200000)", "projected CRS"),
        (Kind.POINT, "POINT (nan 1)", "finite|empty"),
        (Kind.POINT, "POINT (inf 1)", "finite|no longitude"),
        (Kind.POINT, "POINT EMPTY", "empty"),
        (Kind.POLYGON, BOW_TIE, "Self-intersection"),
        (Kind.POLYGON, "POLYGON ((0 0, 1 nan, 1 1, 0 0))", "finite"),
        (Kind.POLYGON, "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))", "holds Polygon"),
    ],
)
def test_a_shape_that_cannot_be_kept_has_a_reason(kind: Kind, text: str, why: str) -> None:
    placed = Ground(kind).placed(shapes(None, text))
    assert list(placed.why) == [1]
    assert re.search(why, placed.why[1]), placed.why[1]


def test_a_giant_is_refused_quickly() -> None:
    angle = np.linspace(0, 2 * np.pi, 1_000_000)
    giant = shapely.Polygon(np.column_stack([np.cos(angle), np.sin(3 * angle)]))
    for repair in (False, True):
        placed = Ground(Kind.POLYGON, repair=repair).placed(np.array([giant], dtype=object))
        assert f"{MAX_VERTICES:,} vertices" in placed.why[0]


def test_invalid_shapes_are_repaired_and_reported() -> None:
    placed = Ground(Kind.MULTIPOLYGON, repair=True).placed(shapes(BOW_TIE, "POLYGON ((0 0, 1 0, 1 1, 0 0))", SPIKE))
    assert placed.why == {}
    assert shapely.is_valid(placed.places).all()
    assert [(r.position, r.why.split("[")[0][-17:]) for r in placed.repaired] == [
        (0, "Self-intersection"),
        (2, "Self-intersection"),
    ]
    assert placed.repaired[1].share == pytest.approx(1.0)


def test_what_repair_cannot_mend_is_refused() -> None:
    placed = Ground(Kind.POLYGON, repair=True).placed(
        shapes(BOW_TIE, "POLYGON ((0 0, 1 1, 2 2, 0 0))", "POLYGON ((0 0, 200 0, 0 9, 0 0))")
    )
    assert sorted(placed.why) == [0, 1, 2]
    assert placed.repaired == []


def test_the_extent_is_kept_to() -> None:
    ground = Ground(Kind.ANY, extent=Box(106, 29, 107, 30))
    placed = ground.placed(
        shapes(
            "POINT (106.5 29.5)",
            "POINT (107 30)",
            "POINT (108 29.5)",
            "LINESTRING (100 29.5, 106.2 29.5)",
            "POINT (29.5 89)",
            None,
        )
    )
    assert sorted(placed.why) == [2, 4]
    assert "outside the city's extent (106, 29, 107, 30)" in placed.why[2]
    swapped = Ground(Kind.POINT, extent=Box(9, 48, 10, 49)).placed(shapes("POINT (48.5 9.5)"))
    assert "look swapped" in swapped.why[0]


def test_an_extent_across_the_antimeridian() -> None:
    placed = Ground(Kind.POINT, extent=Box(170, -10, -170, 10)).placed(
        shapes("POINT (175 0)", "POINT (-175 0)", "POINT (0 0)")
    )
    assert list(placed.why) == [2]


def test_metres_are_told_from_degrees() -> None:
    assert looks_projected(shapes("POINT (500000 3200000)", None))
    assert not looks_projected(shapes("POINT (29.5 106.5)", "POINT (1e9 1)", "POINT (1 1)"))
    assert not looks_projected(shapes(None))


coordinate = st.floats(-400, 400) | st.sampled_from([float("nan"), float("inf"), 0.0, 180.0, -90.0])
point = st.builds(shapely.Point, coordinate, coordinate)
finite = st.floats(-400, 400)
ring = st.builds(
    polygon, st.tuples(finite, finite), st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=6)
)


@given(
    st.lists(st.none() | point | ring, max_size=8),
    st.sampled_from([Kind.POINT, Kind.POLYGON, Kind.MULTIPOLYGON, Kind.ANY]),
)
def test_all_at_once_judges_as_one_by_one(places: list[shapely.Geometry | None], kind: Kind) -> None:
    array = np.full(len(places), None, dtype=object)
    array[:] = places
    placed = Ground(kind).placed(array)
    for n, place in enumerate(places):
        try:
            with np.errstate(invalid="ignore"):
                expected = None if place is None else Place(kind).read(place)
        except BadGeometry:
            assert n in placed.why
        else:
            assert n not in placed.why
            assert placed.places[n] == expected
