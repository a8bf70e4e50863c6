"""Excel workbooks, read a row at a time."""

from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from etl.source.archive import check
from etl.source.columns import place_columns
from etl.source.fingerprint import fingerprint
from etl.source.model import CHUNK, MAX_COLUMNS, Chunk, Options, Record, Source, headers
from etl.source.text import reading
from etl.source.warned import heard
from spatial.errors import BadSource

_HEAD = 100
_AT_ONCE = 500
_DULL = 10_000
"""Empty rows after which a sheet is at its end: Excel remembers a million that once had a colour."""

_FAULTS = (InvalidFileException, BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError)
"""What openpyxl raises for a workbook that is not as it should be; a syntax error is XML's."""

type Cells = tuple[Any, ...]


def excel_source(path: Path, options: Options) -> Source:
    """Return one sheet of a workbook (.xlsx), whose first row names the columns, as a source; raise BadSource."""
    check(path)
    sheet = _sheet(path, options.table)
    with closing(_rows(path, sheet)) as rows:
        fields = _fields(path, next(rows, None))
        head = [_record(fields, cells) for cells in islice(rows, _HEAD)]
    return Source(
        str(path),
        "Excel",
        fields,
        lambda: _chunks(path, sheet, fields),
        fingerprint(path),
        columns=place_columns(fields, head, options),
        notes=(f"sheet {sheet}",),
    )


def _book(path: Path) -> Workbook:
    try:
        return heard(lambda: openpyxl.load_workbook(path, read_only=True, data_only=True))[0]
    except _FAULTS as bad:
        raise BadSource(
            f"{path.name} is no Excel workbook or a damaged one: {str(bad)[:200]}; save it as .xlsx"
        ) from bad


def _sheet(path: Path, wanted: str | None) -> str:
    with closing(_book(path)) as book:
        names = [str(sheet.title) for sheet in book.worksheets]
    if wanted is not None and wanted not in names:
        raise BadSource(f"{path.name} has no sheet {wanted[:60]!r}; it has {', '.join(names[:40])}")
    if not names:
        raise BadSource(f"{path.name} has no sheet with cells")
    return wanted or names[0]


def _rows(path: Path, sheet: str) -> Generator[Cells]:
    """Yield the rows of the sheet that are not empty."""
    with closing(_book(path)) as book, reading(path.name):
        table = cast("Any", book[sheet])
        table.reset_dimensions()  # what a sheet says of its own size is often wrong
        rows = cast("Iterator[Cells]", table.iter_rows(values_only=True))
        dull = 0
        while dull < _DULL and (some := _some(path, rows)):
            full = [cells for cells in some if any(value not in (None, "") for value in cells)]
            dull = 0 if full else dull + len(some)
            yield from full


def _some(path: Path, rows: Iterator[Cells]) -> list[Cells]:
    try:
        return heard(lambda: list(islice(rows, _AT_ONCE)))[0]
    except _FAULTS as bad:
        raise BadSource(f"{path.name} is damaged: {str(bad)[:200]}") from bad


def _fields(path: Path, cells: Cells | None) -> tuple[str, ...]:
    if cells is None:
        raise BadSource(f"{path.name} has an empty sheet; its first row must name the columns")
    width = max(n for n, value in enumerate(cells, 1) if value not in (None, ""))
    if width > MAX_COLUMNS:
        raise BadSource(f"{path.name} has {width:,} columns; {MAX_COLUMNS:,} are the most that are read")
    return headers(cells[:width])


def _chunks(path: Path, sheet: str, fields: tuple[str, ...]) -> Iterator[Chunk]:
    start = 0
    with closing(_rows(path, sheet)) as rows:
        next(rows, None)
        while records := [_record(fields, cells) for cells in islice(rows, CHUNK)]:
            yield Chunk(start, records)
            start += len(records)


def _record(fields: tuple[str, ...], cells: Cells) -> Record:
    """Return a row by column names; cells to the right of the named columns are notes."""
    return dict(zip_longest(fields, cells[: len(fields)]))
