"""What is asked of a raster, checked before anything is read: boxes, axes, fields, points and areas."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from layers.raster import Raster
from spatial.box import Box, Corners, corners
from spatial.crs import ADVERTISED, CRS84, Crs, crs, project
from spatial.errors import BadCrs, BadParameter, NotFound, TooMuch
from spatial.region import box_region

MAX_JSON, MAX_TIFF = 500_000, 50_000_000
"""Values of one answer as text and as a GeoTIFF."""

MAX_POINTS = 1000
LONGEST = 100_000
"""Characters of a geometry in a query."""

AXIS = re.compile(r"([A-Za-z]{1,8})\(([^():]{1,40}):([^():]{1,40})\)")
SYSTEMS = {"bbox": "bbox-crs", "subset": "subset-crs"}
"""Parameters, and the one that says in which CRS each is."""

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Window:
    """Cells of a raster: rows and columns from the first to before the last, and the fields."""

    raster: Raster
    rows: tuple[int, int]
    columns: tuple[int, int]
    fields: tuple[str, ...]

    @property
    def corners(self) -> Corners:
        """West, south, east, north of the cells in the raster's CRS, x first."""
        (west, _, _, north), (width, height) = self.raster.corners, self.raster.cell
        (top, bottom), (left, right) = self.rows, self.columns
        return west + left * width, north - bottom * height, west + right * width, north - top * height

    @property
    def values(self) -> int:
        """How many values it holds."""
        return (self.rows[1] - self.rows[0]) * (self.columns[1] - self.columns[0]) * len(self.fields)

    @property
    def whole(self) -> bool:
        """Whether nothing of the raster is left out."""
        full = self.rows, self.columns
        return full == ((0, self.raster.shape[0]), (0, self.raster.shape[1])) and self.fields == names(self.raster)

    def asked(self) -> dict[str, str]:
        """Return the parameters that ask pygeoapi for exactly these cells."""
        west, south, east, north = self.corners
        # their middles lie well inside, and the next cells' do not, however numbers are rounded
        across, up = (part / 4 for part in self.raster.cell)
        x, y = self.raster.axes
        sides = (west + across, east - across), (south + up, north - up)
        subset = ",".join(f"{axis}({a:.12f}:{b:.12f})" for axis, (a, b) in zip((x, y), sides, strict=True))
        fields = {} if self.fields == names(self.raster) else {"properties": ",".join(self.fields)}
        return {"subset": subset, **fields}


def window(raster: Raster, params: Params) -> Window:
    """Return the cells that the parameters ask for; raise BadParameter, or NotFound where the raster has none."""
    if "bbox" in params and "subset" in params:
        raise BadParameter("bbox and subset are two ways to say one thing; send one of them")
    fields = chosen(raster, "properties", params.get("properties"))
    asked = _bbox(raster, params) or _subset(raster, params) or raster.corners
    return _cells(raster, asked, fields)


def names(raster: Raster) -> tuple[str, ...]:
    """Return the names of the raster's fields."""
    return tuple(band.name for band in raster.bands)


def chosen(raster: Raster, parameter: str, text: str | None) -> tuple[str, ...]:
    """Return the fields that a parameter lists, all of them without one; raise BadParameter."""
    if text is None:
        return names(raster)
    listed = tuple(part.strip() for part in text.split(","))
    if wrong := [name for name in listed if name not in names(raster)]:
        known = ", ".join(names(raster))
        raise BadParameter(f"{parameter}: {wrong[0][:60]!r} is no field of {raster.name}; there are {known}")
    if len(set(listed)) < len(listed):
        raise BadParameter(f"{parameter} names a field twice")
    return listed


def refuse_more(values: int, most: int) -> None:
    """Raise TooMuch for more values than one answer may carry."""
    if values > most:
        raise TooMuch(f"{values:,} values are more than one answer carries ({most:,}); ask for a smaller part")


