"""One tile of a raster as a picture, in the colours of the raster's ramp."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

import rasterio.transform
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile

from layers.raster import Raster
from spatial.errors import Unavailable
from spatial.raster import GDAL, QUIET, VRT, near
from spatial.tms import SIDE, Tile
from styles.raster import RAMPS, colours

FORMATS: dict[str, dict[str, Any]] = {
    "png": {"driver": "PNG", "ZLEVEL": 5},
    "webp": {"driver": "WEBP", "LOSSLESS": True},
}
PLACE = cast("Any", rasterio.transform).from_bounds
_PHOTO = 3
"""Bands of a picture in colours."""

type Picture = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""Red, green, blue (3, rows, columns), and opacity (rows, columns)."""


def picture(raster: Raster, path: Path, tile: Tile, kind: str) -> bytes | None:
    """Return the tile as PNG or WebP, None where nothing is to be seen; raise Unavailable."""
    place = PLACE(*tile.box, SIDE, SIDE)
    try:
        with GDAL.Env(**QUIET), _opened(path, _detail(raster, tile)) as source:
            palette = _palette(source)
            values = _read(raster, source, place, metric=tile.tms.metric)
    except RasterioError as bad:
        raise Unavailable(f"the raster {raster.name} cannot be read now; ask again") from bad
    rgb, alpha = _painted(raster, np.ma.masked_invalid(values), palette)
    return _drawn(np.concatenate([rgb, alpha[None]]), place, kind) if alpha.any() else None


def _detail(raster: Raster, tile: Tile) -> float:
    """Return how many of the raster's cells a pixel of the tile is wide."""
    west, _, east, _ = tile.degrees()
    return (east - west) / SIDE * raster.shape[1] / (raster.box[2] - raster.box[0])


@contextmanager
def _opened(path: Path, detail: float) -> Generator[Any]:
    """Lend the file at the coarsest of its levels that is no coarser than the picture."""
    with GDAL.open(path) as whole:
        fit = [n for n, factor in enumerate(whole.overviews(1)) if factor <= detail]
        if not fit:
            yield whole
            return
    with GDAL.open(path, overview_level=fit[-1]) as level:
        yield level


def _read(raster: Raster, source: Any, place: Any, *, metric: bool) -> Any:
    """Return the values (bands, SIDE, SIDE) of a tile, masked where there are none.

    They are turned at the tile's own resolution: by a finer one in between a tile takes 0.35 s, and one of half the
    world all memory.
    """
    clear = ColorInterp.alpha not in source.colorinterp and source.nodata is None
    smooth = raster.ramp == "photo" or raster.bands[0].dtype.startswith("float")
    # values between cells are true only where values are measured
    way = Resampling.bilinear if smooth else Resampling.nearest
    target = {"crs": near(raster.code, metric=metric), "transform": place, "width": SIDE, "height": SIDE}
    with VRT(source, resampling=way, add_alpha=clear, **target) as turned:
        return turned.read((1, 2, 3) if raster.ramp == "photo" else (1,), masked=True)


def _palette(source: Any) -> dict[int, Any]:
    if source.colorinterp[0] is not ColorInterp.palette:
        return {}
    return cast("dict[int, Any]", source.colormap(1))


def _drawn(bands: NDArray[np.uint8], place: Any, kind: str) -> bytes:
    # told where it lies, which no picture keeps, GDAL does not warn that it lies nowhere
    said = {"width": SIDE, "height": SIDE, "count": len(bands), "dtype": "uint8", "transform": place}
    with GDAL.Env(**QUIET), MemoryFile() as file:
        with cast("Any", file).open(**said, **FORMATS[kind]) as target:
            target.write(bands)
        return cast("bytes", cast("Any", file).read())


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
