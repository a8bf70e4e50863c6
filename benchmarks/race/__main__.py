"""`python -m benchmarks.race`: build or find the servers, load the city, race, and tell."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from benchmarks.race import database, loading, machine, report, server, soak, stale
from benchmarks.race.database import Database
from benchmarks.race.peers import PEERS
from benchmarks.race.place import folder
from benchmarks.race.race import Result, Terms, raced
from benchmarks.race.server import Server
from benchmarks.race.works import WORKS

QUICK = (2, 2.0)
"""Rounds and seconds of a quick race."""

STALE, MEMORY = "stale", "memory"
Works = Annotated[list[str] | None, typer.Option(help=f"of {', '.join(w.name for w in WORKS)}, {STALE}, {MEMORY}")]
Peers = Annotated[list[str] | None, typer.Option(help=f"of {'; '.join(p.name for p in PEERS)}")]
Rounds = Annotated[int, typer.Option(help="how often each server takes its turn")]
Seconds = Annotated[float, typer.Option(help="how long a turn is")]
Quick = Annotated[bool, typer.Option(help="two short turns each; the README is left alone")]
Pinned = Annotated[bool, typer.Option(help="keep the database on one core, the server on another")]
Bare = Annotated[str, typer.Option(help="the server whose SQL pgbench replays")]
Requests = Annotated[int, typer.Option(help="requests over which memory is watched")]


def main(  # noqa: PLR0913, PLR0917 - a command's options
    work: Works = None,
    peer: Peers = None,
    rounds: Rounds = 5,
    seconds: Seconds = 5,
    quick: Quick = False,
    pinned: Pinned = True,
    bare: Bare = "OneMap",
    requests: Requests = 100_000,
) -> None:
    """Race OneMap against its peers on PostGIS."""
    terms = Terms(*(QUICK if quick else (rounds, seconds)), pinned=pinned, bare=bare)
    names = work or [w.name for w in WORKS] + [STALE]
    with ExitStack() as stack:
        base = stack.enter_context(database.started())
        loading.load(base)
        if pinned:
            machine.pin(base.pid, machine.DATABASE)
        chosen = [p for p in PEERS if not peer or p.name in peer]
        servers = [s for p in chosen if (s := stack.enter_context(server.started(p, base, pinned)))]
        results = [r for w in WORKS if w.name in names for r in _told(raced(w, servers, base, terms))]
        extras = [extra(servers, base, terms, requests) for name, extra in EXTRAS.items() if name in names]
    _kept(results)
    if not quick:
        report.written(report.whole(results, extras))


def _told(results: list[Result]) -> list[Result]:
    if results:
        report.shown(results[0].work.title, report.HEADINGS, list(report.lines(results)))
    return results


def _stale(servers: Sequence[Server], base: Database, terms: Terms, _: int) -> report.Table:
    found = stale.rows(servers, base, terms.seconds * terms.rounds)
    with base.session() as session:
        session.execute("VACUUM ANALYZE")
    title = "Staleness after a committed change, at 500 changes/s"
    report.shown(title, stale.HEADINGS, found)
    return title, stale.HEADINGS, found


def _memory(servers: Sequence[Server], base: Database, _: Terms, requests: int) -> report.Table:
    found, title = soak.rows(servers, base, requests), "Memory of a worker"
    report.shown(title, soak.HEADINGS, found)
    return title, soak.HEADINGS, found


EXTRAS: dict[str, Callable[[Sequence[Server], Database, Terms, int], report.Table]] = {STALE: _stale, MEMORY: _memory}


def _kept(results: Sequence[Result]) -> None:
    """Keep every run for later looks."""
    runs = [{"work": r.work.name, "server": r.name, "runs": [asdict(run) for run in r.runs]} for r in results]
    (folder() / "results.json").write_bytes(orjson.dumps(runs, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    typer.run(main)
