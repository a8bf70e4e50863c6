"""Cases: all that a day brings, and what has become of each at any later instant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from etl.city.chance import chance
from etl.city.network import Grade
from etl.city.places import Places, Spots, places
from etl.city.rules import CITIZENS, OPENING, SHARES, SOURCES, TALES, UNITS, hours
from etl.city.volumes import counts, matters, seconds
from layers.codes import code_list
from spatial.coordinates import Floats

type Indices = NDArray[np.intp]
type Times = NDArray[np.int64]

DAY = 86_400
OFFSET = 8 * 3600
"""Seconds by which the city's clock is ahead of UTC; it knows no summer time."""

LONGEST = 40
"""Days after which every case is closed."""

_VOID = 0.03
_LATE, _SPREAD = 0.42, 0.62
"""Handling takes this share of the time allowed (median), and spreads so much (logarithm): nine in ten are on time."""

_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Day:
    """The cases (n,) of one day of the city's clock, in order of their report.

    numbers: case numbers. matter, source: indices of their codes. void: whether it turns out to be none. times:
    seconds since 1970 at which each is reported, opened, dispatched, handled and closed (n, 5). due: by when it is to
    be handled.
    """

    day: int
    seed: int
    numbers: list[str]
    matter: Indices
    source: Indices
    spots: Spots
    void: NDArray[np.bool_]
    times: Times
    due: Times

    def changes(self) -> tuple[Times, Indices]:
        """Return every instant (k,) at which a case changes, and the case: its steps, and when it becomes overdue."""
        overdue = np.where(~self.void & (self.times[:, 3] > self.due), self.due, _NEVER)
        all_times = np.column_stack((self.times, overdue))
        all_times[self.void, 2:] = _NEVER
        case, step = np.nonzero(all_times != _NEVER)
        return all_times[case, step], case

    def rows(self, now: int, chosen: Indices | None = None) -> Iterator[dict[str, Any]]:
        """Yield the rows of the chosen cases as they are at an instant (s); what is not yet reported has none."""
        known = np.flatnonzero(self.times[:, 0] <= now) if chosen is None else chosen
        known = known[self.times[known, 0] <= now]
        where = places(self.seed)
        told = zip(known.tolist(), _said(self, known, where), _standing(self, known, now), strict=True)
        points = self.spots.points
        for n, said, standing in told:
            yield {"number": self.numbers[n], **said, **standing, "place": points[n]}


@lru_cache(maxsize=LONGEST + 8)
def cases(seed: int, day: int) -> Day:
    """Return the cases of a day (days since 1970-01-01 on the city's clock)."""
    rng, where = chance(seed, "cases", day), places(seed)
    count = counts(seed, day, rng)
    matter = np.repeat(np.arange(len(count)), count)
    reported = day * DAY - OFFSET + seconds(matter, day, rng)
    order = np.lexsort((matter, reported))
    matter, reported = matter[order], reported[order]
    spots = where.spots(_edges(seed, matter, rng), rng)
    source = rng.choice(len(SOURCES), len(matter), p=SHARES)
    times, due = _life(matter, source, reported, rng)
    void = rng.random(len(matter)) < _VOID
    owner = where.cells.owner[spots.cell]
    return Day(day, seed, _numbers(owner, day), matter, source, spots, void, times, due)


def day_of(instant: int) -> int:
    """Return the day of the city's clock that an instant (s) lies in."""
    return (instant + OFFSET) // DAY


def _life(matter: Indices, source: Indices, reported: Times, rng: np.random.Generator) -> tuple[Times, Times]:
    count = len(matter)
    opening = np.array(OPENING)[source] * 60 * rng.lognormal(0, 0.5, count)
    sending = 60 * (2 + rng.lognormal(2.0, 0.7, count))
    allowed = hours()[matter] * 3600
    handling = allowed * _LATE * rng.lognormal(0, _SPREAD, count)
    checking = 3600 * rng.lognormal(0.7, 0.8, count)
    steps = np.minimum(np.cumsum([opening, sending, handling, checking], axis=0), LONGEST * DAY).astype(np.int64)
    opened = reported + steps[0]
    return np.column_stack((reported, reported[:, None] + steps.T)), opened + allowed.astype(np.int64)


