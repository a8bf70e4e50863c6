"""GeoJSON (RFC 7946), as one collection, as one feature, or as one feature a line."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson
from fastapi import Response
from fastapi.responses import StreamingResponse

from api.address import here
from api.formats.answer import Answer
from api.formats.stream import begun
from api.links import Link, link
from layers.store.protocol import Features

MEDIA_TYPE = "application/geo+json"
LINES = "application/x-ndjson"
ITEM_ALTERNATES = {"html": "text/html", "jsonfg": "application/vnd.ogc.fg+json"}
ALTERNATES = {**ITEM_ALTERNATES, "csv": "text/csv"}
CHUNK = 1000
"""Features that a stream reads at a time."""


def collection(answer: Answer) -> Response:
    """Return a page as a FeatureCollection, its features passed through as the store wrote them."""
    return whole(answer, answer.features())


def feature(answer: Answer) -> Response:
    """Return one feature; raise NotFound."""
    return single(answer, answer.one())


def whole(answer: Answer, page: Features) -> Response:
    """Return a page that was read as a FeatureCollection."""
    links = answer.paging(MEDIA_TYPE, page.next, page.prev)
    head = {**answer.counts(page), "links": [*links, *answer.others(ALTERNATES)]}
    text = orjson.dumps({"type": "FeatureCollection", **head})[:-1] + b',"features":[' + page.text + b"]}"
    return Response(text, headers=answer.headers(links), media_type=MEDIA_TYPE)


def single(answer: Answer, text: bytes) -> Response:
    """Return a feature that was read, with its links."""
    links = of_one(answer, MEDIA_TYPE, ITEM_ALTERNATES)
    body = text[:-1] + b',"links":' + orjson.dumps(links) + b"}"
    return Response(body, headers=answer.headers(links), media_type=MEDIA_TYPE)


def of_one(answer: Answer, kind: str, others: Mapping[str, str]) -> list[Link]:
    """Return the links of one feature."""
    return [link("self", kind, here(answer.request), "此要素 This feature"), *answer.others(others)]


def lines(answer: Answer) -> Response:
    """Return features one a line, as GDAL and jq read them, streamed."""
    return StreamingResponse(begun(_lines(answer)), headers=answer.headers([]), media_type=LINES)


def _lines(answer: Answer) -> Iterator[bytes]:
    left, query = answer.query.limit, answer.query
    while left > 0:
        page = answer.service.store.features(answer.layer, replace(query, limit=min(CHUNK, left)))
        features: list[Any] = orjson.loads(b"[" + page.text + b"]")
        yield b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in features)
        left -= page.returned
        if page.next is None:
            return
        query = replace(query, cursor=page.next)
