"""Places brought to where rows keep them: longitude, latitude on WGS 84, and checked all at once."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import cast

import numpy as np
from numpy.typing import NDArray

import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from spatial.box import Box
from spatial.coordinates import Floats, Geometries, moved
from spatial.crs import crs, unproject
from spatial.datum import Datum, convert
from spatial.errors import BadCrs, BadGeometry
from spatial.shape import MAX_VERTICES, Kind, checked, fitted, off_globe

type Way = Callable[[Geometries], Geometries]

_NAMED = re.compile(r"(https?://|urn:|\[?(EPSG|OGC):)", re.IGNORECASE)
_FURTHEST = 360.0
_IDS = {
    Kind.POINT: 0,
    Kind.LINE: 1,
    Kind.POLYGON: 3,
    Kind.MULTIPOINT: 4,
    Kind.MULTILINE: 5,
    Kind.MULTIPOLYGON: 6,
}
"""GEOS's numbers of the kinds."""

_SURE = 70
"""Confidence in per cent from which PROJ's guess at what a nameless CRS is, counts."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """A shape that was not valid and has been made so: why it was not, and its area after as a share of that before."""

    position: int
    why: str
    share: float


@dataclass(frozen=True, slots=True)
class Ground:
    """What places of a source must be brought through, and what they must be.

    crs: how the source's coordinates are named, None for degrees. datum: what its degrees refer to. kind: what the
    layer holds. extent: the box in which places must lie. repair: whether shapes that are not valid are made so.
    """

    kind: Kind
    crs: str | None = None
    datum: Datum = Datum.WGS84
    extent: Box | None = None
    repair: bool = False

    def degrees(self, places: Geometries) -> Geometries:
        """Return places (n,) of the source in longitude and latitude of WGS 84; None where they are nowhere."""
        flat = shapely.force_2d(places) if shapely.has_z(places).any() else places
        with np.errstate(invalid="ignore"):
            return convert(way(self.crs)(flat), self.datum, Datum.WGS84)

    def placed(self, places: Geometries) -> "Placed":
        """Return places (n,) of the source as rows keep them, with why some cannot be kept."""
        made = Placed(self.degrees(places).copy())
        lost = shapely.is_missing(made.places) & ~shapely.is_missing(places)
        made.why |= {
            int(n): f"the place has no longitude and latitude: {_begin(places[n])}" for n in np.flatnonzero(lost)
        }
        self._fit(made)
        with np.errstate(invalid="ignore"):
            self._check(made)
        if self.extent is not None:
            made.why |= {
                n: _outside(made.places[n], self.extent) for n in _out(made.places, self.extent) if n not in made.why
            }
        return made

    def _fit(self, made: "Placed") -> None:
        wanted = _IDS.get(self.kind)
        kinds = shapely.get_type_id(made.places)
        for n in np.flatnonzero((kinds >= 0) & (kinds != wanted)).tolist() if wanted is not None else ():
            try:
                made.places[n] = fitted(made.places[n], self.kind)
            except BadGeometry as bad:
                made.why[n] = str(bad)

    def _check(self, made: "Placed") -> None:
        for n in np.flatnonzero(_suspect(made.places)).tolist():
            try:
                checked(made.places[n])
            except BadGeometry as bad:
                if n not in made.why and not (self.repair and self._mend(made, n)):
                    made.why[n] = str(bad)

    def _mend(self, made: "Placed", n: int) -> bool:
        """Make a shape valid that is wrong in nothing else; return whether it is one now."""
        shape = cast("BaseGeometry", made.places[n])
        try:
            valid = shapely.make_valid(shape, method="structure", keep_collapsed=False)
            whole = checked(fitted(valid, self.kind))
        except (BadGeometry, GEOSException):
            return False
        made.places[n] = whole
        made.repaired.append(
            Repaired(n, shapely.is_valid_reason(shape), whole.area / shape.area if shape.area else 1.0)
        )
        return True


@dataclass(slots=True)
class Placed:
    """Places as rows keep them, why some cannot be kept, and which have been repaired (positions within the chunk)."""

    places: Geometries
    why: dict[int, str] = field(default_factory=dict[int, str])
    repaired: list[Repaired] = field(default_factory=list[Repaired])


@cache
def way(text: str | None) -> Way:
    """Return what brings geometries (n,) of a CRS, named or written as WKT, to degrees; raise BadCrs."""
    if text is None:
        return lambda places: places
    found = text if _NAMED.match(text) else _identified(text)
    if isinstance(found, CRS):
        return _own_way(found)
    known = crs(found)
    return (lambda places: places) if known.is_stored else (lambda places: unproject(places, known, "xy"))


def looks_projected(places: Geometries) -> bool:
    """Tell whether most places (n,) are too far out for degrees, whichever way round."""
    bounds = np.abs(shapely.bounds(places[~shapely.is_missing(places)]))
    return len(bounds) > 0 and bool(np.median(np.nanmax(bounds, axis=1, initial=0)) > _FURTHEST)


def _identified(text: str) -> str | CRS:
    """Return EPSG's name of a CRS written as WKT, PROJJSON or a PROJ string, or the CRS itself; raise BadCrs."""
    try:
        known = CRS.from_user_input(text)
        code = known.to_epsg(min_confidence=_SURE)
    except CRSError as bad:
        raise BadCrs(f"{_begin(text)} is no coordinate reference system that is known; say --crs EPSG:…") from bad
    return f"EPSG:{code}" if code else known


def _own_way(known: CRS) -> Way:
    try:
        transformer = Transformer.from_crs(known, "OGC:CRS84", always_xy=True)
    except ProjError as bad:
        raise BadCrs(f"no way is known from {known.name} to longitude and latitude; say --crs EPSG:…") from bad
    return lambda places: moved(places, lambda x, y: _run(transformer, x, y))


def _run(transformer: Transformer, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    return cast("tuple[Floats, Floats]", transformer.transform(x, y))


def _suspect(places: Geometries) -> NDArray[np.bool_]:
    """Return a mask of the shapes (n,) that need a closer look: empty, huge, off the globe, or not valid."""
    xy, owner = cast("tuple[Floats, NDArray[np.intp]]", shapely.get_coordinates(places, return_index=True))
    out = shapely.is_empty(places) | (shapely.get_num_coordinates(places) > MAX_VERTICES)
    out[owner[off_globe(xy[:, 0], xy[:, 1])]] = True
    # a giant takes minutes to be found valid, and is refused anyway
    rest = np.flatnonzero(~out & ~shapely.is_missing(places))
    out[rest] = ~shapely.is_valid(places[rest])
    return out


def _out(places: Geometries, extent: Box) -> list[int]:
    """Return which places (n,) lie wholly outside the box."""
    west, south, east, north = shapely.bounds(places).T
    inside = np.zeros(len(places), dtype=bool)
    for part in extent.parts:
        inside |= (east >= part.west) & (west <= part.east) & (north >= part.south) & (south <= part.north)
    return np.flatnonzero(~inside & np.isfinite(west)).tolist()


def _outside(shape: BaseGeometry, extent: Box) -> str:
    x, y = shape.centroid.x, shape.centroid.y
    turned = any(p.west <= y <= p.east and p.south <= x <= p.north for p in extent.parts)
    hint = "; longitude and latitude look swapped" if turned else ""
    return (
        f"the place ({x:g}, {y:g}) is outside the city's extent ({', '.join(f'{c:g}' for c in extent.corners)}){hint}"
    )


def _begin(value: object) -> str:
    return repr(" ".join(str(value)[:200].split())[:80])
