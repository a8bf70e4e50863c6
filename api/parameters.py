"""Query parameters of items as a Query; what is unknown or malformed is refused with what to send instead."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api.queryable import equality
from layers.cql2 import parse
from layers.feature import Layer
from layers.query import MAX_LIMIT, Filter, Query, Sort
from layers.store.keyset import cursor
from spatial import crs as systems
from spatial.box import Box, corners
from spatial.crs import CRS84, Crs
from spatial.errors import BadCrs, BadParameter
from spatial.region import box_region
from spatial.time import span

STREAM_LIMIT = 1_000_000
"""Features that a streamed format (CSV, NDJSON, FlatGeobuf, GeoParquet) may hold."""

MAX_OFFSET = 1_000_000
_WHOLE = re.compile(r"\d{1,9}\Z")
_TRUE = {"true": True, "false": False}
Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one request asks of one layer."""

    layer: Layer
    params: Params
    most: int = MAX_LIMIT


def query(asked: Asked) -> Query:
    """Return the query that the parameters make; raise BadParameter, BadTime, BadCrs or BadFilter."""
    _known(asked)
    made: dict[str, Any] = {}
    for name, read in READERS.items():
        if name in asked.params:
            made |= read(asked, asked.params[name])
    made.setdefault("limit", 10)
    whole = Query(**made | {"filters": _filters(asked)})
    if "cursor" not in asked.params:
        return whole
    return Query(**made | {"filters": _filters(asked), "cursor": cursor(asked.params["cursor"], whole)})


def _known(asked: Asked) -> None:
    for name in asked.params:
        if name not in NAMES and name not in asked.layer.by_name:
            fields = ", ".join(c.name for c in asked.layer.properties)
            raise BadParameter(f"{name[:60]!r} is no parameter here; there are {', '.join(sorted(NAMES))}; and {fields}")


def _filters(asked: Asked) -> tuple[Filter, ...]:
    given = asked.params.get("filter")
    equal = [equality(asked.layer, n, v) for n, v in asked.params.items() if n in asked.layer.by_name and n not in NAMES]
    if given is None:
        return tuple(equal)
    language = asked.params.get("filter-lang")
    if language not in (None, "cql2-text", "cql2-json"):
        raise BadParameter(f"filter-lang={language[:40]!r}: send cql2-text or cql2-json")
    return (parse(given, language, _crs(asked.params.get("filter-crs"))), *equal)


def _bbox(asked: Asked, text: str) -> dict[str, Any]:
    system = _crs(asked.params.get("bbox-crs"))
    if system.code is None:
        return {"box": Box.read(text)}
    return {"region": box_region(corners(text), system)}


def _limit(asked: Asked, text: str) -> dict[str, Any]:
    limit = _number("limit", text)
    if limit < 1:
        raise BadParameter("limit must be 1 or more")
    return {"limit": min(limit, asked.most)}


def _offset(asked: Asked, text: str) -> dict[str, Any]:
    offset = _number("offset", text)
    if offset > MAX_OFFSET:
        raise BadParameter(f"offset goes to {MAX_OFFSET:,}; follow the next links instead, they are as quick on every page")
    return {"offset": offset}


def _properties(asked: Asked, text: str) -> dict[str, Any]:
    return {"properties": tuple(n for n in (part.strip() for part in text.split(",")) if n)}


def _sort(asked: Asked, text: str) -> dict[str, Any]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not 0 < len(parts) <= 8:  # noqa: PLR2004 - nobody sorts by more
        raise BadParameter("sortby takes one to eight properties, as in sortby=-reported,number")
    return {"sort": tuple(Sort(p.lstrip("+-"), p.startswith("-")) for p in parts)}


def _skip(asked: Asked, text: str) -> dict[str, Any]:
    if text.lower() not in _TRUE:
        raise BadParameter("skipGeometry is true or false")
    return {"skip_geometry": _TRUE[text.lower()]}


def _number(name: str, text: str) -> int:
    if not _WHOLE.match(text):
        raise BadParameter(f"{name}={text[:40]!r} is not a whole number")
    return int(text)


def _crs(text: str | None) -> Crs:
    return CRS84 if text is None else systems.crs(text)


def _output(asked: Asked, text: str) -> dict[str, Any]:
    try:
        return {"crs": systems.crs(text)}
    except BadCrs as bad:
        raise BadParameter(f"crs: {bad}") from bad


READERS: dict[str, Callable[[Asked, str], dict[str, Any]]] = {
    "bbox": _bbox,
    "datetime": lambda asked, text: {"span": span(text)},
    "crs": _output,
    "limit": _limit,
    "offset": _offset,
    "properties": _properties,
    "skipGeometry": _skip,
    "sortby": _sort,
    "q": lambda asked, text: {"text": text},
}
NAMES = frozenset(READERS) | {"bbox-crs", "filter", "filter-lang", "filter-crs", "cursor", "f"}
