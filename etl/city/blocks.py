"""How the land is cut: arterials make superblocks; these are halved into cells, and cells into blocks."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import shapely

from etl.city.arterials import arterials
from etl.city.chance import chance
from etl.city.density import BUILT, density
from etl.city.ground import Ground, ground
from spatial.coordinates import Floats, Geometries

type Integers = NDArray[np.int64]

ARTERIAL, RING, BANK, BORDER, CUT, LANE = 0, 1, 2, 3, 10, 30
"""Ranks of lines; a cut of the nth round has the rank CUT + n, within a cell LANE + n."""

_ROUNDS = 16
_RURAL = 5e6
"""Square metres of a piece of open country."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """Pieces of land (n,) on the plane, the district code and the density (0 to 1) of each."""

    places: Geometries
    owner: NDArray[np.str_]
    dense: Floats

    def only(self, chosen: NDArray[np.bool_]) -> "Pieces":
        """Return the chosen ones."""
        return Pieces(self.places[chosen], self.owner[chosen], self.dense[chosen])


@dataclass(frozen=True, eq=False)
class Blocks:
    """Cells of built-up land, and the lines (m,) that cut all land, with their ranks."""

    cells: Pieces
    lines: Geometries
    rank: Integers


@lru_cache(maxsize=4)
def blocks(seed: int) -> Blocks:
    """Return the blocks that the seed makes."""
    base = ground(seed)
    roads, rank = arterials(seed)
    measure = density(seed, roads, base)
    places, owner = _superblocks(base, roads)
    whole = Pieces(places, owner, measure.at(shapely.centroid(places)))
    land, cuts, turns = _cut(whole, _cell_size, lambda p: measure.at(shapely.centroid(p)), seed, CUT)
    cells = land.only(land.dense > BUILT)
    _, lanes, lane_turns = _cut(cells, _block_size, None, seed, LANE)
    borders = np.array([base.banks.boundary, *(d.boundary for d in base.districts.values())], dtype=object)
    lines = np.concatenate((roads, borders, cuts, lanes))
    ranks = np.concatenate((rank, [BANK, *[BORDER] * len(base.districts)], turns, lane_turns))
    return Blocks(cells, lines, ranks)


def _cell_size(dense: Floats) -> Floats:
    """Return the square metres from which a piece is cut: fewer where the city is dense."""
    return np.where(dense > BUILT, 0.3e6 + 2.7e6 * (1 - dense) ** 3, _RURAL)


def _block_size(dense: Floats) -> Floats:
    return 0.11e6 + 0.8e6 * (1 - dense) ** 3


def _cut(
    pieces: Pieces,
    size: Callable[[Floats], Floats],
    measure: Callable[[Geometries], Floats] | None,
    seed: int,
    rank: int,
) -> tuple[Pieces, Geometries, Integers]:
    """Return pieces no larger than `size` of their density, the cuts that made them, and the rank of each cut."""
    done: list[Pieces] = []
    cuts: list[Geometries] = []
    for turn in range(_ROUNDS):
        large = shapely.area(pieces.places) > size(pieces.dense)
        done.append(pieces.only(~large))
        if not large.any():
            break
        left = pieces.only(large)
        halves, of, lines = _halved(left.places, chance(seed, "cut", rank, turn))
        pieces = Pieces(halves, left.owner[of], measure(halves) if measure else left.dense[of])
        cuts.append(lines)
    else:
        done.append(pieces)
    ranks = np.repeat(np.arange(len(cuts)) + rank, [len(c) for c in cuts])
    fields = (np.concatenate([getattr(p, n) for p in done]) for n in ("places", "owner", "dense"))
    return Pieces(*fields), np.concatenate(cuts), ranks


def _superblocks(base: Ground, roads: Geometries) -> tuple[Geometries, NDArray[np.str_]]:
    """Return the pieces (n,) of land between arterials, and the district of each."""
    pieces: list[Any] = []
    owner: list[str] = []
    for code, place in base.districts.items():
        land = shapely.difference(place, base.banks)
        lines = shapely.union_all([land.boundary, *shapely.intersection(roads, land)], grid_size=0.5)
        faces = shapely.get_parts(shapely.polygonize([lines]))
        faces = faces[shapely.contains(land, shapely.point_on_surface(faces))]
        pieces.extend(faces)
        owner.extend([code] * len(faces))
    return np.array(pieces, dtype=object), np.array(owner)


def _halved(pieces: Geometries, rng: np.random.Generator) -> tuple[Geometries, Integers, Geometries]:
    """Return the halves of pieces (n,) cut across their longer axis, the piece of each half, and the cuts."""
    corner = shapely.get_coordinates(shapely.oriented_envelope(pieces)).reshape(-1, 5, 2)
    one, two = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 1]
    longer = (np.linalg.norm(one, axis=1) > np.linalg.norm(two, axis=1))[:, None]
    along, across = np.where(longer, one, two), np.where(longer, two, one)
    at = corner[:, :3:2].mean(axis=1) + along * rng.uniform(-0.07, 0.07, (len(pieces), 1))
    ends = np.stack((at - across, at + across), axis=1)
    beyond = np.stack((ends[:, 1] + 2 * along, ends[:, 0] + 2 * along), axis=1)
    half = shapely.polygons(np.concatenate((ends, beyond), axis=1))
    both = np.concatenate((shapely.intersection(pieces, half), shapely.difference(pieces, half)))
    parts, of = shapely.get_parts(both, return_index=True)
    cuts = shapely.intersection(shapely.linestrings(ends), pieces)
    whole = shapely.get_dimensions(parts) == 2  # noqa: PLR2004 - touching halves leave points and lines too
    return parts[whole], of[whole] % len(pieces), cuts
