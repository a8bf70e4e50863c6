"""GeoParquet, and Parquet whose columns hold coordinates."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from etl.source.arrow import FAULT, Batch, Parquet, parquet, records
from etl.source.columns import place_columns
from etl.source.fingerprint import fingerprint
from etl.source.json_stream import as_object
from etl.source.model import CHUNK, MAX_COLUMNS, Chunk, Options, Source
from etl.source.shapes import from_wkb
from etl.source.text import reading
from spatial.errors import BadSource

LARGEST = 1 << 30
"""Bytes that one group of rows may unpack to: Arrow holds it whole."""

_HEAD = 100


def parquet_source(path: Path, options: Options) -> Source:
    """Return a (Geo)Parquet file as a source; raise BadSource."""
    with reading(path.name):
        file = _opened(path)
    fields = tuple(file.schema_arrow.names)
    place, crs = _geo(path, file.schema_arrow.metadata or {})
    total = file.metadata.num_rows
    file.close()
    head = [] if place else next(_chunks(path, place, total), Chunk(0, [])).records[:_HEAD]
    return Source(
        str(path),
        "GeoParquet" if place else "Parquet",
        tuple(name for name in fields if name != place),
        lambda: _chunks(path, place, total),
        fingerprint(path),
        crs=crs,
        total=total,
        columns=place_columns(fields, head, options),
        placed=place is not None,
    )


def _opened(path: Path) -> Parquet:
    try:
        file = parquet(path)
    except FAULT as bad:
        raise BadSource(f"{path.name} is no Parquet file or a damaged one: {str(bad)[:200]}") from bad
    if len(file.schema_arrow.names) > MAX_COLUMNS:
        raise BadSource(f"{path.name} has more than {MAX_COLUMNS:,} columns")
    about = file.metadata
    if any(about.row_group(n).total_byte_size > LARGEST for n in range(about.num_row_groups)):
        raise BadSource(f"{path.name} has groups of rows larger than {LARGEST:,} bytes; write smaller ones")
    return file


def _geo(path: Path, metadata: dict[bytes, bytes]) -> tuple[str | None, str | None]:
    """Return the place's column and its CRS (GeoParquet 1.1: PROJJSON, CRS84 where nothing is said)."""
    if b"geo" not in metadata:
        return None, None
    try:
        said = as_object(json.loads(metadata[b"geo"])) or {}
    except (ValueError, RecursionError) as bad:
        raise BadSource(f"{path.name} says of its geometry what is no JSON: {bad}") from bad
    name = said.get("primary_column")
    about = as_object((as_object(said.get("columns")) or {}).get(str(name)))
    if not isinstance(name, str) or about is None:
        raise BadSource(f"{path.name} does not say which of its columns is the geometry")
    if about.get("encoding") != "WKB":
        raise BadSource(f"{path.name} holds its geometry as {str(about.get('encoding'))[:40]}; write it as WKB")
    return name, _crs(about)


def _crs(about: dict[str, Any]) -> str | None:
    if "crs" not in about:
        return "OGC:CRS84"
    return json.dumps(about["crs"]) if about["crs"] is not None else None


def _chunks(path: Path, place: str | None, total: int) -> Iterator[Chunk]:
    start = 0
    with reading(path.name):
        file = _opened(path)
        try:
            for batch in file.iter_batches(batch_size=CHUNK, use_threads=False):
                yield _chunk(batch, place, start, total)
                start += batch.num_rows
        except FAULT as bad:
            raise BadSource(f"{path.name} is damaged after record {start:,}: {str(bad)[:200]}") from bad
        finally:
            file.close()


def _chunk(batch: Batch, place: str | None, start: int, total: int) -> Chunk:
    part = min((start + batch.num_rows) / max(total, 1), 1.0)
    if place is None:
        return Chunk(start, records(batch), part=part)
    places, why = from_wkb(batch.column(place).to_pylist())
    return Chunk(start, records(batch, place), places, why, part)
