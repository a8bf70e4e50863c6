"""Values between Python and SQLite, column by column, without a detour over an ORM."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import orjson

import shapely

from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.store.protocol import Row, places_of
from layers.table import HEADER
from spatial.time import instant, written

WIDTH = len("2026-01-31T08:00:00.000Z")
OUT: dict[ColumnKind, Callable[[Any], Any]] = {
    ColumnKind.BOOLEAN: bool,
    ColumnKind.TEXTS: orjson.loads,
    ColumnKind.NUMBER: float,
}
IN: dict[ColumnKind, Callable[[Any], Any]] = {
    ColumnKind.INSTANT: lambda v: v if isinstance(v, str) else written(v),
    ColumnKind.DATE: lambda v: v if isinstance(v, str) else v.isoformat(),
    ColumnKind.TEXTS: lambda v: json.dumps(v, ensure_ascii=False),
    ColumnKind.BOOLEAN: int,
    ColumnKind.NUMBER: float,
}


def decode(columns: Sequence[Column], rows: Sequence[Any], *, by_name: bool) -> None:
    """Turn raw values into values that JSON can hold, in place, column by column; rows are dicts or lists."""
    for n, column in enumerate(columns):
        at = column.name if by_name else n
        if column.kind is ColumnKind.INSTANT:
            _mend_instants(rows, at)
        elif column.kind in OUT:
            _decode(rows, at, OUT[column.kind])


def _decode(rows: Sequence[Any], at: str | int, out: Callable[[Any], Any]) -> None:
    for row in rows:
        if row[at] is not None:
            row[at] = out(row[at])


def _mend_instants(rows: Sequence[Any], at: str | int) -> None:
    for row in rows:
        if row[at] is not None and len(row[at]) != WIDTH:
            row[at] = mended(row[at])


def mended(text: str) -> str:
    """Return an instant as we write it; ours are of one width already, GDAL and QGIS may write other precisions."""
    return text if len(text) == WIDTH else written(instant(text))


def encoded(layer: Layer, rows: Sequence[Row]) -> list[list[Any]]:
    """Return the rows as SQLite takes them, in the order of the layer's columns."""
    filled = [_encoded_column(layer, c, rows) for c in layer.columns]
    return [list(values) for values in zip(*filled, strict=True)]


def _encoded_column(layer: Layer, column: Column, rows: Sequence[Row]) -> Sequence[Any]:
    if column.kind is ColumnKind.PLACE:
        wkb = shapely.to_wkb(places_of(rows, column.name))
        return [None if w is None else HEADER + w for w in wkb]
    values = [row.get(column.name) for row in rows]
    into = IN.get(column.kind)
    return values if into is None else [None if v is None else into(v) for v in values]


def bounds(layer: Layer, rows: Sequence[Row]) -> np.ndarray:
    """Return west, south, east, north of each row's place (n, 4); NaN where there is none."""
    return shapely.bounds(places_of(rows, layer.place.name)) if layer.place else np.full((len(rows), 4), np.nan)
