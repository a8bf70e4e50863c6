"""What SQLite cannot say by itself: the functions that filters and the GeoPackage's triggers call."""

import json
import math
import sqlite3
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from layers.store.folding import accenti, casei
from layers.store.shapes import CONVERSE, edge, is_empty, relation

EDGES = ("ST_MinX", "ST_MinY", "ST_MaxX", "ST_MaxY")

_ANY = -1
"""SQLite's number of arguments of a function that takes any number."""


def register(connection: sqlite3.Connection) -> None:
    """Teach a connection the functions; a missing argument (NULL) makes each of them unknown (NULL)."""
    for name in CONVERSE:
        connection.create_function(name, 2, relation(name), deterministic=True)
    for at, name in enumerate(EDGES):
        connection.create_function(name, 1, edge(at), deterministic=True)
    for name, (count, function) in _FUNCTIONS.items():
        connection.create_function(name, count, function, deterministic=True)


def _folding(fold: Callable[[str], str]) -> Callable[[Any], str | None]:
    return lambda text: None if text is None else fold(str(text))


def _modulo(a: float | None, b: float | None) -> float | None:
    return math.fmod(a, b) if a is not None and b else None


def _div(a: float | None, b: float | None) -> float | None:
    return float(math.trunc(a / b)) if a is not None and b else None


def _power(a: float | None, b: float | None) -> float | None:
    return math.pow(a, b) if a is not None and b is not None else None


def _number(calculate: Callable[[Any, Any], float | None]) -> Callable[[Any, Any], float | None]:
    """Return the calculation, its result unknown where there is none: (-8) ^ 0.5, 0 ^ -1, or past all numbers."""

    def calculated(a: Any, b: Any) -> float | None:
        try:
            return calculate(a, b)
        except (ArithmeticError, ValueError, TypeError):
            return None

    return calculated


def _sets(compare: Callable[[frozenset[Any], frozenset[Any]], bool]) -> Callable[[Any, Any], bool | None]:
    def compared(a: str | None, b: str | None) -> bool | None:
        if a is None or b is None:
            return None
        mine, other = _set(a), _set(b)
        return None if mine is None or other is None else compare(mine, other)

    return compared


@lru_cache(maxsize=4096)
def _set(text: str) -> frozenset[Any] | None:
    """Return a JSON array as a set; None if others have written something else there."""
    try:
        return frozenset(json.loads(text))
    except (TypeError, ValueError):
        return None


def _texts(*parts: str | None) -> str | None:
    return None if None in parts else json.dumps(parts, ensure_ascii=False)


_FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "ST_IsEmpty": (1, is_empty),
    "casei": (1, _folding(casei)),
    "accenti": (1, _folding(accenti)),
    "modulo": (2, _number(_modulo)),
    "div": (2, _number(_div)),
    "power": (2, _number(_power)),
    "a_equals": (2, _sets(lambda a, b: a == b)),
    "a_contains": (2, _sets(lambda a, b: a >= b)),
    "a_containedby": (2, _sets(lambda a, b: a <= b)),
    "a_overlaps": (2, _sets(lambda a, b: not a.isdisjoint(b))),
    "texts": (_ANY, _texts),
}
