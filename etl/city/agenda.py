"""The agenda: which cases change between two instants."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from etl.city.cases import DAY, LONGEST, OFFSET, cases, day_of


@dataclass(frozen=True, eq=False)
class Agenda:
    """All changes (n,) of one day of the city's clock, in order: when (s), of which day's cases, which of them."""

    seed: int
    when: NDArray[np.int64]
    day: NDArray[np.int64]
    case: NDArray[np.intp]

    @classmethod
    def of(cls, seed: int, day: int) -> Self:
        """Return the agenda of a day: a case can change for as long as the longest lives."""
        first = day * DAY - OFFSET
        found: list[NDArray[np.int64]] = []
        for of in range(day - LONGEST - 1, day + 1):
            when, case = cases(seed, of).changes()
            now = (when >= first) & (when < first + DAY)
            found.append(np.stack((when[now], np.full(int(now.sum()), of), case[now])))
        when, days, case = np.concatenate(found, axis=1)
        order = np.argsort(when, kind="stable")
        return cls(seed, when[order], days[order], case[order].astype(np.intp))

    def rows(self, after: int, until: int) -> Iterator[dict[str, Any]]:
        """Yield the rows, as they are at `until`, of the cases that change in (after, until] on this day."""
        some = slice(*np.searchsorted(self.when, (after, until), side="right"))
        for day in np.unique(self.day[some]).tolist():
            yield from cases(self.seed, day).rows(until, np.unique(self.case[some][self.day[some] == day]))


@lru_cache(maxsize=2)
def agenda(seed: int, day: int) -> Agenda:
    """Return the agenda of a day of the city's clock."""
    return Agenda.of(seed, day)


def changed(seed: int, after: int, until: int) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Yield, day by day, an instant and the rows as they are then of the cases that changed up to it."""
    for day in range(day_of(after + 1), day_of(until) + 1):
        end = min(until, (day + 1) * DAY - OFFSET - 1)
        yield end, list(agenda(seed, day).rows(after, end))
