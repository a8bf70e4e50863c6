"""Mapbox Vector Tiles 2.1, whole layers at once: every number of all features is written by one numpy call."""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spatial.mvt_drawing import Drawing
from spatial.varint import Integers, Unsigned, lengths, varint, varints

NAMELESS = -1
"""The id of a feature without one."""

FEATURE, ID, TAGS, TYPE, GEOMETRY = 0x12, 0x08, 0x12, 0x18, 0x22
"""What a layer's and a feature's fields begin with: number and wire type (Vector Tile 2.1, 4.2)."""

LAYER, NAME, KEY, VALUE = b"\x1a", b"\x0a", b"\x1a", b"\x22"
VERSION = b"\x78\x02"


@dataclass(frozen=True, slots=True)
class Rows:
    """What drawn features say: ids (n,), NAMELESS for none, and properties by name, None where there is none."""

    ids: Integers
    columns: Mapping[str, Sequence[Any]]


def layer(name: str, drawing: Drawing, rows: Rows, extent: int) -> bytes:
    """Return one layer of a tile: join layers by writing one behind the other; empty without features.

    Properties are text, whole numbers, floats or booleans; those with few different values cost least.
    """
    if not len(drawing.rows):
        return b""
    keys, values, tags = _tagged(rows.columns, drawing.rows)
    features = varints(_features(drawing, rows.ids[drawing.rows], tags))
    words = b"".join(_framed(KEY, key.encode()) for key in keys)
    body = _framed(NAME, name.encode()) + features + words + b"".join(_framed(VALUE, one) for one in values)
    return _framed(LAYER, body + b"\x28" + varint(extent) + VERSION)


@dataclass(frozen=True, slots=True)
class _Ragged:
    """Numbers of many rows, one row after the other: how many each has."""

    numbers: Unsigned
    counts: Integers

    @property
    def bytes(self) -> Integers:
        """How many bytes each row takes as varints."""
        ends = np.concatenate(([0], np.cumsum(lengths(self.numbers))))
        last = np.cumsum(self.counts)
        return ends[last] - ends[last - self.counts]


def _features(drawing: Drawing, ids: Integers, tags: _Ragged) -> Unsigned:
    """Return all features as the numbers that they are written with: every part of one is a varint."""
    count = len(ids)
    geometry = _Ragged(drawing.numbers, drawing.counts)
    named = np.column_stack((np.full(count, ID), ids)).astype(np.uint64)[ids != NAMELESS]
    inner = [
        _Ragged(named.ravel(), np.where(ids == NAMELESS, 0, 2)),
        _headed(TAGS, tags, always=False),
        _table(np.full(count, TYPE), drawing.kinds),
        _headed(GEOMETRY, geometry, always=True),
    ]
    whole = _joined(inner)
    return _joined([_table(np.full(count, FEATURE), whole.bytes), whole]).numbers


def _headed(head: int, ragged: _Ragged, *, always: bool) -> _Ragged:
    """Return each row behind its field's head and its length; empty rows stay empty unless `always`."""
    sizes = ragged.bytes
    there = np.full(len(sizes), True) if always else sizes > 0
    heads = np.column_stack((np.full(len(sizes), head), sizes)).astype(np.uint64)[there]
    return _joined([_Ragged(heads.ravel(), np.where(there, 2, 0)), ragged])


def _table(*columns: Integers) -> _Ragged:
    return _Ragged(np.column_stack(columns).astype(np.uint64).ravel(), np.full(len(columns[0]), len(columns)))


def _joined(parts: Sequence[_Ragged]) -> _Ragged:
    """Return the rows of all parts, joined row by row."""
    counts = np.column_stack([part.counts for part in parts])
    starts = (np.cumsum(counts) - counts.ravel()).reshape(counts.shape)
    numbers = np.empty(int(counts.sum()), np.uint64)
    for part, start in zip(parts, starts.T, strict=True):
        own = np.cumsum(part.counts) - part.counts
        numbers[np.repeat(start - own, part.counts) + np.arange(len(part.numbers))] = part.numbers
    return _Ragged(numbers, counts.sum(axis=1))


def _tagged(columns: Mapping[str, Sequence[Any]], rows: Integers) -> tuple[list[str], list[bytes], _Ragged]:
    """Return the keys, all values as messages, and each feature's pairs of key and value."""
    wanted = rows.tolist()
    found = [(name, *_numbered([column[n] for n in wanted])) for name, column in columns.items()]
    # the fewer values a column has, the smaller their numbers, and the more of those take one byte
    found = sorted((one for one in found if one[2]), key=lambda one: len(one[2]))
    values = [_value(value) for _, _, known in found for value in known]
    if not found:
        return [], [], _Ragged(np.zeros(0, np.uint64), np.zeros(len(wanted), np.int64))
    firsts = np.cumsum([0, *(len(known) for _, _, known in found)])[:-1]
    at = np.column_stack([np.array(codes, np.int64) for _, codes, _ in found])
    pairs = np.stack((np.broadcast_to(np.arange(len(found)), at.shape), at + firsts), axis=2)
    there = at >= 0
    tags = _Ragged(pairs[there].astype(np.uint64).ravel(), 2 * there.sum(axis=1))
    return [name for name, _, _ in found], values, tags


def _numbered(values: Sequence[Any]) -> tuple[list[int], list[Any]]:
    """Return the number of each value among the different ones (-1 for None), and those in their order."""
    known: dict[Any, int] = {}
    codes = [-1 if value is None else known.setdefault(value, len(known)) for value in values]
    return codes, list(known)


def _value(value: Any) -> bytes:
    return next((write(value) for kind, write in VALUES if isinstance(value, kind)), b"") or _text(str(value))


def _text(value: str) -> bytes:
    return _framed(b"\x0a", value.encode())


def _whole(value: int) -> bytes:
    return b"\x28" + varint(value) if value >= 0 else b"\x30" + varint(-2 * value - 1)


def _framed(head: bytes, body: bytes) -> bytes:
    return head + (bytes((len(body),)) if len(body) < 0x80 else varint(len(body))) + body  # noqa: PLR2004 - one byte


VALUES: tuple[tuple[type, Callable[[Any], bytes]], ...] = (
    (str, _text),
    (bool, lambda value: b"\x38\x01" if value else b"\x38\x00"),
    (int, _whole),
    (float, lambda value: b"\x19" + struct.pack("<d", value)),
)
"""How values are written, by their type (Vector Tile 2.1, 4.1)."""