def _numbers(owner: NDArray[np.str_], day: int) -> list[str]:
    """Return case numbers: county, date, and the serial of the day in the county."""
    serial = np.zeros(len(owner), dtype=np.int64)
    for county in np.unique(owner):
        own = owner == county
        serial[own] = np.arange(1, int(own.sum()) + 1)
    date = datetime.fromtimestamp(day * DAY, UTC).strftime("%Y%m%d")
    return [f"{county}{date}{n:06d}" for county, n in zip(owner.tolist(), serial.tolist(), strict=True)]


@lru_cache(maxsize=4)
def _draws(seed: int) -> dict[str, Floats]:
    """Return for each class of matters the running sum of how likely its cases are on each edge: hot spots differ."""
    where = places(seed)
    fit = (where.dense > 0) & (where.streets.grade > Grade.EXPRESSWAY)
    base = where.streets.length * where.dense**1.8 * fit
    out: dict[str, Floats] = {}
    for major in UNITS:
        weight = np.cumsum(base * chance(seed, "hot", major).lognormal(0, 1.1, len(base)))
        out[major] = weight / weight[-1]
    return out


def _edges(seed: int, matter: Indices, rng: np.random.Generator) -> Indices:
    draws = _draws(seed)
    draw, edge = rng.random(len(matter)), np.zeros(len(matter), dtype=np.intp)
    major = np.array([int(code[:2]) for code in matters()])[matter]
    for name, weight in draws.items():
        own = major == int(name)
        edge[own] = np.searchsorted(weight, draw[own], side="right")
    return edge


def _said(day: Day, chosen: Indices, where: Places) -> Iterator[dict[str, Any]]:
    """Yield what is told of each case once and for all."""
    titles = code_list("matters")
    spots = Spots(*(getattr(day.spots, n)[chosen] for n in ("xy", "cell", "edge", "along")))
    codes, cells = matters(), where.cells.codes[spots.cell].tolist()
    draws = (spots.along * 10).astype(np.int64).tolist()
    told = (day.matter[chosen].tolist(), day.source[chosen].tolist(), cells, where.address(spots), draws)
    rows = cast("Iterator[tuple[int, int, str, str, int]]", zip(*told, strict=True))
    for matter, source, cell, address, draw in rows:
        code, came = codes[matter], SOURCES[source]
        tales = TALES[code[:2]]
        yield {
            "matter": code,
            "source": came,
            "district": cell[:6],
            "cell": cell,
            "address": address,
            "description": f"{address}附近{titles.codes[code].title.zh}，{tales[draw % len(tales)]}。",
            "reporter": "市民" if came in CITIZENS else f"{cell[6:12]}号采集员" if came == "collector" else None,
            "unit": f"{where.districts[cell[:6]]}{UNITS[code[:2]]}",
        }


_STATES = ("reported", "opened", "dispatched", "handled", "closed")


def _standing(day: Day, chosen: Indices, now: int) -> Iterator[dict[str, Any]]:
    """Yield how far each case is at an instant."""
    times, due, void = day.times[chosen], day.due[chosen], day.void[chosen]
    step = (times <= now).sum(axis=1) - 1
    done = times[:, 3] <= np.minimum(due, now)
    late = (due < now) & ~done
    told = zip(times.tolist(), due.tolist(), step.tolist(), done.tolist(), late.tolist(), void.tolist(), strict=True)
    for at, limit, stage, in_time, overdue, none in told:
        opened, closed = stage > 0 and not none, stage == len(_STATES) - 1 and not none
        yield {
            "state": "void" if none and stage > 0 else _STATES[stage],
            "reported": datetime.fromtimestamp(at[0], UTC),
            "due": datetime.fromtimestamp(limit, UTC) if opened else None,
            "closed": datetime.fromtimestamp(at[4], UTC) if closed else None,
            "on_time": (True if in_time else False if overdue else None) if opened else None,
        }
