"""What an http(s) address is: a WFS, a collection of OGC API Features, or a file to be fetched."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import orjson

from etl.source.fingerprint import content
from etl.source.json_stream import as_object
from etl.source.model import Options, Reader, Source
from etl.source.ogcapi import ogcapi_source
from etl.source.web import Web
from etl.source.wfs import is_wfs, wfs_source
from spatial.errors import BadSource

_SUFFIXES = (
    *(".shp", ".gpkg", ".fgb", ".gml", ".parquet", ".geoparquet", ".xlsx", ".xlsm", ".zip", ".shz", ".gz"),
    *(
        ".geojson",
        ".json",
        ".geojsonl",
        ".geojsonseq",
        ".geojsons",
        ".ndjson",
        ".jsonl",
        ".csv",
        ".tsv",
        ".psv",
        ".txt",
    ),
)
FILES = frozenset(_SUFFIXES)
"""Suffixes of addresses that are files rather than services."""


def web_source(url: str, options: Options, read_file: Reader) -> Source:
    """Return what is at an address as a source; raise BadSource, Unavailable."""
    if is_wfs(url):
        return wfs_source(url, options)
    suffixes = [suffix.lower() for suffix in PurePosixPath(urlsplit(url).path).suffixes]
    if FILES.intersection(suffixes):
        return _fetched(url, "".join(suffixes), options, read_file)
    with Web(url, options.seconds) as web:
        body = web.body(url)
    if b"WFS_Capabilities" in body[:4096]:
        return wfs_source(url, options)
    try:
        found = as_object(orjson.loads(body))
    except orjson.JSONDecodeError as bad:
        raise BadSource(f"{url} answers neither as OGC API Features nor as WFS, but with {body[:80]!r}") from bad
    return ogcapi_source(url, found or {}, options)


def _fetched(url: str, suffix: str, options: Options, read_file: Reader) -> Source:
    with ExitStack() as stack:
        path = Path(stack.enter_context(TemporaryDirectory(prefix="onemap-")), f"fetched{suffix}")
        with Web(url, options.seconds) as web:
            web.save(url, path)
        source = stack.enter_context(read_file(path, options))
        return replace(source, where=url, fingerprint=f"{url} {content(path)}", files=stack.pop_all())
