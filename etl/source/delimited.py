"""CSV and its relatives: blocks of whole lines read at once; where one is not as it should be, a record at a time."""

import csv
import io
from collections import Counter, deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from etl.source.columns import place_columns
from etl.source.fingerprint import fingerprint
from etl.source.model import CHUNK, MAX_COLUMNS, MAX_TEXT, Chunk, Options, Record, Source, headers
from etl.source.text import Opened, opened, reading
from spatial.errors import BadSource

DELIMITERS = ",;\t|"
SPAN = 200
"""Lines that one record may take; a quote that is open for longer was never meant as one."""

MAX_BROKEN = 10_000
"""Records with an open quote after which the file is no CSV."""

HEAVY = 8_000_000
"""Characters after which a chunk is full, however few its records."""

_HEAD = 100
_BLOCK, _LARGEST = 1 << 20, 4 << 20
"""Characters read at once, and those after which a quote that is still open was never meant as one."""

type Row = list[str] | tuple[str, str]
"""The values of one record, or (why, what) of a record that cannot be read."""


class _OpenQuote(Exception):
    """A quote was opened and not closed."""


class _LongLine(Exception):
    """A line is longer than any record."""


class _Lines:
    """The lines of a text, remembering those of the record being read so that an open quote costs one of them."""

    def __init__(self, text: TextIO) -> None:
        self._text, self._again = text, deque[str]()
        self.pulled: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._text.readline(MAX_TEXT)
        if self.pulled and (not line or len(self.pulled) >= SPAN):
            self._again.appendleft(line)
            raise _OpenQuote
        if not line:
            raise StopIteration
        self.pulled.append(line[:MAX_TEXT])
        if len(line) >= MAX_TEXT:
            self._pass(line)
            raise _LongLine
        return line

    def recovered(self) -> str:
        """Return the line on which the quote was opened, and read what came after it again."""
        first, *rest = self.pulled
        self._again.extendleft(reversed(rest))
        return first

    def _pass(self, line: str) -> None:
        while line and not line.endswith(("\n", "\r")):
            line = self._text.readline(MAX_TEXT)


class _Rows:
    """The rows of a delimited text, one by one; a line that cannot be read costs one of them."""

    def __init__(self, text: TextIO, delimiter: str) -> None:
        self._lines, self._delimiter, self._broken = _Lines(text), delimiter, 0
        self._reader = self._fresh()

    def __iter__(self) -> Iterator[Row]:
        while (row := self._next()) is not None:
            if row:
                yield row

    def _next(self) -> Row | None:
        self._lines.pulled.clear()
        try:
            return next(self._reader, None)
        except _OpenQuote:
            return self._mended()
        except _LongLine:
            self._reader = self._fresh()
            return f"a line is longer than {MAX_TEXT:,} characters", self._lines.pulled[-1][:_HEAD]
        except csv.Error as bad:
            self._reader = self._fresh()
            return f"the line cannot be read: {bad}", "".join(self._lines.pulled)[:_HEAD]

    def _mended(self) -> tuple[str, str]:
        self._broken += 1
        if self._broken > MAX_BROKEN:
            raise BadSource(f"more than {MAX_BROKEN:,} quotes are opened and never closed; is --delimiter right?")
        self._reader = self._fresh()
        return "a quote is opened and never closed", self._lines.recovered().rstrip("\r\n")

    def _fresh(self) -> Iterator[list[str]]:
        return _reader(self._lines, self._delimiter)


def csv_source(path: Path, options: Options) -> Source:
    """Return a delimited text with a header line as a source; raise BadSource, Unguessable."""
    encoding, delimiter = _form(path, options)
    with reading(path.name), opened(path, encoding).text as text:
        rows = iter(_Rows(text, delimiter))
        fields = _fields(path, next(rows, None))
        head = [dict(zip(fields, row, strict=False)) for row in islice(rows, _HEAD) if isinstance(row, list)]
    return Source(
        str(path),
        "CSV",
        fields,
        lambda: _chunks(path, opened(path, encoding), delimiter, fields),
        fingerprint(path),
        columns=place_columns(fields, head, options),
        notes=(f"encoding {encoding}", f"delimiter {delimiter!r}"),
    )


