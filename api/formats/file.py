"""Files of features that are made whole before they are sent: FlatGeobuf and GeoParquet."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from fastapi import Response

import geopandas as gpd

from api.formats.answer import Answer
from layers.column import ColumnKind

FLATGEOBUF = "application/vnd.flatgeobuf"
PARQUET = "application/vnd.apache.parquet"


def flatgeobuf(answer: Answer) -> Response:
    """Return a FlatGeobuf file; lists of texts are joined, for it knows no lists."""
    return _file(answer, "fgb", FLATGEOBUF, lambda frame, path: _write_fgb(_joined(answer, frame), path))


def geoparquet(answer: Answer) -> Response:
    """Return a GeoParquet file (1.1, WKB, zstd)."""
    return _file(answer, "parquet", PARQUET, lambda frame, path: frame.to_parquet(path, compression="zstd"))


def _file(answer: Answer, extension: str, kind: str, write: Callable[[gpd.GeoDataFrame, Path], None]) -> Response:
    frame = cast("gpd.GeoDataFrame", answer.service.store.frame(answer.layer, answer.query).reset_index())
    with TemporaryDirectory(prefix="onemap-") as folder:
        path = Path(folder) / f"{answer.layer.name}.{extension}"
        write(frame, path)
        named = {"Content-Disposition": f'attachment; filename="{path.name}"'}
        return Response(path.read_bytes(), headers=answer.headers([]) | named, media_type=kind)


def _write_fgb(frame: gpd.GeoDataFrame, path: Path) -> None:
    # GDAL refuses rows without a place in a file with an index
    index = "NO" if frame.geometry.isna().any() else "YES"
    frame.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX=index)


def _joined(answer: Answer, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    for column in answer.layer.properties:
        if column.kind is ColumnKind.TEXTS and column.name in frame:
            texts = cast("list[list[str] | None]", frame[column.name].tolist())
            frame[column.name] = [None if one is None else "; ".join(one) for one in texts]
    return frame
