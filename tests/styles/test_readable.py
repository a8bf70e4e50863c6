"""Rows are written for people: times in their zone, names for codes, units, nothing for null."""

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

import geopandas as gpd
import shapely

from layers.access import Reader
from layers.catalogue import declared
from layers.column import about
from layers.feature import Layer
from layers.look import Sync
from spatial.shape import Kind
from styles.readable import Readable, readable


def said(read: Readable, zh: str) -> list[Any]:
    """The values of the column with that title."""
    (key,) = [field["key"] for field in read.fields if field["zh"] == zh]
    return [None if pd.isna(value) else value for value in read.table[key]]


def field(read: Readable, zh: str) -> Any:
    return next(each for each in read.fields if each["zh"] == zh)


def table(layer: Layer, **columns: list[Any]) -> gpd.GeoDataFrame:
    n = len(next(iter(columns.values())))
    return gpd.GeoDataFrame(
        {"code": [str(i) for i in range(n)], **columns}, geometry=[shapely.Point(106, 29)] * n, crs=4326
    )


@pytest.mark.parametrize("layer", declared().values(), ids=lambda each: each.name)
@pytest.mark.parametrize("n", [0, 1, 40])
def test_every_layer_is_readable(layer: Layer, frame: Any, n: int) -> None:
    read = readable(layer, frame(layer, n))
    assert [each["key"] for each in read.fields] == list(read.table.columns)
    assert [each["zh"] for each in read.fields] == [column.title.zh for column in layer.properties]
    assert len(read.table) == n


def test_times_are_told_in_the_layers_zone(uploaded: Any) -> None:
    layer = uploaded(Kind.POINT, seen=(datetime | None, about("时间", "Time", default=None)))
    at = [datetime(2026, 1, 31, 23, 30, tzinfo=UTC), None, datetime(2026, 7, 1, 0, 0, tzinfo=UTC)]
    assert said(readable(layer, table(layer, seen=at)), "时间") == ["2026-02-01 07:30", None, "2026-07-01 08:00"]
    assert layer.sync == Sync()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["2026-01-31T23:30:05.000Z", "2026-01-31T23:30:00Z"], ["2026-02-01 07:30:05", "2026-02-01 07:30:00"]),
        ([pd.NaT, pd.NaT], [None, None]),
    ],
    ids=["text with seconds", "none at all"],
)
def test_times_are_read_as_stores_give_them(uploaded: Any, given: list[Any], expected: list[Any]) -> None:
    layer = uploaded(Kind.POINT, seen=(datetime | None, about("时间", "Time", default=None)))
    assert said(readable(layer, table(layer, seen=given)), "时间") == expected


def test_only_the_codes_that_occur_are_named(layers: dict[str, Layer], frame: Any) -> None:
    read = readable(layers["risk_points"], frame(layers["risk_points"], 3, level="major"))
    assert field(read, "等级")["names"] == {"major": ("重大", "Major")}
    assert said(read, "等级") == ["major"] * 3


def test_an_unknown_code_is_shown_as_it_is(layers: dict[str, Layer], frame: Any) -> None:
    rows = frame(layers["risk_points"], 2)
    rows["level"] = ["gone", None]
    read = readable(layers["risk_points"], rows)
    assert field(read, "等级")["names"] == {}
    assert said(read, "等级") == ["gone", None]


def test_every_kind_of_value_is_written(uploaded: Any) -> None:
    layer = uploaded(
        Kind.POINT,
        duty=(bool | None, about("值守", "Duty", default=None)),
        day=(date | None, about("日", "Day", default=None)),
        hazards=(list[str], about("隐患", "Hazards", default=[])),
        area=(float | None, about("面积", "Area", default=None, unit="m2")),
        people=(int | None, about("人", "People", default=None)),
    )
    rows = table(
        layer,
        duty=[True, False, None],
        day=[date(2026, 5, 1), None, "2026-05-02"],
        hazards=[["裂缝", "渗水"], [], None],
        area=[0.1 + 0.2, None, 5.0],
        people=[3, None, 4],
    )
    read = readable(layer, rows)
    assert said(read, "值守") == ["true", "false", None]
    assert field(read, "值守")["names"] == {"true": ("是", "Yes"), "false": ("否", "No")}
    assert said(read, "日") == ["2026-05-01", None, "2026-05-02"]
    assert said(read, "隐患") == ["裂缝；渗水", None, None]
    assert said(read, "面积") == [0.3, None, 5.0]
    assert field(read, "面积")["unit"] == "m²"
    assert said(read, "人") == [3, None, 4]


def test_only_what_both_have_is_told(layers: dict[str, Layer], frame: Any) -> None:
    rows = frame(layers["vehicles"], 2)
    assert "驾驶员" not in [each["zh"] for each in readable(layers["vehicles"].seen_by(Reader.PUBLIC), rows).fields]
    assert [each["zh"] for each in readable(layers["vehicles"], rows[["plate", "state", "place"]]).fields] == [
        "车牌",
        "状态",
    ]
