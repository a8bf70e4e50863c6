"""Query parameters of items as a Query; what is unknown or malformed is refused with what to send instead."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from api.query_string import refuse_others
from api.queryable import LITERAL, equality
from layers.column import Column
from layers.cql2 import parse
from layers.feature import Layer
from layers.query import MAX_LIMIT, Filter, Query, Sort
from layers.store.keyset import cursor
from spatial import crs as systems
from spatial.box import Box, corners
from spatial.crs import ADVERTISED, CRS84, Crs
from spatial.errors import BadCrs, BadParameter
from spatial.region import box_region
from spatial.time import span

STREAM_LIMIT = 1_000_000
"""Features that a streamed format (CSV, NDJSON, FlatGeobuf, GeoParquet) may hold."""

MAX_OFFSET = 1_000_000
MAX_SORT = 8
_WHOLE = re.compile(r"[0-9]{1,18}\Z")
_TRUE = {"true": True, "false": False}
_LANGUAGES = ("cql2-text", "cql2-json")
Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one request asks of one layer."""

    layer: Layer
    params: Params
    most: int = MAX_LIMIT


def query(asked: Asked) -> Query:
    """Return the query that the parameters make; raise BadParameter, BadTime, BadCrs or BadFilter."""
    _check(asked)
    made: dict[str, Any] = {"filters": _filters(asked)}
    for name, read in READERS.items():
        if name in asked.params:
            made |= read(asked, asked.params[name])
    whole = Query(**made)
    token = asked.params.get("cursor")
    return whole if token is None else replace(whole, cursor=cursor(token, whole))


def queryable(layer: Layer) -> Mapping[str, Column]:
    """Return the columns that name=value can ask by: those whose name is no other parameter's."""
    return {c.name: c for c in layer.properties if c.name not in NAMES and c.kind in LITERAL}


def _check(asked: Asked) -> None:
    fields = queryable(asked.layer)
    refuse_others(asked.params, [*NAMES, *fields])
    if empty := next((n for n, v in asked.params.items() if not v.strip() and n not in fields), None):
        raise BadParameter(f"{empty} is empty; give it a value or leave it out")
    # refused where it is wrong, even where there is no box for it
    _crs(asked, "bbox-crs")


def _filters(asked: Asked) -> tuple[Filter, ...]:
    fields = queryable(asked.layer)
    equal = [equality(fields[n], v) for n, v in asked.params.items() if n in fields]
    language = asked.params.get("filter-lang")
    if language not in (None, *_LANGUAGES):
        raise BadParameter(f"filter-lang={language[:40]!r}: send {' or '.join(_LANGUAGES)}")
    system, given = _crs(asked, "filter-crs"), asked.params.get("filter")
    return tuple(equal) if given is None else (parse(given, language, system), *equal)


def _bbox(asked: Asked, text: str) -> dict[str, Any]:
    system = _crs(asked, "bbox-crs")
    if system.code is None:
        return {"box": Box.read(text)}
    return {"region": box_region(corners(text), system)}


def _limit(asked: Asked, text: str) -> dict[str, Any]:
    limit = _number("limit", text)
    if limit < 1:
        raise BadParameter("limit must be 1 or more")
    # more than there can be is no error (Features Part 1, 7.15.2)
    return {"limit": min(limit, asked.most)}


def _offset(asked: Asked, text: str) -> dict[str, Any]:
    offset = _number("offset", text)
    if offset > MAX_OFFSET:
        raise BadParameter(
            f"offset goes to {MAX_OFFSET:,}; follow the next links instead, they are as quick on every page"
        )
    return {"offset": offset}


def _properties(asked: Asked, text: str) -> dict[str, Any]:
    return {"properties": tuple(_listed("properties", text))}


def _sort(asked: Asked, text: str) -> dict[str, Any]:
    parts = _listed("sortby", text)
    keys = tuple(Sort(part.removeprefix("-").removeprefix("+").strip(), part.startswith("-")) for part in parts)
    if len(keys) > MAX_SORT or len({key.name for key in keys}) < len(keys):
        raise BadParameter(f"sortby takes one to {MAX_SORT} properties, each once, as in sortby=-reported,number")
    return {"sort": keys}


def _listed(name: str, text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise BadParameter(f"{name}={text[:60]!r} has an empty name in it")
    return parts


def _skip(asked: Asked, text: str) -> dict[str, Any]:
    if text.lower() not in _TRUE:
        raise BadParameter("skipGeometry is true or false")
    return {"skip_geometry": _TRUE[text.lower()]}


def _number(name: str, text: str) -> int:
    if not _WHOLE.match(text):
        raise BadParameter(f"{name}={text[:40]!r} is not a whole number")
    return int(text)


def _crs(asked: Asked, name: str) -> Crs:
    """Return the system that a parameter names, if collections offer it (Part 2, 6.2.2 and 6.3); raise BadParameter."""
    text = asked.params.get(name)
    if text is None:
        return CRS84
    try:
        system = systems.crs(text)
    except BadCrs as bad:
        raise BadParameter(f"{name}: {bad}") from bad
    if system.uri not in ADVERTISED:
        raise BadParameter(f"{name}={text[:100]!r} is not offered here; there are {', '.join(ADVERTISED)}")
    return system


READERS: dict[str, Callable[[Asked, str], dict[str, Any]]] = {
    "bbox": _bbox,
    "datetime": lambda asked, text: {"span": span(text)},
    "crs": lambda asked, text: {"crs": _crs(asked, "crs")},
    "limit": _limit,
    "offset": _offset,
    "properties": _properties,
    "skipGeometry": _skip,
    "sortby": _sort,
    "q": lambda asked, text: {"text": text},
}
NAMES = frozenset(READERS) | {"bbox-crs", "filter", "filter-lang", "filter-crs", "cursor", "f"}
