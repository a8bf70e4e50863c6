"""Places along the streets: points beside them, where they belong, and what people call them."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

import shapely

from etl.city.cells import Cells, cells
from etl.city.fabric import fabric
from etl.city.network import Network, network
from etl.city.plane import points, spots
from layers.codes import code_list
from layers.text import Text
from spatial.coordinates import Floats, Geometries

type Indices = NDArray[np.intp]

_DOOR = 7.0
"""Metres of street to a house number."""


@dataclass(frozen=True, eq=False)
class Spots:
    """Points beside streets (n,): x, y on the plane (n, 2), the cell each lies in, its edge, and how far along (m)."""

    xy: Floats
    cell: Indices
    edge: Indices
    along: Floats

    def __len__(self) -> int:
        return len(self.cell)

    @property
    def points(self) -> Geometries:
        """The points in degrees."""
        return spots(self.xy)


@dataclass(frozen=True, eq=False)
class Places:
    """The city's streets and cells, to put things at."""

    streets: Network
    cells: Cells
    index: shapely.STRtree
    dense: Floats
    names: NDArray[np.object_]
    districts: dict[str, str]

    def spots(self, edge: Indices, rng: np.random.Generator, near: float = 4, far: float = 14) -> Spots:
        """Return a spot beside each edge (n,), `near` to `far` metres off its middle line, always within a cell."""
        along = rng.uniform(0.04, 0.96, len(edge)) * self.streets.length[edge]
        sides = self.streets.beside[edge]
        left = np.where((sides >= 0).all(axis=1), rng.random(len(edge)) < 0.5, sides[:, 0] >= 0)  # noqa: PLR2004
        off = rng.uniform(near, far, len(edge)) * np.where(left, 1, -1)
        at, ahead = self.streets.track.at(edge, along)
        across = np.column_stack((-ahead[:, 1], ahead[:, 0]))
        xy = at + across * off[:, None]
        return Spots(xy, self._cells(xy, np.where(left, sides[:, 0], sides[:, 1])), edge, along)

    def address(self, spots: Spots) -> list[str]:
        """Return the address of each spot: district, street, number."""
        doors = (spots.along // _DOOR).astype(np.int64) + 1
        districts = map(self.districts.__getitem__, self.cells.owner[spots.cell].tolist())
        return [f"{d}{s.zh}{n}号" for d, s, n in zip(districts, self.street(spots), doors.tolist(), strict=True)]

    def street(self, spots: Spots) -> list[Text]:
        """Return the name of the street that each spot lies on."""
        return self.names[spots.edge].tolist()

    def _cells(self, xy: Floats, beside: Indices) -> Indices:
        found = beside.copy()
        point, cell = self.index.query(points(xy), predicate="intersects")
        found[point] = cell
        return found


@lru_cache(maxsize=4)
def places(seed: int) -> Places:
    """Return the places of the city that the seed makes."""
    streets, grid, cloth = network(seed), cells(seed), fabric(seed)
    dense = np.where(streets.beside >= 0, cloth.dense[streets.beside], 0).max(axis=1)
    names = np.empty(len(streets.edges), dtype=object)
    names[:] = [streets.names[line] for line in streets.line.tolist()]
    titles = {code: code_list("counties").title_of(code).zh for code in cloth.districts}
    return Places(streets, grid, shapely.STRtree(cloth.cells), dense, names, titles)
