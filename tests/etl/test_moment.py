"""Times as records write them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.moment import day, moment, moments
from spatial.errors import BadTime

CHINA = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 1, 31, 0, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-31T00:05:09Z",
        "2026-01-31 00:05:09+00",
        "2026-01-30T19:05:09-05:00",
        "2026-01-31T08:05:09",
        "2026-01-31 08:05:09",
        " 2026/1/31 8:05:09 ",
        "2026年1月31日 8:05:09",
        "2026年1月31日8时05分09秒",
        "2026.01.31 08:05:09",
        "20260131080509",
        "1769817909",
        "1769817909000",
        1769817909,
        1769817909.0,
        1769817909000,
        datetime(2026, 1, 31, 8, 5, 9),
        datetime(2026, 1, 31, 8, 5, 9, tzinfo=CHINA),
    ],
)
def test_a_time_is_read_in_its_zone(written: Any) -> None:
    assert moment(written, CHINA) == AT
    assert moment(written, CHINA).tzinfo is UTC  # pyright: ignore[reportOptionalMemberAccess]


@pytest.mark.parametrize(
    "written", ["2026-01-31", "20260131", 20260131, "2026/1/31", "2026年1月31日", date(2026, 1, 31)]
)
def test_a_day_is_its_midnight_and_a_date(written: Any) -> None:
    assert moment(written, CHINA) == datetime(2026, 1, 30, 16, tzinfo=UTC)
    assert day(written, CHINA) == date(2026, 1, 31)


def test_a_part_of_a_second_is_kept() -> None:
    assert moment("2025-08-01 06:35:06.539+00", CHINA) == datetime(2025, 8, 1, 6, 35, 6, 539000, tzinfo=UTC)
    assert moment(1769817909.25, CHINA) == AT + timedelta(milliseconds=250)
    assert moment("2026/1/31 8:05:09.25", CHINA) == AT + timedelta(milliseconds=250)


def test_a_date_is_that_of_the_zone() -> None:
    assert day("2026-01-30T20:00:00Z", CHINA) == date(2026, 1, 31)
    assert day("2026-01-30T20:00:00", CHINA) == date(2026, 1, 30)


@pytest.mark.parametrize("written", [None, "", "  "])
def test_nothing_is_no_time(written: Any) -> None:
    assert moment(written, CHINA) is None
    assert day(written, CHINA) is None


@pytest.mark.parametrize(
    "written",
    [
        "yesterday",
        "2026-13-01",
        "2026-02-30 08:00",
        "31.01.2026",
        "12",
        "123456789012",
        True,
        [1],
        {},
        float("nan"),
        float("inf"),
        -1,
        10**30,
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59-12:00",
        "2026-01-31T25:00",
        "²⁰²⁶⁰¹³¹",
    ],
)
def test_what_is_no_time_is_refused(written: Any) -> None:
    with pytest.raises(BadTime, match="is not a time"):
        moment(written, CHINA)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.timezones()))
def test_what_is_written_with_its_offset_is_read_back(when: datetime) -> None:
    # a wall time that a change of clocks skips equals nothing until it is in UTC
    offset, at = when.utcoffset(), when.replace(microsecond=0).astimezone(UTC)
    if offset is not None and offset % timedelta(minutes=1) == timedelta(0):
        assert moment(when.replace(microsecond=0).isoformat(), CHINA) == at
    assert moment(str(int(at.timestamp())).zfill(10), CHINA) == at


@given(
    st.lists(
        st.sampled_from(
            [
                "2026-01-31 08:00",
                "2026-01-31T00:00:00Z",
                "20260131",
                "2026年1月31日",
                "",
                "x",
                "9999-12-31T23:59:59-12:00",
            ]
        )
    )
)
def test_all_at_once_reads_as_one_by_one(written: list[str]) -> None:
    times = moments(written, CHINA)
    assert times is None or times == [moment(text, CHINA) for text in written]


def test_what_is_well_written_is_read_at_once() -> None:
    assert moments(["2026-01-31 08:05:09", "2026-01-31T00:05:09Z"], CHINA) == [AT, AT]
    assert moments(["2026-01-31", "1711121310930"], CHINA) is None
