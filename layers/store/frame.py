"""Rows as a GeoDataFrame."""

from collections.abc import Iterable
from typing import Any, cast

import numpy as np
import pandas as pd

import geopandas as gpd

from layers.column import ColumnKind
from layers.feature import Layer
from layers.query import Query
from layers.store.protocol import Block
from layers.store.select import shown
from spatial.crs import project
from spatial.shape import SRID


def frame(layer: Layer, query: Query, blocks: Iterable[Block]) -> gpd.GeoDataFrame:
    """Return blocks as one frame: index `id`, a column a property, instants UTC, places in its CRS (x first)."""
    keys: list[str] = []
    rows: list[list[Any]] = []
    places: list[np.ndarray] = []
    for block in blocks:
        keys += block.keys
        rows += cast("list[list[Any]]", block.rows)
        places.append(_none(len(block.keys)) if block.places is None else block.places)
    columns = shown(layer, query)
    table = pd.DataFrame(rows, columns=[c.name for c in columns], index=pd.Index(keys, name="id"))
    for column in columns:
        if column.kind is ColumnKind.INSTANT:
            table[column.name] = pd.to_datetime(cast("pd.Series", table[column.name]), utc=True, format="ISO8601")
    shapes = np.concatenate(places) if places else _none(0)
    code = query.crs.code or SRID
    return gpd.GeoDataFrame(table, geometry=project(shapes, query.crs, "xy"), crs=code)


def _none(n: int) -> np.ndarray:
    return np.full(n, None, dtype=object)
