"""What a layer's features carry in tiles: what its style draws and names them by, for attributes cost most."""

from collections.abc import Sequence

from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.look import By
from layers.query import Query
from layers.tile import Part
from spatial.errors import BadParameter


def part(layer: Layer, query: Query, wanted: Sequence[str] | None = None) -> Part:
    """Return the layer as a part of a tile; raise BadParameter for a property that it does not have.

    wanted: the properties to carry instead of the key and what the style reads.
    """
    known = {c.name: c for c in layer.properties}
    if unknown := [name for name in wanted or () if name not in known]:
        raise BadParameter(f"{layer.name} has no property {unknown[0][:60]!r}; it has {', '.join(sorted(known))}")
    names = carried(layer) if wanted is None else frozenset(wanted)
    by = _by(layer)
    return Part(layer, query, tuple(name for name in known if name in names), by if by in names else None)


def carried(layer: Layer) -> frozenset[str]:
    """Return the properties that the layer's tiles carry where nothing else is asked for."""
    style = layer.style
    drawn = (style.color.field if isinstance(style.color, By) else None, style.label, layer.key.name)
    known = {c.name for c in layer.properties}
    return frozenset(name for name in drawn if name in known)


def _by(layer: Layer) -> str | None:
    """Return the field that colours the layer case by case: of numbers, no value stands for others."""
    color = layer.style.color
    if not isinstance(color, By):
        return None
    column: Column | None = layer.by_name.get(color.field)
    return color.field if column and column.kind is not ColumnKind.NUMBER else None
