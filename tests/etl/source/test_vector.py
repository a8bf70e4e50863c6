"""What GDAL reads: Shapefile with its encodings, GeoPackage, FlatGeobuf, GML."""

import shutil
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import geopandas as gpd
import shapely

from etl.source import Options, open_source
from etl.source.dbf import texts
from spatial.errors import BadSource

type All = Callable[[Any], list[dict[str, Any]]]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@pytest.mark.parametrize("cpg", [True, False])
def test_shapefile_texts_are_read_with_and_without_cpg(
    tmp_path: Path, frame: gpd.GeoDataFrame, all_of: All, encoding: str, cpg: bool
) -> None:
    frame.to_file(tmp_path / "a.shp", encoding=encoding)
    if not cpg:
        (tmp_path / "a.cpg").unlink()
    with open_source(str(tmp_path / "a.shp")) as source:
        assert [record["name"] for record in all_of(source)] == frame["name"].tolist()
        assert (source.format, source.total, source.placed) == ("Shapefile", 4, True)
        assert source.crs == "EPSG:4326"
        assert cpg or f"encoding {encoding}" in source.notes


def test_the_encoding_said_wins(tmp_path: Path, frame: gpd.GeoDataFrame, all_of: All) -> None:
    frame.to_file(tmp_path / "a.shp", encoding="gb18030")
    (tmp_path / "a.cpg").write_text("UTF-8")
    with open_source(str(tmp_path / "a.shp"), Options(encoding="gb18030")) as source:
        assert all_of(source)[0]["name"] == "观音桥街道"


