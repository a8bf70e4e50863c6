"""Unit grids (单元网格): cutting an area into cells, and finding the cell of a place."""

import numpy as np
from numpy.typing import NDArray

import shapely

from spatial.coordinates import Floats, Geometries
from spatial.errors import BadGeometry, BadInput, TooMuch
from spatial.metres import Plane

type Area = shapely.Polygon | shapely.MultiPolygon
type Indices = NDArray[np.intp]

MOST_CELLS = 1_000_000
"""An area that needs more is refused: a side given in kilometres, or degrees where metres were meant."""

SLIVER = 0.2
"""A piece smaller than this share of a whole cell joins the neighbour that it shares most border with."""

NOWHERE = -1


def cells(area: Area, side: float, origin: tuple[float, float]) -> Geometries:
    """Return the polygons (n,) that cut a lon/lat area into squares of `side` metres, without gap or overlap.

    The squares stand on a lattice around `origin` (lon, lat): areas cut with one origin fit each other. Border pieces
    are clipped to the area, slivers joined to a neighbour. Order is that of serial numbers: rows from north to south,
    within a row from west to east. Raise BadGeometry, BadInput or TooMuch.
    """
    lattice = _Lattice(_checked(area), side, Plane(*origin))
    pieces, square = _pieces(area, lattice)
    pieces, square = _joined(pieces, square, SLIVER * side * side, lattice.plane)
    west = shapely.bounds(pieces)[:, 0]
    return pieces[np.lexsort((west, square[:, 0], -square[:, 1]))]


def cell_at(index: shapely.STRtree, lon: Floats, lat: Floats) -> Indices:
    """Return for each lon/lat point (n,) the number of its cell in the index's cells, NOWHERE outside all.

    A point on a shared border belongs to the first of its cells, so that it has exactly one.
    """
    found = np.full(len(lon), len(index.geometries), dtype=np.intp)
    point, cell = index.query(shapely.points(lon, lat), predicate="intersects")
    np.minimum.at(found, point, cell)
    return np.where(found == len(index.geometries), NOWHERE, found)


class _Lattice:
    """The squares, in the plane around the origin, that can meet an area; square 0, 0 has its corner at the origin."""

    def __init__(self, area: Area, side: float, plane: Plane) -> None:
        if not (np.isfinite(side) and side > 0):
            raise BadInput(f"a cell's side is {side} m; send a positive number of metres, such as 100")
        flat = plane.flat(np.array([area], dtype=object))
        west, south, east, north = np.floor(shapely.total_bounds(flat) / side)
        if not (east - west + 2) * (north - south + 2) <= MOST_CELLS:
            raise TooMuch(f"cells of {side:g} m over this area are more than {MOST_CELLS:,}; send a longer side")
        self.plane, self.side = plane, side
        # one more all round: an edge straight in degrees bulges beyond its ends in metres
        self.columns: Floats = np.arange(west - 1, east + 3)
        self.rows: Floats = np.arange(south - 1, north + 3)

    def lines(self) -> Geometries:
        """Return the lattice as lon/lat lines through its corners, along rows and along columns."""
        x, y = np.meshgrid(self.columns * self.side, self.rows * self.side)
        lon, lat = self.plane.to_degrees(x.ravel(), y.ravel())
        corners = np.stack([lon.reshape(x.shape), lat.reshape(x.shape)], axis=-1)
        along_rows = [shapely.LineString(row) for row in corners]
        return np.array(along_rows + [shapely.LineString(column) for column in corners.swapaxes(0, 1)], dtype=object)

    def squares(self, shapes: Geometries) -> NDArray[np.int64]:
        """Return column and row (n, 2) of the square that each lon/lat shape lies in."""
        inner = shapely.point_on_surface(shapes)
        x, y = self.plane.to_metres(shapely.get_x(inner), shapely.get_y(inner))
        return np.floor(np.column_stack([x, y]) / self.side).astype(np.int64)


def _checked(area: Area) -> Area:
    if area.geom_type not in ("Polygon", "MultiPolygon") or area.is_empty or not area.is_valid:
        raise BadGeometry(f"a grid needs a valid polygon, not this {area.geom_type}")
    return area


def _pieces(area: Area, lattice: _Lattice) -> tuple[Geometries, NDArray[np.int64]]:
    """Return the faces that lattice and border cut out of the area, and each one's square.

    Border and lattice are noded together once, so neighbours share their vertices to the last bit.
    """
    border = np.array([area.boundary], dtype=object)
    noded = shapely.union_all(np.concatenate([lattice.lines(), border]))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(np.array([noded], dtype=object))))
    shapely.prepare(area)
    inside = shapely.contains(area, shapely.point_on_surface(faces))
    pieces = faces[inside]
    return pieces, lattice.squares(pieces)


def _joined(
    pieces: Geometries, square: NDArray[np.int64], least: float, plane: Plane
) -> tuple[Geometries, NDArray[np.int64]]:
    """Join pieces under `least` square metres to neighbours until none is left that has one."""
    while True:
        size = shapely.area(plane.flat(pieces))
        into = _neighbours(pieces, np.flatnonzero(size < least), size)
        if (into == np.arange(len(pieces))).all():
            return pieces, square
        pieces, square = _merged(pieces, _roots(into), size, square)


def _neighbours(pieces: Geometries, small: Indices, size: Floats) -> Indices:
    """Return for each piece the one it joins: for a sliver its neighbour by border, else itself."""
    into = np.arange(len(pieces))
    which, other = shapely.STRtree(pieces).query(pieces[small], predicate="intersects")
    one = small[which]
    shared = shapely.length(shapely.intersection(pieces[one], pieces[other]))
    # of two slivers only the smaller one moves, so no ring of joins can close
    grows = (shared > 0) & ((size[one] < size[other]) | ((size[one] == size[other]) & (one < other)))
    order = np.flatnonzero(grows)[np.argsort(shared[grows], kind="stable")]
    into[one[order]] = other[order]  # the last, with the longest border, stays
    return into


def _roots(into: Indices) -> Indices:
    while (further := into[into]).tolist() != into.tolist():
        into = further
    return into


def _merged(
    pieces: Geometries, root: Indices, size: Floats, square: NDArray[np.int64]
) -> tuple[Geometries, NDArray[np.int64]]:
    """Return the union of the pieces of each root, with the square of the largest of them."""
    order = np.lexsort((-size, root))
    starts = np.unique(root[order], return_index=True)[1]
    groups = np.split(pieces[order], starts[1:])
    unions = [group[0] if len(group) == 1 else shapely.coverage_union_all(group) for group in groups]
    return np.array(unions, dtype=object), square[order[starts]]
