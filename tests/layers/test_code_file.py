"""A user's own code list: taken whole, or refused with the line and the reason."""

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.code_file import COLUMNS, MAX_BYTES, MAX_CODES, read_code_list
from layers.codes import DATA, Code, CodeList, code_list
from layers.text import Text
from spatial.errors import BadSource

HEAD = ",".join(COLUMNS) + "\n"
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
CODES = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z._-]{0,8}", fullmatch=True)
TITLES = st.text("泵阀，、（）AZaz09 ,\"'", min_size=1, max_size=20).filter(lambda t: t == t.strip() != "")


def written(folder: Path, text: str | bytes, name: str = "pumps.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(folder: Path, text: str | bytes, reason: str, name: str = "pumps.csv") -> None:
    with pytest.raises(BadSource, match=reason) as caught:
        read_code_list(written(folder, text, name))
    assert len(str(caught.value)) < 400


def test_a_list_is_read_with_everything_it_says(tmp_path: Path) -> None:
    text = HEAD + "P,,泵,Pump,2020-01-01,2021-12-31\nP.1,P,潜水泵,Submersible pump,,\n"
    listed = read_code_list(written(tmp_path, text), edition="2026")
    assert (listed.scheme, listed.edition, listed.title) == ("pumps", "2026", Text("pumps", "pumps"))
    assert listed.codes["P"] == Code("P", Text("泵", "Pump"), None, date(2020, 1, 1), date(2021, 12, 31))
    assert [c.code for c in listed.under("P")] == ["P.1"]
    assert listed.source.zh == "pumps.csv"


def test_a_list_of_chinese_names_alone_will_do(tmp_path: Path) -> None:
    listed = read_code_list(written(tmp_path, "\ufeffzh,code\r\n泵 ,1\r\n\r\n阀,2\r\n"))
    assert [c.title for c in listed.codes.values()] == [Text("泵", "泵"), Text("阀", "阀")]


def test_a_citys_own_streets_hang_on_the_counties_we_know(tmp_path: Path) -> None:
    path = written(tmp_path, "code,parent,zh,en\n500101001,500101,高笋塘街道,Gaosuntang Subdistrict\n", "mine.csv")
    listed = read_code_list(path, "streets")
    assert (listed.title, listed.parents) == (code_list("streets").title, "counties")
    with pytest.raises(BadSource, match="'500101', the parent of 500101001, is no code"):
        read_code_list(path)
    refused(tmp_path, "code,parent,zh\n599999001,599999,某街道\n", "'599999', the parent", "streets.csv")


@pytest.mark.parametrize("scheme", ["components", "counties", "streets", "datum"])
def test_what_we_ship_is_in_the_same_format(scheme: str) -> None:
    again, ours = read_code_list(DATA / f"{scheme}.csv"), code_list(scheme)
    assert (dict(again.codes), again.parents) == (dict(ours.codes), ours.parents)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the header must be code,parent,zh"),
        ("code,zh\n", "pumps.csv has no codes"),
        ("code,name\n1,泵\n", "the header"),
        ("code,zh,zh\n1,泵,泵\n", "the header"),
        ("code,zh,size\n1,泵,3\n", "the header"),
        ("code;zh\n1;泵\n", "the header"),
        (",".join(f"c{n}" for n in range(100_000)), "the header"),
        ("code,zh\n1\n", "line 2 has 1 cells, the header has 2"),
        ("code,zh\n1,泵,3\n", "line 2 has 3 cells"),
        ("code,zh\n1,泵\n1,阀\n", "line 3: the code 1 is there twice"),
        ("code,zh\n1,泵\n 1 ,阀\n", "line 3: the code 1 is there twice"),
        ("code,zh\n,泵\n", "line 2: '' cannot be a code"),
        ("code,zh\n../etc,泵\n", "cannot be a code"),
        ("code,zh\n１,泵\n", "cannot be a code"),
        (f"code,zh\n{'1' * 33},泵\n", "cannot be a code"),
        ("code,zh\n1,\n", "'' cannot be a title"),
        ("code,zh\n1,泵\x00\n", "cannot be a title"),
        ("code,zh\n1,泵\u202e阀\n", "cannot be a title"),
        (f"code,zh\n1,{'泵' * 121}\n", "cannot be a title"),
        ("code,zh\n1,泵\u2028阀\n", "line 2: .*cannot be a title"),
        ('code,zh\n1,"泵\n', "line 2: unexpected end of data"),
        (f"code,zh\n1,{'泵' * 140_000}\n", "field larger than field limit|cannot be a title"),
        ("code,zh,valid_from\n1,泵,31/01/2026\n", "line 2: Invalid isoformat string.*write dates as 2026-01-31"),
        (f"code,zh,valid_from\n1,泵,{'9' * 1000}\n", "Invalid isoformat"),
        ("code,zh,valid_from,valid_to\n1,泵,2026-01-02,2026-01-01\n", "the code 1 ends before it begins"),
        ("code,parent,zh\n1,2,泵\n", "'2', the parent of 1, is no code"),
        ("code,parent,zh\n1,1,泵\n", "the code 1 is above itself"),
        ("code,parent,zh\n1,2,泵\n2,3,阀\n3,1,闸\n", "the code 1 is above itself"),
        ("code,parent,zh\n9,1,管\n1,2,泵\n2,1,阀\n", "the code 1 is above itself"),
        ("code,zh\n1,泵\n".encode("gb18030"), r"is not UTF-8 \(byte 10\): save it as CSV UTF-8"),
        ("code,zh\n1,泵\n".encode("utf-16"), "is not UTF-8"),
    ],
)
def test_a_broken_or_hostile_list_is_refused_with_its_reason(tmp_path: Path, text: str | bytes, reason: str) -> None:
    refused(tmp_path, text, reason)


