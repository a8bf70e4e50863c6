"""How many cases of which matter a day brings, and when in the week and the day they come."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from etl.city.chance import chance
from layers.codes import code_list
from spatial.coordinates import Floats

AVERAGE = 1700.0
"""Cases of an average day."""

_TOP = {
    "09009": 345, "06010": 243, "09006": 202, "09005": 122, "06036": 98, "07001": 82, "06012": 66, "09011": 55,
    "06042": 46, "06013": 41, "09001": 36, "07003": 28, "06011": 25, "01003": 22, "06027": 18, "06028": 17,
    "09010": 16, "08004": 14, "02017": 13, "06014": 12, "01037": 11, "04002": 10, "06007": 9, "01004": 9, "06009": 8,
    "03005": 8, "02010": 7, "06001": 7, "01002": 6, "08002": 6, "06017": 6, "04013": 5, "06030": 5, "02021": 5,
    "07006": 5, "08011": 4, "06025": 4, "02014": 4, "10001": 0.01,
}  # fmt: skip
"""Mean of the matters that come most often; the rest of an average day falls to all others, ever fewer."""

_WEEK = {"street": (1.07, 1.05, 1.06, 1.06, 1.12, 0.90, 0.74), "works": (1.16, 1.17, 1.15, 1.14, 1.12, 0.70, 0.56)}
"""Factor of each day, Monday first: for what happens in the street, and for faults that are found at work."""

_HOURS = {
    "street": (4, 2, 1, 1, 2, 6, 16, 38, 62, 70, 66, 54, 40, 46, 60, 62, 60, 62, 66, 68, 58, 38, 20, 9),
    "works": (2, 1, 1, 1, 1, 3, 10, 34, 78, 92, 86, 58, 30, 58, 84, 80, 68, 44, 24, 16, 11, 8, 5, 3),
    "rest": (5, 3, 2, 1, 2, 6, 14, 28, 50, 64, 68, 60, 48, 50, 58, 60, 56, 54, 56, 60, 58, 42, 24, 10),
}
"""Weight of each hour of a day: of the street, of faults, and of anything on a Saturday or Sunday."""

_MEMORY, _SWING = 0.72, 0.085
"""How much of one day's mood the next one keeps, and how far moods go."""

_SHAPE = 45.0
"""Shape of the gamma by which a matter's mean varies from day to day: counts vary more than chance alone makes them."""


@lru_cache(maxsize=1)
def matters() -> tuple[str, ...]:
    """Return the codes of all matters, in the order in which counts and means name them."""
    return tuple(code_list("matters").codes)


@lru_cache(maxsize=1)
def means() -> Floats:
    """Return the mean count a day of each matter."""
    codes = matters()
    mean = np.array([_TOP.get(code, 0.0) for code in codes], dtype=np.float64)
    rest = np.flatnonzero(mean == 0)
    tail = 1 / (np.arange(len(rest)) + 6.0)
    mean[rest[chance(0, "tail").permutation(len(rest))]] = tail / tail.sum() * (AVERAGE - mean.sum())
    return mean


@lru_cache(maxsize=1)
def rhythms() -> tuple[str, ...]:
    """Return for each matter which rhythm it follows."""
    return tuple("street" if code[:2] in ("06", "07", "09") else "works" for code in matters())


def expected(seed: int, day: int) -> Floats:
    """Return the mean count of each matter on a day (days since 1970-01-01, a Thursday), its mood included."""
    factor = np.array([_WEEK[rhythm][(day + 3) % 7] for rhythm in rhythms()])
    mood = _matter_moods(seed, day) + _mood(seed, day, "city") - _SWING**2
    return means() * factor * np.exp(mood)


def counts(seed: int, day: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return how many cases of each matter a day brings."""
    mean = expected(seed, day)
    return rng.poisson(mean * rng.gamma(_SHAPE, 1 / _SHAPE, len(mean)))


def seconds(matter: NDArray[np.int64], day: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the second of the day at which each case is reported."""
    weekend = (day + 3) % 7 >= 5  # noqa: PLR2004 - Saturday is the sixth day
    street = np.array([rhythm == "street" for rhythm in rhythms()])[matter]
    draw, hour = rng.random(len(matter)), np.empty(len(matter), dtype=np.int64)
    for name, chosen in (("street", street), ("works", ~street)):
        weight = np.cumsum(_HOURS["rest" if weekend else name])
        hour[chosen] = np.searchsorted(weight / weight[-1], draw[chosen], side="right")
    return hour * 3600 + rng.integers(0, 3600, len(matter))


def _mood(seed: int, day: int, of: str) -> float:
    """Return a day's mood: what is left of the moods of the fortnight before (a moving average of fading draws)."""
    draws = np.array([chance(seed, "mood", of, day - back).normal() for back in range(14)])
    fade = _MEMORY ** np.arange(14)
    return float(draws @ fade / np.sqrt((fade**2).sum()) * _SWING)


def _matter_moods(seed: int, day: int) -> Floats:
    """Return the mood of each matter, which those of one class share."""
    moods = {major: _mood(seed, day, major) for major in {code[:2] for code in matters()}}
    return np.array([moods[code[:2]] for code in matters()])
