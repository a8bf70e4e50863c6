"""Tile matrix sets: how the map is cut into tiles (OGC Two Dimensional Tile Matrix Set 2.0, 17-083r4)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spatial.crs import CRS84, uri
from spatial.errors import NotFound

type Floats = NDArray[np.float64]
type Ranges = NDArray[np.int64]
type Corners = tuple[float, float, float, float]

RADIUS = 6378137.0
"""Equatorial radius in metres, of WGS 84, CGCS2000 and the sphere of EPSG:3857 alike."""

HALF = np.pi * RADIUS
"""Half the width of the world in EPSG:3857, in metres."""

EDGE = 85.0511287798066
"""The latitude at which EPSG:3857 becomes a square."""

PIXEL = 0.00028
"""Metres of a standardized rendering pixel (17-083r4, 6.2.1)."""

SIDE = 256
"""Pixels of a tile's side, as the registered sets count them."""


@dataclass(frozen=True, slots=True)
class TileMatrixSet:
    """A pyramid of square tiles, each matrix twice as fine as the one before.

    metric: whether its coordinates are EPSG:3857's metres; else they are the stored degrees. north_first: whether its
    CRS names latitude first. top: west and north of the pyramid in its units, x first. width: of a tile of matrix 0,
    which the set need not have. columns, rows: of matrix 0, rows rounded up where it would have half a one.
    zooms: the first and the last matrix that there is.
    """

    id: str
    title: str
    crs: str
    registered: str | None
    metric: bool
    north_first: bool
    top: tuple[float, float]
    width: float
    shape: tuple[float, float]
    zooms: tuple[int, int]

    def size(self, z: int) -> tuple[int, int]:
        """Return how many columns and rows matrix `z` has."""
        return max(1, round(self.shape[0] * 2**z)), max(1, round(self.shape[1] * 2**z))

    def cell(self, z: int) -> float:
        """Return the size of a pixel of matrix `z`, in the units of the CRS."""
        return self.width / 2**z / SIDE

    def scale(self, z: int) -> float:
        """Return the scale denominator of matrix `z`."""
        return self.cell(z) * (1.0 if self.metric else np.pi * RADIUS / 180) / PIXEL

    def project(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return stored degrees (n,) as x, y in the set's units; latitudes beyond EPSG:3857 as its edge."""
        if not self.metric:
            return lon, lat
        north = np.radians(np.clip(lat, -EDGE, EDGE))
        return lon * (HALF / 180), np.arctanh(np.sin(north)) * RADIUS

    def unproject(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return x, y in the set's units (n,) as degrees."""
        if not self.metric:
            return x, y
        return x * (180 / HALF), np.degrees(np.arctan(np.sinh(y / RADIUS)))

    def tile(self, z: int, x: int, y: int) -> "Tile":
        """Return the tile at matrix, column, row; raise NotFound outside the set."""
        first, last = self.zooms
        if not first <= z <= last:
            raise NotFound(f"{self.id} has no tile matrix {z}; it has {first} to {last}")
        columns, rows = self.size(z)
        if not (0 <= x < columns and 0 <= y < rows):
            raise NotFound(f"tile matrix {z} of {self.id} has {columns} columns and {rows} rows, counted from 0")
        return Tile(self, z, x, y)

    def touched(self, boxes: Floats, z: int, buffer: float) -> Ranges:
        """Return first column, first row, last column, last row (n, 4) of the tiles that boxes in degrees (n, 4) touch.

        buffer: how far a tile reaches over its edges, in tile sides. Columns and rows may lie outside the matrix.
        """
        side = self.width / 2**z
        west, south = self.project(boxes[:, 0], boxes[:, 1])
        east, north = self.project(boxes[:, 2], boxes[:, 3])
        first = (west - self.top[0]) / side - buffer, (self.top[1] - north) / side - buffer
        last = (east - self.top[0]) / side + buffer, (self.top[1] - south) / side + buffer
        return np.floor(np.column_stack((*first, *last))).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: its set, matrix, column and row."""

    tms: TileMatrixSet
    z: int
    x: int
    y: int

    @property
    def box(self) -> Corners:
        """West, south, east, north in the units of the set's CRS, x first."""
        side = self.tms.width / 2**self.z
        west, north = self.tms.top[0] + self.x * side, self.tms.top[1] - self.y * side
        return west, north - side, west + side, north

    def degrees(self, buffer: float = 0.0) -> Corners:
        """Return west, south, east, north in longitude and latitude, wider by `buffer` tile sides; within the globe."""
        west, south, east, north = self.box
        more = (east - west) * buffer
        xs, ys = self.tms.unproject(np.array([west - more, east + more]), np.array([south - more, north + more]))
        west, east = np.clip(xs, -180.0, 180.0).tolist()
        south, north = np.clip(ys, -90.0, 90.0).tolist()
        return west, south, east, north

    def locate(self, lon: Floats, lat: Floats, extent: int) -> tuple[Floats, Floats]:
        """Return stored degrees (n,) in the tile's own units: 0 to `extent`, east and south from its north-west."""
        west, _, east, north = self.box
        x, y = self.tms.project(lon, lat)
        scale = extent / (east - west)
        return (x - west) * scale, (north - y) * scale


_REGISTRY = "http://www.opengis.net/def/tilematrixset/OGC/1.0/"
WEB_MERCATOR = TileMatrixSet(
    "WebMercatorQuad",
    "网络墨卡托 Web Mercator, as most web maps are cut",
    uri(3857),
    f"{_REGISTRY}WebMercatorQuad",
    metric=True,
    north_first=False,
    top=(-HALF, HALF),
    width=2 * HALF,
    shape=(1, 1),
    zooms=(0, 24),
)
WORLD_CRS84 = TileMatrixSet(
    "WorldCRS84Quad",
    "经纬度 Longitude, latitude (WGS 84)",
    CRS84.uri,
    f"{_REGISTRY}WorldCRS84Quad",
    metric=False,
    north_first=False,
    top=(-180.0, 90.0),
    width=180.0,
    shape=(2, 1),
    zooms=(0, 17),
)
CGCS2000 = TileMatrixSet(
    "CGCS2000Quad",
    "国家大地坐标系 CGCS2000, cut and numbered as 天地图 does",
    uri(4490),
    None,
    metric=False,
    north_first=True,
    top=(-180.0, 90.0),
    width=360.0,
    shape=(1, 0.5),
    zooms=(1, 20),
)
"""The grid of China's public maps: matrix 1 has two tiles, so its numbers are one more than WorldCRS84Quad's."""

SETS: Mapping[str, TileMatrixSet] = {each.id: each for each in (WEB_MERCATOR, WORLD_CRS84, CGCS2000)}


def tile_matrix_set(name: str) -> TileMatrixSet:
    """Return the set of that name; raise NotFound."""
    if name not in SETS:
        raise NotFound(f"there is no tile matrix set {name[:60]!r}; there are {', '.join(SETS)}")
    return SETS[name]
