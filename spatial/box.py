"""A box in longitude and latitude, across the antimeridian too."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Self

import shapely

from spatial.coordinates import Geometries, extent
from spatial.errors import BadParameter

type Corners = tuple[float, float, float, float]

_TURN = 360.0
_FURTHEST = 540.0
"""Degrees of longitude: a map panned once round the world, not metres by mistake."""

_LONGEST = 400
_HINT = "a box in degrees is west,south,east,north, such as 106.4,29.4,106.7,29.7"


@dataclass(frozen=True, slots=True)
class Box:
    """West, south, east, north in degrees; west > east crosses the antimeridian (RFC 7946 §5.2)."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        """Refuse what is no box on the globe; raise BadParameter."""
        if not all(map(isfinite, self.corners)):
            raise BadParameter(f"a corner of the box is not a finite number; {_HINT}")
        if self.south > self.north:
            raise BadParameter(f"south {self.south:g} lies above north {self.north:g}; {_HINT}")
        if max(-self.south, self.north) > 90:  # noqa: PLR2004 - the poles
            raise BadParameter(f"latitudes {self.south:g} to {self.north:g} reach past a pole; {_HINT}")
        if max(abs(self.west), abs(self.east)) > 180:  # noqa: PLR2004 - the antimeridian
            raise BadParameter(f"longitudes {self.west:g} and {self.east:g} are not within ±180; {_HINT}")

    @classmethod
    def read(cls, text: str) -> Self:
        """Return a `bbox` parameter (OGC API Features Part 1, 7.15.3) as a box; raise BadParameter."""
        return cls.of(*corners(text))

    @classmethod
    def of(cls, west: float, south: float, east: float, north: float) -> Self:
        """Return the box of four corners, longitudes past ±180 wrapped back onto the globe; raise BadParameter."""
        if max(abs(west), abs(east)) > _FURTHEST:
            raise BadParameter(f"longitudes {west:g} and {east:g} are not degrees; {_HINT}; or say bbox-crs")
        if east - west >= _TURN:
            return cls(-180.0, south, 180.0, north)
        return cls(_wrapped(west), south, _wrapped(east), north)

    @classmethod
    def around(cls, geometries: Geometries) -> Self | None:
        """Return the box around lon/lat geometries (n,), or None where nothing has coordinates."""
        bounds = extent(geometries)
        return cls(*bounds) if bounds else None

    @property
    def corners(self) -> Corners:
        """West, south, east, north, as GeoJSON and OGC API write a box."""
        return self.west, self.south, self.east, self.north

    @property
    def crosses(self) -> bool:
        """Whether the box crosses the antimeridian."""
        return self.west > self.east

    @property
    def width(self) -> float:
        """Degrees from west to east."""
        return self.east - self.west + _TURN * self.crosses

    @property
    def area(self) -> float:
        """Square degrees: to weigh boxes against each other, not to report."""
        return self.width * (self.north - self.south)

    @property
    def parts(self) -> tuple[Self, ...]:
        """The box itself, or its two halves at the antimeridian."""
        if not self.crosses:
            return (self,)
        kind = type(self)
        return kind(self.west, self.south, 180.0, self.north), kind(-180.0, self.south, self.east, self.north)

    @property
    def polygon(self) -> shapely.Polygon | shapely.MultiPolygon:
        """The box as a shape in lon/lat; two polygons across the antimeridian."""
        polygons = [shapely.box(*part.corners) for part in self.parts]
        return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)

    def contains(self, other: "Box") -> bool:
        """Return whether no place of `other` lies outside this box; edges belong to both."""
        return all(any(_holds(mine, part) for mine in self.parts) for part in other.parts)

    def intersects(self, other: "Box") -> bool:
        """Return whether the boxes share a place; edges count."""
        return any(_meets(mine, part) for mine in self.parts for part in other.parts)


WORLD = Box(-180.0, -90.0, 180.0, 90.0)


def corners(text: str) -> Corners:
    """Return the four corners in "w,s,e,n"; of six numbers the heights are dropped; raise BadParameter."""
    if len(text) > _LONGEST:
        raise BadParameter(f"{len(text):,} characters are no box; {_HINT}")
    numbers = _numbers(text.split(","), text)
    match numbers:
        case [west, south, east, north] | [west, south, _, east, north, _]:
            return west, south, east, north
        case _:
            raise BadParameter(f"{text[:60]!r} has {len(numbers)} numbers, a box 4 (or 6 with heights); {_HINT}")


def _numbers(parts: Sequence[str], text: str) -> list[float]:
    try:
        numbers = [float(part) for part in parts]
    except ValueError as bad:
        raise BadParameter(f"{text[:60]!r} is not a list of numbers; {_HINT}") from bad
    if not all(map(isfinite, numbers)):
        raise BadParameter(f"{text[:60]!r} holds a number that is not finite; {_HINT}")
    return numbers


def _wrapped(lon: float) -> float:
    return lon if abs(lon) <= 180 else (lon + 180) % _TURN - 180  # noqa: PLR2004 - the antimeridian


def _holds(outer: Box, inner: Box) -> bool:
    across = outer.west <= inner.west and inner.east <= outer.east
    return across and outer.south <= inner.south and inner.north <= outer.north


def _meets(one: Box, other: Box) -> bool:
    across = one.west <= other.east and other.west <= one.east
    return across and one.south <= other.north and other.south <= one.north
