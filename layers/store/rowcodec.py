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

OUT: dict[ColumnKind, Callable[[Any], Any]] = {
    ColumnKind.BOOLEAN: bool,
    ColumnKind.TEXTS: orjson.loads,
    ColumnKind.NUMBER: float,
    # GDAL and QGIS may write other precisions than ours
    ColumnKind.INSTANT: lambda v: v if len(v) == 24 else written(instant(v)),  # noqa: PLR2004
}
IN: dict[ColumnKind, Callable[[Any], Any]] = {
    ColumnKind.INSTANT: lambda v: v if isinstance(v, str) else written(v),
    ColumnKind.DATE: lambda v: v if isinstance(v, str) else v.isoformat(),
    ColumnKind.TEXTS: lambda v: json.dumps(v, ensure_ascii=False),
    ColumnKind.BOOLEAN: int,
    ColumnKind.NUMBER: float,
}


def decoder(columns: Sequence[Column]) -> Callable[[Sequence[Any]], list[Any]]:
    """Return what turns a row's raw values into values that JSON can hold."""
    special = [(n, OUT[c.kind]) for n, c in enumerate(columns) if c.kind in OUT]

    def decode(raw: Sequence[Any]) -> list[Any]:
        values = list(raw)
        for n, out in special:
            if values[n] is not None:
                values[n] = out(values[n])
        return values

    return decode


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
