"""The code lists that come with OneMap: complete, bilingual, and led from one edition to the next."""

import csv
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from layers.catalogue import declared
from layers.codes import DATA, Code, code_list, code_lists, crosswalk, editions
from layers.look import By
from layers.text import Text
from spatial.errors import NotFound

SHAPEFILE, OLD, NOW = "2011-shapefile", "GB/T 2260-2007", "NBS 2023"
EVENTS = "GB/T 30428.2"
DOCS = Path(__file__).parents[2] / "docs/codes.md"
ALL = [(scheme, edition) for scheme in code_lists() for edition in editions(scheme)]
SIZES = {
    ("component-classes", "GB/T 47678.5-2026"): 5,
    ("components", "GB/T 47678.5-2026"): 153,
    ("matter-classes", "GB/T 47678.5-2026"): 10,
    ("matters", "GB/T 47678.5-2026"): 250,
    ("matters", EVENTS): 95,
    ("counties", OLD): 40,
    ("counties", SHAPEFILE): 38,
    ("counties", NOW): 38 + 3,
    ("streets", NOW): 161,
}
WORDS = {
    "risk-level": "major serious moderate low",
    "response-grade": "I II III IV",
    "component-state": "good damaged missing",
    "case-state": "reported opened dispatched handled closed void",
    "case-source": "collector hotline-12319 hotline-12345 wechat app camera superior inspection media sensor",
    "vehicle-state": "working driving idling parked silent",
    "camera-kind": "fixed ptz",
    "camera-state": "online offline",
    "datum": "wgs84 gcj02 bd09 cgcs2000",
}


@pytest.mark.parametrize(("listed", "size"), SIZES.items(), ids=str)
def test_a_list_has_as_many_codes_as_its_source(listed: tuple[str, str], size: int) -> None:
    assert len(code_list(*listed)) == size


@pytest.mark.parametrize(("scheme", "codes"), WORDS.items())
def test_a_short_list_is_what_the_layers_and_the_city_speak_of(scheme: str, codes: str) -> None:
    assert list(code_list(scheme).codes) == codes.split()


@pytest.mark.parametrize(("scheme", "edition"), ALL)
def test_every_code_has_its_own_title_in_both_languages(scheme: str, edition: str) -> None:
    titles = [c.title for c in code_list(scheme, edition).codes.values()]
    assert all(re.search(r"[\u4e00-\u9fff]", t.zh) for t in titles)
    assert all(t.en.isascii() and t.en.isprintable() and re.match(r"[A-Z0-9]", t.en) for t in titles)
    assert [t for t in titles if t.zh != t.zh.strip() or t.en != t.en.strip()] == []
    assert len({t.zh for t in titles}) == len({t.en for t in titles}) == len(titles)


@pytest.mark.parametrize(("scheme", "edition"), ALL)
def test_every_line_of_a_file_is_a_code(scheme: str, edition: str) -> None:
    head = next(h for h in rows("schemes.csv") if (h["scheme"], h["edition"]) == (scheme, edition))
    assert [r["code"] for r in rows(head["file"])] == list(code_list(scheme, edition).codes)


@pytest.mark.parametrize(("scheme", "edition"), ALL)
def test_parents_exist_and_days_follow_each_other(scheme: str, edition: str) -> None:
    listed = code_list(scheme, edition)
    above = code_list(listed.parents).codes if listed.parents else listed.codes
    parents = {c.parent for c in listed.codes.values()}
    assert parents <= set(above) if listed.parents else parents == {None}
    assert all((c.valid_from or date.min) <= (c.valid_to or date.max) for c in listed.codes.values())


def test_a_list_says_where_it_is_from() -> None:
    assert all(code_list(*key).source.zh and code_list(*key).source.en.isascii() for key in ALL)
    assert "no conformity is claimed" in code_list("matters").source.en


def test_every_file_belongs_to_a_scheme() -> None:
    named = {h["file"] for h in rows("schemes.csv")} | {"schemes.csv", "crosswalk.csv"}
    assert {path.name for path in DATA.iterdir()} == named


def test_the_children_of_a_code_are_found() -> None:
    yuzhong = code_list("streets").under("500103")
    assert len(yuzhong) == 11
    assert Text("解放碑街道", "Jiefangbei Subdistrict") in [street.title for street in yuzhong]
    assert {len(code_list("streets").under(c)) for c in code_list("counties").codes} > {0, 11}
    assert len(code_list("components").under("05")) == 3


def test_components_and_their_faults_share_a_number() -> None:
    components, matters = code_list("components"), code_list("matters")
    assert components.title_of("01001") == Text("供水井盖", "Water-supply manhole cover")
    assert matters.title_of("06010") == Text("暴露垃圾", "Exposed garbage")
    faults = [c for c in matters.codes.values() if (c.parent or "") <= "05"]
    assert [c.code for c in faults] == list(components.codes)
    assert all(c.title.en == f"{components.title_of(c.code).en} fault" for c in faults)
    assert not set(code_list("component-classes").codes) & set(components.codes)
    assert all(c.code[:2] == c.parent for c in matters.codes.values())


