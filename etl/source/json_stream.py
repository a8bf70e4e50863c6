"""JSON values taken from a text one by one: a bad value costs one record, and size costs no memory."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TextIO, cast

from etl.source.model import MAX_TEXT
from spatial.errors import BadSource
from spatial.shape import MAX_VERTICES

_PIECE = 1 << 20
_MARGIN = 16
"""Characters at the end of what was read in which an error may only mean that the rest is missing."""

_SPACE = re.compile(r"[ \t\n\r\x1e\ufeff]*")
_STRING = r'"(?:[^"\\]|\\.)*+(?P<closed>")?'
_TOKEN = re.compile(rf"{_STRING}|[{{}}\[\],]", re.DOTALL)
_INNER = re.compile(rf'{_STRING}|(?:\[[^\[\]{{}}"]*+\]\s*+,?\s*+)++|[{{}}\[\]]', re.DOTALL)
"""Inside a value commas do not matter, and a run of positions is passed at once."""

_DEEPER = {"{": 1, "[": 1, "}": -1, "]": -1}
_decode = json.JSONDecoder(strict=False).raw_decode


@dataclass(frozen=True, slots=True)
class Broken:
    """A value that cannot be read, and why; `text` is how it begins."""

    why: str
    text: str


class Stream:
    """A JSON text being read."""

    def __init__(self, text: TextIO) -> None:
        self._text, self._buffer, self._at, self._ended = text, "", 0, False
        self._gone = 0

    @property
    def passed(self) -> int:
        """How many characters have been passed."""
        return self._gone + self._at

    def peek(self) -> str:
        """Return the next character that is no space, or "" at the end."""
        while True:
            space = _SPACE.match(self._buffer, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._buffer) or not self._fill():
                return self._buffer[self._at : self._at + 1]

    def take(self, *wanted: str) -> str:
        """Return and pass the next character, one of those wanted; raise BadSource."""
        if (found := self.peek()) not in wanted or not found:
            raise BadSource(
                f"the JSON ends early or is broken: {' or '.join(wanted)} is missing before {self._head()!r}"
            )
        self._at += 1
        return found

    def value(self) -> Any:
        """Return and pass the next value, Broken if it cannot be read; raise BadSource if it has no end."""
        self.peek()
        while (tried := self._tried()) is None:
            pass
        return tried[0]

    def _tried(self) -> tuple[Any] | None:
        """Return the next value, or None where more of the text has been read and it is to be tried again."""
        if self._crowded():
            return (self._broken("it has more parts than any shape accepted here"),)
        try:
            value, end = _decode(self._buffer, self._at)
        except json.JSONDecodeError as bad:
            short = len(self._buffer) - self._at < MAX_TEXT
            more = short and self._cut(bad) and self._fill()
            return None if more else (self._broken(bad.msg if short else "it is too long"),)
        except (RecursionError, ValueError) as bad:
            return (self._broken(f"it is nested too deeply or holds a number too long: {bad}"),)
        if end == len(self._buffer) and self._fill():
            return None
        self._at = end
        return (value,)

    def _cut(self, bad: json.JSONDecodeError) -> bool:
        return bad.msg.startswith("Unterminated string") or bad.pos >= len(self._buffer) - _MARGIN

    def _crowded(self) -> bool:
        # lists cost fifty times the two characters that they are written with
        return len(self._buffer) - self._at > 2 * _PIECE and self._buffer.count("[", self._at) > 4 * MAX_VERTICES

    def _fill(self) -> bool:
        """Read on, as much again as is waiting; return whether anything came."""
        rest = self._buffer[self._at :]
        more = "" if self._ended else self._text.read(max(_PIECE, len(rest)))
        self._gone += self._at
        self._buffer, self._at, self._ended = rest + more, 0, not more
        return bool(more)

    def _broken(self, why: str) -> Broken:
        head = self._head()
        self._skip()
        return Broken(f"the record cannot be read as JSON: {why}", head)

    def _skip(self) -> None:
        """Pass a value by its brackets alone; raise BadSource if it has no end."""
        depth = 0
        while True:
            token = (_INNER if depth else _TOKEN).search(self._buffer, self._at)
            if token is None or (token[0][0] == '"' and not token["closed"]):
                self._at = len(self._buffer) if token is None else token.start()
                if len(self._buffer) - self._at >= MAX_TEXT or not self._fill():
                    raise BadSource(f"the JSON ends early or is broken before {self._head()!r}")
                continue
            depth, end = _passed(token, depth)
            self._at = token.end() if end is None else end
            if end is not None:
                return

    def _head(self) -> str:
        return self._buffer[self._at : self._at + 200]


def as_object(value: Any) -> dict[str, Any] | None:
    """Return the value if it is a JSON object."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def line_values(text: TextIO) -> Iterator[Any]:
    """Yield the value on each line that is not empty, Broken where it cannot be read."""
    while line := text.readline(MAX_TEXT):
        if len(line) >= MAX_TEXT:
            _pass_line(text, line)
            yield Broken("the record is too long", line[:200])
        elif line := line.strip(" \t\r\n\x1e\ufeff"):
            yield _line_value(line)


def _line_value(line: str) -> Any:
    try:
        value, end = _decode(line)
    except (ValueError, RecursionError) as bad:
        return Broken(f"the record cannot be read as JSON: {bad}", line[:200])
    return value if end == len(line) else Broken("more than one value is on the line", line[:200])


def _pass_line(text: TextIO, line: str) -> None:
    while line and not line.endswith(("\n", "\r")):
        line = text.readline(MAX_TEXT)


def _passed(token: re.Match[str], depth: int) -> tuple[int, int | None]:
    """Return the depth after a token, and where the value ends if it does with it."""
    deeper = depth + _DEEPER.get(token[0], 0)
    if deeper < 0 or (token[0] == "," and not depth):
        return deeper, token.start()
    return deeper, token.end() if not deeper and token[0] in "}]" else None