def test_the_fingerprint_follows_all_parts(tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    frame.to_file(tmp_path / "a.shp", encoding="gb18030")
    first = open_source(str(tmp_path / "a.shp")).fingerprint
    assert open_source(str(tmp_path / "a.shp")).fingerprint == first
    with (tmp_path / "a.dbf").open("r+b") as file:
        file.seek(-3, 2)
        file.write(b"9")
    assert open_source(str(tmp_path / "a.shp")).fingerprint != first


def test_a_truncated_shapefile_breaks_off(tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    frame.to_file(tmp_path / "a.shp", encoding="utf-8")
    whole = (tmp_path / "a.dbf").read_bytes()
    for size in (40, len(whole) - 20):
        (tmp_path / "a.dbf").write_bytes(whole[:size])
        with pytest.raises(BadSource, match="ends early"):
            open_source(str(tmp_path / "a.shp"))
    (tmp_path / "a.dbf").write_bytes(whole)
    (tmp_path / "a.shp").write_bytes((tmp_path / "a.shp").read_bytes()[:140])
    with open_source(str(tmp_path / "a.shp")) as source:
        chunks = list(source.records())
    missing = [chunk.places is None or chunk.places[n] is None for chunk in chunks for n in range(len(chunk.records))]
    assert missing[2:] == [True, True]


def test_a_shapefile_without_its_index_is_refused(tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    frame.to_file(tmp_path / "a.shp", encoding="utf-8")
    (tmp_path / "a.shx").unlink()
    with pytest.raises(BadSource, match="shx"):
        open_source(str(tmp_path / "a.shp"))


@pytest.mark.parametrize("data", [b"", b"\x03" * 20])
def test_a_dbase_table_that_ends_in_its_header(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.dbf").write_bytes(data)
    with pytest.raises(BadSource, match="header"):
        texts(tmp_path / "a.dbf")


def test_a_dbase_table_that_lies_about_its_fields(tmp_path: Path) -> None:
    head = struct.pack("<4BIHH20x", 3, 1, 1, 1, 2**31, 65535, 65535) + b"N" * 64 + b"\r"
    (tmp_path / "a.dbf").write_bytes(head)
    assert all(isinstance(text, bytes) for text in texts(tmp_path / "a.dbf"))


@pytest.mark.parametrize(("name", "driver"), [("a.gpkg", "GPKG"), ("a.fgb", "FlatGeobuf"), ("a.gml", "GML")])
def test_other_formats(tmp_path: Path, frame: gpd.GeoDataFrame, all_of: All, name: str, driver: str) -> None:
    frame.to_file(tmp_path / name, driver=driver)
    with open_source(str(tmp_path / name)) as source:
        chunk = next(iter(source.records()))
        order = np.argsort([record["code"] for record in chunk.records])  # FlatGeobuf has an order of its own
        assert [chunk.records[n]["name"] for n in order] == frame["name"].tolist()
        assert chunk.places is not None
        assert shapely.equals(np.asarray(frame.geometry), chunk.places[order]).all()
        assert source.crs == "EPSG:4326"


def test_gml_with_entities_of_its_own_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    (tmp_path / "a.gml").write_text(bomb)
    with pytest.raises(BadSource, match="XML"):
        open_source(str(tmp_path / "a.gml"))


def test_a_layer_is_chosen_by_name(tmp_path: Path, frame: gpd.GeoDataFrame, all_of: All) -> None:
    path = tmp_path / "a.gpkg"
    frame.to_file(path, layer="lamps")
    frame[:1].to_file(path, layer="灯")
    with pytest.raises(BadSource, match="lamps, 灯"):
        open_source(str(path))
    with open_source(str(path), Options(table="灯")) as source:
        assert len(all_of(source)) == 1
        assert source.where.endswith("#灯")


def test_times_keep_their_offset_or_its_absence(tmp_path: Path, frame: gpd.GeoDataFrame, all_of: All) -> None:
    frame["aware"] = gpd.pd.to_datetime(["2026-01-31T08:00:00+08:00"] * 4)
    frame["naive"] = gpd.pd.to_datetime(["2026-01-31T08:00:00"] * 4)
    frame.to_file(tmp_path / "a.fgb")
    with open_source(str(tmp_path / "a.fgb")) as source:
        record = all_of(source)[0]
    assert str(record["aware"]).startswith(("2026-01-31T08:00:00+08", "2026-01-31T00:00:00Z", "2026-01-31T00:00:00+00"))
    assert record["naive"] == "2026-01-31T08:00:00"


def test_a_database_that_is_no_geopackage(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.gpkg") as database:
        database.execute("CREATE TABLE t (a)")
    database.close()
    with pytest.raises(BadSource, match="no GeoPackage"):
        open_source(str(tmp_path / "a.gpkg"))


def test_a_geopackage_that_reaches_out_of_itself(tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    frame.to_file(tmp_path / "a.gpkg")
    database = sqlite3.connect(tmp_path / "a.gpkg")
    database.execute("PRAGMA writable_schema = 1")
    sql = "CREATE VIRTUAL TABLE spy USING VirtualOGR('/etc/passwd')"
    database.execute("INSERT INTO sqlite_master VALUES ('table', 'spy', 'spy', 0, ?)", (sql,))
    database.commit()
    database.close()
    with pytest.raises(BadSource, match="spy"):
        open_source(str(tmp_path / "a.gpkg"))


def test_a_damaged_geopackage(tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    frame.to_file(tmp_path / "a.gpkg")
    whole = (tmp_path / "a.gpkg").read_bytes()
    (tmp_path / "a.gpkg").write_bytes(whole[: len(whole) // 3])
    with pytest.raises(BadSource):
        list(open_source(str(tmp_path / "a.gpkg")).records())


def test_giant_shapes_do_not_pile_up(tmp_path: Path) -> None:
    ring = np.column_stack([np.cos(np.linspace(0, 6.28, 300_000)), np.sin(np.linspace(0, 6.28, 300_000))])
    shapes = [shapely.Polygon(ring)] * 40
    gpd.GeoDataFrame({"n": range(40)}, geometry=shapes, crs=4326).to_file(tmp_path / "a.gpkg")
    with open_source(str(tmp_path / "a.gpkg")) as source:
        sizes = [len(chunk.records) for chunk in source.records()]
    assert sum(sizes) == 40
    assert max(sizes) <= 20


def test_shapefile_folder_mates_are_left_alone(tmp_path: Path, frame: gpd.GeoDataFrame, all_of: All) -> None:
    frame.to_file(tmp_path / "a.shp", encoding="utf-8")
    shutil.copy(tmp_path / "a.dbf", tmp_path / "b.dbf")
    assert len(all_of(open_source(str(tmp_path / "a.shp")))) == 4
