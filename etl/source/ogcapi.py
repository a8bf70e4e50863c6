"""OGC API Features as a source: the pages of a collection, one link after the other."""

from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from etl.source.geojson import chunk
from etl.source.json_stream import as_object
from etl.source.model import CHUNK, Chunk, Options, Source
from etl.source.web import Web
from spatial.errors import BadSource

type Document = dict[str, Any]


def ogcapi_source(url: str, first: Document, options: Options) -> Source:
    """Return a collection of OGC API Features (Part 1, 7.15) as a source; `first` is what the address answers."""
    with Web(url, options.seconds) as web:
        items = _items(web, url, first, options.table)
        items = with_query(items, limit=str(options.page)) if "limit=" not in items else items
        page = web.document(items)
    return Source(
        url,
        "OGC API Features",
        names_of(chunk(features_of(items, page), 0)),
        lambda: _chunks(items, options),
        f"{items}",
        crs="OGC:CRS84",
        total=matched(page),
        placed=True,
        loose=True,
        resumable=False,
    )


def with_query(url: str, **said: str) -> str:
    """Return the address with parameters set, whatever their case was."""
    parts = urlsplit(url)
    kept = [
        (n, v) for n, v in parse_qsl(parts.query, keep_blank_values=True) if n.lower() not in {s.lower() for s in said}
    ]
    return urlunsplit(parts._replace(query=urlencode([*kept, *said.items()]), fragment=""))


def _items(web: Web, url: str, first: Document, wanted: str | None) -> str:
    """Return the address of the features, from that of a page of them, a collection, or a service."""
    if "features" in first:
        return url
    if link := _link(first, "items"):
        return web.follow(url, link)
    if "collections" not in first and (link := _link(first, "data", "http://www.opengis.net/def/rel/ogc/1.0/data")):
        url = web.follow(url, link)
        first = web.document(url)
    return _items(web, url, _collection(url, first, wanted), None)


def _collection(url: str, document: Document, wanted: str | None) -> Document:
    listed = [
        known for item in _list(document.get("collections")) if (known := as_object(item)) and _link(known, "items")
    ]
    names = [str(item.get("id")) for item in listed]
    if wanted is None and len(listed) == 1:
        return listed[0]
    if wanted not in names:
        raise BadSource(f"{url} has the collections {', '.join(names[:40]) or 'none'}; say which with --table")
    return listed[names.index(wanted)]


def _chunks(items: str, options: Options) -> Iterator[Chunk]:
    start, seen = 0, {items}
    with Web(items, options.seconds) as web:
        page, url = web.document(items), items
        total = matched(page)
        while features := features_of(url, page):
            for at in range(0, len(features), CHUNK):
                yield chunk(
                    features[at : at + CHUNK], start + at, min((start + at + CHUNK) / total, 1.0) if total else None
                )
            start += len(features)
            if (link := _link(page, "next")) is None:
                return
            url = web.follow(url, link)
            if url in seen:
                raise BadSource(f"{url} leads back to itself: the service's next links go round in circles")
            seen.add(url)
            page = web.document(url)


def names_of(read: Chunk) -> tuple[str, ...]:
    """Return the fields of the records read, in the order in which they come up."""
    return tuple(dict.fromkeys(name for record in read.records for name in record))


def features_of(url: str, page: Document) -> list[Any]:
    """Return the features of a page; raise BadSource if it has none at all."""
    if not isinstance(page.get("features"), list):
        raise BadSource(f"{url} answers with no features")
    return _list(page["features"])


def matched(page: Document) -> int | None:
    """Return how many features there are altogether, where the page says it."""
    said = page.get("numberMatched", page.get("totalFeatures"))
    return said if isinstance(said, int) and said >= 0 else None


def _link(document: Document, *relations: str) -> str | None:
    links = [
        known for item in _list(document.get("links")) if (known := as_object(item)) and known.get("rel") in relations
    ]
    # a collection offers its items in many formats
    best = sorted(links, key=lambda link: "geo+json" not in str(link.get("type", "geo+json")))
    return next((str(link["href"]) for link in best if "href" in link), None)


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
