"""The city as one value: a seed and an instant, from which every row follows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import batched, chain
from typing import Any

from etl.city import assets, base_map, safety, traffic
from etl.city.cases import DAY, OFFSET, cases, day_of
from etl.city.cells import cells
from spatial.errors import BadTime

type Rows = Iterator[dict[str, Any]]

SEED = 2026
DAYS = 90
"""Days of cases, the last one begun."""

HISTORY = 3600
"""Seconds of fixes."""

BLOCK = 5000
"""Rows handed over at a time."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class City:
    """A city at an instant, cut to whole ten seconds, with `days` of cases; raise BadTime if that has no offset."""

    seed: int = SEED
    now: datetime = field(default_factory=_now)
    days: int = DAYS

    def __post_init__(self) -> None:
        """Cut the instant, so that who asks twice in a moment gets the same city."""
        if self.now.tzinfo is None:
            raise BadTime(f"{self.now} has no offset; send an aware datetime, such as datetime.now(UTC)")
        whole = self.now.astimezone(UTC).replace(microsecond=0)
        object.__setattr__(self, "now", whole.replace(second=whole.second // 10 * 10))

    @property
    def instant(self) -> int:
        """The instant in seconds since 1970."""
        return int(self.now.timestamp())

    @property
    def midnight(self) -> datetime:
        """The beginning of the day on the city's own clock."""
        return datetime.fromtimestamp(day_of(self.instant) * DAY - OFFSET, UTC)

    def rows(self, layer: str) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows of a layer in blocks; raise KeyError for one that the city does not fill."""
        return (list(block) for block in batched(_MAKERS[layer](self), BLOCK))


def _cases(city: City) -> Rows:
    today = day_of(city.instant)
    return chain.from_iterable(
        cases(city.seed, day).rows(city.instant) for day in range(today - city.days + 1, today + 1)
    )


_MAKERS: dict[str, Callable[[City], Rows]] = {
    "districts": lambda city: base_map.districts(city.seed),
    "greens": lambda city: base_map.greens(city.seed),
    "waters": lambda city: base_map.waters(city.seed),
    "streets": lambda city: base_map.streets(city.seed),
    "grid_cells": lambda city: cells(city.seed).rows(city.seed),
    "components": lambda city: assets.components(city.seed, city.midnight),
    "cameras": lambda city: assets.cameras(city.seed),
    "teams": lambda city: safety.teams(city.seed),
    "supplies": lambda city: safety.supplies(city.seed, city.midnight),
    "risk_points": lambda city: safety.risk_points(city.seed, city.midnight),
    "plans": lambda city: safety.plans(city.seed, city.midnight),
    "cases": _cases,
    "vehicles": lambda city: traffic.vehicles(city.seed, city.instant),
    "fixes": lambda city: traffic.fixes(city.seed, city.instant - HISTORY, city.instant),
}

LAYERS = tuple(_MAKERS)
"""The layers that the city fills, in the order in which they are built."""
