"""CSV: whatever is wrong with a line costs that line."""

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.source import Options, PlaceColumns, Source, open_source
from etl.source import delimited as module
from etl.source.delimited import csv_source
from etl.source.model import CHUNK, MAX_TEXT
from spatial.errors import BadSource

Write = Callable[..., Path]
HEAD = "编号,名称,经度,纬度\n"


def read(path: Path, **options: Any) -> tuple[Source, list[dict[str, Any]], dict[int, str]]:
    """The source, its records, and what is broken by record number."""
    source = open_source(str(path), Options(**options))
    chunks = list(source.records())
    records = [record for chunk in chunks for record in chunk.records]
    return source, records, {chunk.start + n: why for chunk in chunks for n, why in chunk.broken.items()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_forms_are_found(write: Write, encoding: str, delimiter: str, ending: str) -> None:
    lines = [HEAD.strip(), *(f"L{n},“路灯”{n}号，双桥,106.5{n},29.5{n}" for n in range(9))]
    path = write("a.csv", ending.join(line.replace(",", delimiter) for line in lines), encoding)
    source, records, broken = read(path)
    assert source.fields == ("编号", "名称", "经度", "纬度")
    assert source.columns == PlaceColumns("经度", "纬度")
    assert len(records) == 9
    assert records[8] == {"编号": "L8", "名称": "“路灯”8号，双桥", "经度": "106.58", "纬度": "29.58"}
    assert broken == {}


def test_gzip_is_unpacked_by_the_way(write: Write) -> None:
    path = write("a.csv.gz", gzip.compress(b"a,b\n1,2\n"))
    assert read(path)[1] == [{"a": "1", "b": "2"}]


def test_columns_without_a_name_or_with_the_same_are_numbered(write: Write) -> None:
    source, records, _ = read(write("a.csv", "a,,a\n1,2,3\n"))
    assert source.fields == ("a", "column_2", "a_2")
    assert records == [{"a": "1", "column_2": "2", "a_2": "3"}]


def test_lines_too_short_or_too_long_are_broken(write: Write) -> None:
    _, records, broken = read(write("a.csv", "a,b\n1,2\n3\n4,5,6\n\n7,8\n"))
    assert broken == {1: "1 values for 2 columns", 2: "3 values for 2 columns"}
    assert records == [{"a": "1", "b": "2"}, {"a": "3"}, {"a": "4", "b": "5", "column_3": "6"}, {"a": "7", "b": "8"}]


def test_a_quote_never_closed_costs_one_line(write: Write) -> None:
    lines = ["a,b", *(f"{n},x" for n in range(300)), '301,"open', *(f"{n},y" for n in range(302, 900))]
    _, records, broken = read(write("a.csv", "\n".join(lines)))
    assert broken == {300: "a quote is opened and never closed"}
    assert records[300] == {"line": '301,"open'}
    assert [r["a"] for n, r in enumerate(records) if n != 300] == [str(n) for n in range(900) if n not in (300, 301)]


def test_quoted_line_breaks_belong_to_the_value(write: Write) -> None:
    _, records, broken = read(write("a.csv", 'a,b\n1,"two\nlines, and a ""quote"""\n3,4\n'))
    assert records == [{"a": "1", "b": 'two\nlines, and a "quote"'}, {"a": "3", "b": "4"}]
    assert broken == {}


def test_a_line_longer_than_any_record_costs_one_record(write: Write) -> None:
    _, records, broken = read(write("a.csv", "a,b\n1,2\n3," + "x" * (MAX_TEXT + 10) + "\n5,6\n"))
    assert list(broken) == [1]
    assert len(str(records[1])) < 1000
    assert records[2] == {"a": "5", "b": "6"}


def test_a_hundred_thousand_columns_are_refused(write: Write) -> None:
    wide = ",".join(f"c{n}" for n in range(100_000))
    with pytest.raises(BadSource, match="100,000 columns"):
        csv_source(write("a.csv", f"{wide}\n{wide}\n"), Options())


def test_bytes_of_another_encoding_come_through_to_be_refused(write: Write) -> None:
    good = "".join(f"{n},路灯\n" for n in range(200_000)).encode()
    _, records, broken = read(write("a.csv", b"a,b\n" + good + b"x,\xff\xfe\n" + good))
    assert broken == {}
    assert len(records) == 400_001
    assert records[200_000]["b"] == "\udcff\udcfe"


def test_a_nul_is_a_character_like_others_here(write: Write) -> None:
    assert read(write("a.csv", "a,b\n1,x\x00y\n"), encoding="utf-8")[1] == [{"a": "1", "b": "x\x00y"}]


def test_chunks_follow_one_another(write: Write) -> None:
    path = write("a.csv", "n\n" + "".join(f"{n}\n" for n in range(2 * CHUNK + 2_345)))
    chunks = list(csv_source(path, Options()).records())
    assert [(c.start, len(c.records)) for c in chunks] == [(0, CHUNK), (CHUNK, CHUNK), (2 * CHUNK, 2345)]
    rest = list(csv_source(path, Options()).records(start=CHUNK + 2_001))
    assert [(c.start, c.records[0]["n"]) for c in rest] == [
        (CHUNK + 2_001, str(CHUNK + 2_001)),
        (2 * CHUNK, str(2 * CHUNK)),
    ]
    assert chunks[-1].part == 1.0


def test_heavy_records_make_small_chunks(write: Write) -> None:
    path = write("a.csv", "n,text\n" + "".join(f"{n},{'x' * 200_000}\n" for n in range(100)))
    sizes = [len(chunk.records) for chunk in csv_source(path, Options()).records()]
    assert sum(sizes) == 100
    assert max(sizes) * 200_000 < 2 * module.HEAVY


@pytest.mark.parametrize("content", [b"", b"\n\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_has_no_columns(write: Write, content: bytes) -> None:
    with pytest.raises(BadSource, match="column names"):
        csv_source(write("a.csv", content), Options())


def test_a_truncated_gzip_breaks_off_after_what_it_holds(write: Write) -> None:
    whole = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * 7919) for n in range(900_000)))
    source = csv_source(write("a.csv.gz", whole[: len(whole) // 2]), Options())
    count = 0
    with pytest.raises(BadSource, match="ends early"):
        for chunk in source.records():
            count += len(chunk.records)
    assert count > 100_000


def test_a_gzip_bomb_is_stopped(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.source.text.FREE", 1 << 20)
    bomb = gzip.compress(b"a,b\n" + b"0,0\n" * 3_000_000)
    with pytest.raises(BadSource, match="unpacks to more than"):
        list(csv_source(write("a.csv.gz", bomb), Options()).records())


@pytest.mark.parametrize("delimiter", ["", ";;", "\n"])
def test_a_delimiter_is_one_character(write: Write, delimiter: str) -> None:
    with pytest.raises(BadSource, match="delimiter"):
        csv_source(write("a.csv", "a;b\n"), Options(delimiter=delimiter))


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=30,
    )
)
def test_what_a_csv_writer_writes_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["a", "b", "c"], *rows])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(text.getvalue().encode())
    _, records, broken = read(path, encoding="utf-8", delimiter=",")
    assert broken == {}
    assert [list(record.values()) for record in records] == rows
