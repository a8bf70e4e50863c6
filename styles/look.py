"""A layer's look, as far as its reader may see what it follows."""

from dataclasses import replace

from layers.column import Column
from layers.feature import Layer
from layers.look import By, Style

TOP = 22
"""The deepest zoom of a map."""


def look(layer: Layer) -> Style:
    """Return the layer's style without what its columns do not have: a field hidden from the reader does not exist."""
    style = layer.style
    color, label = style.color, style.label
    if isinstance(color, By) and color.field not in layer.by_name:
        color = color.other
    return replace(style, color=color, label=label if label in layer.by_name else None)


def label_of(layer: Layer) -> Column | None:
    """Return the column that names the layer's features on a map."""
    return layer.by_name.get(layer.style.label or "")


def zooms(style: Style, least: int = 0) -> dict[str, int]:
    """Return MapLibre's zoom range for the style's zooms, which both belong to it; `maxzoom` itself does not."""
    first, last = style.zooms
    return {"minzoom": max(first, least)} | ({"maxzoom": last + 1} if last < TOP else {})
