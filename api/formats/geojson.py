"""GeoJSON (RFC 7946), as one collection or one feature a line."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
from fastapi import Response
from fastapi.responses import StreamingResponse

from api.context import base
from api.formats.answer import Answer

MEDIA_TYPE = "application/geo+json"
LINES = "application/geo+json-seq"


def collection(answer: Answer) -> Response:
    """Return a page as a FeatureCollection."""
    return Response(document(answer, MEDIA_TYPE), headers=headers(answer), media_type=MEDIA_TYPE)


def document(answer: Answer, kind: str, **more: Any) -> bytes:
    """Return the FeatureCollection, its features passed through as the store wrote them."""
    page = answer.service.store.features(answer.layer, answer.query)
    links = answer.links(kind, page.next, page.prev)
    answer.request.state.links = links
    home = f"{base(answer.request)}/collections/{answer.layer.name}"
    owner = {"rel": "collection", "type": "application/json", "href": home, "title": str(answer.layer.title)}
    others = [{"rel": "alternate", "type": t, "href": f"{home}/items?f={f}"} for f, t in ALTERNATES]
    head = {"type": "FeatureCollection", **more, **answer.counts(page.returned), "links": [*links, owner, *others]}
    return orjson.dumps(head)[:-1] + b',"features":[' + page.text + b"]}"


def headers(answer: Answer) -> dict[str, str]:
    """Return the headers of a page whose document has been made."""
    return answer.headers(answer.request.state.links)


def lines(answer: Answer) -> Response:
    """Return features one a line (RFC 8142 without record separators, as GDAL and jq read them), streamed."""
    return StreamingResponse(_lines(answer), headers=answer.headers([]), media_type="application/x-ndjson")


def _lines(answer: Answer) -> Iterator[bytes]:
    left, query = answer.query.limit, answer.query
    while left > 0:
        page = answer.service.store.features(answer.layer, replace(query, limit=min(1000, left)))
        if page.returned:
            yield b"".join(orjson.dumps(f) + b"\n" for f in orjson.loads(b"[" + page.text + b"]"))
        left -= page.returned
        if page.next is None:
            return
        query = replace(query, cursor=page.next)


ALTERNATES = (("html", "text/html"), ("csv", "text/csv"))
