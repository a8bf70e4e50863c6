"""What a source is, told by its content before its name."""

from collections.abc import Callable
from pathlib import Path

import pytest

import geopandas as gpd

from etl.source import open_source
from etl.source.model import Chunk, after, before, headers
from spatial.errors import BadSource

Write = Callable[..., Path]


def test_content_wins_over_the_name(tmp_path: Path, frame: gpd.GeoDataFrame, write: Write) -> None:
    frame.to_file(tmp_path / "a.gpkg")
    (tmp_path / "a.gpkg").rename(tmp_path / "a.txt")
    assert open_source(str(tmp_path / "a.txt")).format == "GeoPackage"
    assert open_source(str(write("b.csv", '{"type": "FeatureCollection", "features": []}'))).format == "GeoJSON"
    assert open_source(str(write("c.dat", "a,b\n1,2\n"))).format == "CSV"


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.parquet", "a.fgb", "a.xlsx", "a.json"])
def test_a_name_that_promises_something_else_is_refused(write: Write, name: str) -> None:
    with pytest.raises(BadSource):
        open_source(str(write(name, "a,b\n1,2\n")))


def test_what_is_not_there_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="not there"):
        open_source(str(tmp_path / "nope.csv"))
    with pytest.raises(BadSource, match="folder"):
        open_source(str(tmp_path))


@pytest.mark.parametrize("url", ["ftp://example.org/a.csv", "file:///etc/passwd", "gopher://x", "http://"])
def test_only_http_is_read(url: str) -> None:
    with pytest.raises(BadSource, match="http"):
        open_source(url)


def test_fingerprints_follow_the_content(write: Write) -> None:
    path = write("a.csv", "a\n1\n")
    first = open_source(str(path)).fingerprint
    assert open_source(str(path)).fingerprint == first
    assert open_source(str(write("a.csv", "a\n2\n"))).fingerprint != first


def test_a_chunk_is_cut_in_two() -> None:
    chunk = Chunk(10, [{"n": n} for n in range(5)], None, {0: "a", 3: "b"})
    assert (after(chunk, 12).start, after(chunk, 12).broken, len(after(chunk, 12).records)) == (12, {1: "b"}, 3)
    assert (before(chunk, 12).start, before(chunk, 12).broken, len(before(chunk, 12).records)) == (10, {0: "a"}, 2)
    assert after(chunk, 3) is chunk
    assert before(chunk, 99) is chunk
    assert after(chunk, 99).records == before(chunk, 3).records == []


def test_headers_are_all_different() -> None:
    names = headers(["a", "a", None, " a ", "a_2", ""])
    assert names == ("a", "a_2", "column_3", "a_3", "a_2_2", "column_6")
