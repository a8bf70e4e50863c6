"""Which columns of a table hold the place, by the names that people give them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from etl.source.model import Options, PlaceColumns
from spatial.errors import BadSource

LON = (
    "lon",
    "lng",
    "long",
    "longitude",
    "经度",
    "经度坐标",
    "中心经度",
    "lon_wgs84",
    "lng_wgs84",
    "point_x",
    "x",
    "x坐标",
    "xcoord",
)
LAT = ("lat", "latitude", "纬度", "纬度坐标", "中心纬度", "lat_wgs84", "point_y", "y", "y坐标", "ycoord")
WKT = (
    "wkt",
    "wkt_geom",
    "geom",
    "geometry",
    "the_geom",
    "shape",
    "geom_wkt",
    "geometry_wkt",
    "几何",
    "空间位置",
    "坐标",
)

_SHAPE = re.compile(r"\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\b", re.IGNORECASE)


def place_columns(fields: Sequence[str], head: Sequence[Mapping[str, Any]], options: Options) -> PlaceColumns:
    """Return the columns that were said to hold the place, or those that look so; raise BadSource."""
    if options.wkt or options.x or options.y:
        return _said(fields, options)
    names = {name.strip().casefold(): name for name in reversed(fields)}
    if wkt := next((names[name] for name in WKT if name in names and _holds_wkt(head, names[name])), None):
        return PlaceColumns(wkt=wkt)
    x, y = (next((names[name] for name in known if name in names), None) for known in (LON, LAT))
    return PlaceColumns(x, y) if x and y else PlaceColumns()


def _said(fields: Sequence[str], options: Options) -> PlaceColumns:
    if not options.wkt and not (options.x and options.y):
        raise BadSource("--x and --y go together")
    said = PlaceColumns(None, None, options.wkt) if options.wkt else PlaceColumns(options.x, options.y)
    if missing := [name for name in (said.x, said.y, said.wkt) if name and name not in fields]:
        raise BadSource(f"the source has no column {', '.join(missing)}; it has {', '.join(fields[:40])}")
    return said


def _holds_wkt(head: Sequence[Mapping[str, Any]], name: str) -> bool:
    values = [record.get(name) for record in head]
    return any(isinstance(value, str) and _SHAPE.match(value) for value in values)
