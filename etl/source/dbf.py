"""The text in a dBASE table, as bytes: what the encoding of a Shapefile without a .cpg is told by."""

import struct
from collections.abc import Iterator
from pathlib import Path

from spatial.errors import BadSource

_MOST = 20_000
"""Records that are looked at, spread over the file."""


def check(path: Path) -> None:
    """Raise BadSource for a table that is shorter than it says."""
    with path.open("rb") as file:
        count, start, width = _head(path, file.read(32))
    if path.stat().st_size < start + count * width:
        raise BadSource(f"{path.name} ends early: it announces {count:,} records and does not hold them all")


def texts(path: Path) -> list[bytes]:
    """Return the names of the fields, and values of the text fields, undecoded; raise BadSource."""
    with path.open("rb") as file:
        said, start, width = _head(path, file.read(32))
        count = min(said, max(path.stat().st_size - start, 0) // max(width, 1))
        fields = [*_fields(file.read(max(start - 32, 0)))]
        spans = [slice(at, at + length) for _, at, length in fields if length]
        found = [name for name, _, _ in fields]
        for n in range(0, count, max(count // _MOST, 1)):
            file.seek(start + n * width)
            record = file.read(width)
            found += [record[span] for span in spans]
    return found


def _head(path: Path, data: bytes) -> tuple[int, int, int]:
    """Return how many records there are, where they start, and how wide each is."""
    if len(data) < 32:  # noqa: PLR2004 - the fixed part of the header
        raise BadSource(f"{path.name} is no dBASE table: it ends in its header")
    return struct.unpack_from("<IHH", data, 4)


def _fields(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield each field's name, where it begins in a record, and how long it is if it is text, else 0."""
    at = 1
    for start in range(0, len(data) - 31, 32):
        field = data[start : start + 32]
        if field[0] == 0x0D:  # noqa: PLR2004 - the end of the header
            return
        # a long text keeps the high byte of its length where numbers keep their decimals
        length = field[16] + (field[17] << 8 if field[11:12] == b"C" else 0)
        yield field[:11].split(b"\x00")[0], at, length if field[11:12] == b"C" else 0
        at += length
