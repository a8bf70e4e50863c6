"""GeoJSON, read a feature at a time: a FeatureCollection of any size, one feature a line, or a text sequence."""

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO, cast

from shapely.geometry.base import GEOMETRY_TYPES

from etl.source.fingerprint import fingerprint
from etl.source.json_stream import Broken, Stream, as_object, line_values
from etl.source.model import CHUNK, MAX_COLUMNS, MAX_TEXT, PLACE, Chunk, Options, Record, Source
from etl.source.shapes import from_mappings
from etl.source.text import Opened, opened, reading

DEEPEST = 32
"""Levels of objects and lists in a property."""

_HEAD = 100
_HEAVY = 8_000_000
"""Characters after which a chunk is full, however few its features."""

_KEPT = frozenset({"type", "crs", "geometry", "properties", "id", "coordinates", "geometries"})


def geojson_source(path: Path, options: Options) -> Source:
    """Return GeoJSON (RFC 7946), a GeoJSON sequence (RFC 8142) or one feature a line as a source; raise BadSource."""
    first = opened(path, options.encoding)
    with first.text, reading(path.name):
        items = _Items(first.text, _by_line(path, first.encoding))
        head = [_record(item)[0] for item in islice(items, _HEAD)]
    return Source(
        str(path),
        "GeoJSON",
        tuple(dict.fromkeys(name for record in head for name in record))[:MAX_COLUMNS],
        lambda: _chunks(path, opened(path, first.encoding)),
        fingerprint(path),
        crs=_crs(items.said.get("crs")),
        placed=True,
        loose=True,
        notes=(f"encoding {first.encoding}",),
    )


class _Items:
    """The items of a GeoJSON text, and what is said of them as a whole."""

    def __init__(self, text: TextIO, by_line: bool) -> None:
        self.said: dict[str, Any] = {}
        self._text, self._by_line, self._stream = text, by_line, Stream(text)

    @property
    def passed(self) -> int:
        """How many characters have been passed; 0 where each line is one item."""
        return self._stream.passed

    def __iter__(self) -> Iterator[Any]:
        if self._by_line:
            return line_values(self._text)
        return chain(self._elements(), self._rest([])) if self._stream.peek() == "[" else self._whole()

    def _elements(self) -> Iterator[Any]:
        self._stream.take("[")
        while self._stream.peek() != "]":
            yield self._stream.value()
            if self._stream.peek() != "]":
                self._stream.take(",", "]")
        self._stream.take("]")

    def _whole(self) -> Iterator[Any]:
        """Yield the features of a collection; any other object is one item, and so is each that follows it."""
        self._stream.take("{")
        one = True
        while self._stream.peek() != "}":
            name = self._stream.value()
            self._stream.take(":")
            if name == "features" and self._stream.peek() == "[":
                one = False
                yield from self._elements()
            else:
                self._keep(name, self._stream.value())
            if self._stream.peek() != "}":
                self._stream.take(",", "}")
        self._stream.take("}")
        yield from self._rest([dict(self.said)] if one else [])

    def _rest(self, first: list[Any]) -> Iterator[Any]:
        yield from first
        while self._stream.peek():
            yield self._stream.value()

    def _keep(self, name: Any, value: Any) -> None:
        if isinstance(name, str) and name in _KEPT:
            self.said[name] = value


def _by_line(path: Path, encoding: str) -> bool:
    """Tell whether each line is an item of its own."""
    with opened(path, encoding).text as text:
        first, second = text.readline(MAX_TEXT).strip(), text.readline(2).strip()
    return second.startswith(("{", "\x1e")) and not first.endswith(("[", "{", ",", ":"))


def _chunks(path: Path, file: Opened) -> Iterator[Chunk]:
    with file.text, reading(path.name):
        items = _Items(file.text, _by_line(path, file.encoding))
        start = 0
        for batch in _batches(items):
            yield chunk(batch, start, file.part())
            start += len(batch)


def _batches(items: _Items) -> Iterator[list[Any]]:
    batch: list[Any] = []
    before = 0
    for item in items:
        batch.append(item)
        if len(batch) >= CHUNK or items.passed - before > _HEAVY:
            yield batch
            batch, before = [], items.passed
    if batch:
        yield batch


def chunk(batch: list[Any], start: int, part: float | None = None) -> Chunk:
    """Return GeoJSON features as a chunk; what is no feature is broken."""
    read = [_record(item) for item in batch]
    places, why = from_mappings([shape for _, shape, _ in read])
    for n in why:
        read[n][0][PLACE] = read[n][1]
    return Chunk(
        start,
        [record for record, _, _ in read],
        places,
        {**why, **{n: w for n, (_, _, w) in enumerate(read) if w}},
        part,
    )


def _record(item: Any) -> tuple[Record, Any, str | None]:
    """Return an item's record, its geometry as it stands, and why it is no record."""
    if isinstance(item, Broken):
        return {"text": item.text}, None, item.why
    value = as_object(item) or {}
    if value.get("type") in GEOMETRY_TYPES:
        return {}, value, None
    return (
        _feature(value)
        if value.get("type") == "Feature"
        else ({"text": str(item)[:200]}, None, "it is no GeoJSON feature")
    )


def _feature(item: dict[str, Any]) -> tuple[Record, Any, str | None]:
    properties = as_object(item.get("properties")) or {}
    if PLACE in properties:
        properties[f"properties.{PLACE}"] = properties.pop(PLACE)
    if "id" in item:
        properties.setdefault("id", item["id"])
    return properties, item.get("geometry"), _monstrous(properties)


def _monstrous(properties: Record) -> str | None:
    if len(properties) > MAX_COLUMNS:
        return f"the record has {len(properties):,} fields; {MAX_COLUMNS:,} are the most that are read"
    deep = any(isinstance(value, dict | list) and _deeper(value, DEEPEST) for value in properties.values())
    return f"a property is nested deeper than {DEEPEST} levels" if deep else None


def _deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    parts = cast("list[Any]", value if isinstance(value, list) else list((as_object(value) or {}).values()))
    return levels == 0 or any(_deeper(part, levels - 1) for part in parts)


def _crs(said: Any) -> str | None:
    """Return what the crs member of older GeoJSON names."""
    match said:
        case {"properties": {"name": str() as name}}:
            return name
        case _:
            return None
