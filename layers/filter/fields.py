"""Which fields a filter names, and which of them a layer lacks."""

from collections.abc import Iterator
from typing import Any, cast

from layers.feature import Layer
from layers.filter.scope import GEOMETRY_NAMES, Node
from layers.query import Filter


def lacking(layer: Layer, given: Filter) -> tuple[str, ...]:
    """Return the fields that the filter names and the layer does not have, each once, in the filter's order."""
    known = {*layer.by_name, *(GEOMETRY_NAMES if layer.place else ())}
    return tuple(dict.fromkeys(name for name in _named(given.tree) if name not in known))


def _named(node: Node) -> Iterator[str]:
    match node:
        case {"property": str(name)}:
            yield name
        case dict():
            for part in cast("dict[str, Any]", node).values():
                yield from _named(part)
        case list():
            for part in cast("list[Any]", node):
                yield from _named(part)
        case _:
            return
