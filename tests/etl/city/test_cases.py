import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapely

from etl.city.agenda import agenda, changed
from etl.city.cases import DAY, LONGEST, OFFSET, cases, day_of
from etl.city.cells import cells
from etl.city.network import network
from layers.codes import code_list
from spatial.metres import area

TODAY = 20777
LATER = (TODAY + LONGEST + 2) * DAY
START = TODAY * DAY - OFFSET
LIFE = ("state", "due", "closed", "on_time")


def told(now: int, day: int = TODAY) -> list[dict[str, Any]]:
    return list(cases(2026, day).rows(now))


def standing(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in LIFE)


def test_a_number_tells_county_day_and_serial() -> None:
    rows = told(LATER)
    date = datetime.fromtimestamp(TODAY * DAY, UTC).strftime("%Y%m%d")
    assert date == "20261120"
    assert len({row["number"] for row in rows}) == len(rows) > 1000
    for row in rows:
        assert re.fullmatch(rf"{row['district']}{date}\d{{6}}", row["number"])
    serials = sorted(row["number"][14:] for row in rows if row["district"] == "500103")
    assert serials == [f"{n:06d}" for n in range(1, len(serials) + 1)]


def test_a_day_begins_and_ends_on_the_citys_own_clock() -> None:
    reported = [row["reported"].timestamp() for row in told(LATER)]
    assert min(reported) >= START and max(reported) < START + DAY
    assert reported == sorted(reported)
    assert day_of(START) == TODAY and day_of(START - 1) == TODAY - 1


def test_a_case_lies_in_its_cell_beside_a_street() -> None:
    day = cases(2026, TODAY)
    index = shapely.STRtree(cells(2026).places)
    points = [row["place"] for row in told(LATER)]
    point, cell = index.query(points, predicate="intersects")
    named = np.array([row["cell"] for row in told(LATER)])
    assert (cells(2026).codes[cell] == named[point]).mean() > 0.999
    assert len(set(point.tolist())) > 0.995 * len(points)
    streets = network(2026).edges[day.spots.edge]
    assert shapely.distance(streets, shapely.points(day.spots.xy)).max() < 14.1


def test_cases_cluster_where_the_city_is_dense() -> None:
    grid, found = cells(2026), Counter(row["cell"] for day in range(5) for row in told(LATER, TODAY - day))
    count = np.array([found[code] for code in grid.codes.tolist()])
    dense = grid.dense > np.quantile(grid.dense, 0.7)
    size = area(grid.places)
    assert count[dense].sum() / size[dense].sum() > 5 * count[~dense].sum() / size[~dense].sum()
    assert count.var() > 2 * count.mean()


def test_steps_follow_each_other() -> None:
    day = cases(2026, TODAY)
    assert (np.diff(day.times, axis=1) >= 0).all()
    assert (np.diff(day.times[:, :2], axis=1) > 0).all()
    assert (day.due > day.times[:, 1]).all()


def test_in_the_end_everything_is_closed_and_nine_in_ten_on_time() -> None:
    rows = [row for day in range(8) for row in told(LATER, TODAY - day)]
    states = Counter(row["state"] for row in rows)
    assert set(states) == {"closed", "void"}
    assert states["void"] / len(rows) == pytest.approx(0.03, abs=0.01)
    on_time = [row["on_time"] for row in rows if row["state"] == "closed"]
    assert None not in on_time
    assert sum(on_time) / len(on_time) == pytest.approx(0.9, abs=0.025)


def test_what_is_said_fits_the_state() -> None:
    for row in told(START + 15 * 3600):
        assert row["reported"].timestamp() <= START + 15 * 3600
        assert (row["due"] is None) == (row["state"] in ("reported", "void"))
        assert (row["closed"] is not None) == (row["state"] == "closed")
        assert row["state"] in code_list("case-state").codes
    assert {"reported", "dispatched", "handled", "closed", "void"} <= {r["state"] for r in told(START + 15 * 3600)}


def test_most_of_yesterday_is_done_and_some_of_today_is_not() -> None:
    noon = START + DAY // 2
    open_now = [sum(r["state"] not in ("closed", "void") for r in told(noon, TODAY - n)) for n in (0, 1, 3, 10)]
    assert open_now[0] > open_now[1] > 2 * open_now[2] > 4 * open_now[3]
    assert open_now[0] < 0.95 * len(told(noon)) and open_now[1] < 0.2 * len(told(noon, TODAY - 1))


@given(st.integers(0, 900), st.integers(START, START + 4 * DAY), st.integers(0, 3 * DAY))
def test_a_case_changes_only_at_its_changes(case: int, now: int, wait: int) -> None:
    day = cases(2026, TODAY)
    when, which = day.changes()
    moments = when[which == case]
    before, after = (list(day.rows(t, np.array([case]))) for t in (now, now + wait))
    if not ((moments > now) & (moments <= now + wait)).any():
        assert before == after
    if before:
        assert after[0] | dict(zip(LIFE, standing(before[0]), strict=True)) == before[0]


@given(st.lists(st.integers(0, 1000), unique=True, min_size=1, max_size=9), st.integers(START, START + 9 * DAY))
def test_some_cases_alone_are_as_they_are_among_all(chosen: list[int], now: int) -> None:
    day = cases(2026, TODAY)
    every = {row["number"]: row for row in day.rows(now)}
    some = list(day.rows(now, np.array(sorted(chosen))))
    assert all(every[row["number"]] == row for row in some)
    assert len(some) == sum(day.times[n, 0] <= now for n in chosen)


def test_the_agenda_of_a_day_is_in_order_and_of_that_day() -> None:
    found = agenda(2026, TODAY)
    assert (np.diff(found.when) >= 0).all()
    assert found.when[0] >= START and found.when[-1] < START + DAY
    assert 4 * 1000 < len(found.when) < 8 * 2500
    assert found.day.min() < TODAY - 3


def test_what_changed_leads_from_one_instant_to_the_other() -> None:
    before, after = START + DAY - 2 * 3600, START + DAY + 3 * 3600
    days = range(TODAY - LONGEST, TODAY + 2)
    known = {row["number"]: standing(row) for day in days for row in told(before, day)}
    ends = []
    for end, rows in changed(2026, before, after):
        ends.append(end)
        known |= {row["number"]: standing(row) for row in rows}
    assert ends == [START + DAY - 1, after]
    assert known == {row["number"]: standing(row) for day in days for row in told(after, day)}


def test_nothing_changes_in_no_time() -> None:
    assert not any(rows for _, rows in changed(2026, START, START))
