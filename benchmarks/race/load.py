"""Load: wrk asks for a list of paths in random order over a few connections that it keeps."""

import json
import math
import random
import resource
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from benchmarks.race.machine import Meter, Spent

CONNECTIONS, TIMEOUT = 8, 60
SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True, slots=True)
class Run:
    """What one run brought: latencies in ms, bytes with headers, CPU seconds."""

    requests: int
    seconds: float
    bytes: int
    errors: int
    p50: float
    p95: float
    p99: float
    spent: Spent

    @property
    def rate(self) -> float:
        """Answers a second; an error is no answer."""
        return (self.requests - self.errors) / self.seconds

    @property
    def server_ms(self) -> float:
        """CPU of the server for one request, in ms."""
        return self.spent.server * 1000 / max(self.requests, 1)

    @property
    def database_ms(self) -> float:
        """CPU of PostgreSQL for one request, in ms."""
        return self.spent.database * 1000 / max(self.requests, 1)


def wrk() -> str:
    """Return the program's path; without it there is no race."""
    found = shutil.which("wrk")
    if not found:
        raise SystemExit("wrk is not installed: apt-get install wrk")
    return found


@dataclass(frozen=True, slots=True)
class Turn:
    """How load is put on: seconds, connections, the core to run on (None: any), and the seed of the paths' order."""

    seconds: float
    connections: int = CONNECTIONS
    core: int | None = None
    seed: int = 0


def run(base: str, paths: Sequence[str], meter: Meter, turn: Turn) -> Run:
    """Ask for the paths in random order; raise SystemExit if wrk fails."""
    with NamedTemporaryFile("w", suffix=".paths") as listed:
        listed.write("\n".join(random.Random(turn.seed).sample(paths, len(paths))))
        listed.flush()
        options = ["-t1", f"-c{turn.connections}", f"-d{math.ceil(turn.seconds)}s", "--timeout", f"{TIMEOUT}s"]
        before = own()
        meter.since(0)
        words = [*pinned(turn.core), wrk(), *options, "-s", str(SCRIPT), base, listed.name]
        said = subprocess.run(words, capture_output=True, check=True, text=True)
        spent = meter.since(own() - before)
    return Run(**json.loads(said.stdout.splitlines()[-1]), spent=spent)


def pinned(core: int | None) -> list[str]:
    """Return what to put before a command that is to run on one core."""
    return [] if core is None else ["taskset", "-c", str(core)]


def own() -> float:
    """Return the CPU seconds of this process and the load that has ended."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
