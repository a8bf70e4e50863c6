"""Layers made of JSON Schemas that others wrote."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.column import ColumnKind, Role
from layers.feature import Feature
from layers.runtime import MAX_FIELDS, from_schema
from layers.schema import queryables, schema
from layers.text import Text
from spatial.errors import BadLayer, NotFound
from spatial.shape import Kind

CODE = {"type": "string", "x-ogc-role": "id"}


def benches(**more: Any) -> dict[str, Any]:
    return {"title": "长椅", "properties": {"code": CODE, **more}}


def kinds(**more: Any) -> dict[str, ColumnKind]:
    return {c.name: c.kind for c in from_schema("benches", benches(**more)).columns}


def test_types_and_formats_become_kinds() -> None:
    said = {
        "a": {"type": "string"},
        "b": {"type": "integer"},
        "c": {"type": "number"},
        "d": {"type": "boolean"},
        "e": {"type": "string", "format": "date-time"},
        "f": {"type": "string", "format": "date"},
        "g": {"type": "array", "items": {"type": "string"}},
        "h": {"type": ["null", "integer"]},
        "i": {"type": "string", "format": "email"},
    }
    expected = ["text", "integer", "number", "boolean", "instant", "date", "texts", "integer", "text"]
    assert [str(k) for n, k in kinds(**said).items() if n != "code"] == expected


@pytest.mark.parametrize(
    "said",
    [
        {"format": "geometry-point"},
        {"format": "geometry-Point", "x-ogc-role": "primary-geometry"},
        {"$ref": "https://geojson.org/schema/Point.json"},
    ],
)
def test_a_geometry_is_told_either_way(said: dict[str, Any]) -> None:
    layer = from_schema("benches", benches(place=said))
    assert layer.place
    assert layer.place.place
    assert layer.place.place.kind is Kind.POINT
    assert layer.place.role is Role.PLACE


def test_what_we_publish_makes_the_same_layer_again() -> None:
    document = benches(
        name={"type": "string", "minLength": 2, "maxLength": 9, "pattern": "^[a-z]+$", "title": "名称"},
        seats={"type": "integer", "minimum": 1, "maximum": 9, "x-ogc-unit": "1"},
        state={"type": "string", "x-onemap-codelist": "codes/case-state"},
        set_up={"type": "string", "format": "date-time", "x-ogc-role": "primary-instant"},
        place={"format": "geometry-point"},
    )
    first = from_schema("benches", document)
    again = from_schema("benches", schema(first))
    assert again.columns == first.columns
    assert schema(again) == schema(first)
    assert {c.name: c.kind for c in from_schema("benches", queryables(first)).columns} == kinds(
        **document["properties"]
    )


def test_titles_are_bilingual_where_both_are_told() -> None:
    both = benches(name={"type": "string", "x-onemap-title": {"zh": "名称", "en": "Name"}})
    assert from_schema("benches", both).by_name["name"].title == Text("名称", "Name")
    assert from_schema("benches", both).title == Text("长椅", "长椅")


BAD: dict[str, Any] = {
    "no properties": {},
    "properties of another type": {"properties": ["code"]},
    "no key": {"properties": {"name": {"type": "string"}}},
    "two keys": benches(other=CODE),
    "two places": benches(a={"format": "geometry-point"}, b={"format": "geometry-any"}),
    "a property of another type": benches(name="string"),
    "an unknown type": benches(name={"type": "object"}),
    "a type of another type": benches(name={"type": {"a": 1}}),
    "two types": benches(name={"type": ["string", "integer"]}),
    "no type": benches(name={}),
    "an unknown geometry": benches(place={"format": "geometry-circle"}),
    "a role of another type": benches(name={"type": "string", "x-ogc-role": ["id"]}),
    "required of another type": {**benches(), "required": "code"},
    "required of numbers": {**benches(), "required": [1]},
    "a key of another type": {**benches(), "x-onemap-key": "code"},
    "a key that is no property": {**benches(), "x-onemap-key": ["nope"]},
    "a title of another type": {**benches(), "title": 7},
    "a title that is too long": {**benches(), "title": "x" * 201},
    "a title with a control character": {**benches(), "title": "a\x00b"},
    "titles of another type": {**benches(), "x-onemap-title": ["a", "b"]},
    "a description of another type": {**benches(), "description": {"zh": "x"}},
    "a colour that is none": {**benches(), "x-onemap-color": "red;}"},
    "an unknown code list": benches(name={"type": "string", "x-onemap-codelist": "codes/../secrets"}),
    "a unit of another type": benches(name={"type": "number", "x-ogc-unit": 5}),
    "a broken pattern": benches(name={"type": "string", "pattern": "("}),
    "a pattern with look-behind": benches(name={"type": "string", "pattern": "(?<=a)b"}),
    "a pattern that is too large": benches(name={"type": "string", "pattern": "(a{1000}){1000}"}),
    "a pattern of another type": benches(name={"type": "string", "pattern": 5}),
    "a limit of another type": benches(name={"type": "number", "minimum": "0"}),
    "a limit that is true": benches(name={"type": "number", "minimum": True}),
    "a limit that is no number": benches(name={"type": "number", "maximum": float("nan")}),
    "a limit that is no number of JSON's": benches(name={"type": "integer", "maximum": 10**30}),
    "limits between which nothing is": benches(name={"type": "integer", "minimum": 0.2, "maximum": 0.8}),
    "limits that cross": benches(name={"type": "integer", "minimum": 3, "maximum": 2}),
    "a length below nothing": benches(name={"type": "string", "minLength": -1}),
    "a length that is a fraction": benches(name={"type": "string", "maxLength": 1.5}),
    "lengths that cross": benches(name={"type": "string", "minLength": 3, "maxLength": 2}),
    "a name of the store's": benches(fid={"type": "integer"}),
    "a name that a row has itself": benches(model_dump={"type": "string"}),
    "a name with a quote": benches(**{'a"b': {"type": "string"}}),
    "a name with an underscore first": benches(**{"_a": {"type": "string"}}),
    "an empty name": benches(**{"": {"type": "string"}}),
    "too many properties": benches(**{f"p{n}": {"type": "string"} for n in range(MAX_FIELDS)}),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_is_refused(what: str) -> None:
    with pytest.raises(BadLayer) as refusal:
        from_schema("benches", BAD[what])
    assert 5 < len(str(refusal.value)) < 700


@pytest.mark.parametrize(
    "name",
    ["", "A", "1a", "a-b", "a b", 'a"', "長椅", "x" * 49, "om_meta", "gpkg_contents", "rtree_a", "sqlite_master"],
)
def test_names_that_cannot_be_tables_are_refused(name: str) -> None:
    with pytest.raises(BadLayer):
        from_schema(name, benches())


def test_a_pattern_cannot_be_made_to_take_long() -> None:
    layer = from_schema("benches", benches(name={"type": "string", "pattern": "^(a+)+$"}))
    with pytest.raises(ValueError, match="pattern"):
        layer.row.model_validate({"code": "1", "name": "a" * 50_000 + "!"})


def test_no_field_hides_what_a_row_can_do() -> None:
    for name in ("json", "copy", "schema", "layer", "dict", "model_fields"):
        with pytest.raises(BadLayer):
            from_schema("benches", benches(**{name: {"type": "string"}}))
    assert issubclass(from_schema("benches", benches()).row, Feature)


WORDS = st.sampled_from(
    ["string", "number", "id", "date", "date-time", "geometry-point", "geometry-", "codes/counties", "primary-instant"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | WORDS
JSON = st.recursive(
    LEAVES, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3)
)
KEYS = st.sampled_from(
    [
        *("type", "format", "title", "x-ogc-role", "x-onemap-codelist", "x-onemap-title", "pattern"),
        *("minimum", "maximum", "maxLength", "$ref", "x-ogc-unit", "x-onemap-ref", "items", "oneOf"),
    ]
)
FIELD = st.dictionaries(KEYS, LEAVES | JSON, max_size=5) | JSON
WHOLE = st.sampled_from(
    ["properties", "required", "title", "description", "x-onemap-color", "x-onemap-key", "$id", "x-onemap-title"]
)


@settings(max_examples=400)
@given(
    st.dictionaries(WHOLE, JSON), st.dictionaries(st.sampled_from(["code", "a", "place", "_b", "é"]), FIELD, max_size=4)
)
def test_any_json_is_a_layer_or_refused(whole: dict[str, Any], fields: dict[str, Any]) -> None:
    for document in (whole, {**whole, "properties": fields}, {**whole, "properties": {**fields, "code": CODE}}):
        try:
            layer = from_schema("benches", document)
        except BadLayer:
            continue
        assert schema(layer)["properties"]


def test_whole_numbers_begin_at_the_next_whole_one() -> None:
    limits = from_schema("benches", benches(n={"type": "integer", "minimum": 0.5, "maximum": 2.5})).by_name["n"].limits
    assert (limits.ge, limits.le) == (1, 2)


def test_a_code_scheme_is_known_when_the_layer_is_made() -> None:
    layer = from_schema("benches", benches(name={"type": "string", "x-onemap-codelist": "codes/case-state"}))
    assert layer.coded == (("name", "case-state"),)
    with pytest.raises((BadLayer, NotFound)):
        from_schema("benches", benches(name={"type": "string", "x-onemap-codelist": "codes/nope"}))
