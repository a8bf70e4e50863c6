"""What GDAL reads for us, in Arrow batches: Shapefile, GeoPackage, FlatGeobuf, GML."""

import re
import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pyogrio
import pyogrio.errors
import pyogrio.raw

from etl.source import dbf
from etl.source.arrow import FAULT, Batch, Reader, records
from etl.source.encoding import detected_in, known
from etl.source.fingerprint import fingerprint
from etl.source.model import CHUNK, MAX_COLUMNS, Chunk, Options, Source
from etl.source.shapes import from_wkb
from etl.source.text import reading
from etl.source.warned import heard
from etl.source.xml import xml_root
from spatial.errors import BadSource

_CONFIG = {
    # a batch ends early rather than holding gigabytes of one giant shape after the other
    "OGR_ARROW_MEM_LIMIT": str(64 << 20),
    # a file is data; what it points to is not fetched
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "GDAL_HTTP_MAX_RETRY": "0",
}
_FAULTS = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError, FAULT)
_PARTS = frozenset({".shp", ".dbf", ".prj", ".cpg"})

_APPLICATIONS = frozenset({0x47504B47, 0x47503130, 0x47503131})
"""GPKG, GP10, GP11 (OGC 12-128r18, requirement 2)."""

_INDEX = re.compile(r"\busing\s+(rtree|fts[345])\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Table:
    """One layer of a file, and in which encoding GDAL is to read it."""

    path: Path
    name: str
    encoding: str | None


def shapefile_source(path: Path, options: Options) -> Source:
    """Return a Shapefile as a source; raise BadSource, Unguessable."""
    same = [part for part in path.parent.iterdir() if part.stem == path.stem]
    parts = {part.suffix.lower(): part for part in same if part.suffix.lower() in _PARTS}
    if ".dbf" in parts:
        dbf.check(parts[".dbf"])
    encoding = _encoding(parts, options.encoding)
    source = _source(_Table(path, path.stem, encoding), "Shapefile")
    note = (f"encoding {encoding}",) if encoding else ()
    return replace(source, fingerprint=fingerprint(*sorted(parts.values())), notes=(*note, *source.notes))


def file_source(path: Path, options: Options, form: str) -> Source:
    """Return one layer of a file that GDAL reads as a source; raise BadSource."""
    listed, _ = _asked(path, lambda: cast("list[list[str | None]]", pyogrio.list_layers(path).tolist()))
    names = [str(name) for name, kind in listed if kind is not None] or [str(name) for name, _ in listed]
    name = options.table or (names[0] if len(names) == 1 else None)
    if name is None or name not in [str(name) for name, _ in listed]:
        raise BadSource(f"{path.name} has {len(names)} layers: {', '.join(names[:40])}; say which with --table")
    return _source(_Table(path, name, None), form)


def geopackage_source(path: Path, options: Options) -> Source:
    """Return one layer of a GeoPackage as a source; raise BadSource, for one that reaches out of its file too."""
    _check_package(path)
    return file_source(path, options, "GeoPackage")


def flatgeobuf_source(path: Path, options: Options) -> Source:
    """Return a FlatGeobuf as a source; raise BadSource."""
    return file_source(path, options, "FlatGeobuf")


def gml_source(path: Path, options: Options) -> Source:
    """Return a GML document as a source; raise BadSource, for one with entities of its own too."""
    with path.open("rb") as stream, reading(path.name):
        xml_root(stream, path.name)
    return file_source(path, options, "GML")


def _check_package(path: Path) -> None:
    """Raise BadSource for a database that is no GeoPackage, or whose tables reach out of it."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            about = database.execute("PRAGMA application_id").fetchone()[0]
            virtual = database.execute(
                "SELECT name, sql FROM sqlite_master WHERE sql LIKE 'create virtual%'"
            ).fetchall()
    except sqlite3.DatabaseError as bad:
        raise BadSource(f"{path.name} is a damaged GeoPackage: {bad}") from bad
    if about not in _APPLICATIONS:
        raise BadSource(f"{path.name} is a SQLite database but no GeoPackage; convert it first")
    if strange := [name for name, sql in virtual if not _INDEX.search(sql)]:
        raise BadSource(f"{path.name} has virtual tables ({', '.join(strange[:5])}) that reach out of the file")


def _source(of: _Table, form: str) -> Source:
    about, said = _asked(of.path, lambda: _about(of))
    fields = tuple(str(name) for name in about["fields"])
    if len(fields) > MAX_COLUMNS:
        raise BadSource(f"{of.path.name} has {len(fields):,} fields; {MAX_COLUMNS:,} are the most that are read")
    total = int(about["features"]) if int(about["features"]) >= 0 else None
    return Source(
        str(of.path),
        form,
        fields,
        lambda: _chunks(of, total),
        fingerprint(of.path),
        crs=about["crs"],
        total=total,
        placed=about["geometry_type"] is not None,
        notes=said,
    )


def _about(of: _Table) -> dict[str, Any]:
    return cast("dict[str, Any]", pyogrio.read_info(of.path, layer=of.name, encoding=of.encoding))


def _encoding(parts: dict[str, Path], asked: str) -> str | None:
    """Return the encoding of a Shapefile's texts, None where its .cpg says it."""
    if asked != "auto":
        return known(asked)
    if ".cpg" in parts or ".dbf" not in parts:
        return None
    return detected_in(dbf.texts(parts[".dbf"]))


def _chunks(of: _Table, total: int | None) -> Iterator[Chunk]:
    start = 0
    with _reader(of) as (geometry, reader):
        while (batch := _asked(of.path, lambda: _next(reader))[0]) is not None:
            yield _chunk(batch, geometry, start, total)
            start += batch.num_rows
    if total is not None and start < total:
        raise BadSource(f"{of.path.name} ends early: it holds {start:,} of the {total:,} records that it announces")


@contextmanager
def _reader(of: _Table) -> Generator[tuple[str, Reader]]:
    said = {"layer": of.name, "encoding": of.encoding, "batch_size": CHUNK, "datetime_as_string": True}
    with ExitStack() as stack:
        opening = cast("Any", pyogrio.raw.open_arrow)(of.path, use_pyarrow=True, **said)
        opened, _ = _asked(of.path, lambda: stack.enter_context(opening))
        about, reader = cast("tuple[dict[str, Any], Reader]", opened)
        yield about["geometry_name"] or "wkb_geometry", reader


def _next(reader: Reader) -> Batch | None:
    try:
        return reader.read_next_batch()
    except StopIteration:
        return None


def _chunk(batch: Batch, geometry: str, start: int, total: int | None) -> Chunk:
    part = min((start + batch.num_rows) / total, 1.0) if total else None
    if geometry not in batch.schema.names:
        return Chunk(start, records(batch), part=part)
    places, why = from_wkb(batch.column(geometry).to_pylist())
    return Chunk(start, records(batch, geometry), places, why, part)


def _asked[T](path: Path, work: Callable[[], T]) -> tuple[T, tuple[str, ...]]:
    """Ask GDAL under our settings: return what it answers and warns of; its faults become BadSource."""
    pyogrio.set_gdal_config_options(_CONFIG)
    try:
        return heard(work)
    except _FAULTS as bad:
        raise BadSource(f"{path.name} cannot be read: {' '.join(str(bad).split())[:300]}") from bad
