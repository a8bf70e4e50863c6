"""Raster files: looked at before they are believed, and written so that parts can be read without the rest."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

import rasterio
import rasterio.crs
import rasterio.io
import rasterio.shutil
import rasterio.vrt
import rasterio.warp
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioError
from rasterio.transform import Affine

from spatial.box import Corners
from spatial.crs import definition
from spatial.errors import BadCrs, BadSource, TooMuch

DRIVERS = ("GTiff", "AAIGrid", "JP2OpenJPEG", "SRTMHGT")
"""Formats that hold their values themselves; a VRT, a WMS description or a mosaic's index points elsewhere."""

TYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64")
MAX_VALUES = 4_000_000_000
"""Values of one raster: a city of 80,000 km² in cells of 5 m."""

MAX_BANDS = 64
MAX_BLOCK = 256_000_000
"""Bytes of one block, which is read at once whatever is asked of it."""

MAX_RATIO = 3000
"""How often larger than its file a raster may be; no lossless compression of measured values comes near."""

HARMLESS = 100_000_000
"""Bytes of values that may be compressed as much as they like."""

COG = {"COMPRESS": "DEFLATE", "PREDICTOR": "YES", "BLOCKSIZE": "256", "BIGTIFF": "IF_SAFER", "STATISTICS": "NO"}
GLANCE = 512
"""Cells along the longer side of the small picture from which a raster's usual values are taken."""

QUIET = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO"}
"""No file beside the named one is looked at: what it says could come from anywhere."""

CGCS2000 = 4490
MERCATOR = "+proj=webmerc +ellps=GRS80 +units=m"
"""EPSG:3857 on the ellipsoid of CGCS2000."""

type Reader = Any
"""A rasterio dataset, open for reading."""

READ = cast("Any", rasterio.io).DatasetReader
GDAL, CODES, COPY = cast("Any", rasterio), cast("Any", rasterio.crs).CRS, cast("Any", rasterio.shutil).copy
VRT, AROUND = cast("Any", rasterio.vrt).WarpedVRT, cast("Any", rasterio.warp).transform_bounds
"""Rasterio without its types, half of which are unknown."""

type Told = Callable[[int, int], None]
"""Is told how many blocks of how many are done."""


