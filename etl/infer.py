"""A schema for records that come without one: names, kinds, key and geometry, from the first of them."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from shapely.geometry.base import BaseGeometry

from etl.source import Chunk, Source
from layers.feature import RESERVED
from spatial.coordinates import Geometries
from spatial.errors import BadSource, BadTime
from spatial.shape import Kind
from spatial.time import instant

SAMPLE = 20_000
"""Records that are looked at; what comes later is refused where it does not fit."""

KEY, PLACE = "code", "place"
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})\Z")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,3})?\Z")
_NAMING = re.compile(r"(^|_)(id|code|no|number|key|uuid|gid|objectid)$|编号|编码|代码|序号|标识")
_TRUTH = frozenset({"true", "false"})


def inferred(source: Source, title: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a JSON Schema for the source's records, and our name of each field → theirs; raise BadSource."""
    sample = list(_sample(source))
    records = [record for chunk in sample for record in chunk.records]
    if not records:
        raise BadSource(f"{source.where} has no records to make a layer of")
    place = source.columns
    theirs = [name for name in source.fields if name not in (place.x, place.y, place.wkt)]
    names = dict(zip(_names(theirs), theirs, strict=True))
    properties = {ours: _property(their, [r.get(their) for r in records]) for ours, their in names.items()}
    document: dict[str, Any] = {"title": title, "properties": properties, "required": []}
    _key(document, names, records)
    if source.placed or place:
        properties[PLACE] = {"title": "位置 Place", "format": f"geometry-{_kind(source, sample).lower()}"}
    return document, names


def _sample(source: Source) -> Iterable[Chunk]:
    seen = 0
    for chunk in source.records():
        yield chunk
        seen += len(chunk.records)
        if seen >= SAMPLE:
            return


def _names(theirs: Sequence[str]) -> list[str]:
    """Return a plain name for each field; those that keep no letter are numbered, repeated ones too."""
    used = {*RESERVED, PLACE}
    made: list[str] = []
    for number, name in enumerate(theirs, 1):
        plain = _NOT_PLAIN.sub("_", name.lower()).strip("_")[:40]
        base = plain if plain[:1].isalpha() else f"field_{plain or number}"
        free = next(n for n in (base, *(f"{base}_{k}" for k in range(2, len(theirs) + 3))) if n not in used)
        used.add(free)
        made.append(free)
    return made


def _property(title: str, values: Sequence[Any]) -> dict[str, Any]:
    given = [v for v in values if v is not None and v != ""]
    kind = next((said for test, said in TESTS if given and all(map(test, given))), {"type": "string"})
    return {"title": title, **kind}


def _key(document: dict[str, Any], names: dict[str, str], records: Sequence[dict[str, Any]]) -> None:
    """Give the schema its key: a field that names every record, or one made of all fields."""
    properties = document["properties"]
    named = next(
        (n for n, their in names.items() if _NAMING.search(their.lower()) and _names_all(records, their)), None
    )
    key = named or next(n for n in (KEY, "onemap_key") if n not in properties)
    properties[key] = {"title": names.get(key, "编号 Code"), "type": "string", "x-ogc-role": "id"}
    document["required"] = [key]
    if named is None:
        document["x-onemap-key"] = [n for n in properties if n != key]


def _names_all(records: Sequence[dict[str, Any]], name: str) -> bool:
    values = [str(r.get(name) or "") for r in records]
    return all(values) and len(set(values)) == len(values)


def _kind(source: Source, sample: Sequence[Chunk]) -> Kind:
    if source.columns.x:
        return Kind.POINT
    found = {t for chunk in sample for t in _types(chunk.places)}
    return Kind(found.pop()) if len(found) == 1 and next(iter(found)) in set(Kind) else Kind.ANY


def _types(places: Geometries | None) -> set[str]:
    return set() if places is None else {g.geom_type for g in places if isinstance(g, BaseGeometry)}


def _whole(value: Any) -> bool:
    plain = isinstance(value, int) and not isinstance(value, bool)
    return plain or (isinstance(value, str) and _WHOLE.match(value.strip()) is not None)


def _number(value: Any) -> bool:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain or (isinstance(value, str) and _NUMBER.match(value.strip()) is not None)


def _truth(value: Any) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and value.strip().lower() in _TRUTH)


def _moment(value: Any) -> bool:
    if isinstance(value, date):
        return True
    try:
        return isinstance(value, str) and bool(instant(value))
    except BadTime:
        return False


def _day(value: Any) -> bool:
    if isinstance(value, date):
        return not isinstance(value, datetime)
    return _moment(value) and len(str(value).strip()) == len("2026-01-31")


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in islice(value, 1000))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


TESTS: tuple[tuple[Callable[[Any], bool], dict[str, Any]], ...] = (
    (_truth, {"type": "boolean"}),
    (_whole, {"type": "integer"}),
    (_number, {"type": "number"}),
    (_day, {"type": "string", "format": "date"}),
    (_moment, {"type": "string", "format": "date-time"}),
    (_texts, {"type": "array", "items": {"type": "string"}}),
)
"""What all values of a field must be, and the schema that follows; tried in this order."""
