"""What a layer writes beside its features on the MapLibre map."""

from typing import Any

from layers.codes import code_list
from layers.column import Column, ColumnKind
from layers.feature import Layer
from layers.look import Style
from spatial.shape import Kind
from styles.cluster import clusters
from styles.color import Expression
from styles.filters import LONE
from styles.legend import TRUTH
from styles.look import label_of, zooms
from styles.palette import HALO, INK
from styles.unit import symbol

ALONG = frozenset({Kind.LINE, Kind.MULTILINE})
WITHIN = frozenset({Kind.POLYGON, Kind.MULTIPOLYGON})

GENERAL = 9
"""Labels from a zoom below this name whole parts of the city, and are larger."""


def label(layer: Layer) -> list[dict[str, Any]]:
    """Return the style layer that writes the layer's labels, or none.

    No font is named: MapLibre draws all text with local fonts where a style has no `glyphs`.
    """
    style, column = layer.style, label_of(layer)
    if not column or not layer.place or not layer.place.place:
        return []
    written = {
        "id": f"{layer.name}-label",
        "type": "symbol",
        "source": layer.name,
        **zooms(style, style.label_zoom),
        "layout": {"text-field": text(column), **_placed(layer.place.place.kind, style)},
        "paint": {"text-color": INK, "text-halo-color": HALO, "text-halo-width": 1.4},
    }
    return [written | ({"filter": LONE} if clusters(layer) else {})]


def text(column: Column) -> Expression:
    """Return the expression that writes a column's value: codes and truths by Chinese titles, numbers with units."""
    value: Expression = ["to-string", ["get", column.name]]
    titles = TRUTH if column.kind is ColumnKind.BOOLEAN else {}
    if column.about.codes:
        titles = {code.code: code.title for code in code_list(column.about.codes).codes.values()}
    if titles:
        return ["match", value, *(part for code, title in titles.items() for part in (code, title.zh)), value]
    if column.about.unit:
        return ["case", ["has", column.name], ["concat", value, f" {symbol(column.about.unit)}"], ""]
    return value


def _placed(kind: Kind, style: Style) -> dict[str, Any]:
    general = {"text-size": 14, "text-letter-spacing": 0.08} if style.label_zoom < GENERAL else {"text-size": 12}
    written: dict[str, Any] = {**general, "text-max-width": 9, "text-padding": 3}
    if kind in ALONG:
        return written | {"symbol-placement": "line"}
    if kind in WITHIN:
        return written
    # ems below the centre: the circle's own radius and a little air
    return written | {"text-anchor": "top", "text-offset": [0, round(style.size / 12 + 0.35, 2)], "text-optional": True}
