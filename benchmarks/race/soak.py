"""The memory of a server over many requests: pages, items and tiles mixed."""

from collections.abc import Sequence

from benchmarks.race import load, machine
from benchmarks.race.database import Database
from benchmarks.race.load import Turn
from benchmarks.race.machine import Meter
from benchmarks.race.server import Server
from benchmarks.race.works import WORKS

HEADINGS = ("server", "requests", "errors", "RSS MB at start", "after the first tenth", "at half", "at the end")
MIXED = ("items10", "item", "points16", "warm")
SLICE = 20.0


def rows(servers: Sequence[Server], database: Database, requests: int) -> list[tuple[str, ...]]:
    """Return the table: each server's memory as its requests add up."""
    return [soaked(server, database, requests) for server in servers if paths(server)]


def paths(server: Server) -> list[str]:
    """Return what a server is asked for: of each kind of work that it does as much as of the others."""
    each = [w.paths(server.peer.paths[w.kind])[:500] for w in WORKS if w.name in MIXED and w.kind in server.peer.paths]
    return [path for kind in each for path in kind]


def soaked(server: Server, database: Database, requests: int) -> tuple[str, ...]:
    """Ask until there were so many requests, and note the memory on the way."""
    meter, asked, errors, noted = Meter(server.pid, database.pid), 0, 0, [machine.memory(server.pid)]
    marks = [requests // 10, requests // 2, requests]
    while len(noted) <= len(marks):
        run = load.run(server.peer.base, paths(server), meter, Turn(SLICE, seed=asked))
        asked, errors = asked + run.requests, errors + run.errors
        noted += [machine.memory(server.pid)] * sum(asked >= mark for mark in marks[len(noted) - 1 :])
    return (server.peer.name, f"{asked:,}", str(errors), *(f"{mb:.0f}" for mb in noted))
