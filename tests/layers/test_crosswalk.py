"""Codes of earlier editions: led to today's, or refused with the reason."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

import pyogrio

import layers.codes
from layers.codes import DATA, code_list, code_lists, crosswalk, editions, meanings, translate
from spatial.errors import BadInput, NotFound, Unguessable

SHAPEFILE, OLD, NOW = "2011-shapefile", "GB/T 2260-2007", "NBS 2023"
EVENTS = "GB/T 30428.2"
EARLIER = [(scheme, edition) for scheme in code_lists() for edition in editions(scheme)[:-1]]
BECAME = {
    "500222": "500110",
    "500223": "500152",
    "500224": "500151",
    "500225": "500111",
    "500226": "500153",
    "500227": "500120",
    "500228": "500155",
    "500232": "500156",
    "500234": "500154",
    "500103": "500103",
}


@pytest.mark.parametrize(("scheme", "edition"), EARLIER)
def test_every_code_of_an_earlier_edition_leads_to_a_current_one(scheme: str, edition: str) -> None:
    walk = crosswalk(scheme, edition)
    assert set(walk) == set(code_list(scheme, edition).codes)
    assert set(walk.values()) <= set(code_list(scheme).codes)


def test_the_crosswalk_names_only_what_exists_once_and_says_why() -> None:
    lines = rows("crosswalk.csv")
    keys = [(line["scheme"], line["old_edition"], line["old"]) for line in lines]
    assert len(set(keys)) == len(keys)
    assert {(scheme, edition) for scheme, edition, _ in keys} == set(EARLIER)
    assert all(old in code_list(scheme, edition) for scheme, edition, old in keys)
    assert all(line["code"] in code_list(line["scheme"]) and line["note"] for line in lines)


def test_the_current_edition_leads_to_itself() -> None:
    assert all(crosswalk(s, editions(s)[-1]) == {c: c for c in listed.codes} for s, listed in code_lists().items())


@pytest.mark.parametrize(("old", "now"), BECAME.items())
def test_a_county_that_became_a_district_is_found_without_its_edition(old: str, now: str) -> None:
    assert translate("counties", old) == translate("counties", old, OLD) == now


def test_events_keep_their_minor_number() -> None:
    walk = crosswalk("matters", EVENTS)
    assert all(int(old[:2]) + 5 == int(now[:2]) and old[3:] == now[3:] for old, now in walk.items())
    assert [walk[c] for c in ("01-10", "02-03", "03-11", "04-09")] == ["06010", "07003", "08011", "09009"]
    assert code_list("matters", EVENTS).title_of("01-36").zh == "乱堆物堆料"
    assert translate("matters", "01-36") == "06036"
    assert {n[:2] for n in walk.values()} == {"06", "07", "08", "09"}


def test_a_number_that_meant_two_districts_is_refused_until_the_edition_is_named() -> None:
    assert [(m.edition, m.title.zh, m.now) for m in meanings("counties", "500120")] == [
        (SHAPEFILE, "綦江区", "500110"),
        (NOW, "璧山区", "500120"),
    ]
    assert "500120" not in crosswalk("counties")
    for name in (None, "綦江区", "不在其列"):
        with pytest.raises(Unguessable, match=r"500120 .*綦江区 .*2011-shapefile; 璧山区 .*name the edition"):
            translate("counties", "500120", name=name)
    assert translate("counties", "500120", SHAPEFILE) == "500110"
    assert translate("counties", "500120", NOW) == "500120"
    assert translate("counties", "500121", SHAPEFILE) == "500111"


@pytest.mark.parametrize("name", ["璧山区", "Bishan District"])
def test_the_current_name_beside_the_number_is_enough(name: str) -> None:
    assert translate("counties", "500120", name=name) == "500120"


def test_a_name_that_speaks_against_the_edition_is_refused() -> None:
    with pytest.raises(BadInput, match="500120 of counties has another name in the edition 2011-shapefile"):
        translate("counties", "500120", SHAPEFILE, "璧山区")
    with pytest.raises(BadInput, match="another name in the edition NBS 2023"):
        translate("counties", "500120", NOW, "綦江区")
    assert translate("counties", "500120", SHAPEFILE, "綦江区") == "500110"
    assert translate("counties", "500110", OLD, "綦江区") == translate("counties", "500110", None, "万盛区") == "500110"
    assert translate("counties", "500103", SHAPEFILE, "渝中") == "500103"


def test_a_code_that_the_edition_does_not_have_is_refused() -> None:
    with pytest.raises(BadInput, match=r"'500110' is no code of counties in the edition 2011-shapefile .*綦江区"):
        translate("counties", "500110", SHAPEFILE)
    with pytest.raises(BadInput, match=r"'01-31' is no code of matters in any edition"):
        translate("matters", "01-31")
    with pytest.raises(BadInput, match="no code"):
        translate("counties", "zzz", name="zzz")
    with pytest.raises(NotFound, match="no edition '2012'"):
        translate("counties", "500120", "2012")


@pytest.fixture
def lamps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A scheme whose second edition dropped 2, gave 3 to something else, moved 4 and merged 6, whose number went on."""
    head = "code,parent,zh,en,valid_from,valid_to\n"
    (tmp_path / "schemes.csv").write_text(
        "scheme,file,edition,zh,en,source_zh,source_en,valid_from,parents\n"
        "lamps,a.csv,a,灯,Lamps,甲,A,,\nlamps,b.csv,b,灯,Lamps,乙,B,,\n",
        "utf-8",
    )
    (tmp_path / "a.csv").write_text(
        head + "1,,路灯,Street,,\n2,,油灯,Oil,,\n3,,地灯,Ground,,\n4,,红灯,Red,,\n6,,球灯,Globe,,\n", "utf-8"
    )
    (tmp_path / "b.csv").write_text(
        head + "1,,路灯,Street lamp,,\n3,,景观灯,Landscape,,\n5,,红灯,Red,,\n6,,球灯,Globe,,\n", "utf-8"
    )
    (tmp_path / "crosswalk.csv").write_text(
        "scheme,old_edition,old,code,note\nlamps,a,4,5,moved\nlamps,a,6,5,merged\n", "utf-8"
    )
    monkeypatch.setattr(layers.codes, "DATA", tmp_path)
    forget()
    yield
    forget()


