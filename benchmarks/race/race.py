"""The race itself: the servers take turns at a work, round after round."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from benchmarks.race import bare, cursors, load, machine
from benchmarks.race.answer import Answer, looked_at
from benchmarks.race.database import Database
from benchmarks.race.load import Run, Turn
from benchmarks.race.machine import Meter
from benchmarks.race.server import Server
from benchmarks.race.works import Work

BARE, LONGEST = "pgbench", 30.0
"""Who runs the same SQL without a server; the most seconds that a turn takes."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How it is run: rounds, the seconds of each server's turn, whether to pin, and whose SQL pgbench replays."""

    rounds: int = 5
    seconds: float = 5
    pinned: bool = True
    bare: str = "OneMap"


@dataclass(frozen=True, slots=True)
class Result:
    """What one server did at one work, run by run, and what its answers hold (pgbench has none)."""

    work: Work
    name: str
    runs: Sequence[Run]
    answer: Answer | None

    def middle(self, figure: Callable[[Run], float]) -> float:
        """Return the median of a figure over the rounds."""
        return median(figure(run) for run in self.runs)

    def ratio(self, other: "Result") -> float:
        """Return how many times the other's rate ours is: the median of the ratios within each round."""
        return median(a.rate / max(b.rate, 1e-9) for a, b in zip(self.runs, other.runs, strict=True))


@dataclass(slots=True)
class Turns:
    """What each of those who take part does in its turn of one work."""

    run: dict[str, Callable[[int], Run]] = field(default_factory=dict[str, Callable[[int], Run]])
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])


def raced(work: Work, servers: Sequence[Server], database: Database, terms: Terms) -> list[Result]:
    """Let all servers that do this kind of work take turns at it."""
    turns = Turns()
    for server in servers:
        if work.kind in server.peer.paths:
            _enter(turns, work, (server, database), terms)
    runs: Mapping[str, list[Run]] = defaultdict(list)
    for turn in range(terms.rounds):
        for name, run in turns.run.items():
            runs[name].append(run(turn))
    return [Result(work, name, runs[name], turns.answers.get(name)) for name in turns.run]


def _enter(turns: Turns, work: Work, who: tuple[Server, Database], terms: Terms) -> None:
    """Look at a server's answers, warm it up, and give it a turn; and pgbench one with its SQL."""
    server, database = who
    name, template = server.peer.name, server.peer.paths[work.kind]
    paths = cursors.paths(server, work) if "{link}" in template else work.paths(template)
    turns.answers[name] = looked_at(server, paths)
    turn = Turn(_enough(turns.answers[name], work, terms), work.connections, work.beside if terms.pinned else None)
    meter = Meter(server.pid, database.pid)
    load.run(server.peer.base, paths, meter, replace(turn, seconds=turn.seconds / 4, seed=-1))
    turns.run[name] = lambda seed: load.run(server.peer.base, paths, meter, replace(turn, seed=seed))
    if name == terms.bare and work.kind != "warm":
        said = bare.overheard(server, database, paths)
        alone = replace(turn, core=machine.SERVER if terms.pinned else None)
        turns.run[BARE] = lambda _: bare.replayed(database, said, alone)


def _enough(answer: Answer, work: Work, terms: Terms) -> float:
    """Return the seconds of a turn: longer where fewer than some ten answers would come."""
    return min(LONGEST, max(terms.seconds, answer.seconds * work.connections * 4))
