"""JSON-FG (OGC 21-045): GeoJSON with time, place in any CRS, and the feature's type."""

from typing import Any

import orjson
from fastapi import Response

from api.formats import geojson
from api.formats.answer import Answer
from layers.feature import Layer
from layers.query import Query
from spatial.crs import CRS84

MEDIA_TYPE = "application/vnd.ogc.fg+json"
CONFORMS = ["http://www.opengis.net/spec/json-fg-1/0.3/conf/core"]


def collection(answer: Answer) -> Response:
    """Return a page as a JSON-FG collection."""
    plain = orjson.loads(geojson.document(answer, MEDIA_TYPE))
    query, layer = answer.query, answer.layer
    plain["features"] = [_feature(layer, query, f) for f in plain["features"]]
    whole = {"conformsTo": CONFORMS, "featureType": layer.name, "coordRefSys": query.crs.uri, **plain}
    return Response(orjson.dumps(whole), headers=geojson.headers(answer), media_type=MEDIA_TYPE)


def _feature(layer: Layer, query: Query, feature: dict[str, Any]) -> dict[str, Any]:
    shape = feature["geometry"]
    # RFC 7946 knows longitude, latitude only: any other system goes to `place` (21-045, 7.2)
    placed = {"geometry": shape, "place": None} if query.crs == CRS84 else {"geometry": None, "place": shape}
    return {**feature, **placed, "time": _time(layer, feature["properties"])}


def _time(layer: Layer, row: dict[str, Any]) -> dict[str, Any] | None:
    if layer.when is None or row.get(layer.when[0].name) is None:
        return None
    start, end = layer.when
    if end is None:
        return {"timestamp": row[start.name]}
    return {"interval": [row[start.name], row.get(end.name) or ".."]}
