"""Queries as an offline map: for HTTP, the command line and notebooks alike."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from api.context import OneMap
from api.pages import VENDOR
from layers.feature import Layer
from layers.query import Query
from layers.text import Text
from styles.export import MAX_EXPORT, Exported, Sheet, export

SHOWN = ("datetime", "filter")


def exported(service: OneMap, asked: Sequence[tuple[Layer, Query]], params: Mapping[str, str]) -> str:
    """Return the rows of each query as one HTML file that needs no network."""
    kept = [(layer, replace(query, limit=min(query.limit, MAX_EXPORT))) for layer, query in asked]
    exports = [_exported(service, layer, query) for layer, query in kept]
    return export(exports, _sheet(service, kept, params), VENDOR)


def _exported(service: OneMap, layer: Layer, query: Query) -> Exported:
    frame = service.store.frame(layer, query)
    return Exported(layer, frame, service.store.count(layer, query), query.limit)


def _sheet(service: OneMap, asked: Sequence[tuple[Layer, Query]], params: Mapping[str, str]) -> Sheet:
    titles = [layer.title for layer, _ in asked]
    title = Text("、".join(t.zh for t in titles), ", ".join(t.en for t in titles))
    said = "; ".join(f"{name}: {params[name]}" for name in SHOWN if params.get(name))
    box = asked[0][1].box if asked else None
    return Sheet(title, service.settings.title, datetime.now(UTC), box, said or None)
