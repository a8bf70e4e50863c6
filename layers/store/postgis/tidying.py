"""What nobody asks for any more, forgotten now and then."""

import time

from layers.store.postgis.connection import Connections, fetched, run
from spatial.errors import Forbidden, Unavailable

OLD = 600.0
"""Seconds for which it is remembered where the map changed; whoever looks less often makes all tiles anew."""

EVERY = 60.0
"""Seconds between two times that one process forgets."""

_FORGET = """WITH gone AS (DELETE FROM om_dirt WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM om_dirt WHERE at < clock_timestamp() - make_interval(secs => $1) FOR UPDATE SKIP LOCKED))
  RETURNING mark) SELECT max(mark) FROM gone"""
_FORGOTTEN = "UPDATE om_meta SET value = greatest(value::bigint, $1)::text WHERE name = 'dirt'"


class Tidying:
    """Forgets for one store."""

    def __init__(self, connections: Connections) -> None:
        """Begin when the store has been open for a while."""
        self._connections = connections
        self._done = time.monotonic()

    def now_and_then(self) -> None:
        """Forget where the map changed long ago, if that was not done lately; who may not write leaves it to others."""
        if time.monotonic() - self._done < EVERY:
            return
        self._done = time.monotonic()
        try:
            self.forget(OLD)
        except (Forbidden, Unavailable):
            return

    def forget(self, seconds: float) -> None:
        """Forget where the map changed longer ago than some seconds."""
        with self._connections.writing() as connection:
            last = fetched(connection, _FORGET, (seconds,))[0][0]
            if last is not None:
                run(connection, _FORGOTTEN, (last,))
