"""A curve through the world's places: what is near on it is near on the map, so a box is a few stretches of it.

The curve is Morton's (A computer oriented geodetic data base, IBM 1966): the bits of a place's column and row, each
counted in 2³¹ steps from the south-west corner of the world, taken in turn, the column's first.
"""

from spatial.box import Box

STEPS = 2**31
"""Columns and rows of the world: 0.02 m at the equator."""

CELLS = 8
"""How many cells at least half as long as these the longer side of a box is cut into; more leave less outside it."""

_BYTES = tuple(sum((n >> bit & 1) << 2 * bit for bit in range(8)) for n in range(256))
"""Each byte with a zero before every bit."""

type Stretch = tuple[int, int]


def stretches(box: Box) -> list[Stretch]:
    """Return the stretches of the curve (first, last) that together hold the box and little else.

    Those wholly in the box come first, each kind in the curve's order. The box does not cross the antimeridian.
    """
    west, south, east, north = box.corners
    left, right = _step((west + 180) / 360), _step((east + 180) / 360)
    low, high = _step((south + 90) / 180), _step((north + 90) / 180)
    shift = (max(right - left, high - low) // CELLS).bit_length()
    columns, rows = range(left >> shift, (right >> shift) + 1), range(low >> shift, (high >> shift) + 1)
    spread = [(row in (rows[0], rows[-1]), _spread(row)) for row in rows]
    cells: tuple[list[int], list[int]] = [], []
    for column in columns:
        edge, across = column in (columns[0], columns[-1]), _spread(column) << 1
        for outer, up in spread:
            cells[edge or outer].append(across | up)
    return [stretch for kind in cells for stretch in _joined(sorted(kind), 2 * shift)]


def place(lon: float, lat: float) -> int:
    """Return where on the curve a place in degrees is."""
    return _spread(_step((lon + 180) / 360)) << 1 | _spread(_step((lat + 90) / 180))


def _step(part: float) -> int:
    return min(max(int(part * STEPS), 0), STEPS - 1)


def _spread(n: int) -> int:
    return _BYTES[n & 255] | _BYTES[n >> 8 & 255] << 16 | _BYTES[n >> 16 & 255] << 32 | _BYTES[n >> 24] << 48


def _joined(cells: list[int], bits: int) -> list[Stretch]:
    found: list[Stretch] = []
    for cell in cells:
        first = found.pop()[0] if found and found[-1][1] + 1 == cell << bits else cell << bits
        found.append((first, (cell + 1 << bits) - 1))
    return found
