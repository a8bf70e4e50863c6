"""What is said of an import: in files, on the command line, by the layer; and what cannot be."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from etl.contract import agreed, ignored, of_document
from etl.source import PlaceColumns, open_source
from etl.terms import Terms, read_terms, terms
from layers.catalogue import declared
from spatial.errors import BadInput

LAYERS = declared()

YAML = """
names: {matter: category, reported: first_seen}
values:
  matter: {Schlagloch: 06013, "*": 06036}
constants: {state: reported, source: app}
editions: {counties: 2011-shapefile}
place: {x: lon, y: lat}
extent: [9, 48.6, 9.4, 48.9]
repair: yes
zone: Europe/Berlin
"""


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mapping_file_is_read_with_its_codes_as_text(tmp_path: Path) -> None:
    said = read_terms(written(tmp_path / "a.yaml", YAML))
    assert said.values == {"matter": {"Schlagloch": "06013", "*": "06036"}}
    assert said.extent == (9.0, 48.6, 9.4, 48.9)
    assert said.repair is True
    assert read_terms(written(tmp_path / "b.json", said.model_dump_json())) == said


def test_a_mapping_file_may_be_a_table(tmp_path: Path) -> None:
    text = "field,source,value,code\nmatter,category,,\nmatter,,Wilder Müll,06010\nstate,,zu,closed\n"
    said = read_terms(written(tmp_path / "a.csv", text))
    assert said.names == {"matter": "category"}
    assert said.values == {"matter": {"Wilder Müll": "06010"}, "state": {"zu": "closed"}}


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.yaml", "nmaes: {a: b}", "nmaes.*known are names, values"),
        ("a.yaml", "names: [a]", "names"),
        ("a.yaml", "- a", "must say"),
        ("a.yaml", "a: [", "not YAML"),
        ("a.yaml", "zone: Mars/Olympus", "no time zone"),
        ("a.yaml", "datum: wgs48", "datum"),
        ("a.yaml", "extent: [1, 2, 3]", "extent"),
        ("a.yaml", "!!python/object/apply:os.system [ls]", "not YAML"),
        ("a.csv", "ours,theirs\na,b\n", "header"),
        ("a.yaml", "[" * 5000, "not YAML"),
    ],
)
def test_a_mapping_file_that_is_wrong_says_where(tmp_path: Path, name: str, text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        read_terms(written(tmp_path / name, text))


def test_what_is_said_nearer_wins() -> None:
    near = terms({"names": {"a": "x"}, "zone": "UTC"}, "here")
    far = terms({"names": {"a": "y", "b": "z"}, "zone": "Asia/Shanghai", "repair": True, "key": ["a"]}, "there")
    both = near.over(far)
    assert (both.names, both.zone, both.repair, both.key) == ({"a": "x", "b": "z"}, "UTC", True, ("a",))


def agree(tmp_path: Path, layer: str, head: str, line: str = "", **said: Any) -> Any:
    with open_source(str(written(tmp_path / "a.csv", f"{head}\n{line}\n"))) as source:
        return agreed(LAYERS[layer], source, terms(said, "the test")), source


@pytest.mark.parametrize("head", ["adcode,name,wkt", "CODE,Name,wkt", "区划代码,名称,wkt", "code,NAME,wkt"])
def test_fields_are_found_by_contract_name_and_title(tmp_path: Path, head: str) -> None:
    made, _ = agree(tmp_path, "districts", head, '500103,渝中区,"POINT (1 2)"')
    theirs = head.split(",")
    assert (made.terms.names["code"], made.terms.names["name"]) == (theirs[0], theirs[1])
    assert made.place_columns == PlaceColumns(wkt="wkt")


def test_what_is_said_wins_over_what_is_found(tmp_path: Path) -> None:
    made, source = agree(tmp_path, "districts", "code,name,other,wkt", '1,a,2,"POINT (1 2)"', names={"code": "other"})
    assert made.terms.names["code"] == "other"
    assert ignored(made, source.fields) == ("code",)


def test_a_field_that_does_not_exist_fails_at_once(tmp_path: Path) -> None:
    for said in (
        {"names": {"colour": "x"}},
        {"values": {"colour": {}}},
        {"constants": {"colour": 1}},
        {"key": ["colour"]},
    ):
        with pytest.raises(BadInput, match="has no field colour; it has code, kind"):
            agree(tmp_path, "components", "code,lon,lat", "", **said)
    with pytest.raises(BadInput, match="no codes of streets"):
        agree(tmp_path, "components", "code,lon,lat", editions={"streets": "x"})


def test_a_column_that_does_not_exist_fails_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"owner ← Eigentümer.*it has code, kind"):
        agree(tmp_path, "components", "code,kind,district,lon,lat", names={"owner": "Eigentümer"})


def test_what_is_needed_and_not_mapped_fails_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"kind, district of components.*--constant"):
        agree(tmp_path, "components", "code,lon,lat")
    with pytest.raises(BadInput, match="place of components"):
        agree(tmp_path, "components", "code,kind,district")
    agree(tmp_path, "components", "code,lon,lat", constants={"kind": "01037"}, defaults={"district": "500103"})


def test_a_key_may_be_made_of_other_fields(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="code of components"):
        agree(tmp_path, "components", "kind,district,lon,lat")
    made, _ = agree(tmp_path, "components", "kind,district,lon,lat", key=["kind", "place"])
    assert made.keyed.sync.key_from == ("kind", "place")


def test_a_contract_is_remembered_as_text(tmp_path: Path) -> None:
    made, _ = agree(
        tmp_path, "components", "code,kind,district,lon,lat", datum="gcj02", zone="UTC", extent=[1, 2, 3, 4]
    )
    again = of_document(LAYERS, made.document())
    assert again.document() == made.document()
    assert again.ground == made.ground
    assert json.loads(made.document())["layer"] == "components"
    with pytest.raises(BadInput, match="is gone"):
        of_document({}, made.document())


def test_a_layer_that_replaces_deletes_what_is_missing(lamps: Callable[..., Path]) -> None:
    layer = LAYERS["components"]
    whole = replace(layer, sync=replace(layer.sync, mode="replace"))
    with open_source(str(lamps(1))) as source:
        assert agreed(whole, source, Terms()).tombstones
        assert not agreed(whole, source, Terms(on_missing="keep")).tombstones
        assert not agreed(layer, source, Terms()).tombstones
