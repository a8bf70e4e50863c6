"""What every source looks like: records in chunks, with their places where the format has places."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from spatial.coordinates import Geometries

CHUNK = 10_000
"""Records that are read, checked and written together."""

MAX_COLUMNS = 4_096
MAX_TEXT = 16_000_000
"""Characters of one record: a shape of the largest size accepted takes half of it."""

PLACE = "geometry"
"""The name under which a record of a format with places holds its place, as WKT, once it is text."""

type Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    """What may be said of a source that does not say it itself.

    encoding: a codec's name, or auto. table: the layer of a GeoPackage or archive, the sheet of a workbook, the feature
    type of a service. x, y, wkt: the columns that hold the place. delimiter: one character, or auto.
    """

    encoding: str = "auto"
    table: str | None = None
    x: str | None = None
    y: str | None = None
    wkt: str | None = None
    delimiter: str = "auto"
    page: int = 1_000
    seconds: float = 60


@dataclass(frozen=True, slots=True)
class PlaceColumns:
    """The columns of the place: x and y, or one of WKT; none for a table without places."""

    x: str | None = None
    y: str | None = None
    wkt: str | None = None

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self.wkt or self.x)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records that follow one another.

    start: how many records came before. places: one geometry or None a record, in the source's coordinates, or None
    where columns hold the place. broken: which records could not be read, and why. part: how much of the source has
    been read, 0 to 1, where that is known.
    """

    start: int
    records: list[Record]
    places: Geometries | None = None
    broken: Mapping[int, str] = field(default_factory=dict[int, str])
    part: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """An open source. `crs` is a CRS as text (EPSG:… or WKT), `fingerprint` changes when the content does.

    A loose source may have further fields in later records; one that is not resumable is read from its start again.
    """

    where: str
    format: str
    fields: tuple[str, ...]
    read: Callable[[], Iterator[Chunk]]
    fingerprint: str
    crs: str | None = None
    total: int | None = None
    columns: PlaceColumns = PlaceColumns()
    placed: bool = False
    loose: bool = False
    resumable: bool = True
    notes: tuple[str, ...] = ()
    files: ExitStack = field(default_factory=ExitStack)

    def records(self, start: int = 0) -> Iterator[Chunk]:
        """Yield the records after the first `start`; raise BadSource where the source breaks off."""
        return (rest for chunk in self.read() if (rest := after(chunk, start)).records)

    def close(self) -> None:
        """Let go of files and of what was unpacked or downloaded."""
        self.files.close()

    def __enter__(self) -> Self:
        """Return the source itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, bad: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


type Reader = Callable[[Path, Options], Source]


def after(chunk: Chunk, start: int) -> Chunk:
    """Return what of the chunk comes after the first `start` records of the source."""
    cut = min(max(start - chunk.start, 0), len(chunk.records))
    if not cut:
        return chunk
    places = None if chunk.places is None else chunk.places[cut:]
    broken = {n - cut: why for n, why in chunk.broken.items() if n >= cut}
    return Chunk(chunk.start + cut, chunk.records[cut:], places, broken, chunk.part)


def before(chunk: Chunk, end: int) -> Chunk:
    """Return what of the chunk is among the first `end` records of the source."""
    kept = min(max(end - chunk.start, 0), len(chunk.records))
    if kept == len(chunk.records):
        return chunk
    places = None if chunk.places is None else chunk.places[:kept]
    broken = {n: why for n, why in chunk.broken.items() if n < kept}
    return Chunk(chunk.start, chunk.records[:kept], places, broken, chunk.part)


def taken(records: Sequence[Record], name: str) -> list[Any]:
    """Return one field of all records (n,), None where it is absent."""
    try:
        return list(map(itemgetter(name), records))
    except KeyError:
        return [record.get(name) for record in records]


def headers(names: Sequence[Any]) -> tuple[str, ...]:
    """Return column names that are all there and all different: empty ones are numbered, repeated ones too."""
    seen: dict[str, int] = {}
    return tuple(
        _distinct(str(name if name is not None else "").strip() or f"column_{n}", seen)
        for n, name in enumerate(names, 1)
    )


def _distinct(name: str, seen: dict[str, int]) -> str:
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else _distinct(f"{name}_{seen[name]}", seen)
