"""Records and keys as 64-bit hashes, to tell what came before."""

import marshal
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

import shapely

from etl.seen import Hashes
from spatial.coordinates import Geometries


def of_records(records: Sequence[dict[str, Any]], places: Geometries | None) -> Hashes:
    """Return the hash (n,) of each whole record, its place included."""
    if places is None:
        return _hashes(_bytes(record) for record in records)
    shapes = shapely.to_wkb(places)
    return _hashes(_bytes(record) + (shape or b"") for record, shape in zip(records, shapes, strict=True))


def of_keys(keys: Iterable[str]) -> Hashes:
    """Return the hash (n,) of each key."""
    return _hashes(key.encode("utf-8", "surrogatepass") for key in keys)


def _hashes(values: Iterable[bytes]) -> Hashes:
    # Python's own hash of bytes is a keyed one of 64 bits (SipHash), and only this process needs to know them again
    return np.array([hash(value) for value in values], dtype=np.int64).view(np.uint64)


def _bytes(record: dict[str, Any]) -> bytes:
    try:
        # version 2 writes equal values alike; later ones look at how often a text is referred to
        return marshal.dumps(record, 2)
    except ValueError:
        return repr(record).encode("utf-8", "surrogatepass")
