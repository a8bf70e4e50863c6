"""As much of pyarrow's face as we look at: the library itself says nothing of types."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, cast

import pyarrow as pa
import pyarrow.parquet as pq

FAULT = cast("type[Exception]", pa.ArrowException)
"""What Arrow raises for data that it cannot read."""


class Column(Protocol):
    """One column of a batch."""

    def to_pylist(self) -> list[Any]:
        """Return the values."""
        ...


class Schema(Protocol):
    """What columns there are."""

    names: list[str]
    metadata: dict[bytes, bytes] | None


class Batch(Protocol):
    """Rows of a table, column by column."""

    num_rows: int
    schema: Schema

    def column(self, name: str) -> Column:
        """Return one column."""
        ...

    def select(self, names: list[str]) -> "Batch":
        """Return the batch with some of its columns."""
        ...

    def to_pylist(self) -> list[dict[str, Any]]:
        """Return the rows."""
        ...


class Reader(Protocol):
    """A stream of batches."""

    def read_next_batch(self) -> Batch:
        """Return the next batch; raise StopIteration after the last."""
        ...


class RowGroup(Protocol):
    """What a Parquet file says of some of its rows."""

    total_byte_size: int


class Metadata(Protocol):
    """What a Parquet file says of itself."""

    num_rows: int
    num_row_groups: int

    def row_group(self, n: int) -> RowGroup:
        """Return what is said of one group of rows."""
        ...


class Parquet(Protocol):
    """An open Parquet file."""

    metadata: Metadata
    schema_arrow: Schema

    def iter_batches(self, batch_size: int, use_threads: bool) -> Iterator[Batch]:
        """Yield the rows."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def parquet(path: Path) -> Parquet:
    """Open a Parquet file; raise OSError, FAULT."""
    return cast("Parquet", pq.ParquetFile(path))


def records(batch: Batch, without: str | None = None) -> list[dict[str, Any]]:
    """Return the rows as records, without the column of the place."""
    names = [name for name in batch.schema.names if name != without]
    return batch.select(names).to_pylist() if names else [{} for _ in range(batch.num_rows)]