def points(text: str | None) -> BaseGeometry:
    """Return a WKT POINT or MULTIPOINT in degrees (EDR, rc-position); raise BadParameter, TooMuch."""
    found = _geometry(text, ("Point", "MultiPoint"), "POINT(106.55 29.58)")
    count = len(shapely.get_coordinates(found))
    if count > MAX_POINTS:
        raise TooMuch(f"{count:,} points are more than one request may ask for ({MAX_POINTS:,})")
    return found


def area(raster: Raster, text: str | None) -> BaseGeometry:
    """Return a WKT POLYGON or MULTIPOLYGON in degrees that meets the raster (EDR, rc-area); raise BadParameter."""
    example = "POLYGON((106.5 29.5,106.6 29.5,106.6 29.6,106.5 29.5))"
    found = _geometry(text, ("Polygon", "MultiPolygon"), example)
    if not shapely.is_valid(found):
        raise BadParameter(f"coords: {shapely.is_valid_reason(found)[:100]}; send a valid polygon")
    refuse_more(_inside(raster, found.bounds), MAX_JSON)
    return found


def cube(raster: Raster, text: str | None) -> Box:
    """Return a box in degrees that meets the raster (EDR, rc-cube); raise BadParameter, NotFound, TooMuch."""
    if text is None:
        raise BadParameter("bbox is missing; send west,south,east,north in degrees")
    box = Box.read(text)
    if box.crosses:
        raise BadParameter("a box across the antimeridian is not served; ask for its two halves")
    refuse_more(_inside(raster, box.corners), MAX_JSON)
    return box


def same_crs(text: str | None) -> None:
    """Raise BadParameter for any other CRS than CRS84, the one that EDR answers in."""
    if text is not None and text != "CRS84" and _system(text, "crs") != CRS84:
        raise BadParameter(f"crs={text[:60]!r} is not served here; there is {CRS84.uri}")


def _geometry(text: str | None, kinds: tuple[str, ...], example: str) -> BaseGeometry:
    if not text:
        raise BadParameter(f"coords is missing; send WKT in degrees, as in coords={example}")
    if len(text) > LONGEST:
        raise TooMuch(f"{len(text):,} characters of WKT are too many; {LONGEST:,} are allowed")
    try:
        found = shapely.from_wkt(text)
    except GEOSException as bad:
        raise BadParameter(f"coords={text[:60]!r} is no WKT; send {example}") from bad
    if found.geom_type not in kinds or found.is_empty:
        raise BadParameter(f"coords is a {found.geom_type}, but {' or '.join(kinds)} is wanted here, as in {example}")
    xy = shapely.get_coordinates(found)
    if not (np.isfinite(xy).all() and (np.abs(xy) <= (180, 90)).all()):
        raise BadParameter("coords lie off the globe; they are longitude and latitude in degrees")
    return found


def _inside(raster: Raster, box: Corners) -> int:
    """Return about how many values of the raster lie in a box in degrees; raise NotFound for none."""
    west, south, east, north = raster.box
    across, up = min(box[2], east) - max(box[0], west), min(box[3], north) - max(box[1], south)
    if across <= 0 or up <= 0:
        raise NotFound(f"nothing of {raster.name} lies there; it lies at {west:g},{south:g},{east:g},{north:g}")
    share = across * up / ((east - west) * (north - south))
    return round(share * raster.shape[0] * raster.shape[1] * len(raster.bands))


def _bbox(raster: Raster, params: Params) -> Corners | None:
    system = _asked_system(raster, params, "bbox")
    if "bbox" not in params:
        return None
    if system == CRS84:
        return _native(raster, Box.read(params["bbox"]).polygon)
    return _native(raster, box_region(corners(params["bbox"]), system))


