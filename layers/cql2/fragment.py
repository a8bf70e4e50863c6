"""CQL2 text cut into fragments in which parentheses nest no deeper than the cql2 library can bear.

Its grammar tries what stands in parentheses as a group and then again as a list, so a wrong character inside n of them
costs 2^n steps: 25 parentheses would stop a worker for a minute. And depth overflows its stack. A group that is high is
therefore parsed by itself and stands in the text around it as a mark, which the grammar takes for a property.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from layers.cql2.well_known import KINDS, geojson
from spatial.errors import BadFilter

MAX_TEXT = 65_536
"""Characters; a longer filter, such as one with a large polygon, is sent as JSON."""

MAX_TOKENS = 5_000
MAX_OPEN = 128
MAX_CALLS = 12
MAX_LINKS = 64
"""Words and signs; parentheses open at once; functions in functions; operators in a row without AND, OR or comma."""

MARK = "\x1f"
"""Starts the name of a property that stands for what was cut out."""

_HIGH = 3
_HIGHEST = 6
_EXACT_DIGITS = 15
_WIDEST_INTEGER = 18
_SHAPE_DEPTH = 4

_TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<shape>(?:{KINDS})\s*(?:ZM|Z|M)?\s*(?=\())
  | (?P<string>'(?:[^'\\]|''|\\.)*')
  | (?P<quoted>"(?:[^"]|"")*")
  | (?P<name>[^\W\d][\w.:]*)
  | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<comma>,)
  | (?P<sign><>|!=|<=|>=|[-+*/%^=<>])
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_INSIDE_SHAPE = re.compile(r"[\w\s.,+()-]*", re.ASCII)
_CONNECTIVES = frozenset(("and", "or"))
_WORDS = _CONNECTIVES | {"not", "in", "like", "between", "is", "null", "div"}
_ESCAPE = re.compile(r"\\([abtnvfr'\\])|''")
_ESCAPED = dict(zip("abtnvfr'\\", "\a\b\t\n\v\f\r'\\", strict=True))


type Piece = tuple[str, int]
"""Text for the library, and where it stood in the filter."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """What the library parses in one go; or, of what needs no parsing, its value."""

    pieces: Sequence[Piece] = ()
    value: Any = None

    @property
    def text(self) -> str:
        """The pieces as one line."""
        return "".join(text for text, _ in self.pieces)

    def source(self, at: int) -> int:
        """Return where in the filter the character `at` of the line stood."""
        source = 0
        for text, source in self.pieces:
            if at < len(text):
                return source + at
            at -= len(text)
        return source + 1


@dataclass(slots=True)
class _Level:
    """What is known of the stretch inside one pair of parentheses; `first` is its piece with the opening one."""

    first: int
    source: int
    is_call: bool
    height: int = 0
    links: int = 0
    betweens: int = 0
    is_list: bool = False


def fragments(text: str) -> Sequence[Fragment]:
    """Return the fragments of a filter, each after those it refers to; raise BadFilter.

    Strings come out with their escapes undone (OGC 21-065r2, 8.2: backslash and doubled quote).
    """
    if len(text) > MAX_TEXT:
        raise BadFilter(f"the filter has more than {MAX_TEXT:,} characters; send it as cql2-json")
    if odd := _CONTROL.search(text):
        raise BadFilter(f"character {odd.start() + 1} of the filter is a control character")
    return _Cutter(text).cut()


class _Cutter:
    """One walk along a filter."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.pieces: list[Piece] = []
        self.done: list[Fragment] = []
        self.levels = [_Level(0, 0, is_call=False)]
        self.calls, self.tokens = False, 0

    def cut(self) -> list[Fragment]:
        """Return the fragments, the whole last; raise BadFilter."""
        while self.at < len(self.text):
            found = _TOKEN.match(self.text, self.at)
            if found is None:
                raise BadFilter(self._odd())
            kind, self.at = str(found.lastgroup), found.end()
            _KINDS[kind](self, found.group(), found.start())
            if kind != "space":
                self._count()
                self.calls = kind == "quoted" or (kind == "name" and found.group().lower() not in _WORDS)
        if len(self.levels) > 1:
            raise BadFilter(f"the parenthesis at character {self.levels[-1].source + 1} is never closed")
        return [*self.done, Fragment(tuple(self.pieces))]

    def space(self, _: str, source: int) -> None:
        """Take white space, all on one line."""
        self.pieces.append((" ", source))

    def plain(self, text: str, source: int) -> None:
        """Take text as it is."""
        self.pieces.append((text, source))

    def string(self, text: str, source: int) -> None:
        """Take a text literal, its escapes undone."""
        inner = _ESCAPE.sub(lambda m: _ESCAPED[m[1]] if m[1] else "'", text[1:-1])
        self.pieces.append(("'" + inner.replace("'", "''") + "'", source))

    def name(self, text: str, source: int) -> None:
        """Take a name, which may be an operator or a connective."""
        word, level = text.lower(), self.levels[-1]
        if word == "and" and level.betweens:
            level.betweens -= 1
        elif word in _CONNECTIVES:
            level.links = 0
        elif word in _WORDS:
            level.betweens += word == "between"
            self._link(source)
        self.pieces.append((text, source))

    def number(self, text: str, source: int) -> None:
        """Take a number; the library reads every one as a float, which cannot hold a long integer."""
        if _EXACT_DIGITS < len(text) <= _WIDEST_INTEGER and text.isdigit():
            self._mark(Fragment(value=int(text)), source)
        else:
            self.pieces.append((f"0{text}" if text.startswith(".") else text, source))

    def sign(self, text: str, source: int) -> None:
        """Take an operator."""
        self._link(source)
        self.pieces.append((text, source))

    def comma(self, text: str, source: int) -> None:
        """Take a comma, which makes a list of what is in parentheses."""
        self.levels[-1].is_list, self.levels[-1].links = True, 0
        self.pieces.append((text, source))

    def shape(self, text: str, source: int) -> None:
        """Take a geometry to its last parenthesis."""
        stretch = _INSIDE_SHAPE.match(self.text, self.at)
        depth = 0
        for one in stretch.group() if stretch else "":
            depth += (one == "(") - (one == ")")
            self.at += 1
            if not 0 < depth <= _SHAPE_DEPTH:
                break
        if depth:
            raise BadFilter(f"the geometry at character {source + 1} is not well-known text, as POINT(106.55 29.56) is")
        self._mark(Fragment(value=geojson(self.text[source : self.at])), source)

    def open(self, text: str, source: int) -> None:
        """Take an opening parenthesis: of a call, a list or a group."""
        if len(self.levels) > MAX_OPEN or sum(level.is_call for level in self.levels) + self.calls > MAX_CALLS:
            raise BadFilter(f"parentheses nest too deep at character {source + 1}")
        self.levels.append(_Level(len(self.pieces), source, self.calls))
        self.pieces.append((text, source))

    def close(self, text: str, source: int) -> None:
        """Take a closing parenthesis, and cut out the group that it closes when that is high."""
        if len(self.levels) == 1:
            raise BadFilter(f"the parenthesis at character {source + 1} closes nothing")
        level = self.levels.pop()
        inside = self.pieces[level.first + 1 :]
        height = level.height + (not level.is_call)
        if height > _HIGHEST:
            raise BadFilter(f"lists nest too deep at character {level.source + 1}")
        if not level.is_call and not any(piece.strip() for piece, _ in inside):
            self._cut(level, Fragment(value=[]))
        elif not level.is_call and not level.is_list and height >= _HIGH:
            self._cut(level, Fragment(tuple(inside)))
        else:
            self.pieces.append((text, source))
            self.levels[-1].height = max(self.levels[-1].height, height)

    def _cut(self, level: _Level, fragment: Fragment) -> None:
        del self.pieces[level.first :]
        self._mark(fragment, level.source)

    def _mark(self, fragment: Fragment, source: int) -> None:
        self.pieces.append((f' "{MARK}{len(self.done)}" ', source))
        self.done.append(fragment)

    def _count(self) -> None:
        self.tokens += 1
        if self.tokens > MAX_TOKENS:
            raise BadFilter(f"the filter has more than {MAX_TOKENS:,} words and signs; ask in several requests")

    def _link(self, source: int) -> None:
        self.levels[-1].links += 1
        if self.levels[-1].links > MAX_LINKS:
            raise BadFilter(f"more than {MAX_LINKS} operators follow each other before character {source + 1}")

    def _odd(self) -> str:
        one, where = self.text[self.at], f"character {self.at + 1} of the filter"
        if one in "'\"":
            return f"the quote at {where} is never closed; inside '...' a quote is written ''"
        return f"{where}, {one!r}, has no meaning there; texts stand in single quotes: '...'"


_KINDS: dict[str, Callable[[_Cutter, str, int], None]] = {
    "space": _Cutter.space,
    "shape": _Cutter.shape,
    "string": _Cutter.string,
    "quoted": _Cutter.plain,
    "name": _Cutter.name,
    "number": _Cutter.number,
    "open": _Cutter.open,
    "close": _Cutter.close,
    "comma": _Cutter.comma,
    "sign": _Cutter.sign,
}
