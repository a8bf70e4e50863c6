"""Pages of points by box, in the order of a curve through the world.

In the order of the row numbers a page of 10 of the 6,000 points in a box takes 33 ms: all of them are read and sorted.
Along the curve it takes the 10, and the next page goes on where this one ended.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from layers.column import Column
from layers.feature import Layer
from layers.query import Query
from layers.store.keyset import BROKEN
from layers.store.postgis.tables import CURVE, is_curved
from layers.store.postgis.written import Written, outer
from layers.table import FID
from spatial.box import Box
from spatial.curve import stretches
from spatial.errors import BadParameter

type Spot = tuple[int, int]
"""Where on the curve a row is, and its number."""


def follows_curve(layer: Layer, query: Query) -> bool:
    """Tell whether the page's order is the curve's: nothing is asked but a box, in any order, of points."""
    only = not (query.sort or query.ids or query.span or query.filters or query.text is not None)
    here = query.box is not None and not query.box.crosses and query.region is None and not query.offset
    return only and here and is_curved(layer) and (query.cursor is None or len(query.cursor.values) == 1)


@dataclass(frozen=True)
class Way:
    """Pages along the curve: all that is asked for but the box, the cursor and the limit. place: None for none."""

    layer: Layer
    columns: tuple[Column, ...]
    place: str | None
    decimals: int
    back: bool

    @cached_property
    def text(self) -> str:
        """The statement that has the database write a page."""
        shape = Written(self.layer.key.name, self.columns, self.place, self.decimals, (f"{CURVE}::text",), self.back)
        return outer(shape).format(inner=self._found, limit="$10")

    @cached_property
    def rows(self) -> str:
        """The statement for a page's rows: number, key, place (if asked for), properties, where on the curve."""
        place = [f'ST_AsEWKB("{self.place}")'] if self.place else []
        wanted = [FID, f'"{self.layer.key.name}"', *place, *(f'"{c.name}"' for c in self.columns), CURVE]
        return f"SELECT {', '.join(wanted)} FROM ({self._found}) AS page"  # noqa: S608 - names are checked where layers are made

    @property
    def _found(self) -> str:
        names = ", ".join(f'"{name}"' for name in dict.fromkeys((self.layer.key.name, *(c.name for c in self.columns))))
        at = f'"{self.layer.place.name if self.layer.place else ""}"'
        order = " DESC" if self.back else ""
        # Bounds as rows and the box as a CASE: the planner then takes the stretch for long and follows the index, from
        # which it can stop; it would gather and sort the whole stretch if it knew how short most of them are.
        return (  # names are checked where layers are made
            "SELECT found.* FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])"  # noqa: S608
            " AS way (low, low_fid, high, high_fid), LATERAL ("
            f' SELECT {FID}, {CURVE}, {names}, {at} FROM "{self.layer.name}"'
            f" WHERE ({CURVE}, {FID}) > (way.low, way.low_fid) AND ({CURVE}, {FID}) < (way.high, way.high_fid)"
            f" AND CASE WHEN ST_X({at}) >= $5::float8 AND ST_Y({at}) >= $6::float8"
            f" AND ST_X({at}) <= $7::float8 AND ST_Y({at}) <= $8::float8 THEN true ELSE false END"
            f" ORDER BY {CURVE}{order}, {FID}{order} LIMIT $9) AS found LIMIT $9"
        )

    def bound(self, box: Box, limit: int, start: Spot | None) -> tuple[Any, ...]:
        """Return what the statement for rows is bound to; that for a text takes the limit once more.

        Each stretch is bound by two places on the curve, neither of them in it.
        """
        ways = [((first, -1), (last + 1, -1)) for first, last in stretches(box)]
        if start:
            ways = _rest(ways, start, back=self.back)
        elif self.back:
            ways.reverse()
        bounds = [[end[n] for end in ends] for ends in zip(*ways, strict=True) for n in (0, 1)] or [[]] * 4
        return *bounds, *box.corners, limit + 1


def start(query: Query) -> Spot | None:
    """Return where on the curve a page begins; raise BadParameter for a cursor that was none of its."""
    if query.cursor is None:
        return None
    if not isinstance(query.cursor.values[0], int):
        raise BadParameter(BROKEN)
    return query.cursor.values[0], query.cursor.fid


def _rest(ways: list[tuple[Spot, Spot]], start: Spot, *, back: bool) -> list[tuple[Spot, Spot]]:
    """Return what of the stretches comes after a spot in one of them, or before it, from there backwards."""
    here = next((n for n, (low, high) in enumerate(ways) if low < start < high), None)
    if here is None:
        raise BadParameter(BROKEN)
    low, high = ways[here]
    return [(low, start), *reversed(ways[:here])] if back else [(start, high), *ways[here + 1 :]]
