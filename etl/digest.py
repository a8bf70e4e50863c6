"""Records and keys as 64-bit hashes, to tell what came before."""

import marshal
from collections.abc import Sequence
from typing import Any

import numpy as np

import shapely

from etl.seen import Hashes
from spatial.coordinates import Geometries


def of_records(records: Sequence[dict[str, Any]], places: Geometries | None) -> Hashes:
    """Return the hash (n,) of each whole record, its place included."""
    values = _bytes(records)
    if places is not None:
        shapes = shapely.to_wkb(places)
        values = [value + (shape or b"") for value, shape in zip(values, shapes, strict=True)]
    return _hashes(values)


def of_keys(keys: Sequence[str]) -> Hashes:
    """Return the hash (n,) of each key."""
    return _hashes(keys)


def _hashes(values: Sequence[bytes] | Sequence[str]) -> Hashes:
    # Python's own hash of texts and bytes is a keyed one of 64 bits (SipHash), and only this process needs it again
    return np.fromiter(map(hash, values), dtype=np.int64, count=len(values)).view(np.uint64)


def _bytes(records: Sequence[dict[str, Any]]) -> list[bytes]:
    try:
        # version 2 writes equal values alike; later ones look at how often a text is referred to
        return [marshal.dumps(record, 2) for record in records]
    except ValueError:
        return [repr(record).encode("utf-8", "surrogatepass") for record in records]
