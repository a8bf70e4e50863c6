"""How long after its commit a change is seen: a reader asks for one tile, or one item, over and over."""

import http.client
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.race import data
from benchmarks.race.database import Database
from benchmarks.race.requests import tile
from benchmarks.race.server import Server
from benchmarks.race.writing import MARKED

HEADINGS = ("server", "asked for", "marks", "seen", "p50 s", "p95 s", "longest s", "questions/s")
ZOOM, PATIENCE = 16, 5.0
"""The tile's zoom; the seconds that a mark has to be seen in before it counts as never seen."""

KINDS = {"warm": "tile", "tile": "tile", "item": "item"}
SEEN = re.compile(rb"mark-(\d{16})\.")


@dataclass(frozen=True, slots=True)
class Staleness:
    """Delays of the marks that were seen, in seconds, of how many there were; and the questions asked a second."""

    delays: Sequence[float]
    marks: int
    pace: float

    def at(self, part: float) -> str:
        """Return a percentile of the delays."""
        ordered = sorted(self.delays)
        return f"{ordered[min(len(ordered) - 1, int(len(ordered) * part))]:.3f}" if ordered else "never"


def rows(servers: Sequence[Server], database: Database, seconds: float) -> list[tuple[str, ...]]:
    """Return the table: each server, for each kind of answer that it gives."""
    found: list[tuple[str, ...]] = []
    for server in servers:
        for kind in KINDS.keys() & server.peer.paths.keys():
            said = watched(server, database, (_path(server, kind), seconds))
            row = (server.peer.name, KINDS[kind], str(said.marks), str(len(said.delays)))
            found.append((*row, said.at(0.5), said.at(0.95), said.at(1.0), f"{said.pace:.0f}"))
    return found


def watched(server: Server, database: Database, asked: tuple[str, float]) -> Staleness:
    """Ask for a path for some seconds while the city changes."""
    path, seconds = asked
    words = [sys.executable, "-m", "benchmarks.race.writing", database.url, str(seconds)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as writer:
        seen, count = _polled(server, path, seconds + PATIENCE)
        said, _ = writer.communicate()
    committed = {int(number): float(when) for number, when in (line.split() for line in said.splitlines())}
    delays = [delay(seen, number, when) for number, when in committed.items()]
    return Staleness([d for d in delays if d is not None], len(committed), count / (seconds + PATIENCE))


def delay(seen: Sequence[tuple[int, float]], number: int, committed: float) -> float | None:
    """Return the seconds from a commit until an answer bore its mark or a later one; None if none did in time."""
    first = next((when for mark, when in seen if mark >= number and when >= committed), None)
    # an answer that was read before the commit's own acknowledgement came is as fresh as can be
    early = any(mark >= number and when < committed for mark, when in seen)
    if early:
        return 0.0
    return first - committed if first is not None and first - committed <= PATIENCE else None


def _polled(server: Server, path: str, seconds: float) -> tuple[list[tuple[int, float]], int]:
    """Return each new mark that was seen with its time, and how often was asked."""
    connection = http.client.HTTPConnection("127.0.0.1", server.peer.port, timeout=60)
    seen, count, last = list[tuple[int, float]](), 0, -1
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        connection.request("GET", path)
        body = connection.getresponse().read()
        count += 1
        found = SEEN.search(body)
        if found and int(found[1]) > last:
            last = int(found[1])
            seen.append((last, time.monotonic()))
        # as fast as a page that follows the changes would
        time.sleep(0.005)
    connection.close()
    return seen, count


def _path(server: Server, kind: str) -> str:
    lon, lat = data.points()[MARKED - 1].tolist()
    asked = {"fid": MARKED, "key": data.key(MARKED - 1), **tile(lon, lat, ZOOM)}
    return server.peer.paths[kind].format(layer="race_points", **asked)
