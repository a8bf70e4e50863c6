"""A raster file, or the density of a layer's points, becomes a raster of the service."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import TemporaryDirectory

from layers.feature import NAME
from layers.raster import Raster, RasterBand
from layers.rasters import Rasters
from layers.text import Text
from spatial.errors import BadInput
from spatial.raster import Band, Facts, inspect, usual, walked, write_cog

type Told = Callable[[str, int, int], None]
"""Is told a step's name, and how much of how much of it is done."""

DRAFTS = ".draft-"
ABANDONED = 86_400.0
"""Seconds after which nobody works on a draft any more."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be said of a new raster; what is empty is taken from the file."""

    name: str
    title: Text
    description: Text = Text("栅格数据。", "A raster.")
    ramp: str = ""
    code: int | None = None
    visible: bool = False


def silent(step: str, done: int, of: int) -> None:
    """Tell nobody."""


def added(rasters: Rasters, source: Path, wish: Wish, told: Told = silent) -> Raster:
    """Check a file, make a Cloud Optimized GeoTIFF of it, keep it; raise BadSource, BadCrs, TooMuch, Conflict."""
    checked_name(wish.name)
    rasters.place()
    facts = inspect(source, wish.code)
    with drafts(rasters) as folder:
        values = folder / "values.tif"
        walked(source, lambda done, of: told("检查 Checking", done, of))
        told("写入 Writing", 0, 1)
        if facts.cloud:
            copyfile(source, values)
        else:
            write_cog(source, values, facts.code, smooth=smooth(facts))
        told("写入 Writing", 1, 1)
        return rasters.put(_described(wish, _told(facts, values)), values)


def checked_name(name: str) -> None:
    """Refuse what cannot name a collection; raise BadInput."""
    if not NAME.match(name):
        raise BadInput(f"{name[:60]!r} cannot name a raster: use a-z, 0-9 and _, beginning with a letter, up to 48")


@contextmanager
def drafts(rasters: Rasters) -> Generator[Path]:
    """Lend a folder on the same disk as the rasters, for what is not finished; sweep what killed processes left."""
    for left in rasters.room().glob(f"{DRAFTS}*"):
        if time.time() - left.stat().st_mtime > ABANDONED:
            rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=DRAFTS, dir=rasters.room()) as folder:
        yield Path(folder)


def smooth(facts: Facts) -> bool:
    """Return whether means of neighbouring values mean something: not of codes, which are whole and few."""
    return facts.look == "photo" or (facts.look == "values" and facts.bands[0].dtype not in ("uint8", "int8"))


def _told(facts: Facts, values: Path) -> Facts:
    ends = usual(values)
    bands = [replace(b, low=e[0], high=e[1]) if e else b for b, e in zip(facts.bands, ends, strict=True)]
    return replace(facts, bands=tuple(bands))


def _described(wish: Wish, facts: Facts) -> Raster:
    ramp = {"palette": "palette", "photo": "photo"}.get(facts.look) or wish.ramp or "viridis"
    return Raster(
        name=wish.name,
        title=wish.title,
        description=wish.description,
        code=facts.code,
        shape=facts.shape,
        corners=facts.corners,
        box=facts.box,
        bands=fields(facts.bands),
        ramp=ramp,
        visible=wish.visible,
        made=datetime.now(UTC),
    )


def fields(bands: tuple[Band, ...]) -> tuple[RasterBand, ...]:
    """Return the bands as fields, whose names are told apart by their numbers where they are alike or no names."""
    names = [b.name.lower() if NAME.match(b.name.lower()) else f"band_{n}" for n, b in enumerate(bands, 1)]
    told = [name if names.count(name) == 1 else f"{name}_{n}" for n, name in enumerate(names, 1)]
    return tuple(
        RasterBand(name=name, title=Text(b.name, b.name), unit=b.unit, dtype=b.dtype, low=b.low, high=b.high)
        for name, b in zip(told, bands, strict=True)
    )
