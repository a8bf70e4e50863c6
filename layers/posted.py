"""What somebody else wrote into a JSON Schema, read piece by piece: each is of the right type, or refused."""

import math
import re
from collections.abc import Mapping
from typing import Any, cast

from pydantic_core import SchemaError, SchemaValidator, core_schema

from layers.text import Text
from spatial.errors import BadLayer

type Document = Mapping[str, Any]

TITLE, ABOUT, WORD = 200, 2000, 100
"""Characters of a title, a description, a unit."""

LONGEST_PATTERN, LONGEST_TEXT = 500, 1_000_000
LARGEST = 2**53
"""Up to here every whole number is one in JSON too (RFC 8259, 6)."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def mapping(said: object, what: str) -> Document:
    """Return a JSON object; raise BadLayer."""
    if not isinstance(said, dict):
        raise BadLayer(f"{what} has to be an object")
    return cast("Document", said)


def word(said: Document, name: str, most: int = WORD) -> str | None:
    """Return a text of the object, None if there is none; raise BadLayer."""
    value = said.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > most or _CONTROL.search(value):
        raise BadLayer(f"`{name}` has to be a text of up to {most:,} characters")
    return value


def words(said: Document, name: str) -> tuple[str, ...]:
    """Return the texts of a list of the object; raise BadLayer."""
    value = said.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in cast("list[Any]", value)):
        raise BadLayer(f"`{name}` has to be a list of names of properties")
    return tuple(cast("list[str]", value))


def title(said: Document, default: str) -> Text:
    """Return `x-onemap-title` {zh, en}, or else `title` for both; raise BadLayer."""
    plain = word(said, "title", TITLE) or default
    if "x-onemap-title" not in said:
        return Text(plain, plain)
    both = mapping(said["x-onemap-title"], "`x-onemap-title`")
    zh, en = word(both, "zh", TITLE), word(both, "en", TITLE)
    return Text(zh or en or plain, en or zh or plain)


def numbers(said: Document) -> dict[str, float]:
    """Return the limits of a number, as pydantic names them; raise BadLayer."""
    known = {"minimum": "ge", "maximum": "le"}
    found = {mine: _number(said, theirs) for theirs, mine in known.items() if said.get(theirs) is not None}
    return _ordered(found, "ge", "le")


def whole_numbers(said: Document) -> dict[str, float]:
    """Return the limits of a whole number, as pydantic names them: 0.5 and above begins at 1; raise BadLayer."""
    round_to = {"ge": math.ceil, "le": math.floor}
    return _ordered({name: round_to[name](value) for name, value in numbers(said).items()}, "ge", "le")


def lengths(said: Document) -> dict[str, Any]:
    """Return the limits of a text, as pydantic names them; raise BadLayer."""
    known = {"minLength": "min_length", "maxLength": "max_length"}
    found = {mine: _length(said, theirs) for theirs, mine in known.items() if said.get(theirs) is not None}
    return {**_ordered(found, "min_length", "max_length"), **_pattern(said)}


def _ordered[N: float](found: dict[str, N], low: str, high: str) -> dict[str, N]:
    if low in found and high in found and found[low] > found[high]:
        raise BadLayer(f"nothing is at least {found[low]} and at most {found[high]}")
    return found


def _number(said: Document, name: str) -> float:
    value = said[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise BadLayer(f"`{name}` has to be a number, of at most {LARGEST:,} either way")
    return value


def _length(said: Document, name: str) -> int:
    value = said[name]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST_TEXT:
        raise BadLayer(f"`{name}` has to be a whole number up to {LONGEST_TEXT:,}")
    return value


def _pattern(said: Document) -> dict[str, str]:
    pattern = word(said, "pattern", LONGEST_PATTERN)
    if pattern is None:
        return {}
    try:
        # the engine that rows will meet it in: linear in time, without look-around
        SchemaValidator(core_schema.str_schema(pattern=pattern))
    except SchemaError as bad:
        raise BadLayer(f"`pattern` {pattern[:60]!r} is no regular expression that is taken here: {bad}") from bad
    return {"pattern": pattern}
