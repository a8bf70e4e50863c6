"""Every representation of features, and which one a request wants (RFC 9110 §12.5.1; `f` wins over Accept)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import Request, Response

from api.formats import geojson, html, jsonfg, table
from api.formats.answer import Answer
from api.parameters import STREAM_LIMIT
from layers.query import MAX_LIMIT
from layers.text import Text
from spatial.errors import BadParameter, NotAcceptable


@dataclass(frozen=True, slots=True)
class Format:
    """One representation: its media type, what makes it, and how many features it may hold."""

    media_type: str
    title: Text
    answer: Callable[[Answer], Response]
    most: int = MAX_LIMIT


FORMATS: Mapping[str, Format] = {
    "json": Format(geojson.MEDIA_TYPE, Text("GeoJSON", "GeoJSON"), geojson.collection),
    "html": Format("text/html", Text("网页", "HTML"), html.items),
    "jsonfg": Format(jsonfg.MEDIA_TYPE, Text("JSON-FG", "JSON-FG"), jsonfg.collection),
    "ndjson": Format("application/x-ndjson", Text("逐行 GeoJSON", "NDJSON"), geojson.lines, STREAM_LIMIT),
    "csv": Format("text/csv", Text("表格", "CSV"), table.csv_rows, STREAM_LIMIT),
    "fgb": Format(table.FLATGEOBUF, Text("FlatGeobuf", "FlatGeobuf"), table.flatgeobuf, STREAM_LIMIT),
    "parquet": Format(table.PARQUET, Text("GeoParquet", "GeoParquet"), table.geoparquet, STREAM_LIMIT),
}
ALIASES = {"geojson": "json", "geojsonseq": "ndjson", "flatgeobuf": "fgb", "geoparquet": "parquet", "fg": "jsonfg"}
MEDIA = {"application/json": "json", "application/geo+json-seq": "ndjson"} | {
    f.media_type.split(";")[0]: k for k, f in FORMATS.items()
}


def chosen(request: Request, offered: Mapping[str, str] | None = None) -> str:
    """Return the key of the wanted representation; JSON where the client does not say; raise BadParameter, NotAcceptable.

    `offered` maps media types to keys; all the formats of features by default.
    """
    media = MEDIA if offered is None else offered
    named = request.query_params.get("f")
    if named is not None:
        key = ALIASES.get(named, named)
        if key not in media.values():
            raise BadParameter(f"f={named[:40]!r} is not served here; there are {', '.join(dict.fromkeys(media.values()))}")
        return key
    return _accepted(request.headers.get("accept", "*/*"), media)


def _accepted(header: str, media: Mapping[str, str]) -> str:
    for kind in _by_quality(header[:1000]):
        if kind in ("*/*", "application/*"):
            return "json"
        if kind == "text/*":
            return "html"
        if kind in media:
            return media[kind]
    raise NotAcceptable(f"none of {header[:80]!r} is served here; there are {', '.join(media)}")


def _by_quality(header: str) -> list[str]:
    kinds: list[tuple[float, str]] = []
    for part in header.split(","):
        kind, *params = (p.strip() for p in part.split(";"))
        quality = next((p[2:] for p in params if p.startswith("q=")), "1")
        weight = float(quality) if quality.replace(".", "", 1).isdigit() else 0.0
        if weight > 0:
            kinds.append((-weight, kind.lower()))
    # stable: of equal wishes the first named wins
    return [kind for _, kind in sorted(kinds, key=lambda k: k[0])] or ["*/*"]
