"""Workbooks, (Geo)Parquet, and which columns of a table hold the place."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import geopandas as gpd
import shapely

from etl.source import Options, PlaceColumns, open_source
from etl.source.columns import place_columns
from spatial.errors import BadSource

type All = Callable[[Any], list[dict[str, Any]]]


def workbook(path: Path, *rows: list[Any], title: str = "案件") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.create_sheet("other").append(["a"])
    book.save(path)
    return path


def test_a_sheet_is_read_with_its_types(tmp_path: Path, all_of: All) -> None:
    when = datetime(2026, 1, 31, 8, 30)
    path = workbook(
        tmp_path / "a.xlsx",
        ["编号", "时间", "经度", "纬度"],
        [500103, when, 106.5, 29.5],
        [None] * 4,
        ["x", None, 1, 2],
    )
    with open_source(str(path)) as source:
        assert source.columns == PlaceColumns("经度", "纬度")
        records = all_of(source)
    assert records[0] == {"编号": 500103, "时间": when, "经度": 106.5, "纬度": 29.5}
    assert len(records) == 2
    assert records[1]["时间"] is None


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["a", "b"], [1, 2])
    assert open_source(str(path), Options(table="other")).fields == ("a",)
    with pytest.raises(BadSource, match="案件, other"):
        open_source(str(path), Options(table="nope"))


def test_notes_beside_the_table_are_left_out(tmp_path: Path, all_of: All) -> None:
    path = workbook(tmp_path / "a.xlsx", ["a", "b"], [1, 2, "note"], [3])
    assert all_of(open_source(str(path))) == [{"a": 1, "b": 2}, {"a": 3, "b": None}]


def test_workbooks_that_are_none(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", ["a"], [1]).read_bytes()
    for name, data in {
        "cut.xlsx": whole[: len(whole) // 2],
        "old.xls": b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        "x.xlsx": b"a,b\n",
    }.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadSource):
            open_source(str(tmp_path / name))
    with pytest.raises(BadSource, match="empty"):
        open_source(str(workbook(tmp_path / "b.xlsx")))


def test_geoparquet_is_read_with_its_crs(tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    for code in (4326, 4545):
        moved = frame.to_crs(code)
        moved.to_parquet(tmp_path / "a.parquet")
        with open_source(str(tmp_path / "a.parquet")) as source:
            chunk = next(source.records())
        assert chunk.records[0] == {"code": "L0", "name": "观音桥街道", "height": 6.5}
        assert chunk.places is not None
        assert shapely.equals(np.asarray(moved.geometry), chunk.places).all()
        assert source.crs is not None
        assert str(code) in source.crs or code == 4326
        assert (source.format, source.total, source.placed) == ("GeoParquet", 4, True)


def test_parquet_with_coordinates(tmp_path: Path, all_of: All) -> None:
    times = pd.to_datetime(["2026-01-01T00:00:00Z", None])
    pd.DataFrame({"lng": [1.0, 2.0], "lat": [3.0, None], "t": times}).to_parquet(tmp_path / "a.parquet")
    with open_source(str(tmp_path / "a.parquet")) as source:
        assert source.columns == PlaceColumns("lng", "lat")
        records = all_of(source)
    assert records[0]["t"].isoformat() == "2026-01-01T00:00:00+00:00"
    assert records[1]["t"] is None


@pytest.mark.parametrize(
    "geo",
    [
        b"{",
        b"[]",
        b'{"primary_column": "g"}',
        b'{"primary_column": ["g"], "columns": {"g": {}}}',
        b'{"primary_column": "g", "columns": {"g": {"encoding": "point"}}}',
    ],
)
def test_geoparquet_that_says_what_is_not_so(tmp_path: Path, geo: bytes) -> None:
    pq.write_table(pa.table({"g": [b"x"]}).replace_schema_metadata({b"geo": geo}), tmp_path / "a.parquet")
    with pytest.raises(BadSource):
        open_source(str(tmp_path / "a.parquet"))


def test_wkb_that_is_none_breaks_its_record(tmp_path: Path) -> None:
    geo = json.dumps({"primary_column": "g", "columns": {"g": {"encoding": "WKB"}}})
    table = pa.table({"g": [b"\x01\x01", shapely.to_wkb(shapely.Point(1, 2)), None], "n": [1, 2, 3]})
    pq.write_table(table.replace_schema_metadata({b"geo": geo.encode()}), tmp_path / "a.parquet")
    with open_source(str(tmp_path / "a.parquet")) as source:
        chunk = next(source.records())
    assert chunk.broken == {0: "the geometry is no WKB"}
    assert chunk.places is not None
    assert [place is None for place in chunk.places] == [True, False, True]


@pytest.mark.parametrize("cut", [8, 300, -20])
def test_truncated_parquet(tmp_path: Path, frame: gpd.GeoDataFrame, cut: int) -> None:
    frame.to_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:cut])
    with pytest.raises(BadSource):
        open_source(str(tmp_path / "a.parquet"))


def test_parquet_in_giant_groups_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.source.parquet.LARGEST", 1000)
    pd.DataFrame({"n": np.random.default_rng(1).random(5000)}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(BadSource, match="groups of rows"):
        open_source(str(tmp_path / "a.parquet"))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (("id", "lon", "lat"), ("lon", "lat", None)),
        (("ID", "Longitude", " LATITUDE "), ("Longitude", " LATITUDE ", None)),
        (("编号", "经度", "纬度"), ("经度", "纬度", None)),
        (("x", "y"), ("x", "y", None)),
        (("lat", "name"), (None, None, None)),
        (("geom", "lon", "lat"), ("lon", "lat", None)),
        (("the_geom", "x"), (None, None, "the_geom")),
    ],
)
def test_columns_of_the_place_are_known_by_name(fields: tuple[str, ...], expected: tuple[str | None, ...]) -> None:
    head = [dict.fromkeys(fields, "7") | ({"the_geom": "SRID=4326;POINT (1 2)"} if "the_geom" in fields else {})]
    found = place_columns(fields, head, Options())
    assert (found.x, found.y, found.wkt) == expected


def test_columns_that_were_said_are_taken_or_refused() -> None:
    assert place_columns(("a", "b"), [], Options(x="a", y="b")) == PlaceColumns("a", "b")
    assert place_columns(("a", "lon", "lat"), [], Options(wkt="a")) == PlaceColumns(wkt="a")
    with pytest.raises(BadSource, match="no column c"):
        place_columns(("a",), [], Options(wkt="c"))
    with pytest.raises(BadSource, match="together"):
        place_columns(("a",), [], Options(x="a"))
