"""The representations of features, in one table; what makes each is imported when it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import Response

from api.formats.answer import Answer
from api.parameters import STREAM_LIMIT
from layers.lazy import lazily
from layers.query import MAX_LIMIT
from layers.text import Text

FILE_LIMIT = 200_000
"""Features of a file that is made whole before it is sent."""

PAGE_LIMIT = 1000
"""Rows that a page for people shows."""


@dataclass(frozen=True, slots=True)
class Format:
    """One representation: its media type, what makes it of many features and of one, and how many it may hold."""

    media_type: str
    title: Text
    answer: Callable[[Answer], Response]
    most: int = MAX_LIMIT
    one: Callable[[Answer], Response] | None = None

    @property
    def bare(self) -> str:
        """The media type without parameters."""
        return self.media_type.partition(";")[0]


def _made(module: str, many: str) -> Callable[[Answer], Response]:
    return lazily(f"api.formats.{module}:{many}")


FORMATS: Mapping[str, Format] = {
    "json": Format(
        "application/geo+json",
        Text("GeoJSON", "GeoJSON"),
        _made("geojson", "collection"),
        one=_made("geojson", "feature"),
    ),
    "html": Format("text/html", Text("网页", "HTML"), _made("html", "items"), PAGE_LIMIT, _made("html", "item")),
    "jsonfg": Format(
        "application/vnd.ogc.fg+json",
        Text("JSON-FG", "JSON-FG"),
        _made("jsonfg", "collection"),
        one=_made("jsonfg", "feature"),
    ),
    "ndjson": Format("application/x-ndjson", Text("逐行 GeoJSON", "NDJSON"), _made("geojson", "lines"), STREAM_LIMIT),
    "csv": Format("text/csv; charset=utf-8", Text("表格", "CSV"), _made("table", "csv_rows"), STREAM_LIMIT),
    "fgb": Format(
        "application/vnd.flatgeobuf", Text("FlatGeobuf", "FlatGeobuf"), _made("file", "flatgeobuf"), FILE_LIMIT
    ),
    "parquet": Format(
        "application/vnd.apache.parquet", Text("GeoParquet", "GeoParquet"), _made("file", "geoparquet"), FILE_LIMIT
    ),
}
ALIASES = {
    "geojson": "json",
    "geojsonseq": "ndjson",
    "flatgeobuf": "fgb",
    "geoparquet": "parquet",
    "fg": "jsonfg",
    "json-fg": "jsonfg",
}
OFFERED = {f.bare: k for k, f in FORMATS.items()} | {"application/json": "json", "application/geo+json-seq": "ndjson"}
"""Media types of many features."""

OFFERED_ONE = {media: key for media, key in OFFERED.items() if FORMATS[key].one}
"""Media types of one feature."""
