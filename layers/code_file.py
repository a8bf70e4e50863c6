"""A code list in a file of the user's own: read strictly, because everything after it relies on it."""

import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path

from layers.codes import Code, CodeList, code_list, code_lists, code_of
from layers.text import Text
from spatial.errors import BadSource

COLUMNS = ("code", "parent", "zh", "en", "valid_from", "valid_to")
REQUIRED = frozenset({"code", "zh"})
MAX_BYTES = 4_000_000
MAX_CODES = 50_000
MAX_TITLE = 120
"""Characters of a title."""

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}\Z")
_SCHEME = re.compile(r"[a-z][a-z0-9-]{0,47}\Z")


def read_code_list(path: Path, scheme: str | None = None, edition: str = "local") -> CodeList:
    """Return the code list in a CSV file (UTF-8; columns `code,parent,zh,en,valid_from,valid_to`).

    `code` and `zh` are required; without `en` a code is called in Chinese only. A parent is a code of the file, or
    of the scheme in which the built-in scheme of the same name (the file's stem unless named) has its parents.
    Raise BadSource with the line and the reason.
    """
    scheme = scheme or path.stem
    if not _SCHEME.match(scheme):
        raise BadSource(f"{scheme[:40]!r} cannot name a code scheme: use lower-case letters, digits and hyphens")
    known = code_lists().get(scheme) or CodeList(scheme, Text(scheme, scheme), edition, {})
    codes: dict[str, Code] = {}
    for where, row in _rows(path):
        code = _code(where, row)
        if code.code in codes:
            raise BadSource(f"{where}: the code {code.code} is there twice")
        codes[code.code] = code
    if not codes:
        raise BadSource(f"{path.name} has no codes: one line each, under the header")
    _check_parents(path.name, codes, code_list(known.parents).codes if known.parents else {})
    return CodeList(scheme, known.title, edition, codes, Text(path.name, path.name), known.parents)


def _code(where: str, row: Mapping[str, str]) -> Code:
    try:
        code = code_of(row)
    except ValueError as bad:
        raise BadSource(f"{where}: {str(bad)[:80]}; write dates as 2026-01-31") from bad
    if not _CODE.match(code.code):
        raise BadSource(f"{where}: {code.code[:40]!r} cannot be a code: up to 32 letters, digits, dots and hyphens")
    for title in code.title:
        if not (title and title.isprintable() and len(title) <= MAX_TITLE):
            raise BadSource(f"{where}: {title[:40]!r} cannot be a title: 1 to {MAX_TITLE} visible characters")
    if code.valid_from and code.valid_to and code.valid_from > code.valid_to:
        raise BadSource(f"{where}: the code {code.code} ends before it begins")
    return code


def _check_parents(name: str, codes: Mapping[str, Code], above: Mapping[str, Code]) -> None:
    sound: set[str] = set()
    for code in codes:
        path: dict[str, None] = {}
        at: str | None = code
        while at is not None and at in codes and at not in sound:
            if at in path:
                raise BadSource(f"{name}: the code {at} is above itself")
            path[at] = None
            at = codes[at].parent
        if at is not None and at not in codes and at not in above:
            raise BadSource(f"{name}: {at[:40]!r}, the parent of {next(reversed(path))}, is no code")
        sound.update(path)


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each row with its place in the file."""
    lines = csv.reader(StringIO(_text(path), newline=""), strict=True)
    try:
        head = _head(path, next(lines, list[str]()))
        for cells in lines:
            where = f"{path.name} line {lines.line_num}"
            if lines.line_num > MAX_CODES:
                raise BadSource(f"{path.name} has more than {MAX_CODES} lines")
            if cells and len(cells) != len(head):
                raise BadSource(f"{where} has {len(cells)} cells, the header has {len(head)}")
            if cells:
                yield where, dict(zip(head, (cell.strip() for cell in cells), strict=True))
    except csv.Error as bad:
        raise BadSource(f"{path.name} line {lines.line_num}: {bad}") from bad


def _head(path: Path, cells: list[str]) -> list[str]:
    head = [cell.strip() for cell in cells]
    if not REQUIRED <= set(head) <= set(COLUMNS) or len(set(head)) != len(head):
        raise BadSource(f"{path.name}: the header must be {','.join(COLUMNS)}; code and zh are required")
    return head


def _text(path: Path) -> str:
    try:
        # a pipe or a device would block, or never end
        if not path.is_file():
            raise BadSource(f"{path} is not a file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as bad:
        raise BadSource(f"{path.name[:80]} cannot be read: {bad.strerror}") from bad
    if len(data) > MAX_BYTES:
        raise BadSource(f"{path.name} is larger than {MAX_BYTES} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        raise BadSource(f"{path.name} is not UTF-8 (byte {bad.start}): save it as CSV UTF-8") from bad
