"""Geometries in a filter's text, as GeoJSON."""

import re
from typing import Any, cast

import numpy as np

from shapely.geometry import mapping

from spatial.errors import BadFilter, BadGeometry
from spatial.shape import parsed

KINDS = "POINT|LINESTRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON|GEOMETRYCOLLECTION"

_MARKED = re.compile(rf"\b({KINDS})\s*(?:ZM|Z|M)?\s*(?=\()", re.IGNORECASE)


def geojson(text: str) -> dict[str, Any]:
    """Return well-known text (OGC 06-103r4, 7), with or without its Z, as a GeoJSON geometry; raise BadFilter."""
    try:
        with np.errstate(all="ignore"):  # of a number too large for a float, which comes out infinite
            shape = parsed(_MARKED.sub(r"\1", text))
    except BadGeometry as bad:
        raise BadFilter(str(bad)) from bad
    return _lists(mapping(shape))


def _lists(value: Any) -> Any:
    match value:
        case dict():
            return {k: _lists(v) for k, v in cast("dict[str, Any]", value).items()}
        case list() | tuple():
            return [_lists(v) for v in cast("list[Any]", value)]
        case _:
            return value
