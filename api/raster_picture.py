"""One tile of a raster as a picture, read by rio-tiler and coloured by the raster's ramp."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

import rasterio.crs
from rasterio.errors import RasterioError
from rio_tiler.errors import RioTilerError
from rio_tiler.io import Reader
from rio_tiler.utils import render

from layers.raster import Raster
from spatial.box import Corners
from spatial.crs import crs
from spatial.errors import Unavailable
from spatial.raster import QUIET
from spatial.tms import SIDE, Tile
from styles.raster import RAMPS, colours

DETAIL = 4096
"""Cells of a raster along the side of the widest tile that is read whole."""

FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "png": ("PNG", {"ZLEVEL": 5}),
    "webp": ("WEBP", {"LOSSLESS": True}),
}
_READER, _RENDER = cast("Any", Reader), cast("Any", render)
_CODES, _ENV = cast("Any", rasterio.crs).CRS, cast("Any", rasterio).Env
_PHOTO = 3
"""Bands of a picture in colours."""

type Picture = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""Red, green, blue (3, rows, columns), and opacity (rows, columns)."""


def picture(raster: Raster, path: Path, tile: Tile, kind: str) -> bytes | None:
    """Return the tile as PNG or WebP, None where nothing is to be seen; raise Unavailable."""
    system = _CODES.from_epsg(crs(tile.tms.crs).code or 4326)
    try:
        with _ENV(**QUIET), _READER(str(path)) as source:
            palette = cast("dict[int, Any]", source.colormap or {})
            place = _place(tile, cast("Corners", tuple(source.get_geographic_bounds(system))), raster)
            values = _read(source, place, system, _way(raster))
    except (RasterioError, RioTilerError) as bad:
        raise Unavailable(f"the raster {raster.name} cannot be read now; ask again") from bad
    if values is None:
        return None
    rgb, alpha = _painted(raster, np.ma.masked_invalid(values), palette)
    if not alpha.any():
        return None
    driver, options = FORMATS[kind]
    return cast("bytes", _RENDER(rgb, alpha, img_format=driver, **options))


@dataclass(frozen=True, slots=True)
class _Place:
    """The part of a tile that is read: a box in the tile's CRS, and its first row and column and its size in pixels."""

    box: Corners
    at: tuple[int, int]
    size: tuple[int, int]


def _place(tile: Tile, extent: Corners, raster: Raster) -> _Place | None:
    """Return what of a tile to read, None for nothing.

    All of it where its pixels are about as large as the raster's cells. A tile of half the world is read where the
    raster lies alone: rio-tiler turns all that it reads at the raster's own resolution first.
    """
    west, south, east, north = tile.box
    cells = (east - west) / max((extent[2] - extent[0]) / raster.shape[1], 1e-12)
    if cells <= DETAIL:
        return _Place(tile.box, (0, 0), (SIDE, SIDE))
    box = max(west, extent[0]), max(south, extent[1]), min(east, extent[2]), min(north, extent[3])
    if box[0] >= box[2] or box[1] >= box[3]:
        return None
    pixel = (east - west) / SIDE
    at = min(SIDE - 1, int((north - box[3]) / pixel)), min(SIDE - 1, int((box[0] - west) / pixel))
    size = max(1, round((box[3] - box[1]) / pixel)), max(1, round((box[2] - box[0]) / pixel))
    return _Place(box, at, (min(size[0], SIDE - at[0]), min(size[1], SIDE - at[1])))


def _read(source: Any, place: _Place | None, system: Any, way: dict[str, Any]) -> Any:
    """Return the values (bands, SIDE, SIDE) of a tile, masked where there are none; None where nothing was read."""
    if place is None:
        return None
    (rows, columns), (top, left) = place.size, place.at
    part = source.part(place.box, dst_crs=system, bounds_crs=system, height=rows, width=columns, **way).array
    if place.size == (SIDE, SIDE):
        return part
    whole = np.ma.masked_all((len(part), SIDE, SIDE), dtype=part.dtype)
    whole[:, top : top + rows, left : left + columns] = part
    return whole


def _way(raster: Raster) -> dict[str, Any]:
    """Return what to read and how: values between cells are true only where values are measured."""
    bands = (1, 2, 3) if raster.ramp == "photo" else (1,)
    smooth = raster.ramp == "photo" or raster.bands[0].dtype.startswith("float")
    method = "bilinear" if smooth else "nearest"
    return {"indexes": bands, "resampling_method": method, "reproject_method": method}


def _painted(raster: Raster, values: Any, palette: dict[int, Any]) -> Picture:
    there = np.where(np.ma.getmaskarray(values)[0], 0, 255).astype(np.uint8)
    filled: NDArray[Any] = np.ma.filled(values, 0)
    if raster.ramp == "photo" and len(filled) == _PHOTO:
        return filled.astype(np.uint8), there
    named = raster.ramp == "palette" and bool(palette)
    seen = _looked_up(filled[0], palette) if named else _ramped(raster, filled[0])
    return seen[:3], np.minimum(seen[3], there)


def _ramped(raster: Raster, values: NDArray[Any]) -> NDArray[np.uint8]:
    band, ramp = raster.bands[0], raster.ramp if raster.ramp in RAMPS else "viridis"
    return colours(values, ramp, band.low or 0.0, band.high if band.high is not None else 1.0)


def _looked_up(values: NDArray[Any], palette: dict[int, Any]) -> NDArray[np.uint8]:
    table = np.zeros((256, 4), dtype=np.uint8)
    for value, color in palette.items():
        table[value % 256] = color
    return np.moveaxis(table[values.astype(np.uint8)], -1, 0)
