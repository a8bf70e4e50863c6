"""The grids that tiles are cut by, as documents (OGC Two Dimensional Tile Matrix Set 2.0, 17-083r4, annex C)."""

from collections.abc import Sequence
from typing import Any

from spatial.tms import SIDE, TileMatrixSet

SCALES = "http://www.opengis.net/def/wkss/OGC/1.0/"
WELL_KNOWN = {"WebMercatorQuad": f"{SCALES}GoogleMapsCompatible", "WorldCRS84Quad": f"{SCALES}GoogleCRS84Quad"}
Document = dict[str, Any]


def definition(tms: TileMatrixSet, home: str) -> Document:
    """Return a grid as TMS 2.0 writes it (17-083r4, annex C)."""
    top = [tms.top[1], tms.top[0]] if tms.north_first else list(tms.top)
    known = {"wellKnownScaleSet": WELL_KNOWN[tms.id]} if tms.id in WELL_KNOWN else {}
    first, last = tms.zooms
    return {
        "id": tms.id,
        "title": tms.title,
        "uri": uri(tms, home),
        "crs": tms.crs,
        "orderedAxes": axes(tms),
        **known,
        "tileMatrices": [_matrix(tms, z, top) for z in range(first, last + 1)],
    }


def uri(tms: TileMatrixSet, home: str) -> str:
    """Return what names a grid: its place in OGC's registry, or here."""
    return tms.registered or f"{home}/tileMatrixSets/{tms.id}"


def axes(tms: TileMatrixSet) -> list[str]:
    """Return the axes of a grid's CRS in its order."""
    if tms.metric:
        return ["E", "N"]
    return ["Lat", "Lon"] if tms.north_first else ["Lon", "Lat"]


def _matrix(tms: TileMatrixSet, z: int, top: Sequence[float]) -> Document:
    columns, rows = tms.size(z)
    return {
        "id": str(z),
        "scaleDenominator": tms.scale(z),
        "cellSize": tms.cell(z),
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": list(top),
        "tileWidth": SIDE,
        "tileHeight": SIDE,
        "matrixWidth": columns,
        "matrixHeight": rows,
    }