@dataclass(frozen=True, slots=True)
class Band:
    """One band: its number's name, unit and type, the value that means nothing, and its least and greatest values.

    low, high: what all but the outermost hundredths lie between; None where there is no value at all.
    """

    name: str
    unit: str | None
    dtype: str
    nodata: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a raster file is: EPSG code, (rows, columns), west, south, east, north in its CRS and in degrees, its bands.

    look: `palette` (its values are colours of a table), `photo` (its first three bands are red, green, blue), or
    `values`. cloud: whether it is a Cloud Optimized GeoTIFF already.
    """

    code: int
    shape: tuple[int, int]
    corners: Corners
    box: Corners
    bands: tuple[Band, ...]
    look: str
    cloud: bool


def inspect(path: Path, code: int | None = None) -> Facts:
    """Return what the file says of itself; raise BadSource, BadCrs, TooMuch for one that cannot be served.

    code: the EPSG code of its coordinates, for a file that names none.
    """
    with opened(path) as source:
        _bounded(source, path)
        known = _code(source, code)
        corners = _corners(source)
        return Facts(
            known,
            (int(source.height), int(source.width)),
            corners,
            degrees(corners, known),
            tuple(_band(source, n) for n in source.indexes),
            _look(source),
            str(source.tags(ns="IMAGE_STRUCTURE").get("LAYOUT")) == "COG",
        )


@contextmanager
def opened(path: Path) -> Generator[Reader]:
    """Lend a raster file for reading; raise BadSource if it is none that holds its own values, or is broken."""
    real = path.resolve()
    if str(path).startswith("/vsi") or str(real).startswith("/vsi") or not real.is_file():
        raise BadSource(f"{path} is no file of this machine")
    try:
        with GDAL.Env(**QUIET), READ(str(real), driver=list(DRIVERS)) as source:
            yield source
    except RasterioError as bad:
        known = ", ".join(DRIVERS)
        raise BadSource(f"{path.name} cannot be read as one of {known}: {str(bad)[:200]}; gdal_translate") from bad


def walked(path: Path, told: Told) -> None:
    """Read every block once; raise BadSource where one is damaged."""
    with opened(path) as source:
        windows = [window for _, window in source.block_windows(1)]
        for done, window in enumerate(windows, 1):
            source.read(window=window)
            told(done, len(windows))


def usual(path: Path) -> list[tuple[float, float] | None]:
    """Return of each band the values that all but its outermost hundredths lie between; None where it is empty."""
    with opened(path) as source:
        scale = max(1.0, max(source.shape) / GLANCE)
        shape = (source.count, max(1, int(source.height / scale)), max(1, int(source.width / scale)))
        glance = source.read(out_shape=shape, masked=True)
        return [_middle(np.ma.compressed(np.ma.masked_invalid(band))) for band in glance]


def write_cog(source: Path, target: Path, code: int, *, smooth: bool) -> None:
    """Write the file's values as a Cloud Optimized GeoTIFF in EPSG:`code`; raise BadSource.

    smooth: whether coarser levels show means; else every value in them is one of the file's.
    """
    crs, means = CODES.from_epsg(code), "AVERAGE" if smooth else "NEAREST"
    with opened(source) as original, VRT(original, src_crs=crs, crs=crs) as named:
        # a file that names its CRS is copied as it is, which keeps its masks and its colour table
        COPY(original if original.crs else named, target, driver="COG", RESAMPLING=means, **COG)


def write_surface(values: NDArray[np.float32], path: Path, corners: Corners, code: int, band: Band) -> None:
    """Write values (rows, columns), the northernmost row first, as a GeoTIFF with one band."""
    west, south, east, north = corners
    rows, columns = values.shape
    transform = Affine((east - west) / columns, 0, west, 0, (south - north) / rows, north)
    said = {"height": rows, "width": columns, "count": 1, "dtype": "float32", "transform": transform, "tiled": True}
    with GDAL.open(path, "w", driver="GTiff", crs=CODES.from_epsg(code), compress="deflate", **said) as target:
        target.write(values, 1)
        target.set_band_description(1, band.name)
        target.set_band_unit(1, band.unit or "")


@lru_cache(maxsize=64)
def near(code: int, *, metric: bool) -> Any:
    """Return degrees, or EPSG:3857's metres, as a CRS of rasterio for rasters in EPSG:`code`, on their own datum.

    WGS 84 and CGCS2000 are taken as the same here; PROJ's search for a way between them would cost each tile 0.2 s.
    """
    base = definition(code).geodetic_crs
    if base is None or base.to_epsg() != CGCS2000:
        return CODES.from_epsg(3857 if metric else 4326)
    return CODES.from_string(MERCATOR) if metric else CODES.from_epsg(CGCS2000)


def degrees(corners: Corners, code: int) -> Corners:
    """Return the box in degrees around corners in EPSG:`code`; raise BadCrs where that is no place on the globe."""
    try:
        box = cast("Corners", AROUND(CODES.from_epsg(code), "OGC:CRS84", *corners, densify_pts=21))
    except RasterioError as bad:
        raise BadCrs(f"the corners {corners} are no place in EPSG:{code}; say the right one") from bad
    west, south, east, north = box
    if not (all(map(isfinite, box)) and -180.001 <= west < east <= 180.001 and -90.001 <= south < north <= 90.001):  # noqa: PLR2004 - the globe
        raise BadCrs(f"in EPSG:{code} the raster would lie at {box}, which is not on the globe; say the right CRS")
    return max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0)


def _bounded(source: Reader, path: Path) -> None:
    """Refuse a raster that would need more than its file promises; raise TooMuch, BadSource."""
    if source.count > MAX_BANDS or not source.count:
        raise TooMuch(f"{path.name} has {source.count} bands; 1 to {MAX_BANDS} are served")
    if wrong := [t for t in source.dtypes if t not in TYPES]:
        raise BadSource(f"{path.name} holds values of type {wrong[0]}; there are {', '.join(TYPES)}")
    values = source.width * source.height * source.count
    size = max(np.dtype(t).itemsize for t in source.dtypes)
    if values > MAX_VALUES:
        raise TooMuch(f"{path.name} has {values:,} values; {MAX_VALUES:,} are served; cut it or make it coarser")
    if values * size > max(HARMLESS, MAX_RATIO * path.stat().st_size):
        raise TooMuch(f"{path.name} unfolds to {values * size:,} bytes, far more than a file of its size can hold")
    block = max(rows * columns for rows, columns in source.block_shapes) * size
    if block > MAX_BLOCK:
        raise TooMuch(f"{path.name} has blocks of {block:,} bytes; gdal_translate -co TILED=YES makes small ones")


def _code(source: Reader, code: int | None) -> int:
    found = source.crs.to_epsg() if source.crs else None
    known = found or code
    if known is None:
        raise BadCrs("the file does not say by an EPSG code where its coordinates lie; say it, as in --crs EPSG:4545")
    return int(known)


def _corners(source: Reader) -> Corners:
    across: Affine = source.transform
    numbers = tuple(across)[:6]
    if not all(map(isfinite, numbers)) or across.b or across.d or across.a <= 0 or across.e >= 0:
        raise BadSource("its rows do not run from north to south and from west to east; gdalwarp turns it")
    if across == Affine.identity() and source.crs is None:
        raise BadSource("the file does not say where it lies; gdal_translate -a_ullr -a_srs says it")
    bounds = source.bounds
    return float(bounds.left), float(bounds.bottom), float(bounds.right), float(bounds.top)


def _band(source: Reader, number: int) -> Band:
    name, unit = source.descriptions[number - 1], source.units[number - 1]
    nodata = source.nodatavals[number - 1]
    plain = float(nodata) if nodata is not None and isfinite(nodata) else None
    return Band(_clean(name) or str(number), _clean(unit) or None, source.dtypes[number - 1], plain)


def _clean(text: str | None) -> str:
    """Return a text of a stranger's file as a short line without what means something to a page."""
    kept = "".join(c for c in text or "" if c.isprintable() and c not in "<>&\"'")
    return kept.strip()[:80]


def _look(source: Reader) -> str:
    seen: Sequence[ColorInterp] = source.colorinterp
    if seen[0] is ColorInterp.palette:
        return "palette"
    photo = seen[:3] == (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    return "photo" if photo and set(source.dtypes) == {"uint8"} else "values"


def _middle(values: NDArray[Any]) -> tuple[float, float] | None:
    if not values.size:
        return None
    low, high = np.percentile(values.astype(np.float64), (1, 99))
    return float(low), float(high)