def _form(path: Path, options: Options) -> tuple[str, str]:
    """Return the file's encoding and its delimiter: the one that cuts the first lines alike most often."""
    file = opened(path, options.encoding)
    with file.text, reading(path.name):
        head = "".join(file.text.readline(MAX_TEXT) for _ in range(20))
    if options.delimiter != "auto" and (len(options.delimiter) != 1 or options.delimiter in '\r\n"'):
        raise BadSource(f"{options.delimiter!r} is no delimiter: send one character, or auto")
    known = options.delimiter != "auto"
    return file.encoding, options.delimiter if known else max(DELIMITERS, key=lambda mark: _agreement(head, mark))


def _agreement(head: str, mark: str) -> tuple[int, int]:
    rows = _Rows(io.StringIO(head, newline=""), mark)
    widths = Counter(len(row) for row in rows if isinstance(row, list) and len(row) > 1)
    width, times = max(widths.items(), key=lambda item: item[1], default=(0, 0))
    return times, width


def _fields(path: Path, row: Row | None) -> tuple[str, ...]:
    if not isinstance(row, list):
        raise BadSource(f"{path.name} has no line of column names: {row[0] if row else 'it is empty'}")
    if len(row) > MAX_COLUMNS:
        raise BadSource(f"{path.name} has {len(row):,} columns; {MAX_COLUMNS:,} are the most that are read")
    return headers(row)


def _chunks(path: Path, file: Opened, delimiter: str, fields: tuple[str, ...]) -> Iterator[Chunk]:
    start, waiting, weight = -1, list[Row](), 0
    with file.text, reading(path.name):
        for rows, size in _blocks(file.text, delimiter, len(fields)):
            # the first row of all is the header
            waiting, weight, start = [*waiting, *rows[start < 0 :]], weight + size, max(start, 0)
            while len(waiting) >= CHUNK or (waiting and weight > HEAVY):
                yield _chunk(waiting[:CHUNK], fields, start, file.part())
                start, waiting, weight = start + len(waiting[:CHUNK]), waiting[CHUNK:], 0
        if waiting:
            yield _chunk(waiting, fields, start, 1.0)


def _blocks(text: TextIO, delimiter: str, width: int) -> Iterator[tuple[list[Row], int]]:
    """Yield the rows of a block of whole lines, and its size, one block after the other."""
    rest = ""
    while more := text.read(_BLOCK):
        block = rest + more
        end = max(block.rfind("\n"), block.rfind("\r")) + 1
        if end and (block.count('"', 0, end) % 2 == 0 or len(block) > _LARGEST):
            yield _block_rows(block[:end], delimiter, width), end
            rest = block[end:]
        elif not end and len(block) > MAX_TEXT:
            yield [(f"a line is longer than {MAX_TEXT:,} characters", block[:_HEAD])], MAX_TEXT
            rest = _after_line(text)
        else:
            rest = block
    if rest:
        yield _block_rows(rest, delimiter, width), len(rest)


def _block_rows(block: str, delimiter: str, width: int) -> list[Row]:
    """Return the rows of whole lines, by the C reader alone where all of them have the right width."""
    try:
        rows = list(_reader(io.StringIO(block, newline=""), delimiter))
    except csv.Error:
        rows = [[""] * (width + 1)]
    if block.count('"') % 2 == 0 and all(len(row) == width or not row for row in rows):
        return [row for row in rows if row]
    return list(_Rows(io.StringIO(block, newline=""), delimiter))


def _after_line(text: TextIO) -> str:
    """Pass the rest of a line, and return what was read after it: nothing."""
    while (line := text.readline(MAX_TEXT)) and not line.endswith(("\n", "\r")):
        pass
    return ""


def _chunk(rows: list[Row], fields: tuple[str, ...], start: int, part: float) -> Chunk:
    width = len(fields)
    wrong = {n: _unfit(row, fields) for n, row in enumerate(rows) if isinstance(row, tuple) or len(row) != width}
    if not wrong:
        return Chunk(start, [dict(zip(fields, row, strict=True)) for row in rows], None, {}, part)
    records = [wrong[n][1] if n in wrong else dict(zip(fields, row, strict=True)) for n, row in enumerate(rows)]
    return Chunk(start, records, None, {n: why for n, (why, _) in wrong.items()}, part)


def _unfit(row: Row, fields: tuple[str, ...]) -> tuple[str, Record]:
    if isinstance(row, tuple):
        return row[0], {"line": row[1]}
    names = (*fields, *(f"column_{n}" for n in range(len(fields) + 1, len(row[: len(fields) + _HEAD]) + 1)))
    return f"{len(row)} values for {len(fields)} columns", dict(zip(names, row, strict=False))


def _reader(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_TEXT)  # its own limit refuses a district's boundary
    return csv.reader(lines, delimiter=delimiter)