def forget() -> None:
    for cached in vars(layers.codes).values():
        if hasattr(cached, "cache_clear"):
            cached.cache_clear()


@pytest.mark.usefixtures("lamps")
def test_only_what_is_said_or_kept_its_name_leads_on() -> None:
    assert crosswalk("lamps", "a") == {"1": "1", "4": "5", "6": "5"}
    assert crosswalk("lamps") == {"1": "1", "4": "5", "5": "5"}
    assert [translate("lamps", "3", "b"), translate("lamps", "3", name="景观灯")] == ["3", "3"]
    for edition in (None, "a"):
        with pytest.raises(BadInput, match=r"2 of lamps \(油灯 Oil in a\) has no successor in the current edition"):
            translate("lamps", "2", edition)
    with pytest.raises(BadInput, match=r"3 of lamps .* has no successor"):
        translate("lamps", "3", "a")
    with pytest.raises(Unguessable, match="3 of lamps means different things"):
        translate("lamps", "3", name="地灯")


@pytest.mark.data
def test_the_old_shapefile_is_led_to_the_districts_it_draws(real_data: Path) -> None:
    path = real_data / "chongqing_districts_wgs84_old/qxj_area.shp"
    drawn = pyogrio.read_dataframe(path, encoding="gbk", read_geometry=False)
    real = {str(code): name for code, name in zip(drawn["ADMINCODE"], drawn["NAME"], strict=True)}
    assert real == {c.code: c.title.zh for c in code_list("counties", SHAPEFILE).codes.values()}
    led = {translate("counties", code, SHAPEFILE, name): name for code, name in real.items()}
    assert len(led) == 38
    assert all(code_list("counties").title_of(code).zh[0] == name[0] for code, name in led.items())
    kept = {code for code in real if code not in crosswalk("counties")}
    assert kept == {"500120"}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, strict=True))
