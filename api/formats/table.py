"""Tabular representations: CSV streamed, FlatGeobuf and GeoParquet as files."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import geopandas as gpd
import shapely
from fastapi import Response
from fastapi.responses import StreamingResponse

from api.formats.answer import Answer
from layers.column import ColumnKind
from layers.store.protocol import Block
from spatial.crs import project

CSV = "text/csv; charset=utf-8"
FLATGEOBUF = "application/vnd.flatgeobuf"
PARQUET = "application/vnd.apache.parquet"
BOM = "\ufeff"
"""Spreadsheets take a CSV for the local code page without it."""


def csv_rows(answer: Answer) -> Response:
    """Return rows as CSV: id, the properties, then lon and lat of points or the shape as WKT; streamed."""
    return StreamingResponse(_csv(answer), headers=_named(answer, "csv"), media_type=CSV)


def flatgeobuf(answer: Answer) -> Response:
    """Return a FlatGeobuf file."""
    return _file(answer, "fgb", FLATGEOBUF, lambda frame, path: frame.to_file(path, driver="FlatGeobuf"))


def geoparquet(answer: Answer) -> Response:
    """Return a GeoParquet file (1.1, WKB)."""
    return _file(answer, "parquet", PARQUET, lambda frame, path: frame.to_parquet(path))


def _csv(answer: Answer) -> Iterator[str]:
    blocks = answer.service.store.blocks(answer.layer, answer.query)
    for number, block in enumerate(blocks):
        text = io.StringIO()
        writer = csv.writer(text)
        if number == 0:
            text.write(BOM)
            writer.writerow(["id", *block.names, *_place_names(answer)])
        places = _places(answer, block)
        writer.writerows([k, *map(_cell, row), *p] for k, row, p in zip(block.keys, block.rows, places, strict=True))
        yield text.getvalue()


def _place_names(answer: Answer) -> list[str]:
    if answer.layer.place is None or answer.query.skip_geometry:
        return []
    return ["x", "y"] if _is_points(answer) else ["wkt"]


def _is_points(answer: Answer) -> bool:
    place = answer.layer.place
    return place is not None and place.place is not None and place.place.kind == "Point"


def _places(answer: Answer, block: Block) -> Sequence[Sequence[Any]]:
    if block.places is None:
        return [()] * len(block.keys)
    moved = project(block.places, answer.query.crs, "xy")
    if not _is_points(answer):
        return [(text or "",) for text in shapely.to_wkt(moved, rounding_precision=answer.query.crs.decimals)]
    digits = answer.query.crs.decimals
    return [("", "") if p is None else (round(p.x, digits), round(p.y, digits)) for p in cast("Sequence[Any]", moved)]


def _cell(value: Any) -> Any:
    text = "; ".join(value) if isinstance(value, list) else value
    # a spreadsheet would run a text that begins like a formula (OWASP, CSV injection)
    return f"'{text}" if isinstance(text, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _file(answer: Answer, extension: str, kind: str, write: Callable[[gpd.GeoDataFrame, Path], None]) -> Response:
    frame = _plain(answer, answer.service.store.frame(answer.layer, answer.query))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{answer.layer.name}.{extension}"
        write(frame, path)
        return Response(path.read_bytes(), headers=_named(answer, extension), media_type=kind)


def _plain(answer: Answer, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    made = frame.reset_index()
    for column in answer.layer.properties:
        if column.kind is ColumnKind.TEXTS and column.name in made:
            made[column.name] = made[column.name].map(lambda v: "; ".join(v) if v else None)
    return made


def _named(answer: Answer, extension: str) -> dict[str, str]:
    disposition = f'attachment; filename="{answer.layer.name}.{extension}"'
    return {**answer.headers([]), "Content-Disposition": disposition}


