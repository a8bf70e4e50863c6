"""The bare limit: pgbench sends the statements that a server sent, to the same database, and throws the rows away.

A statement with parameters is prepared once a connection, as drivers do; one without is sent as it is.
"""

import math
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.race import load
from benchmarks.race.database import Database
from benchmarks.race.load import Run, Turn
from benchmarks.race.machine import Meter, Spent
from benchmarks.race.server import Server
from layers.store.postgis.programs import programs

SCRIPTS, PREPARED = 128, 20
"""The most that pgbench takes; requests until a driver has prepared its statement on every connection."""

SAID = re.compile(r"(?:execute [^:]*|statement): (?P<words>.*)", re.DOTALL)
PARAMETERS = re.compile(r"DETAIL:\s+(?:P|p)arameters: (?P<values>.*)", re.DOTALL)
VALUE = re.compile(r"\$\d+ = ('(?:[^']|'')*'|NULL)")
READS = ("select", "with")
TIDYING = ("pg_reload_conf", "pg_advisory_unlock_all")


@dataclass(slots=True)
class Statement:
    """A statement that a server sent: its text, and its parameters as literals."""

    words: str
    values: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What a server sends for one path, and how often that path is asked for."""

    said: Sequence[Statement]
    weight: int


def overheard(server: Server, database: Database, paths: Sequence[str]) -> list[Request]:
    """Return what the server sends for each path."""
    found, weights = list[Request](), Counter(paths)
    for path in paths[:PREPARED]:
        server.asked(path)
    with database.heard() as entries:
        for path, weight in weights.most_common(SCRIPTS):
            server.asked(path)
            # the log's last words come after the answer
            time.sleep(0.02)
            found.append(Request(list(statements(entries())), weight))
    return [request for request in found if request.said]


def statements(entries: Sequence[str]) -> Iterator[Statement]:
    """Yield the reading statements of the database's log; entries: each begins after its time and process."""
    waiting: Statement | None = None
    for entry in entries:
        if told := PARAMETERS.match(entry):
            if waiting:
                waiting.values = VALUE.findall(told["values"])
            continue
        if waiting:
            yield waiting
        said = SAID.search(entry) if "duration:" in entry else None
        waiting = Statement(said["words"].strip()) if said and _reads(said["words"].strip()) else None
    if waiting:
        yield waiting


def _reads(words: str) -> bool:
    return words.lower().startswith(READS) and not any(name in words for name in TIDYING)


def replayed(database: Database, requests: Sequence[Request], turn: Turn) -> Run:
    """Replay the requests in random order over as many connections as the load has to a server."""
    with TemporaryDirectory() as made:
        words = [*load.pinned(turn.core), str(programs().folder / "pgbench"), "-n", "-l", "-M", "simple"]
        words += ["-c", str(turn.connections), "-T", str(math.ceil(turn.seconds)), *_options(Path(made), requests)]
        meter, before, start = Meter(0, database.pid), load.own(), time.perf_counter()
        env = {**os.environ, **database.words}
        done = subprocess.run(words, cwd=made, env=env, capture_output=True, text=True, check=False)
        took = time.perf_counter() - start
        if done.returncode:
            raise SystemExit(f"pgbench cannot replay what the server asks: {done.stderr[-600:]}")
        return _run(Path(made), took, meter.since(load.own() - before))


def _options(folder: Path, requests: Sequence[Request]) -> Iterator[str]:
    """Write a script for each request, and yield what pgbench has to be told."""
    known = {one.words: n for n, one in enumerate(s for request in requests for s in request.said if s.values)}
    for number in known.values():
        yield from ("-D", f"ready{number}=0")
    for number, request in enumerate(requests):
        lines = (line for one in request.said for line in script(one, known))
        (folder / f"{number}.sql").write_text("\n".join(lines) + "\n", encoding="utf-8")
        yield from ("-f", f"{number}.sql@{request.weight}")


def script(said: Statement, known: dict[str, int]) -> Iterator[str]:
    """Yield the lines that send a statement; known: the number of each that is prepared, by its text."""
    words = " ".join(said.words.rstrip("; \n").split())
    if not said.values:
        yield f"{words};"
        return
    number = known[said.words]
    yield from (f"\\if :ready{number} = 0", f"PREPARE s{number} AS {words};", f"\\set ready{number} 1", "\\endif")
    yield f"EXECUTE s{number}({', '.join(said.values)});"


def _run(folder: Path, seconds: float, spent: Spent) -> Run:
    lines = [line.split() for log in folder.glob("pgbench_log.*") for line in log.read_text().splitlines()]
    took = sorted(int(line[2]) / 1000 for line in lines)
    if not took:
        raise SystemExit("pgbench could not replay what the server asks of the database")
    parts = [took[min(len(took) - 1, int(len(took) * part))] for part in (0.5, 0.95, 0.99)]
    return Run(len(took), seconds, 0, 0, *parts, spent=spent)
