"""What an import would change, shown row by row before it does."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry

from layers.feature import Layer
from layers.query import Query
from layers.store.protocol import Row, Store
from spatial.time import written

_LOOKED_AT = 500
_LONGEST = 120
"""Characters of a text or shape that are shown."""


def sampled(store: Store, layer: Layer, rows: Sequence[Row], most: int) -> list[Mapping[str, Any]]:
    """Return the first rows that are new, or that differ from what the store holds: key and field → (before, after)."""
    key = layer.key.name
    looked = {str(row[key]): row for row in rows[:_LOOKED_AT]}
    known = _known(store, layer, tuple(looked))
    changes: list[Mapping[str, Any]] = []
    for k, row in looked.items():
        if fields := _differences(known.get(k), row, layer):
            changes.append({"key": k, "new": k not in known, "fields": fields})
    return changes[:most]


def _known(store: Store, layer: Layer, keys: tuple[str, ...]) -> dict[str, Row]:
    if not keys:
        return {}
    block = store.block(layer, Query(ids=keys, limit=len(keys), count=False))
    places = block.places if block.places is not None else [None] * len(block.keys)
    name = layer.place.name if layer.place else ""
    rows = (dict(zip(block.names, row, strict=True)) for row in block.rows)
    return {k: {**row, name: place} for k, row, place in zip(block.keys, rows, places, strict=True)}


def _differences(before: Row | None, after: Row, layer: Layer) -> dict[str, tuple[Any, Any]]:
    pairs = {c.name: (plain((before or {}).get(c.name)), plain(after[c.name])) for c in layer.columns}
    return {name: (_short(one), _short(other)) for name, (one, other) in pairs.items() if one != other}


def _short(value: Any) -> Any:
    text = value.wkt if isinstance(value, BaseGeometry) else value
    return f"{text[:_LONGEST]}…" if isinstance(text, str) and len(text) > _LONGEST else text


def plain(value: Any) -> Any:
    """Return a row's value as the store gives it back."""
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
