"""The store in a private PostgreSQL, which runs while it is open."""

import logging
import threading
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from layers.store.postgis.cluster import Cluster
from layers.store.postgis.store import PostgisStore
from spatial.errors import OneMapError

log = logging.getLogger("onemap")

LOOKING = 2.0
"""Seconds between two looks at the server."""


class LocalStore(PostgisStore):
    """The PostGIS store in a folder of its own; several processes may have it open."""

    def __init__(self, folder: Path) -> None:
        """Start the server unless it runs, and make its database; raise Unavailable, BadSource."""
        cluster = Cluster(folder)
        with ExitStack() as held:
            address = held.enter_context(cluster.running())
            held.enter_context(tended(cluster))
            super().__init__(address)
            self._server = held.pop_all()

    def close(self) -> None:
        """Let go of the connections and of the server, which stops when nobody else uses it."""
        with self._server:
            super().close()


@contextmanager
def tended(cluster: Cluster) -> Generator[None]:
    """Start the server again where it crashed, or where an upgrade replaced its programs beneath it."""
    over = threading.Event()

    def tend() -> None:
        while not over.wait(LOOKING):
            try:
                cluster.start()
            except OneMapError as bad:
                log.warning("the private PostgreSQL does not come back: %s", bad)

    thread = threading.Thread(target=tend, name="pg-local", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
