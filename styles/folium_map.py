"""Layers on folium maps: an overlay for any map, a map that works offline, a file to mail."""

from pathlib import Path

import geopandas as gpd

from layers.feature import Layer
from styles.export import MAX_EXPORT, Exported, Sheet, city_map, export
from styles.inline import MissingAsset
from styles.offline import OfflineMap
from styles.overlay import overlay

__all__ = ["MAX_EXPORT", "Exported", "MissingAsset", "OfflineMap", "Sheet", "city_map", "export", "overlay", "show"]


def show(layer: Layer, frame: gpd.GeoDataFrame, assets: Path) -> OfflineMap:
    """Return one layer's rows on a map that a notebook shows without a network; raise MissingAsset."""
    return city_map([Exported(layer, frame)], assets)
