"""Units as people write them."""

from typing import Any

from layers.text import Text

SYMBOLS = {"m2": "m²", "km2": "km²", "m3": "m³", "deg": "°", "degC": "°C", "percent": "%"}
"""UCUM-like codes → symbols; a unit that is not here is its own symbol."""


def symbol(unit: str | None) -> str:
    """Return the symbol of a unit, or nothing."""
    return SYMBOLS.get(unit, unit) if unit else ""


def with_unit(value: Any, unit: str | None) -> Text:
    """Return a value and its unit, the same in every language."""
    written = f"{value} {symbol(unit)}".rstrip()
    return Text(written, written)
