"""Texts: LIKE, and comparisons without case or accents (OGC 21-065r2, 7.2 to 7.4)."""

import re
from collections.abc import Callable, Sequence

from sqlalchemy import Text, literal

from layers.column import ColumnKind
from layers.filter.operand import Operand, of_test
from layers.filter.scope import Node, Operator, Scope
from layers.store.element import Element, condition, element
from layers.store.folding import accenti, casei
from spatial.errors import BadFilter

MAX_PATTERN = 1_000

_PATTERN = re.compile(r"\\(.)|(.)", re.DOTALL)
_WILD = {"%": "*", "_": "?"}
_WILD_IN_GLOB = frozenset("*?[")


_Like = condition("({0} GLOB {2})", "({0} LIKE {1} ESCAPE '\\')")
"""Text, LIKE pattern, GLOB pattern: SQLite's LIKE ignores the case of some letters, its GLOB of none."""

_FOLDS: dict[str, tuple[type[Element], Callable[[str], str]]] = {
    "casei": (element(Text(), "casei({0})", "om_casei({0})"), casei),
    "accenti": (element(Text(), "accenti({0})", "om_accenti({0})"), accenti),
}


def like(scope: Scope, op: str, args: Sequence[Node]) -> Operand:
    """Return whether a text matches a pattern: % any characters, _ one, a backslash before either means itself."""
    text, pattern = (scope.within.text(a, op.upper()) for a in args)
    if not isinstance(pattern.value, str):
        raise BadFilter(f"the pattern of LIKE is a text in quotes, not {pattern}")
    if len(pattern.value) > MAX_PATTERN:
        raise BadFilter(f"the pattern of LIKE has more than {MAX_PATTERN:,} characters")
    return of_test(_Like(text.sql, pattern.sql, literal(glob(pattern.value), Text())), "LIKE")


def folded(scope: Scope, op: str, args: Sequence[Node]) -> Operand:
    """Return a text without its case or its accents."""
    text = scope.within.text(args[0], op.upper())
    piece, fold = _FOLDS[op]
    value = fold(text.value) if isinstance(text.value, str) else None
    return Operand(ColumnKind.TEXT, piece(text.sql), f"{op.upper()}({text.said})", value)


def glob(pattern: str) -> str:
    """Return a LIKE pattern as SQLite's GLOB has it; raise BadFilter if it ends with an open escape."""
    if re.search(r"(?<!\\)(\\\\)*\\\Z", pattern):
        raise BadFilter("the pattern of LIKE ends with a backslash that escapes nothing; write two for one")
    return _PATTERN.sub(lambda m: _same(m[1]) if m[1] else _WILD.get(m[2]) or _same(m[2]), pattern)


def _same(character: str) -> str:
    return f"[{character}]" if character in _WILD_IN_GLOB else character


OPERATORS: dict[str, Operator] = {"like": like, **dict.fromkeys(_FOLDS, folded)}