def test_a_list_that_is_too_large_is_not_read_whole(tmp_path: Path) -> None:
    path = written(tmp_path, "code,zh\n1,")
    os.truncate(path, 10**12)
    with pytest.raises(BadSource, match=f"larger than {MAX_BYTES} bytes"):
        read_code_list(path)
    refused(tmp_path, "code,zh\n" + "".join(f"{n},泵\n" for n in range(MAX_CODES)), f"more than {MAX_CODES} lines")


def test_a_long_chain_of_parents_is_no_burden(tmp_path: Path) -> None:
    chain = "".join(f"{n},{n + 1},泵\n" for n in range(MAX_CODES - 2)) + f"{MAX_CODES - 2},,泵\n"
    assert len(read_code_list(written(tmp_path, "code,parent,zh\n" + chain))) == MAX_CODES - 1


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    for path in (
        tmp_path,
        tmp_path / "pipe.csv",
        tmp_path / "none.csv",
        loop,
        tmp_path / ("a" * 300),
        Path("/dev/zero"),
    ):
        with pytest.raises(BadSource):
            read_code_list(path, "pumps")


@pytest.mark.parametrize("scheme", ["Pumps", "pumps/../x", "泵", "a" * 49, "-"])
def test_a_scheme_needs_a_name_that_fits_in_an_address(tmp_path: Path, scheme: str) -> None:
    with pytest.raises(BadSource, match="cannot name a code scheme"):
        read_code_list(written(tmp_path, "code,zh\n1,泵\n"), scheme)


@SHARED
@given(rows=st.dictionaries(CODES, st.tuples(TITLES, TITLES), min_size=1, max_size=12), data=st.data())
def test_a_sound_list_comes_back_as_it_was_written(
    tmp_path: Path, rows: dict[str, tuple[str, str]], data: st.DataObject
) -> None:
    earlier: list[str] = []
    codes: dict[str, Code] = {}
    for code, (zh, en) in rows.items():
        codes[code] = Code(code, Text(zh, en), data.draw(st.sampled_from([None, *earlier])))
        earlier.append(code)
    lines = (f"{c.code},{c.parent or ''},{quoted(c.title.zh)},{quoted(c.title.en)},," for c in codes.values())
    assert read_code_list(written(tmp_path, HEAD + "\n".join(lines))).codes == codes


@SHARED
@given(data=st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_refused_cleanly(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(BadSource):
        read_code_list(written(tmp_path, data))


@SHARED
@given(cells=st.lists(st.lists(st.text(max_size=12), min_size=6, max_size=6), min_size=1, max_size=4))
def test_any_cells_are_a_sound_list_or_refused(tmp_path: Path, cells: list[list[str]]) -> None:
    body = "\n".join(",".join(quoted(cell) for cell in row) for row in cells)
    try:
        listed = read_code_list(written(tmp_path, (HEAD + body).encode("utf-8", "surrogatepass")))
    except BadSource as refusal:
        assert "pumps.csv" in str(refusal)
    else:
        assert sound(listed)


def sound(listed: CodeList) -> bool:
    return all(c.code == key and c.title.zh.isprintable() and c.title.en for key, c in listed.codes.items())


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'
