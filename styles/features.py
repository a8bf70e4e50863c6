"""A frame's places and readable values as GeoJSON features for the browser."""

from typing import Any, cast

import numpy as np
import pandas as pd

import geopandas as gpd
import shapely

from layers.feature import Layer
from layers.look import By
from styles.color import colors
from styles.look import label_of, look
from styles.readable import Field, readable

COLOR, LON, LAT = "c", "x", "y"
"""Keys of a feature's place in the palette, and of where its label stands; the columns' keys are numbers."""

DECIMALS = 6
"""A millionth of a degree is a tenth of a metre."""


def placed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows that have a place, in degrees."""
    rows: Any = frame
    there = rows[~(rows.geometry.isna() | rows.geometry.is_empty)]
    return there if there.crs is None else there.to_crs(4326)


def features(layer: Layer, frame: gpd.GeoDataFrame) -> tuple[dict[str, Any], list[Field], list[str]]:
    """Return a FeatureCollection, its fields and its palette, for rows that have a place.

    Properties are keyed by `Field.key`; what is null is left out.
    """
    read = readable(layer, frame)
    index, palette = _palette(layer, frame)
    table = read.table.assign(**({COLOR: index} if len(palette) > 1 else {}))
    if label_of(layer) and not frame.geometry.geom_type.eq("Point").all():
        table[[LON, LAT]] = _anchors(frame)
    shapes = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy.round(DECIMALS))
    drawn = gpd.GeoDataFrame(table, geometry=shapes)
    return drawn.to_geo_dict(na="drop", drop_id=True), read.fields, palette


def _palette(layer: Layer, frame: gpd.GeoDataFrame) -> tuple[Any, list[str]]:
    """Return each row's place in the palette, and the palette."""
    color, rows = look(layer).color, cast("Any", frame)
    if isinstance(color, By) and color.field not in rows.columns:
        color = color.other
    values = rows[color.field] if isinstance(color, By) else rows.index
    index, palette = pd.factorize(np.array(colors(color, values), dtype=object))
    return index, [str(each) for each in palette]


def _anchors(frame: gpd.GeoDataFrame) -> Any:
    inside = shapely.point_on_surface(frame.geometry.to_numpy())
    return shapely.get_coordinates(inside).round(DECIMALS)
