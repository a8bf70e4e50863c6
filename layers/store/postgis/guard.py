"""What a query would cost, as the database's planner sees it; one that would read a city's history is refused."""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ClauseElement, select

from layers.feature import Layer
from layers.query import Query
from layers.store.postgis.connection import compiled
from layers.store.select import paged
from layers.table import FID, table
from spatial.errors import TooMuch
from spatial.time import Span

BUDGET = 2_000_000
"""The planner's units that one page may cost: ten seconds of reading rows one after the other."""

SMALL = BUDGET / 50
"""A table that is read whole at this cost is no reason to ask the planner: a million rows in a fifth of a second."""

DEAR = 20
"""PostGIS has the planner believe that a relation of two shapes costs 10,000 comparisons; it takes some 500."""

FAR = 10_000
"""Rows that a page may skip unasked."""

FRESH = 60.0
"""Seconds for which a table's size is remembered."""

DAY = timedelta(days=1)
EXAMPLE = "datetime=2026-01-31T08:00:00Z/2026-01-31T09:00:00Z"

_RELATION = re.compile(r"\bst_(intersects|equals|disjoint|touches|within|overlaps|crosses|contains)\(")

type Rows = Callable[[str, tuple[Any, ...]], Sequence[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the planner expects of a statement: its cost, and how many rows it will find."""

    cost: float
    rows: int


class Guard:
    """Asks the planner before the query that may cost too much."""

    def __init__(self, rows: Rows) -> None:
        """Hold what runs a statement that only reads."""
        self._rows = rows
        self._sizes: dict[str, tuple[float, float]] = {}

    def check(self, layer: Layer, query: Query) -> None:
        """Raise TooMuch for a page that would cost more than the budget, naming the cheaper way."""
        if is_doubtful(layer, query):
            self.weigh(layer, query, paged(layer, query, query.limit + 1, [table(layer).c[FID]]))

    def weigh(self, layer: Layer, query: Query, statement: ClauseElement) -> None:
        """Raise TooMuch for a statement about the query that would cost more than the budget."""
        if not self.is_small(layer) and self.plan(statement).cost > BUDGET:
            raise TooMuch(advice(layer, query))

    def plan(self, statement: ClauseElement) -> Plan:
        """Return what the planner expects; the statement does not run."""
        sql, bound = compiled(statement)
        said = self._rows(f"EXPLAIN (FORMAT JSON) {sql}", bound)[0][0][0]["Plan"]
        return Plan(said["Total Cost"] / (DEAR if _relates(said) else 1), said["Plan Rows"])

    def is_small(self, layer: Layer) -> bool:
        """Tell whether nothing that is asked of the layer's table can cost much."""
        looked, cost = self._sizes.get(layer.name, (float("-inf"), 0.0))
        if time.monotonic() - looked > FRESH:
            rows = table(layer)
            cost = self.plan(select(rows.c[FID], rows.c[layer.key.name])).cost
            self._sizes[layer.name] = (time.monotonic(), cost)
        return cost <= SMALL


def _relates(node: Mapping[str, Any]) -> bool:
    """Tell whether shapes are compared row by row anywhere in a plan."""
    return bool(_RELATION.search(node.get("Filter", ""))) or any(map(_relates, node.get("Plans", ())))


def is_doubtful(layer: Layer, query: Query) -> bool:
    """Tell whether a page may need more than an index and a few rows."""
    if query.ids:
        return False
    by_part = query.filters or query.text is not None or query.sort or query.offset > FAR
    # rows kept apart by day have no index of places
    unindexed = layer.by_day and (query.box or query.region is not None or query.span)
    return bool(by_part or unindexed)


def advice(layer: Layer, query: Query) -> str:
    """Return why the query is refused and how to ask for less."""
    ways = " or ".join(_ways(layer, query)) or "ask for fewer"
    return f"this would read too much of {layer.name}, which is large; {ways}"


def _ways(layer: Layer, query: Query) -> Iterator[str]:
    if layer.when and not (query.span and _is_short(query.span)):
        yield f"add a time of at most a day, as in {EXAMPLE}"
    ref = next((c for c in layer.columns if c.about.ref), None)
    if ref and layer.by_day:
        yield f"ask for one {ref.name}, as in filter={ref.name}='...'"
    if layer.place and not layer.by_day and not query.box and query.region is None:
        yield "add a bbox of a district's size"
    if query.offset > FAR:
        yield "follow the next links instead of counting offset"
    if query.sort:
        yield "leave sortby out"


def _is_short(span: Span) -> bool:
    return span.start is not None and span.end is not None and span.end - span.start <= DAY
