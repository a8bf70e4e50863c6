"""Archives: what is data comes out of them, bombs and ways out do not."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import geopandas as gpd

from etl.source import Options, open_source
from spatial.errors import BadSource

type All = Callable[[Any], list[dict[str, Any]]]


def zipped(path: Path, files: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def shapefile(folder: Path, frame: gpd.GeoDataFrame, stem: str) -> dict[str, bytes]:
    """The files of a Shapefile without .cpg, by the names that they have in an archive."""
    frame.to_file(folder / "x.shp", encoding="gb18030")
    return {f"{stem}{p.suffix}": p.read_bytes() for p in folder.iterdir() if p.stem == "x" and p.suffix != ".cpg"}


@pytest.mark.parametrize("stem", ["lamps", "folder/路灯", "深/a.b"])
def test_a_zipped_shapefile_is_read(tmp_path: Path, frame: gpd.GeoDataFrame, all_of: All, stem: str) -> None:
    path = zipped(
        tmp_path / "a.zip", {**shapefile(tmp_path, frame, stem), "readme.pdf": b"x", "__MACOSX/._x.shp": b"x"}
    )
    with open_source(str(path)) as source:
        assert [record["name"] for record in all_of(source)] == frame["name"].tolist()
        assert source.where == str(path)
        assert source.crs == "EPSG:4326"


def test_what_was_unpacked_is_gone_afterwards(tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    path = zipped(tmp_path / "a.zip", shapefile(tmp_path, frame, "x"))
    before = set(Path("/tmp").glob("onemap-*"))
    with open_source(str(path)):
        assert set(Path("/tmp").glob("onemap-*")) - before
    assert not set(Path("/tmp").glob("onemap-*")) - before


def test_one_data_set_of_several_is_chosen(tmp_path: Path, all_of: All) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": b"n\n1\n", "b.csv": b"n\n2\n"})
    with pytest.raises(BadSource, match=r"a\.csv, b\.csv.*--table"):
        open_source(str(path))
    with open_source(str(path), Options(table="b")) as source:
        assert all_of(source) == [{"n": "2"}]
    with pytest.raises(BadSource, match="holds no c"):
        open_source(str(path), Options(table="c"))


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "C:/a.csv", "x\\..\\..\\a.csv", "a/../../b.csv"])
def test_a_name_that_points_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadSource, match="out of the archive"):
        open_source(str(zipped(tmp_path / "a.zip", {name: b"n\n1\n"})))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("a.csv", "w") as out,
    ):
        for _ in range(300):
            out.write(b"\0" * (1 << 20))
    with pytest.raises(BadSource, match="that is no data"):
        open_source(str(path))


def test_a_bomb_that_lies_about_its_size_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.source.archive.FREE", 1 << 20)
    data = zipped(tmp_path / "a.zip", {"a.csv": b"n\n" + b"0" * (8 << 20)}).read_bytes()
    size, lie = struct.pack("<I", (8 << 20) + 2), struct.pack("<I", 100)
    (tmp_path / "b.zip").write_bytes(data.replace(size, lie))
    with pytest.raises(BadSource):
        list(open_source(str(tmp_path / "b.zip")).records())


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="3,000 entries"):
        open_source(str(zipped(tmp_path / "a.zip", {f"{n}.csv": b"" for n in range(3000)}, zipfile.ZIP_STORED)))


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 100, b"PK\x05\x06" + b"\0" * 18])
def test_a_damaged_or_empty_archive(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(BadSource):
        open_source(str(tmp_path / "a.zip"))


def test_a_wrong_checksum_is_told(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": b"n\n1\n" * 10}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"n\n1\n", b"n\n9\n", 1))
    with pytest.raises(BadSource, match="damaged"):
        open_source(str(path))


def test_an_archive_in_an_archive_is_not_opened(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", "n\n1\n")
    with pytest.raises(BadSource, match="no data"):
        open_source(str(zipped(tmp_path / "a.zip", {"b.zip": inner.getvalue()})))
