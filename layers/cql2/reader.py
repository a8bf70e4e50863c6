"""CQL2 text and JSON as one tree."""

import re
from collections.abc import Sequence
from typing import Any, cast

import orjson

import cql2

from layers.cql2.fragment import MARK, Fragment, fragments
from spatial.errors import BadFilter

MAX_JSON = 1_048_576

_PLACE = re.compile(r"--> \d+:(\d+)")
_WANTED = re.compile(r"= expected (.+)")
_VALUES = frozenset(("Expr", "GEOMETRY", "Identifier", "Literal", "SingleQuotedString", "DECIMAL"))


def from_json(text: str) -> Any:
    """Return CQL2 JSON as a tree, not yet checked; raise BadFilter."""
    if len(text) > MAX_JSON:
        raise BadFilter(f"the filter has more than {MAX_JSON:,} characters; simplify its geometries")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as bad:
        raise BadFilter(f"the filter is not JSON: {bad}") from bad


def from_text(text: str) -> Any:
    """Return CQL2 text as a tree, not yet checked; raise BadFilter."""
    trees: list[Any] = []
    for fragment in fragments(text):
        trees.append(fragment.value if fragment.value is not None else _filled(_parsed(fragment, text), trees))
    return trees[-1]


def _parsed(fragment: Fragment, text: str) -> Any:
    if not fragment.text.strip():
        raise BadFilter("the filter is empty")
    try:
        return cast("Any", cql2.parse_text(fragment.text).to_json())
    except BaseException as bad:
        if not _is_refusal(bad):
            raise
        raise BadFilter(_told(str(bad), fragment, text)) from bad


def _is_refusal(bad: BaseException) -> bool:
    """Tell the library's answer to wrong input from everything else; a panic of its parser is no Exception."""
    return isinstance(bad, cql2.ParseError) or type(bad) is Exception or type(bad).__name__ == "PanicException"


def _filled(tree: Any, trees: Sequence[Any]) -> Any:
    """Return the tree with what the marks stand for."""
    match tree:
        case {"property": str(name)} if name.startswith(MARK):
            return trees[int(name[len(MARK) :])]
        case {"op": "*", "args": [-1.0, {"property": str(name)}]} if name.startswith(MARK):
            return _negative(trees[int(name[len(MARK) :])])
        case dict():
            return {k: _filled(v, trees) for k, v in cast("dict[str, Any]", tree).items()}
        case list():
            return [_filled(v, trees) for v in cast("list[Any]", tree)]
        case _:
            return tree


def _negative(tree: Any) -> Any:
    """Return what a minus before a mark means; of a number it is part."""
    return -tree if type(tree) in (int, float) else {"op": "*", "args": [-1.0, tree]}


def _told(message: str, fragment: Fragment, text: str) -> str:
    place, wanted = _PLACE.search(message), _WANTED.search(message)
    if place is None:
        return f"the filter cannot be read: {' '.join(message.split())[:160]}"
    at = fragment.source(int(place[1]) - 1)
    rest = " ".join(text[at : at + 30].split())
    near = f"before {rest!r}" if rest else "at its end"
    rules = set(re.split(r",? or |, ", wanted[1])) if wanted else set[str]()
    expected = "a value, a property or (" if rules & _VALUES else "an operator, AND, OR or its end"
    return f"the filter cannot be read at character {at + 1}, {near}: expected {expected}"
