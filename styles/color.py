"""The colour that a look gives: as a MapLibre expression, and value by value."""

from collections.abc import Callable, Iterable
from math import isfinite
from typing import Any, cast

import numpy as np
from branca.colormap import LinearColormap

from layers.look import By

Expression = Any
"""A MapLibre style expression: JSON."""

_NUMBERS: tuple[type, ...] = (int, float, np.number)
_BOOLEANS: tuple[type, ...] = (bool, np.bool_)


def is_ramp(look: By) -> bool:
    """Tell whether the cases are numbers, between which colours run."""
    return bool(look.cases) and all(_is_number(case) for case in look.cases)


def expression(look: str | By) -> Expression:
    """Return the colour as MapLibre computes it (Style Specification: `match`, `interpolate`)."""
    if isinstance(look, str):
        return look
    if is_ramp(look):
        return _ramp(look)
    pairs = [part for case, colour in look.cases.items() for part in (spelled(case), colour)]
    return ["match", ["to-string", ["get", look.field]], *pairs, look.other] if pairs else look.other


def colors(look: str | By, values: Iterable[Any]) -> list[str]:
    """Return the colour of each value of the look's field, as `expression` would."""
    if isinstance(look, str):
        return [look for _ in values]
    if is_ramp(look):
        return _along(look, values)
    cases = {spelled(case): colour for case, colour in look.cases.items()}
    return [look.other if value is None else cases.get(spelled(value), look.other) for value in values]


def spelled(value: Any) -> str:
    """Return a value as MapLibre's `to-string` writes it, so that a boolean or a whole number can be a case."""
    return str(value).lower() if isinstance(value, _BOOLEANS) else str(value)


def _ramp(look: By) -> Expression:
    value = ["get", look.field]
    stops = [part for stop in sorted(look.cases.items()) for part in stop]
    # MapLibre paints black where `interpolate` meets null
    return ["case", ["==", ["typeof", value], "number"], ["interpolate", ["linear"], value, *stops], look.other]


def _along(look: By, values: Iterable[Any]) -> list[str]:
    stops = sorted(look.cases.items())
    stops.append(stops[-1])  # branca wants two at least
    ramp = LinearColormap([colour for _, colour in stops], index=[float(stop) for stop, _ in stops])
    at = cast("Callable[[float], str]", ramp.rgb_hex_str)
    return [at(value) if _is_number(value) and isfinite(value) else look.other for value in values]


def _is_number(value: Any) -> bool:
    return isinstance(value, _NUMBERS) and not isinstance(value, _BOOLEANS)
