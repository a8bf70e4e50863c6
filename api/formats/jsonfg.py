"""JSON-FG (OGC 21-045): GeoJSON with time, place in any CRS, and the feature's type."""

from typing import Any

import orjson
from fastapi import Response

from api.formats.answer import Answer
from api.formats.geojson import of_one
from layers.feature import Layer
from layers.query import Query
from spatial.crs import CRS84

MEDIA_TYPE = "application/vnd.ogc.fg+json"
CONFORMS = ["http://www.opengis.net/spec/json-fg-1/0.3/conf/core"]
ALTERNATES = {"json": "application/geo+json", "html": "text/html"}


def collection(answer: Answer) -> Response:
    """Return a page as a JSON-FG collection."""
    page = answer.features()
    links = answer.paging(MEDIA_TYPE, page.next, page.prev)
    features: list[Any] = orjson.loads(b"[" + page.text + b"]")
    said = {**answer.counts(page), "links": [*links, *answer.others(ALTERNATES)]}
    made = [_feature(answer.layer, answer.query, one) for one in features]
    return _response(answer, {"type": "FeatureCollection", **_root(answer), **said, "features": made}, links)


def feature(answer: Answer) -> Response:
    """Return one feature as JSON-FG; raise NotFound."""
    known = _feature(answer.layer, answer.query, orjson.loads(answer.one()))
    links = of_one(answer, MEDIA_TYPE, ALTERNATES)
    return _response(answer, {**_root(answer), **known, "links": links}, links)


def _response(answer: Answer, document: Any, links: list[dict[str, str]]) -> Response:
    return Response(orjson.dumps(document), headers=answer.headers(links), media_type=MEDIA_TYPE)


def _root(answer: Answer) -> dict[str, Any]:
    return {"conformsTo": CONFORMS, "featureType": answer.layer.name, "coordRefSys": answer.query.crs.uri}


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
