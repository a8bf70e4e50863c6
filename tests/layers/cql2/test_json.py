"""CQL2 JSON: checked node by node."""

import json
from typing import Any

import pytest

from layers.cql2 import parse
from layers.cql2.reader import MAX_JSON
from layers.cql2.tree import MAX_DEPTH, MAX_NODES, MAX_VERTICES
from spatial.errors import BadFilter

A: Any = {"property": "a"}


def op(name: str, *args: Any) -> Any:
    return {"op": name, "args": list(args)}


def line(vertices: int) -> Any:
    return {"type": "LineString", "coordinates": [[0.001 * n, 0] for n in range(vertices)]}


WRONG = {
    "nonsense": "the filter is not JSON",
    "{": "the filter is not JSON",
    '{"op": "=", "args": [{"property": "a"}, NaN]}': "the filter is not JSON",
    '{"op": "=", "args": [{"property": "a"}, "\\ud800"]}': "the filter is not JSON",
    "{}": "{} is none of a filter's forms",
    '{"and": []}': "an object has one of op, property",
    '{"op": "and", "args": []}': "and takes 1 or more operands, not 0",
    '{"op": "=", "args": {"property": "a"}}': "= needs its operands as a list",
    '{"op": "=", "args": [1]}': "= takes 2 operands, not 1",
    '{"op": "=", "args": [1, 2, 3]}': "= takes 2 operands, not 3",
    '{"op": {"op": "="}, "args": [1]}': "there is no operator or function",
    '{"op": "between", "args": [{"property": "a"}, [1, 2]]}': "between takes 3 operands",
    '{"op": "=", "args": [{"property": 5}, 1]}': "property needs a text in quotes",
    '{"op": "=", "args": [{"property": "a"}, null]}': "ask IS NULL",
    '{"op": "=", "args": [{"property": "a"}, "x\\u0000"]}': "NUL",
    '{"op": "s_intersects", "args": [{"property": "a"}, {"type": "Circle", "coordinates": [1]}]}': "kind of geometry",
    '{"op": "s_intersects", "args": [{"property": "a"}, {"type": ["Point"], "coordinates": [1]}]}': "kind of geometry",
    '{"op": "s_intersects", "args": [{"property": "a"}, {"type": "Point"}]}': "no coordinates",
    '{"op": "s_intersects", "args": [{"property": "a"}, {"type": "Point", "coordinates": []}]}': "no coordinates",
    '{"op": "s_intersects", "args": [{"property": "a"}, {"type": "Point", "coordinates": [1]}]}': "no position",
    '{"op": "s_intersects", "args": [{"property": "a"}, {"type": "Point", "coordinates": [1, "2"]}]}': "not a number",
    '{"op": "s_intersects", "args": [{"property": "a"}, {"type": "Point", "coordinates": [1, true]}]}': "not a number",
    '{"op": "s_intersects", "args": [{"property": "a"}, {"type": "Point", "coordinates": [[[[[1]]]]]}]}': "coordinates",
    '{"op": "s_intersects", "args": [{"property": "a"}, {"type": "GeometryCollection"}]}': "a list of geometries",
    '{"op": "s_intersects", "args": [{"property": "a"}, {"bbox": "1,2,3,4"}]}': "bbox takes 4 or 6 values",
    '{"op": "t_after", "args": [{"property": "a"}, {"interval": ["..", "..", ".."]}]}': "interval takes 2 values",
    '{"op": "t_after", "args": [{"property": "a"}, {"date": 5}]}': "date needs a text in quotes",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(BadFilter) as told:
        parse(text, "cql2-json")
    assert WRONG[text] in str(told.value)


def test_what_starts_with_a_brace_is_json() -> None:
    text = json.dumps(op("=", A, 1))
    assert parse(f"  {text}") == parse(text, "cql2-json") == parse("a = 1")
    with pytest.raises(BadFilter, match="no language of filters"):
        parse(text, "cql-text")


def test_operators_are_one_whatever_their_case() -> None:
    assert parse(json.dumps(op("AND", op("isNull", A), op("a_containedBy", A, ["x"])))).tree == op(
        "and", op("isnull", A), op("a_containedby", A, ["x"])
    )


def test_whole_numbers_stay_whole() -> None:
    assert parse('{"op": "=", "args": [{"property": "a"}, 9007199254740993]}').tree["args"][1] == 9007199254740993


@pytest.mark.parametrize(
    ("fits", "exceeds", "told"),
    [
        (op("in", A, [0] * (MAX_NODES - 3)), op("in", A, [0] * (MAX_NODES - 2)), "more than 2,000 parts"),
        (
            op("s_touches", A, line(MAX_VERTICES)),
            op("s_touches", A, line(MAX_VERTICES + 1)),
            "more than 20,000 vertices",
        ),
    ],
)
def test_a_filter_may_be_large_but_not_larger(fits: Any, exceeds: Any, told: str) -> None:
    assert parse(json.dumps(fits)).tree == fits
    with pytest.raises(BadFilter, match=told):
        parse(json.dumps(exceeds))


def test_a_filter_may_be_long_but_not_longer() -> None:
    with pytest.raises(BadFilter, match="1,048,576 characters"):
        parse("{" + " " * MAX_JSON)


def test_a_filter_may_nest_but_not_deeper() -> None:
    tree: Any = A
    for _ in range(MAX_DEPTH):
        tree = op("not", tree)
    assert parse(json.dumps(tree)).tree == tree
    with pytest.raises(BadFilter, match="nests deeper than 16 levels"):
        parse(json.dumps(op("not", tree)))


def test_a_chain_of_one_connective_is_one_level() -> None:
    tree: Any = A
    for _ in range(200):
        tree = op("or", tree, A)
    assert parse(json.dumps(tree)).tree == op("or", *[A] * 201)
