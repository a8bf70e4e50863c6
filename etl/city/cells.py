"""The unit grid: every cell with its 15-digit code, its keeper, and the numbers by which others refer to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import shapely

from etl.city.chance import chance
from etl.city.fabric import fabric
from etl.city.names import people
from etl.city.plane import on_globe
from layers.codes import code_list
from spatial.cell_code import numbered
from spatial.coordinates import Floats, Geometries
from spatial.metres import area

type Indices = NDArray[np.intp]

_COMMUNITY = 6
"""Cells that one community has at most."""

_ROW = 400.0
"""Metres within which cells count as standing in one row, when they are numbered."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of the city (n,): places in degrees, codes, district codes, and density (0 to 1)."""

    places: Geometries
    codes: NDArray[np.str_]
    owner: NDArray[np.str_]
    dense: Floats

    def rows(self, seed: int) -> Iterator[dict[str, Any]]:
        """Yield the rows of the layer grid_cells."""
        keepers = people(len(self.codes), chance(seed, "keepers"))
        sizes = area(self.places).round().tolist()
        codes = self.codes.tolist()
        for place, code, size, keeper in zip(self.places, codes, sizes, keepers, strict=True):
            yield {
                "code": code,
                "district": code[:6],
                "street": code[:9],
                "area_m2": size,
                "keeper": keeper,
                "place": place,
            }


@lru_cache(maxsize=4)
def cells(seed: int) -> Cells:
    """Return the cells that the seed makes, in the order of the fabric's cells."""
    cloth = fabric(seed)
    middle = shapely.get_coordinates(shapely.centroid(cloth.cells))
    codes = np.empty(len(middle), dtype="<U15")
    for county in cloth.districts:
        _number(county, np.flatnonzero(cloth.owner == county), middle, codes)
    return Cells(on_globe(cloth.cells), codes, cloth.owner, cloth.dense)


def _number(county: str, of: Indices, middle: Floats, codes: NDArray[np.str_]) -> None:
    streets = [c.code for c in code_list("streets").codes.values() if c.parent == county]
    for street, cells in zip(streets, parts(middle, of, len(streets)), strict=True):
        communities = parts(middle, cells, -(-len(cells) // _COMMUNITY))
        for number, community in enumerate(communities, 1):
            rows = np.asarray(middle[community, 1] // _ROW)
            order = community[np.lexsort((middle[community, 0], -rows))]
            codes[order] = [str(code) for code in numbered(f"{street}{number:03d}", len(order))]


def parts(xy: Floats, of: Indices, count: int) -> list[Indices]:
    """Return the points `of` x, y in `count` compact parts of about equal size, halving along the longer side."""
    if count <= 1:
        return [of]
    axis = int(np.ptp(xy[of], axis=0).argmax())
    order = of[np.argsort(xy[of, axis], kind="stable")]
    at, few = len(of) * (count // 2) // count, count // 2
    return parts(xy, order[:at], few) + parts(xy, order[at:], count - few)
