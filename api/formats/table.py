"""CSV, streamed: id, the properties, then x and y of points or the shape as WKT."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, cast

from fastapi import Response
from fastapi.responses import StreamingResponse

import shapely

from api.formats.answer import Answer
from api.formats.stream import begun
from layers.store.protocol import Block
from spatial.crs import project
from spatial.shape import Kind

MEDIA_TYPE = "text/csv; charset=utf-8"
BOM = "\ufeff"
"""Spreadsheets take a CSV for the local code page without it."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_rows(answer: Answer) -> Response:
    """Return rows as CSV, in the axis order x, y."""
    headers = {**answer.headers([]), "Content-Disposition": f'attachment; filename="{answer.layer.name}.csv"'}
    return StreamingResponse(begun(_blocks(answer)), headers=headers, media_type=MEDIA_TYPE)


def _blocks(answer: Answer) -> Iterator[str]:
    for number, block in enumerate(answer.service.store.blocks(answer.layer, answer.query)):
        text = io.StringIO()
        writer = csv.writer(text)
        if number == 0:
            text.write(BOM)
            writer.writerow(["id", *block.names, *_place_names(answer)])
        places = _places(answer, block)
        rows = zip(block.keys, block.rows, places, strict=True)
        writer.writerows([_cell(key), *map(_cell, row), *place] for key, row, place in rows)
        yield text.getvalue()


def _place_names(answer: Answer) -> list[str]:
    if answer.layer.place is None or answer.query.skip_geometry:
        return []
    return ["x", "y"] if _is_points(answer) else ["wkt"]


def _is_points(answer: Answer) -> bool:
    place = answer.layer.place
    return place is not None and place.place is not None and place.place.kind is Kind.POINT


def _places(answer: Answer, block: Block) -> Sequence[Sequence[Any]]:
    if block.places is None:
        return [()] * len(block.keys)
    crs = answer.query.crs
    moved = project(block.places, crs, "xy")
    if not _is_points(answer):
        return [(text or "",) for text in shapely.to_wkt(moved, rounding_precision=crs.decimals)]
    points = cast("Sequence[shapely.Point | None]", moved)
    return [("", "") if p is None else (round(p.x, crs.decimals), round(p.y, crs.decimals)) for p in points]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "; ".join(cast("list[str]", value)) if isinstance(value, list) else value
    # a spreadsheet would run a text that begins like a formula (OWASP, CSV injection)
    return f"'{text}" if isinstance(text, str) and text.startswith(FORMULA) else text
