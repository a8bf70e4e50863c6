"""What processes cost: CPU seconds and memory of a program with all its children, from /proc; and where they run."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass

import psutil

SERVER, DATABASE = 1, 0
"""The cores that they are pinned to: programs that hand work to each other, as on two machines."""


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all below it."""
    with suppress(psutil.NoSuchProcess):
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    return []


def cpu(pid: int) -> float:
    """Return the CPU seconds that a process and its children, also those that have ended, have used."""
    spent = 0.0
    for one in family(pid):
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            spent += times.user + times.system + times.children_user + times.children_system
    return spent


def memory(pid: int) -> float:
    """Return the resident memory of a process and its children, in MB; shared pages count in each."""
    total = 0
    for one in family(pid):
        with suppress(psutil.NoSuchProcess):
            total += one.memory_info().rss
    return total / 1e6


def pin(pid: int, core: int) -> None:
    """Keep a process, its threads and all that it starts on one core."""
    for one in family(pid):
        with suppress(psutil.NoSuchProcess):
            for thread in one.threads():
                with suppress(ProcessLookupError):
                    os.sched_setaffinity(thread.id, {core % (os.cpu_count() or 1)})


def busy() -> float:
    """Return the CPU seconds that the whole machine has worked since it started."""
    times = psutil.cpu_times()
    return sum(times) - times.idle - times.iowait - times.guest - times.guest_nice


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds of a stretch of time; foreign: the share of the machine that went to programs outside the race."""

    server: float
    database: float
    foreign: float


@dataclass
class Meter:
    """Reads the clocks of two programs and of the machine, and says what happened since."""

    server: int
    database: int

    def __post_init__(self) -> None:
        """Read all clocks."""
        self._clocks = self._read()

    def _read(self) -> tuple[float, float, float, float]:
        return cpu(self.server), cpu(self.database), busy(), time.perf_counter()

    def since(self, load: float) -> Spent:
        """Return what was spent since the last reading; `load`: CPU seconds of the load's own."""
        before, self._clocks = self._clocks, self._read()
        server, database, machine, seconds = (b - a for a, b in zip(before, self._clocks, strict=True))
        foreign = max(0.0, machine - server - database - load) / (seconds * (os.cpu_count() or 1))
        return Spent(server, database, foreign)
