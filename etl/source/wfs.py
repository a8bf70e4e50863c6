"""WFS 2.0 and 1.1 as a source: GeoJSON where the service can write it, GML where it cannot."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element, ParseError

import numpy as np
import orjson
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from etl.source.geojson import chunk
from etl.source.json_stream import as_object
from etl.source.model import Chunk, Options, Source
from etl.source.ogcapi import features_of, matched, names_of, with_query
from etl.source.vector import file_source
from etl.source.web import Web
from etl.source.xml import xml_root
from spatial.errors import BadSource

_JSON = ("application/geo+json", "application/json", "geojson", "json", "application/json; subtype=geojson")
_DEGREES = ("4326", "4490", "CRS84")


@dataclass(frozen=True, slots=True)
class _Service:
    """How a feature type is asked for: its address with all parameters, and what comes back."""

    url: str
    json: bool
    paged: bool
    options: Options


@dataclass(frozen=True, slots=True)
class _Page:
    """One answer: its records, how many it held, how many there are altogether, and in which CRS."""

    chunk: Chunk
    digest: bytes
    matched: int | None
    crs: str | None
    fields: tuple[str, ...]


def is_wfs(url: str) -> bool:
    """Tell whether an address says that it is a WFS."""
    asked = {name.lower(): value.lower() for name, value in parse_qsl(urlsplit(url).query)}
    return asked.get("service") == "wfs" or "typename" in asked or "typenames" in asked


def wfs_source(url: str, options: Options) -> Source:
    """Return a feature type of a WFS (OGC 09-025r2, 04-094) as a source; raise BadSource, Unavailable."""
    with Web(url, options.seconds) as web:
        service = _service(web, url, options)
        first = _page(web, service, 0)
    return Source(
        url,
        "WFS",
        first.fields,
        lambda: _chunks(service),
        service.url,
        crs=first.crs,
        total=first.matched,
        placed=True,
        loose=True,
        resumable=False,
        notes=("GeoJSON" if service.json else "GML",),
    )


def _service(web: Web, url: str, options: Options) -> _Service:
    asked = {name.lower(): value for name, value in parse_qsl(urlsplit(url).query)}
    said = _xml(url, web.body(with_query(url, service="WFS", request="GetCapabilities", acceptversions="2.0.0,1.1.0")))
    types = {_text(item, "Name"): item for item in _all(said, "FeatureType")}
    wanted = options.table or asked.get("typenames") or asked.get("typename")
    name = wanted or (next(iter(types)) if len(types) == 1 else None)
    if name not in types:
        raise BadSource(f"{url} has the feature types {', '.join(list(types)[:40]) or 'none'}; say which with --table")
    newer = said.get("version", "2.0.0") >= "2"
    form = next((f for f in _JSON if f in _formats(said)), None)
    query = {"service": "WFS", "request": "GetFeature", "version": "2.0.0" if newer else "1.1.0"}
    query |= {"typeNames" if newer else "typeName": name} | ({"outputFormat": form} if form else {})
    crs = _text(types[name], "DefaultCRS", "DefaultSRS")
    if form and not crs.endswith(_DEGREES):
        query["srsName"] = "EPSG:4326"
    return _Service(with_query(url, **query), form is not None, newer, options)


def _chunks(service: _Service) -> Iterator[Chunk]:
    start, before = 0, b""
    with Web(service.url, service.options.seconds) as web:
        while (page := _page(web, service, start)).chunk.records:
            if page.digest == before:
                raise BadSource(f"{service.url} answers with the same page again: it cannot be read in pages")
            yield page.chunk
            start, before = start + len(page.chunk.records), page.digest
            if _last(service, page, start):
                return


def _last(service: _Service, page: _Page, read: int) -> bool:
    if not service.paged:
        return True
    return read >= page.matched if page.matched is not None else len(page.chunk.records) < service.options.page


def _page(web: Web, service: _Service, start: int) -> _Page:
    paging = {"startIndex": str(start), "count": str(service.options.page)} if service.paged else {}
    url = with_query(service.url, **paging)
    body = web.body(url)
    return (_json_page if service.json else _gml_page)(url, body, start)


def _json_page(url: str, body: bytes, start: int) -> _Page:
    try:
        said = as_object(orjson.loads(body)) or {}
    except orjson.JSONDecodeError as bad:
        raise BadSource(f"{url} answers with {_complaint(url, body)}") from bad
    read = chunk(features_of(url, said), start)
    return _Page(read, _digest(orjson.dumps(said["features"])), matched(said), "OGC:CRS84", names_of(read))


def _gml_page(url: str, body: bytes, start: int) -> _Page:
    name, root = xml_root(BytesIO(body), url)
    if name.startswith(("ExceptionReport", "ServiceException")):
        raise BadSource(f"{url} answers with {_complaint(url, body)}")
    if root.get("numberReturned") == "0":
        return _Page(Chunk(start, []), b"", 0, None, ())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "page.gml"
        path.write_bytes(body)
        source = file_source(path, Options(), "GML")
        read = _joined(list(source.records()), start)
    total = root.get("numberMatched", "unknown")
    return _Page(read, _digest(body), int(total) if total.isdigit() else None, source.crs, source.fields)


def _joined(chunks: list[Chunk], start: int) -> Chunk:
    places = [c.places if c.places is not None else np.full(len(c.records), None, dtype=object) for c in chunks]
    broken = {c.start + n: why for c in chunks for n, why in c.broken.items()}
    records = [record for c in chunks for record in c.records]
    return Chunk(start, records, np.concatenate(places) if places else None, broken)


def _complaint(url: str, body: bytes) -> str:
    """Return what an exception report says (OGC 06-121r9, clause 8)."""
    if not body.lstrip().startswith(b"<"):
        return f"what is neither JSON nor XML: {body[:80]!r}"
    texts = (" ".join((item.text or "").split()) for item in _xml(url, body[:1_000_000]).iter())
    return f"an exception: {' '.join(text for text in texts if text)[:300]}"


def _xml(url: str, body: bytes) -> Element:
    try:
        return fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException) as bad:
        raise BadSource(f"{url} answers with XML that cannot be read: {bad}") from bad


def _formats(capabilities: Element) -> set[str]:
    """Return the formats in which GetFeature answers, as its operation lists them."""
    operations = [item for item in _all(capabilities, "Operation") if item.get("name") == "GetFeature"]
    parameters = [
        p for item in operations for p in _all(item, "Parameter") if p.get("name", "").lower() == "outputformat"
    ]
    return {(value.text or "").strip() for parameter in parameters for value in _all(parameter, "Value")}


def _all(element: Element, name: str) -> Iterator[Element]:
    return (item for item in element.iter() if _name(item) == name)


def _text(element: Element, *names: str) -> str:
    return next(((item.text or "").strip() for item in element.iter() if _name(item) in names), "")


def _name(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()
