"""Text files, plain or gzipped, opened so that a bomb stops and progress can be told."""

import gzip
import io
import zlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO, cast

from etl.source.encoding import SAMPLE, detected, known
from spatial.errors import BadSource

FREE, RATIO = 256 << 20, 200
"""Unpacked bytes beyond which a file may not be this many times its packed size: text packs 5 to 30 times."""

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Bytes:
    """An open file: its bytes, unpacked, how far it has been read (0 to 1), and whether it is packed."""

    stream: IO[bytes]
    part: Callable[[], float]
    packed: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """An open text: what is read from, how far it has been read (0 to 1), and in which encoding it is."""

    text: TextIO
    part: Callable[[], float]
    encoding: str


class Measured(io.RawIOBase):
    """What a gzipped file holds; raises BadSource for a bomb."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed, self._unpacked, self._given = packed, gzip.GzipFile(fileobj=packed), 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: "memoryview | bytearray", /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Fill the buffer; return how many bytes came."""
        data = self._unpacked.read(len(buffer))
        buffer[: len(data)] = data
        self._given += len(data)
        if self._given > FREE and self._given > RATIO * max(self._packed.tell(), 1):
            raise BadSource(f"the file unpacks to more than {RATIO} times its size; that is no data")
        return len(data)

    def close(self) -> None:
        """Close the file too."""
        self._unpacked.close()
        self._packed.close()
        super().close()


@contextmanager
def reading(where: str) -> Generator[None]:
    """Tell of a file that breaks off or cannot be unpacked as BadSource."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as bad:
        raise BadSource(f"{where} is damaged or ends early: {bad}") from bad
    except UnicodeError as bad:
        raise BadSource(f"{where} is not in the encoding that was said: {bad}; send another --encoding") from bad
    except OSError as bad:
        raise BadSource(f"{where} cannot be read: {bad.strerror or bad}") from bad


def binary(path: Path) -> Bytes:
    """Open a file, gzipped or not; raise BadSource."""
    with reading(path.name):
        raw, size = path.open("rb"), max(path.stat().st_size, 1)
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        stream = cast("IO[bytes]", io.BufferedReader(Measured(raw), 1 << 16)) if packed else raw
        return Bytes(stream, lambda: 1.0 if raw.closed else min(raw.tell() / size, 1.0), packed)


def opened(path: Path, encoding: str) -> Opened:
    """Return the file as text; bytes that are not in its encoding come through and are refused with their record."""
    name = detected(sample(path)) if encoding == "auto" else known(encoding)
    file = binary(path)
    errors = "strict" if name.startswith(("utf-16", "utf-32", "utf_16", "utf_32")) else "surrogateescape"
    return Opened(io.TextIOWrapper(file.stream, encoding=name, errors=errors, newline=""), file.part, name)


def sample(path: Path) -> bytes:
    """Return the head of a text file, with lines of its middle and end where they can be had cheaply."""
    file = binary(path)
    with file.stream as stream, reading(path.name):
        head, size = stream.read(SAMPLE), path.stat().st_size
        if file.packed or size <= SAMPLE:
            return head
        places = (size // 2, max(size - SAMPLE // 4, 0))
        return head[: head.rfind(b"\n") + 1] + b"".join(_lines(_at(stream, place)) for place in places)


def _at(stream: IO[bytes], place: int) -> bytes:
    stream.seek(place)
    return stream.read(SAMPLE // 4)


def _lines(data: bytes) -> bytes:
    """Return the whole lines of the data."""
    first = data.find(b"\n") + 1
    return data[first : data.rfind(b"\n") + 1]
