"""Queries as an offline map: for HTTP, the command line and notebooks alike."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from api.context import OneMap
from api.pages import VENDOR
from layers.feature import Layer
from layers.filter.fields import lacking
from layers.query import Query
from layers.text import Text
from spatial.errors import BadFilter
from styles.export import MAX_EXPORT, Exported, Sheet, export

SHOWN = ("datetime", "filter")
type Asking = Sequence[tuple[Layer, Query]]


def exported(service: OneMap, asked: Asking, params: Mapping[str, str]) -> str:
    """Return the rows of each query as one HTML file that needs no network.

    Layers without a field that the filter names are left out, and the file says so; raise BadFilter if all are.
    """
    lost = {layer.name for layer, *_ in _unanswerable(asked)}
    if len(lost) == len(asked):
        raise BadFilter(_nobody(asked))
    kept = [(layer, replace(query, limit=min(query.limit, MAX_EXPORT))) for layer, query in asked]
    kept = [(layer, query) for layer, query in kept if layer.name not in lost]
    exports = [_exported(service, layer, query) for layer, query in kept]
    return export(exports, replace(_sheet(service, kept, params), left_out=left_out(asked)), VENDOR)


def left_out(asked: Asking) -> Sequence[tuple[Text, Text]]:
    """Return the title of each layer that cannot answer its filter, and why."""
    return [
        (layer.title, Text(f"没有字段 {names}，未导出", f"has no {names}, not exported"))
        for layer, lost in _unanswerable(asked)
        for names in [", ".join(lost)]
    ]


def _unanswerable(asked: Asking) -> Sequence[tuple[Layer, tuple[str, ...]]]:
    lost = [(layer, tuple(n for one in query.filters for n in lacking(layer, one))) for layer, query in asked]
    return [(layer, names) for layer, names in lost if names]


def _nobody(asked: Asking) -> str:
    said = (f"{layer.name} has no {', '.join(lost)}" for layer, lost in _unanswerable(asked))
    return f"no layer has all fields of the filter: {'; '.join(said)}"[:1000]


def _exported(service: OneMap, layer: Layer, query: Query) -> Exported:
    frame = service.store.frame(layer, query)
    return Exported(layer, frame, service.store.count(layer, query), query.limit)


def _sheet(service: OneMap, asked: Asking, params: Mapping[str, str]) -> Sheet:
    titles = [layer.title for layer, _ in asked]
    title = Text("、".join(t.zh for t in titles), ", ".join(t.en for t in titles))
    said = "; ".join(f"{name}: {params[name]}" for name in SHOWN if params.get(name))
    box = asked[0][1].box if asked else None
    return Sheet(title, service.settings.title, datetime.now(UTC), box, said or None)
