"""Coordinate reference systems as OGC APIs name them, and the way from and to what is stored."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from spatial.coordinates import Floats, Geometries, moved
from spatial.errors import BadCrs

type Order = Literal["authority", "xy"]
"""Axis order: as the authority defines it (OGC APIs), or always x=east first (GeoPackage, Shapefile, GeoParquet)."""

_LONGEST = 100
_FORMS = (
    r"https?://www\.opengis\.net/def/crs/(?P<authority>EPSG|OGC)/[0-9.]{1,9}/(?P<code>\w+)",
    r"urn:ogc:def:crs:(?P<authority>EPSG|OGC):[0-9.]{0,9}:(?P<code>\w+)",
    r"(?P<authority>EPSG|OGC):(?P<code>\w+)",
    r"\[(?P<authority>EPSG|OGC):(?P<code>\w+)\]",
)
_NAMES = tuple(re.compile(form, re.ASCII | re.IGNORECASE) for form in _FORMS)
_CODE = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
_FLAT = {"Geographic 2D CRS", "Projected CRS"}
_NORTH_FIRST = {("north", "east"), ("south", "west")}
"""Axis directions that PROJ turns round for visualization (proj_normalize_for_visualization)."""

STORED = frozenset({4326, 4490})
"""Geographic systems taken as stored: WGS 84 and CGCS2000 differ by less than a city can survey."""


@dataclass(frozen=True, slots=True)
class Crs:
    """A geographic or projected system in two dimensions; `code` is EPSG's, None for CRS84."""

    uri: str
    code: int | None
    axes: tuple[str, str]
    unit: str
    is_geographic: bool
    north_first: bool

    @property
    def name(self) -> str:
        """What people and PROJ call it, such as EPSG:4545."""
        return f"EPSG:{self.code}" if self.code else "OGC:CRS84"

    @property
    def decimals(self) -> int:
        """Decimals that coordinates are written with: about a millimetre."""
        return 8 if self.is_geographic else 3

    @property
    def is_stored(self) -> bool:
        """Whether its degrees are the stored ones, whatever their order."""
        return self.code is None or self.code in STORED


CRS84 = Crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", None, ("Lon", "Lat"), "degree", True, False)


def uri(code: int) -> str:
    """Return the URI of an EPSG code (OGC Name Type Specification 09-048r5)."""
    return f"http://www.opengis.net/def/crs/EPSG/0/{code}"


ADVERTISED = (CRS84.uri, *map(uri, (4326, 4490, 3857, 4544, 4545, 4546)))
"""What every collection offers, the storage system first."""


@lru_cache(maxsize=256)
def crs(text: str) -> Crs:
    """Return the system that a URI, URN, CURIE or EPSG:code names; raise BadCrs."""
    found = _found(text) if len(text) <= _LONGEST else None
    match found:
        case ("OGC", "CRS84"):
            return CRS84
        case ("EPSG", code) if _CODE.fullmatch(code):
            return _epsg(int(code))
        case _:
            raise BadCrs(f"{text[:_LONGEST]!r} names no coordinate reference system; send {uri(4326)} or EPSG:4326")


def project(geometries: Geometries, target: Crs, order: Order = "authority") -> Geometries:
    """Return stored geometries (n,) in the coordinates of `target`; None where it has none for them."""
    if target == CRS84:
        return geometries
    forward, turned = _transformer(target), target.north_first and order == "authority"
    return moved(geometries, lambda x, y: _turned(_run(forward, x, y), turned))


def unproject(geometries: Geometries, source: Crs, order: Order = "authority") -> Geometries:
    """Return geometries (n,) in the coordinates of `source` as stored; None where that is no place on the globe."""
    if source == CRS84:
        return geometries
    back, turned = _transformer(source), source.north_first and order == "authority"
    return moved(geometries, lambda x, y: _run(back, *_turned((x, y), turned), inverse=True))


def points_out(lon: Floats, lat: Floats, target: Crs) -> tuple[Floats, Floats]:
    """Return stored points (n,) as x (east), y (north) of `target`; infinite where it has none for them."""
    return _run(_transformer(target), lon, lat)


def points_in(x: Floats, y: Floats, source: Crs) -> tuple[Floats, Floats]:
    """Return x (east), y (north) of `source` (n,) as stored points; infinite where that is no place."""
    return _run(_transformer(source), x, y, inverse=True)


def _found(text: str) -> tuple[str, str] | None:
    matches = (name.fullmatch(text.strip()) for name in _NAMES)
    return next(((match["authority"].upper(), match["code"].upper()) for match in matches if match), None)


@lru_cache(maxsize=256)
def _epsg(code: int) -> Crs:
    known = definition(code)
    first, second = known.axis_info[:2]
    return Crs(
        uri(code),
        code,
        (first.abbrev, second.abbrev),
        first.unit_name,
        known.is_geographic,
        (first.direction, second.direction) in _NORTH_FIRST,
    )


@lru_cache(maxsize=256)
def definition(code: int) -> CRS:
    """Return EPSG's definition of a two-dimensional geographic or projected system; raise BadCrs."""
    try:
        known = CRS.from_epsg(code)
    except CRSError as bad:
        raise BadCrs(f"EPSG has no coordinate reference system {code}; EPSG:4326 is WGS 84") from bad
    if known.type_name not in _FLAT:
        raise BadCrs(f"EPSG:{code} is a {known.type_name}; send a geographic or projected one in two dimensions")
    return known


@lru_cache(maxsize=256)
def _transformer(target: Crs) -> Transformer:
    """Return the way from stored to `target`, x first; pyproj rebuilds it in each thread from its definition."""
    known = CRS.from_authority("OGC", "CRS84") if target.code is None else definition(target.code)
    base = known.geodetic_crs
    # From its own datum a pipeline costs 0.2 ms; PROJ's search for the way between WGS 84 and CGCS2000, which
    # ends in doing nothing, 400.
    near = base is not None and base.to_epsg() in STORED
    try:
        return Transformer.from_crs(base if near else "OGC:CRS84", known, always_xy=True)
    except ProjError as bad:
        raise BadCrs(f"no way is known between longitude, latitude and {target.name}; send EPSG:4326") from bad


def _run(transformer: Transformer, x: Floats, y: Floats, *, inverse: bool = False) -> tuple[Floats, Floats]:
    out = transformer.transform(x, y, direction="INVERSE" if inverse else "FORWARD")
    return cast("tuple[Floats, Floats]", out)


def _turned(pair: tuple[Floats, Floats], turned: bool) -> tuple[Floats, Floats]:
    return (pair[1], pair[0]) if turned else pair
