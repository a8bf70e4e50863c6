"""Zip archives, unpacked only as far as they are data: no bomb, no way out of the folder."""

import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import IO

from etl.source.text import reading
from spatial.errors import BadSource

ENTRIES = 2_000
LARGEST = 8 << 30
"""Bytes that an archive may unpack to."""

FREE, RATIO = 256 << 20, 200
_PIECE = 1 << 20


def unpacked(path: Path, into: Path, main: Iterable[str], wanted: str | None = None) -> Path:
    """Unpack the one data set of an archive into a folder and return its main file; raise BadSource.

    main: the suffixes that a main file has; what shares its stem comes with it. wanted: which of several.
    """
    with reading(path.name):
        try:
            archive = zipfile.ZipFile(path)
        except zipfile.BadZipFile as bad:
            raise BadSource(f"{path.name} is a damaged zip archive: {bad}") from bad
        with archive:
            entries = _entries(path, archive)
            chosen = _chosen(path, entries, frozenset(main), wanted)
            siblings = [e for e in entries if _stem(e) == _stem(chosen)]
            return _extract(path, archive, siblings, into) / f"data{_suffix(chosen)}"


def check(path: Path) -> None:
    """Raise BadSource if a zip archive (a workbook is one) unpacks to more than data would."""
    try:
        with reading(path.name), zipfile.ZipFile(path) as archive:
            _entries(path, archive)
    except zipfile.BadZipFile as bad:
        raise BadSource(f"{path.name} is damaged: {bad}") from bad


def _entries(path: Path, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = [e for e in archive.infolist() if not e.is_dir()]
    if len(entries) > ENTRIES:
        raise BadSource(f"{path.name} has {len(entries):,} entries; {ENTRIES:,} are the most that are read")
    if escaping := next((e for e in entries if _escapes(e.filename)), None):
        raise BadSource(f"{path.name} holds {escaping.filename[:80]!r}, which points out of the archive")
    if any(e.flag_bits & 1 for e in entries):
        raise BadSource(f"{path.name} is encrypted; unpack it first")
    _weigh(path, sum(e.file_size for e in entries))
    return entries


def _weigh(path: Path, size: int) -> None:
    packed = path.stat().st_size
    if size > LARGEST or (size > FREE and size > RATIO * packed):
        raise BadSource(f"{path.name} unpacks from {packed:,} to {size:,} bytes or more; that is no data")


def _escapes(name: str) -> bool:
    inside = PurePosixPath(name.replace("\\", "/"))
    return inside.is_absolute() or ".." in inside.parts or ":" in inside.parts[0] or "\x00" in name


def _chosen(path: Path, entries: list[zipfile.ZipInfo], main: frozenset[str], wanted: str | None) -> zipfile.ZipInfo:
    found = [e for e in entries if _suffix(e) in main and "__MACOSX" not in e.filename]
    if wanted is not None:
        found = [e for e in found if wanted in (e.filename, _stem(e), PurePosixPath(e.filename).stem)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(e.filename for e in (found or entries)[:20])
    if wanted is not None or not found:
        raise BadSource(f"{path.name} holds no {wanted or 'data that can be read'}; it holds {names}")
    raise BadSource(f"{path.name} holds {len(found)} data sets: {names}; say which with --table")


def _extract(path: Path, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], into: Path) -> Path:
    """Unpack entries under names of our own; what an entry says of its size is not believed."""
    size = 0
    for entry in entries:
        with archive.open(entry) as packed, (into / f"data{_suffix(entry)}").open("wb") as out:
            while piece := _piece(path, packed):
                size += len(piece)
                _weigh(path, size)
                out.write(piece)
    return into


def _piece(path: Path, packed: IO[bytes]) -> bytes:
    try:
        return packed.read(_PIECE)
    except zipfile.BadZipFile as bad:
        raise BadSource(f"{path.name} is damaged: {bad}") from bad


def _stem(entry: zipfile.ZipInfo) -> str:
    return str(PurePosixPath(entry.filename).with_suffix(""))


def _suffix(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename).suffix.lower()
