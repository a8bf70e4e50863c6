"""The city's life: vehicles move and cases open, are handled and close, by the real clock."""

from datetime import UTC, datetime
from threading import Event

import structlog

from etl.city.agenda import changed
from etl.city.build import cases_until
from etl.city.cases import DAY
from etl.city.city import HISTORY, City
from etl.city.traffic import SPACING, fixes, vehicles
from layers.store.protocol import Job, Store, Tally, Writer
from spatial.errors import Unavailable

PERIOD = 2.0
"""Seconds from one step to the next."""

EXPIRED = 500
"""Rows of a layer that one step deletes at most, twenty times what a step brings: 40 ms among a million."""

_log = structlog.get_logger()


class Life:
    """Writes into a store what happens in its city.

    What happens is a function of the seed and the time, so it does not matter how long nobody looked: a step tells all
    cases since the last one (of as many days as the city has, at most) and the fixes of the last hour.
    """

    def __init__(self, store: Store, city: City) -> None:
        """Go on from where the last life in this store, or its building, ended."""
        self._store, self._seed, self._days = store, city.seed, city.days
        self._id = f"city-{city.seed}"
        self._started = datetime.now(UTC)
        before = store.job(self._id)
        built = cases_until(store, city.seed)
        self.lived = before.position if before else city.instant if built is None else built

    def step(self, now: datetime) -> Tally:
        """Write what happened up to `now`, and return what that did; an instant lived through already does nothing."""
        until, tally = int(now.timestamp()), Tally()
        if until <= self.lived:
            return tally
        since = self.lived
        for end, rows in changed(self._seed, max(since, until - self._days * DAY), until):
            with self._store.write() as writer:
                tally += writer.upsert(self._store.layers()["cases"], rows)
                if end == until:
                    tally += self._traffic(writer, max(since, until - HISTORY), until)
                    tally += self._expired(writer, now)
                writer.note(Job(self._id, f"city:{self._seed}", "cases", end, "running", self._started, now))
            self.lived = end
        return tally

    def run(self, stop: Event) -> None:
        """Live until `stop` is set; while the store cannot be written to, wait and catch up."""
        while not stop.is_set():
            try:
                self.step(datetime.now(UTC))
            except Unavailable as why:
                _log.warning("city.waits", why=str(why))
            stop.wait(PERIOD)

    def _traffic(self, writer: Writer, after: int, until: int) -> Tally:
        layers = self._store.layers()
        tally = writer.upsert(layers["vehicles"], list(vehicles(self._seed, until)))
        if until // SPACING > after // SPACING:
            tally += writer.append(layers["fixes"], list(fixes(self._seed, after, until)))
        return tally

    def _expired(self, writer: Writer, now: datetime) -> Tally:
        kept = [(layer, layer.keep) for layer in self._store.layers().values() if layer.keep]
        return sum((writer.expire(layer, now - keep, EXPIRED) for layer, keep in kept), Tally())
