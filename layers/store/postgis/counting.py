"""How many rows match: counted, as long as that is quick, otherwise as many as the planner expects."""

import time
from typing import Any

from sqlalchemy import Select, select

from layers.feature import Layer
from layers.query import Count, Query
from layers.store.postgis.connection import Connections, compiled, fetched, run
from layers.store.postgis.guard import Guard
from layers.store.select import conditions, counted
from layers.table import FID, table
from spatial.errors import TooMuch

PATIENCE = 300
"""Milliseconds that counting may take before it is given up."""

HOPELESS = 1_000_000
"""The planner's units from which counting is not even begun."""

FRESH = 60.0
"""Seconds for which it is remembered that counting took too long; a page's neighbours ask for the same number."""

MOST = 1_000
"""Counts remembered so."""


class Counting:
    """Counts rows within a budget of time."""

    def __init__(self, connections: Connections, guard: Guard) -> None:
        """Know of no count yet."""
        self._connections, self._guard = connections, guard
        self._slow: dict[str, float] = {}

    def count(self, layer: Layer, query: Query) -> Count:
        """Return the number of rows, or roughly how many there are where counting them takes too long."""
        sql, bound = compiled(counted(layer, query))
        asked = f"{sql} {bound}"
        if self._is_slow(asked):
            return self._estimate(layer, query)
        if not self._guard.is_small(layer):
            plan = self._guard.plan(_matching(layer, query))
            if plan.cost > HOPELESS:
                return Count(plan.rows, exact=False)
        try:
            with self._connections.writing() as connection:
                run(connection, f"SET LOCAL statement_timeout = {PATIENCE}")
                return Count(fetched(connection, sql, bound)[0][0])
        except TooMuch:
            self._remember(asked)
            return self._estimate(layer, query)

    def _estimate(self, layer: Layer, query: Query) -> Count:
        return Count(self._guard.plan(_matching(layer, query)).rows, exact=False)

    def _is_slow(self, asked: str) -> bool:
        return time.monotonic() - self._slow.get(asked, float("-inf")) < FRESH

    def _remember(self, asked: str) -> None:
        if len(self._slow) >= MOST:
            self._slow.clear()
        self._slow[asked] = time.monotonic()


def _matching(layer: Layer, query: Query) -> Select[Any]:
    rows = table(layer)
    return select(rows.c[FID]).where(*conditions(layer, query))