def test_counties_are_six_digits_and_units_that_are_none_are_marked() -> None:
    codes = list(code_list("counties").codes)
    assert [c for c in codes if not c.isdigit()] == ["500X01", "500X02", "500X03"]
    assert sum(bool(re.fullmatch(r"500[12]\d\d", c)) for c in codes) == 38
    assert all(code.startswith(street.parent or "?") for code, street in code_list("streets").codes.items())


def test_every_scheme_that_a_layer_names_exists_with_the_codes_it_shows() -> None:
    columns = [(layer, c) for layer in declared().values() for c in layer.columns if c.about.codes]
    assert {c.about.codes for _, c in columns} <= set(code_lists())
    assert len(columns) > 20
    for layer, column in columns:
        codes = code_list(str(column.about.codes))
        default = layer.row.model_fields[column.name].get_default()
        assert column.required or default is None or default in codes
        if isinstance(layer.style.color, By) and layer.style.color.field == column.name:
            assert set(layer.style.color.cases) <= set(codes.codes)


def test_the_current_edition_is_the_last_and_found_by_its_name_too() -> None:
    assert editions("counties") == (OLD, SHAPEFILE, NOW)
    assert code_list("counties") is code_list("counties", NOW) is code_lists()["counties"]
    assert "500222" in code_list("counties", OLD)
    assert "500222" not in code_list("counties")
    days = [h["valid_from"] for h in rows("schemes.csv") if h["scheme"] == "counties"]
    assert days == sorted(days)


def test_a_code_is_valid_from_its_first_day_to_its_last() -> None:
    qijiang_county, qijiang = code_list("counties", OLD).codes["500222"], code_list("counties").codes["500110"]
    last, first = date(2011, 10, 21), date(2011, 10, 22)
    assert [qijiang_county.valid_on(d) for d in (last, first)] == [True, False]
    assert [qijiang.valid_on(d) for d in (last, first)] == [False, True]
    assert Code("x", Text("甲", "X")).valid_on(date.min)


def test_an_unknown_code_is_its_own_title_and_unknown_schemes_say_what_is_known() -> None:
    assert code_list("datum").title_of("tokyo") == Text("tokyo", "tokyo")
    for ask in (code_list, crosswalk, editions):
        with pytest.raises(NotFound, match=r"no code scheme 'colours'; known are .*counties"):
            ask("colours")
    with pytest.raises(NotFound, match="no edition '1984' of counties; known are GB/T 2260-2007, 2011-shapefile"):
        code_list("counties", "1984")
    with pytest.raises(NotFound, match="no edition ''"):
        crosswalk("counties", "")


def test_what_was_read_cannot_be_changed() -> None:
    for shared in (code_list("datum").codes, code_lists(), crosswalk("counties"), crosswalk("counties", OLD)):
        with pytest.raises(TypeError):
            shared["tokyo"] = None  # type: ignore[index]


def test_all_lists_load_in_a_blink() -> None:
    timed = (
        "import time; from layers.codes import code_lists, crosswalk, editions; start = time.perf_counter();"
        "[crosswalk(s, e) for s in code_lists() for e in (*editions(s), None)]; print(time.perf_counter() - start)"
    )
    runs = [subprocess.check_output([sys.executable, "-c", timed], text=True, cwd=DATA.parents[1]) for _ in range(3)]
    assert min(map(float, runs)) < 0.020


def test_the_guide_lists_every_edition_with_its_size() -> None:
    table = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \| (\d+) \|", DOCS.read_text("utf-8"), re.MULTILINE)
    assert {(scheme, edition.strip()): int(size) for scheme, edition, size in table} == {
        key: len(code_list(*key)) for key in ALL
    }


@pytest.mark.data
@pytest.mark.parametrize(
    ("scheme", "edition", "file"),
    [
        ("components", None, "gbt47678_5_2026_matters/components_153.csv"),
        ("matters", None, "gbt47678_5_2026_matters/matters_250.csv"),
        ("counties", None, "chongqing_admin_codes/areas_50.csv"),
        ("streets", None, "chongqing_admin_codes/streets_50.csv"),
    ],
)
def test_the_real_lists_say_the_same(real_data: Path, scheme: str, edition: str | None, file: str) -> None:
    listed = code_list(scheme, edition)
    with (real_data / file).open(encoding="utf-8", newline="") as text:
        real = {row["code"]: row["name"] for row in csv.DictReader(text)}
    if scheme == "streets":
        nine = {c.parent for c in listed.codes.values()}
        real = {code: name for code, name in real.items() if code[:6] in nine}
    assert real == {c.code: c.title.zh for c in listed.codes.values() if not c.code.startswith("500X")}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, strict=True))
