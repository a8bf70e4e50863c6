"""The page's modules, each alone: time, motion, places of labels, formats, the address."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

import shapely

pytestmark = pytest.mark.browser
Call = Callable[..., Any]
INSTANTS = st.integers(1_600_000_000_000, 1_900_000_000_000)
CALL = """async ([module, script, given]) => {
  const at = await import(new URL(`/page/${module}.js`, location.href));
  return new Function("at", "given", `return ${script}`)(at, given);
}"""


@pytest.fixture(scope="module")
def call(browser: Browser, site: str) -> Iterator[Call]:
    """Evaluate a script in the browser with a module as `at` and a value as `given`."""
    context = browser.new_context(timezone_id="Asia/Shanghai")
    page = context.new_page()
    page.goto(f"{site}/page/icon.svg")
    yield lambda module, script, given=None: page.evaluate(CALL, [module, script, given])
    context.close()


@pytest.mark.parametrize(
    ("chosen", "asked"),
    [
        ("all", None),
        ("hour", "2026-05-01T02:00:00Z/.."),
        ("today", "2026-04-30T16:00:00Z/.."),
        ("week", "2026-04-24T16:00:00Z/.."),
        ("2026-01-01T00:00:00Z/..", "2026-01-01T00:00:00Z/.."),
    ],
)
def test_a_period_becomes_an_interval_of_the_readers_days(call: Call, chosen: str, asked: str | None) -> None:
    assert call("period", "at.interval(given, new Date('2026-05-01T03:00:00Z'))", chosen) == asked


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("today", True),
        ("2026-01-01T00:00:00Z/..", True),
        ("../..", False),
        ("tomorrow", False),
        ("2026-01-01", False),
        ("x/y", False),
        ("toString", False),
    ],
)
def test_only_a_period_is_taken_from_the_address(call: Call, said: str, right: bool) -> None:
    assert call("period", "at.isPeriod(given)", said) is right


@pytest.mark.parametrize(
    ("ends", "made"),
    [
        (["", ""], "all"),
        (["2026-05-01T08:00", ""], "2026-05-01T00:00:00Z/.."),
        (["", "2026-05-01T08:00"], "../2026-05-01T00:00:00Z"),
        (["2026-05-02T08:00", "2026-05-01T08:00"], None),
        (["2026-05-01T08:00", "2026-05-01T08:00"], None),
    ],
)
def test_local_times_become_a_period(call: Call, ends: list[str], made: str | None) -> None:
    assert call("period", "at.between(...given)", ends) == made


def test_a_period_is_given_back_as_the_local_times_it_was_made_of(call: Call) -> None:
    ends = ["2026-05-01T08:00", "2026-06-01T23:59"]
    assert call("period", "at.locals(at.between(...given))", ends) == ends


@given(start=INSTANTS, end=INSTANTS, time=INSTANTS)
def test_a_time_meets_an_interval_exactly_when_it_lies_in_it(call: Call, start: int, end: int, time: int) -> None:
    script = "at.meets(given.slice(0, 2).map((t) => new Date(t).toISOString()).join('/'), given[2], given[2])"
    assert call("period", script, [start, end, time]) is (start <= time <= end)


@given(apart=st.integers(0, 60_000), part=st.floats(0, 1))
def test_a_point_glides_on_its_line_for_as_long_as_its_reports_lie_apart(call: Call, apart: int, part: float) -> None:
    script = """(() => {
      const motion = new at.Motion();
      motion.send("a", [0, 0], [0, 0], 0);
      motion.send("a", [0, 0], [0.01, 0.004], given[0]);
      const lasts = Math.min(Math.max(given[0], 300), 12000);
      return [motion.at("a", given[0] + lasts * given[1]), motion.step(given[0] + lasts).get("a"), motion.size];
    })()"""
    place, last, size = call("motion", script, [apart, part])
    assert place == pytest.approx([0.01 * part, 0.004 * part], abs=1e-9)
    assert last == pytest.approx([0.01, 0.004])
    assert size == 0


def test_a_point_that_was_far_away_jumps(call: Call) -> None:
    script = """(() => {
      const motion = new at.Motion();
      motion.send("a", [106, 29], [107, 29], 5);
      return motion.at("a", 5);
    })()"""
    assert call("motion", script) == [107, 29]


def test_a_point_under_way_turns_from_where_it_is(call: Call) -> None:
    script = """(() => {
      const motion = new at.Motion();
      motion.send("a", [0, 0], [0.01, 0], 0);
      const before = motion.at("a", 700);
      motion.send("a", [0.01, 0], [0.01, 0.01], 700);
      return [before, motion.at("a", 700)];
    })()"""
    before, after = call("motion", script)
    assert before == pytest.approx(after)


def ring(angles: int) -> st.SearchStrategy[shapely.Polygon]:
    """Star-shaped polygons around the origin."""
    radii = st.lists(st.floats(0.2, 1), min_size=angles, max_size=angles)
    turn = [2 * 3.141592653589793 * n / angles for n in range(angles)]
    corner = shapely.affinity.rotate
    return radii.map(
        lambda found: shapely.Polygon(
            [corner(shapely.Point(r, 0), a, (0, 0), use_radians=True) for r, a in zip(found, turn, strict=True)]
        )
    )


@given(shape=ring(9))
def test_an_area_is_named_inside_it(call: Call, shape: shapely.Polygon) -> None:
    feature = {"type": "Feature", "geometry": shapely.geometry.mapping(shape), "properties": {}}
    named = call("anchor", "at.anchored(given)", feature)["geometry"]
    assert shape.buffer(1e-9).contains(shapely.geometry.shape(named))


def test_an_area_of_parts_is_named_in_its_largest_and_not_in_a_hole(call: Call) -> None:
    large = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(2, 2), (8, 2), (8, 8), (2, 8)]])
    parts = shapely.MultiPolygon([shapely.box(20, 0, 22, 2), large])
    feature = {"type": "Feature", "geometry": shapely.geometry.mapping(parts), "properties": {}}
    assert large.contains(shapely.geometry.shape(call("anchor", "at.anchored(given)", feature)["geometry"]))


@pytest.mark.parametrize(
    ("value", "field", "written"),
    [
        (None, {}, "—"),
        ("", {}, "—"),
        ([], {}, "—"),
        (False, {}, "否"),
        (12345.678, {"x-onemap-unit": "km2"}, "12,345.678 km²"),
        (270, {"x-onemap-unit": "deg"}, "270°"),
        (3, {"x-onemap-unit": "台"}, "3 台"),
        (["塌方", "落石"], {}, "塌方、落石"),
        ("2026-05-01T00:00:00Z", {"format": "date-time"}, "2026-05-01 08:00:00"),
        ("soon", {"format": "date-time"}, "soon"),
        ({"a": 1}, {}, '{"a":1}'),
        ("<b>", {}, "<b>"),
    ],
)
def test_a_value_is_written_for_people(call: Call, value: Any, field: Any, written: str) -> None:
    assert call("format", "at.written(...given)", [value, field]) == written


@pytest.mark.parametrize(
    ("seconds", "said"), [(-30, "30秒钟前"), (-300, "5分钟前"), (-90_000, "昨天"), (7200, "2小时后"), (-4e6, "")]
)
def test_an_age_is_said_up_to_a_month(call: Call, seconds: float, said: str) -> None:
    assert call("format", "at.age(new Date(given * 1000 + 1e12), 1e12)", seconds) == said


def test_the_address_keeps_what_others_wrote_in_it(call: Call) -> None:
    script = """(() => {
      history.replaceState(null, "", "#map=11/29.5/106.5&time=week");
      at.writeHash({ layers: "a,b", at: "风险/RP&1=2", time: null });
      return [location.hash, at.readHash()];
    })()"""
    hashed, said = call("hash", script)
    assert hashed.startswith("#map=11/29.5/106.5&layers=a,b&at=")
    assert said == {"layers": ["a", "b"], "time": None, "at": "风险/RP&1=2", "placed": True}


def test_the_fields_of_a_style_are_those_it_reads(call: Call) -> None:
    shown = {"id": "a-0", "type": "circle", "paint": {"circle-color": ["match", ["get", "level"], "x", "#fff", "#000"]}}
    gathered = {"id": "a-1", "type": "circle", "filter": ["has", "point_count"], "layout": {"x": ["get", "cluster_0"]}}
    other = {"id": "b-0", "type": "line", "paint": {"line-width": ["get", "width"]}}
    described = {"name": "a", "geometry": "Point", "label": "name", "styleLayers": ["a-0", "a-1"]}
    style = {"layers": [shown, gathered, other], "metadata": {"onemap:layers": [described]}}
    found = call("catalogue", "at.catalogue(given)", style)
    assert [(layer["fields"], layer["anchored"]) for layer in found] == [(["name", "level"], False)]
