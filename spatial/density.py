"""How dense points lie: an adaptive kernel estimate on a grid of square cells (Silverman 1986, 5.3; Abramson 1982)."""

from dataclasses import dataclass
from math import ceil, exp, floor, log

import numpy as np
from numpy.typing import NDArray

from spatial.coordinates import Floats
from spatial.errors import BadInput, TooMuch

MAX_CELLS = 6_000_000
"""Cells of one surface; beyond that its transforms want more memory than a server should lend."""

STEP = 2**0.25
"""Ratio of neighbouring bandwidths: each point lies between two of them and counts for both."""

SPREAD = 4.0
"""How much wider or narrower than the pilot's a point's own bandwidth may become."""

type Surface = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Grid:
    """Square cells in a plane: the west and north edge and the cells' side in its units, rows and columns."""

    west: float
    north: float
    cell: float
    rows: int
    columns: int

    def __post_init__(self) -> None:
        """Refuse a grid that nothing fits on; raise BadInput, TooMuch."""
        if not (self.cell > 0 and self.rows > 0 and self.columns > 0):
            raise BadInput("a grid needs cells, and these a side longer than 0")
        if self.rows * self.columns > MAX_CELLS:
            raise TooMuch(f"{self.rows * self.columns:,} cells are too many; ask for larger cells or a smaller area")

    @classmethod
    def around(cls, x: Floats, y: Floats, cell: float, margin: float) -> "Grid":
        """Return the grid whose edges are multiples of `cell`, `margin` or more beyond all points; raise BadInput."""
        if not len(x) or not cell > 0:
            raise BadInput("a surface needs points, and cells with a side longer than 0")
        west, south = floor((float(x.min()) - margin) / cell), floor((float(y.min()) - margin) / cell)
        east, north = ceil((float(x.max()) + margin) / cell), ceil((float(y.max()) + margin) / cell)
        return cls(west * cell, north * cell, cell, max(1, north - south), max(1, east - west))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return self.west, self.north - self.rows * self.cell, self.west + self.columns * self.cell, self.north

    def index(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return points (n,) as fractional row and column, 0 at the middle of the north-west cell."""
        return (self.north - y) / self.cell - 0.5, (x - self.west) / self.cell - 0.5


def bandwidth(x: Floats, y: Floats) -> float:
    """Return the pilot's bandwidth for points (n,), in their units; 0 where all are in one place.

    0.9 · min(standard distance, median distance · √(1 / ln 2)) · n^(-1/5): the rule that desktop GIS use for kernel
    density, whose second spread keeps a few far points from blurring all the others.
    """
    away = np.hypot(x - x.mean(), y - y.mean())
    spreads = float(np.sqrt((away**2).mean())), float(np.median(away)) * (1 / log(2)) ** 0.5
    return 0.9 * min(s for s in spreads if s > 0 or s == max(spreads)) * len(x) ** -0.2


def reach(pilot: float) -> float:
    """Return how far from a point its kernel can lie above 0, for a pilot bandwidth."""
    return pilot * SPREAD


def density(x: Floats, y: Floats, grid: Grid, pilot: float) -> Surface:
    """Return points per square unit on the grid (rows, columns), the northernmost row first.

    pilot: bandwidth (radius of the quartic kernel) of the first estimate, at which all points count alike; from it each
    point's own follows: pilot · √(typical density / density there), narrow where points crowd. A bandwidth below one
    cell counts as one cell. Each point's kernel adds up to 1 over all cells, so that the surface adds up to the number
    of points if their reach lies within the grid; what reaches over the grid's edge is lost there and not folded back,
    as if the grid were cut from a larger one. Points off the grid count for what reaches onto it.
    """
    narrowest = max(pilot, grid.cell)
    if not len(x):
        return np.zeros(grid.shape)
    wide = _Canvas.of(grid, narrowest * SPREAD)
    rows, columns = wide.grid.index(x, y)
    held = (rows > 0) & (rows < wide.grid.rows - 1) & (columns > 0) & (columns < wide.grid.columns - 1)
    rows, columns = rows[held], columns[held]
    first = wide.sum(rows, columns, np.full(len(rows), narrowest))
    own = narrowest * _factors(_sampled(first, rows, columns))
    return wide.cut(wide.sum(rows, columns, np.maximum(own, grid.cell)), grid)


@dataclass(frozen=True, slots=True)
class _Canvas:
    """A grid wide enough that no kernel comes round to its other side, and the cells that it is wider by."""

    grid: Grid
    margin: int

    @classmethod
    def of(cls, grid: Grid, margin: float) -> "_Canvas":
        more = ceil(margin / grid.cell) + 2
        north, west = grid.north + more * grid.cell, grid.west - more * grid.cell
        return cls(Grid(west, north, grid.cell, _even(grid.rows + 2 * more), _even(grid.columns + 2 * more)), more)

    def cut(self, surface: Surface, grid: Grid) -> Surface:
        """Return the part of a surface that is the grid asked for."""
        return surface[self.margin : self.margin + grid.rows, self.margin : self.margin + grid.columns].copy()

    def sum(self, rows: Floats, columns: Floats, widths: Floats) -> Surface:
        """Return the sum of the points' kernels per square unit, each with its own bandwidth.

        Bandwidths lie on a ladder; of each rung one transform of its points times one of its kernel.
        """
        if not len(rows):
            return np.zeros(self.grid.shape)
        rung = np.log(widths / widths.min()) / log(STEP)
        lower = np.floor(rung).astype(np.intp)
        share = rung - lower
        spectrum = np.zeros((self.grid.rows, self.grid.columns // 2 + 1), dtype=np.complex128)
        for n in range(int(lower.max()) + 2):
            weights = np.where(lower == n, 1 - share, 0) + np.where(lower == n - 1, share, 0)
            if (on := weights > 0).any():
                kernel = self._kernel(float(widths.min()) * STEP**n)
                counts = self._counts(rows[on], columns[on], weights[on])
                spectrum += np.fft.rfft2(counts) * np.fft.rfft2(kernel)
        found = np.fft.irfft2(spectrum, s=self.grid.shape)
        # the transform leaves a trace of rounding where there is nothing
        found[found < found.max() * 1e-12] = 0.0
        return found / self.grid.cell**2

    def _counts(self, rows: Floats, columns: Floats, weights: Floats) -> Surface:
        """Return each point's weight shared among the four cells whose middles surround it."""
        counts = np.zeros(self.grid.rows * self.grid.columns)
        for row, column, part in _corners(rows, columns):
            flat = row * self.grid.columns + column
            counts += np.bincount(flat, weights * part, minlength=len(counts))
        return counts.reshape(self.grid.shape)

    def _kernel(self, width: float) -> Surface:
        """Return the quartic kernel of a bandwidth, its middle at the first cell, adding up to 1."""
        down = np.fft.fftfreq(self.grid.rows, 1 / self.grid.rows) * self.grid.cell
        across = np.fft.fftfreq(self.grid.columns, 1 / self.grid.columns) * self.grid.cell
        away = (down[:, None] ** 2 + across[None, :] ** 2) / width**2
        shape = np.square(np.clip(1 - away, 0, None))
        return shape / shape.sum()


def _factors(there: Floats) -> Floats:
    """Return each point's bandwidth as a multiple of the pilot's (Abramson's square root law), within SPREAD."""
    there = np.maximum(there, there.max() * 1e-12) if len(there) else there
    typical = exp(float(np.log(there).mean())) if len(there) else 1.0
    return np.clip(np.sqrt(typical / there), 1 / SPREAD, SPREAD)


def _sampled(surface: Surface, rows: Floats, columns: Floats) -> Floats:
    """Return the surface at points (n,), between the middles of its cells as a plane."""
    parts = _corners(rows, columns)
    return np.sum([surface[row, column] * part for row, column, part in parts], axis=0)


def _corners(rows: Floats, columns: Floats) -> list[tuple[NDArray[np.intp], NDArray[np.intp], Floats]]:
    top, left = np.floor(rows).astype(np.intp), np.floor(columns).astype(np.intp)
    down, right = rows - top, columns - left
    return [
        (top, left, (1 - down) * (1 - right)),
        (top, left + 1, (1 - down) * right),
        (top + 1, left, down * (1 - right)),
        (top + 1, left + 1, down * right),
    ]


def _even(size: int) -> int:
    """Return the next size that halves, threes and fives make up, an even one: such transform quickest."""
    candidate = size + size % 2
    while _rest(candidate) > 1:
        candidate += 2
    return candidate


def _rest(size: int) -> int:
    for prime in (2, 3, 5):
        while size % prime == 0:
            size //= prime
    return size
