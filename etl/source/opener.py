"""What a source is, told by its address, its first bytes and its name."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from etl.source.archive import unpacked
from etl.source.delimited import csv_source
from etl.source.fingerprint import fingerprint
from etl.source.geojson import geojson_source
from etl.source.model import Options, Reader, Source
from etl.source.text import binary, reading
from layers.lazy import lazily
from spatial.errors import BadSource

READERS: dict[str, Reader] = {
    # their libraries are large, and one import needs one of them
    ".shp": lazily("etl.source.vector:shapefile_source"),
    ".gpkg": lazily("etl.source.vector:geopackage_source"),
    ".fgb": lazily("etl.source.vector:flatgeobuf_source"),
    ".gml": lazily("etl.source.vector:gml_source"),
    **dict.fromkeys((".parquet", ".geoparquet"), lazily("etl.source.parquet:parquet_source")),
    **dict.fromkeys((".xlsx", ".xlsm"), lazily("etl.source.excel:excel_source")),
    **dict.fromkeys(
        (".geojson", ".json", ".geojsonl", ".geojsonseq", ".geojsons", ".ndjson", ".jsonl"), geojson_source
    ),
    **dict.fromkeys((".csv", ".tsv", ".psv", ".txt"), csv_source),
}
"""How each format is read, by the suffix of its main file."""

_from_web = lazily("etl.source.remote:web_source")
_MAGIC = (
    (b"SQLite format 3\x00", ".gpkg"),
    (b"PAR1", ".parquet"),
    (b"\x00\x00\x27\x0a", ".shp"),
    (b"fgb\x03", ".fgb"),
    (b"PK\x03\x04", ".zip"),
    (b"PK\x05\x06", ".zip"),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_TEXTS = frozenset(s for s, reader in READERS.items() if reader in (csv_source, geojson_source))
_PACKED = frozenset({".zip", ".shz"})


def open_source(where: str, options: Options | None = None) -> Source:
    """Return what is at a path or an http(s) address as a source; raise BadSource, Unguessable, Unavailable."""
    options = options or Options()
    source = _from_web(where, options, _from_file) if "://" in where else _from_file(Path(where), options)
    return replace(source, where=f"{where}#{options.table}") if options.table else source


def _from_file(path: Path, options: Options) -> Source:
    if path.is_dir() or not path.exists():
        raise BadSource(f"{path} is {'a folder' if path.is_dir() else 'not there'}; send a file or an http(s) address")
    suffix = _suffix(path)
    return _from_archive(path, options) if suffix in _PACKED else READERS[suffix](path, options)


def _from_archive(path: Path, options: Options) -> Source:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="onemap-")))
        inside = unpacked(path, folder, READERS, options.table)
        source = _from_file(inside, replace(options, table=None))
        return replace(source, where=str(path), fingerprint=fingerprint(path), files=stack.pop_all())


def _suffix(path: Path) -> str:
    """Return the suffix of the format that a file is in, by its content first; raise BadSource."""
    with binary(path).stream as stream, reading(path.name):
        head = stream.read(4096)
    named = next((s.lower() for s in reversed(path.suffixes) if s.lower() != ".gz"), "")
    if head.startswith(_OLD_OFFICE):
        raise BadSource(f"{path.name} is an old Excel or Office file; save it as .xlsx or .csv")
    if found := next((suffix for magic, suffix in _MAGIC if head.startswith(magic)), None):
        return named if found == ".zip" and named in (".xlsx", ".xlsm") else found
    if named in READERS and named not in {*_TEXTS, ".gml"}:
        raise BadSource(f"{path.name} is not what its name says: it does not begin as {named} files do")
    return _text_suffix(head, named)


def _text_suffix(head: bytes, named: str) -> str:
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x1e")[:1]
    if start in (b"{", b"["):
        return ".geojson"
    if start == b"<":
        return ".gml"
    if READERS.get(named) is geojson_source:
        raise BadSource(f"{named} is said, but the file begins with {head[:40]!r}, which is no JSON")
    return ".csv"