def _subset(raster: Raster, params: Params) -> Corners | None:
    system = _asked_system(raster, params, "subset")
    if "subset" not in params:
        return None
    axes = ("Lon", "Lat") if system.is_geographic else ("E", "N")
    said = _intervals(params["subset"], axes)
    full = raster.box if system == CRS84 else raster.corners
    (west, east), (south, north) = (said.get(axis, ("*", "*")) for axis in axes)
    sides = [_number(text, bound) for text, bound in zip((west, south, east, north), full, strict=True)]
    if sides[0] > sides[2] or sides[1] > sides[3]:
        raise BadParameter("subset: an interval's first number is above its second")
    box = sides[0], sides[1], sides[2], sides[3]
    return _native(raster, shapely.box(*box)) if system == CRS84 else box


def _intervals(text: str, axes: tuple[str, str]) -> dict[str, tuple[str, str]]:
    parts = [AXIS.fullmatch(part.strip()) for part in text.split(",")]
    said = {match[1]: (match[2].strip(), match[3].strip()) for match in parts if match}
    if len(said) < len(parts) or not said.keys() <= set(axes):
        raise BadParameter(f"subset={text[:60]!r}: send intervals of {' and '.join(axes)}, as in {axes[0]}(1:2)")
    return said


def _number(text: str, bound: float) -> float:
    if text == "*":
        return bound
    try:
        number = float(text)
    except ValueError as bad:
        raise BadParameter(f"subset: {text!r} is not a number") from bad
    if not np.isfinite(number):
        raise BadParameter(f"subset: {text!r} is not a finite number")
    return number


def _asked_system(raster: Raster, params: Params, of: str) -> Crs:
    """Return the CRS that `bbox-crs` or `subset-crs` names: of a subset, CRS84 or the raster's own."""
    text = params.get(SYSTEMS[of])
    system = CRS84 if text is None else _system(text, SYSTEMS[of])
    served = (CRS84.uri, raster.crs.uri) if of == "subset" else (*ADVERTISED, raster.crs.uri)
    if system.uri not in served:
        raise BadParameter(
            f"{SYSTEMS[of]} is not served for {raster.name}; there are {', '.join(dict.fromkeys(served))}"
        )
    return system


def _system(text: str, name: str) -> Crs:
    try:
        return crs(text)
    except BadCrs as bad:
        raise BadParameter(f"{name}: {bad}") from bad


def _native(raster: Raster, shape: BaseGeometry) -> Corners:
    """Return the box in the raster's CRS around a shape in degrees, which is bent there."""
    one = np.empty(1, dtype=object)
    near = shapely.intersection(shape, shapely.box(*_wider(raster.box)))
    one[0] = shapely.segmentize(near, max(1e-9, (raster.box[2] - raster.box[0]) / 20))
    there = project(one, raster.crs, "xy")[0]
    if there is None or shapely.is_empty(there):
        raise NotFound(f"nothing of {raster.name} lies there; its box is {','.join(f'{c:g}' for c in raster.box)}")
    west, south, east, north = shapely.bounds(there).tolist()
    return west, south, east, north


def _wider(box: Corners) -> Corners:
    """Return a box a little wider, so that it holds the raster's turned corners in any system."""
    more = 0.1 + 0.05 * (box[2] - box[0])
    return max(box[0] - more, -180), max(box[1] - more, -90), min(box[2] + more, 180), min(box[3] + more, 90)


def _cells(raster: Raster, box: Corners, fields: tuple[str, ...]) -> Window:
    (west, _, _, north), (width, height) = raster.corners, raster.cell
    left, right = _between((box[0] - west) / width, (box[2] - west) / width, raster.shape[1])
    top, bottom = _between((north - box[3]) / height, (north - box[1]) / height, raster.shape[0])
    if left >= right or top >= bottom:
        raise NotFound(f"nothing of {raster.name} lies there; its box is {','.join(f'{c:g}' for c in raster.box)}")
    return Window(raster, (top, bottom), (left, right), fields)


def _between(first: float, last: float, most: int) -> tuple[int, int]:
    """Return the first cell and the one after the last that an interval touches."""
    if last < 0 or first >= most:
        return 0, 0
    start = int(np.clip(np.floor(first + 1e-6), 0, most - 1))
    return start, int(np.clip(np.ceil(last - 1e-6), start + 1, most))
