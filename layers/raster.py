"""A raster as the service knows it: where it lies, what its values mean, how it is drawn, and what it is made from."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from layers.feature import NAME
from layers.text import Text
from spatial.box import Corners
from spatial.crs import CRS84, Crs, crs

_LONLAT = 4326


def _text(given: Any) -> Any:
    return Text(*given) if isinstance(given, list | tuple) else given


Words = Annotated[Text, BeforeValidator(_text)]
"""A text in both languages, in JSON [中文, English]."""


class Told(BaseModel):
    """What is kept of a raster beside its values."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class RasterBand(Told):
    """One field of a raster: name, title, unit; low and high are where its colours begin and end."""

    name: str
    title: Words
    unit: str | None = None
    dtype: str = "float32"
    low: float | None = None
    high: float | None = None


class Recipe(Told):
    """What a derived raster is made from: a layer's points, chosen by CQL2 and time, in cells of so many metres.

    bandwidth: of the pilot estimate, in metres; None finds one. minutes: how old it may be once rows have changed.
    revision: of the store when it was made.
    """

    layer: str
    filter: str | None = None
    datetime: str | None = None
    cell: float = 100.0
    bandwidth: float | None = None
    minutes: float = 15.0
    revision: int = 0


class Raster(Told):
    """A raster collection.

    code: EPSG code of its coordinates, x first. shape: rows, columns. corners: west, south, east, north in its CRS;
    box: the same in degrees. file: of its values, beside this. ramp: which colours.
    """

    name: Annotated[str, Field(pattern=NAME.pattern.removesuffix(r"\Z") + "$")]
    title: Words
    description: Words
    code: int
    shape: tuple[int, int]
    corners: Corners
    box: Corners
    bands: Annotated[tuple[RasterBand, ...], Field(min_length=1)]
    ramp: str
    visible: bool = False
    made: AwareDatetime
    file: str = ""
    recipe: Recipe | None = None

    @property
    def crs(self) -> Crs:
        """Its coordinate reference system."""
        return CRS84 if self.code == _LONLAT else crs(f"EPSG:{self.code}")

    @property
    def cell(self) -> tuple[float, float]:
        """Width and height of a cell in the units of its CRS."""
        west, south, east, north = self.corners
        return (east - west) / self.shape[1], (north - south) / self.shape[0]

    @property
    def axes(self) -> tuple[str, str]:
        """The names of its x and y axes in `subset` (OGC API Coverages, subsetting-spatial)."""
        return ("Lon", "Lat") if self.crs.is_geographic else ("E", "N")

    @property
    def version(self) -> str:
        """What changes whenever its values or their meaning do."""
        return f"{self.name}-{self.file}-{self.made:%Y%m%d%H%M%S%f}"

    def age(self, now: datetime) -> float:
        """Return how many minutes ago it was made."""
        return (now - self.made).total_seconds() / 60

    def ordered(self, corners: Corners) -> Corners:
        """Return corners, x first, in the order of its CRS's axes."""
        west, south, east, north = corners
        return (south, west, north, east) if self.crs.north_first else corners
