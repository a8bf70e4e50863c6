"""What the parser lets through, the database can run."""

import json
from typing import Any

import pytest

from layers.cql2.tree import MAX_DEPTH, MAX_NODES
from spatial.errors import BadFilter

NAME, PEOPLE = {"property": "name"}, {"property": "people"}


def op(name: str, *args: Any) -> Any:
    return {"op": name, "args": list(args)}


FEW = op("=", NAME, "cafe")
BOX = op("s_intersects", {"property": "place"}, {"bbox": [106, 29, 107, 30]})
WRAPPINGS = {
    "not and": lambda tree: op("not", op("and", FEW, tree)),
    "and or": lambda tree: op("and", FEW, op("or", FEW, tree)),
    "not not": lambda tree: op("not", tree),
    "is null": lambda tree: op("isNull", tree),
    "is true": lambda tree: op("=", True, tree),
    "in": lambda tree: op("in", True, [tree]),
    "between": lambda tree: op("between", False, True, tree),
}
FOLDS = {name: (lambda tree, name=name: op(name, tree)) for name in ("casei", "accenti")}
SUMS = {sign: (lambda tree, sign=sign: op(sign, 2, tree)) for sign in ("+", "-", "*", "/", "%", "div", "^")}


def deepest(wrap: Any, leaf: Any, close: Any = lambda tree: tree) -> Any:
    """The deepest filter that the parser lets through."""
    tree = leaf
    while True:
        wider = wrap(tree)
        if depth(close(wider)) > MAX_DEPTH:
            return close(tree)
        tree = wider


def depth(node: Any) -> int:
    if isinstance(node, list):
        return 1 + max(map(depth, node))
    if not isinstance(node, dict):
        return 0
    inside = node.get("args") or node.get("bbox") or [0]
    return max(map(depth, inside)) + (1 if "args" in node else 0)


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_the_deepest_condition_runs(things: Any, wrapping: str) -> None:
    tree = deepest(WRAPPINGS[wrapping], BOX)
    assert things.selected(json.dumps(tree)) == things.expected(tree)
    with pytest.raises(BadFilter, match="nests deeper"):
        things.selected(json.dumps(WRAPPINGS[wrapping](WRAPPINGS[wrapping](tree))))


@pytest.mark.parametrize("sign", SUMS)
def test_the_deepest_sum_runs(things: Any, sign: str) -> None:
    tree = deepest(SUMS[sign], PEOPLE, lambda tree: op("<", tree, tree))
    assert things.selected(json.dumps(tree)) == things.expected(tree)


@pytest.mark.parametrize("fold", FOLDS)
def test_the_deepest_text_runs(things: Any, fold: str) -> None:
    tree = deepest(FOLDS[fold], NAME, lambda tree: op("like", tree, "c%"))
    assert things.selected(json.dumps(tree)) == things.expected(tree)


@pytest.mark.parametrize("connective", ["and", "or"])
def test_the_longest_chain_runs(things: Any, connective: str) -> None:
    tree = op(connective, *[{"property": "fit"}] * (MAX_NODES - 1))
    assert things.selected(json.dumps(tree)) == things.expected({"property": "fit"})


def test_the_longest_list_runs(things: Any) -> None:
    tree = op("in", PEOPLE, list(range(MAX_NODES - 3)))
    assert things.selected(json.dumps(tree)) == things.expected(op(">=", PEOPLE, 0))
    times = op("in", {"property": "opened"}, [{"date": "2026-01-02"}] * (MAX_NODES - 3))
    assert things.selected(json.dumps(times)) == things.expected(op("=", *times["args"][:1], {"date": "2026-01-02"}))


def test_a_number_past_all_integers_is_a_number(things: Any) -> None:
    for number in (2**63, 2**64 - 1, -(2**63), 1e300):
        tree = op("<", PEOPLE, number)
        assert things.selected(json.dumps(tree)) == things.expected(tree)


def test_a_sum_past_all_numbers_is_unknown(things: Any) -> None:
    for text in ("10 ^ 400 > 1", "0 ^ -1 > 1", "(-8) ^ 0.5 > 1", "1 / 0 > 1", "1 % 0 = 0", "1 div 0 = 0"):
        assert things.selected(text) == things.selected(f"NOT ({text})") == set()


def test_a_pattern_full_of_wildcards_is_quick(things: Any) -> None:
    assert things.selected("name LIKE '" + "%a" * 400 + "%'") == set()
    assert things.selected("CASEI(name) LIKE '" + "%_" * 400 + "%'") == set()


def test_the_ends_of_the_calendar_are_days_too(things: Any) -> None:
    dated = things.selected("opened IS NOT NULL")
    assert things.selected("opened <= DATE('9999-12-31') AND opened >= DATE('0001-01-01')") == dated
    assert things.selected("T_DISJOINT(opened, DATE('9999-12-31'))") == dated
    assert things.selected("T_INTERSECTS(opened, INTERVAL('0001-01-01', '9999-12-31'))") == dated


def test_an_interval_may_end_on_the_day_that_it_starts_in(things: Any) -> None:
    morning = things.selected("T_INTERSECTS(opened, INTERVAL('2026-01-02T06:00:00Z', '2026-01-02'))")
    assert morning == things.selected("opened >= TIMESTAMP('2026-01-02T06:00:00Z') AND opened <= DATE('2026-01-02')")
    assert morning
    with pytest.raises(BadFilter, match="ends before it starts"):
        things.selected("T_INTERSECTS(opened, INTERVAL('2026-01-02T06:00:00Z', '2026-01-01'))")
