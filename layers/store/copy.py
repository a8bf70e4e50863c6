"""A whole city moved from one store to another, of whatever kind: its layers, their rows, and what imports left."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from layers.column import ColumnKind
from layers.feature import Layer
from layers.query import Query
from layers.store.digest import Digest, by_key, of_block
from layers.store.protocol import Block, Row, Store, Tally
from spatial.errors import Conflict
from spatial.time import instant

BATCH = 5000
"""Rows of one transaction."""

ASKED = 500
"""Ids that one query names."""

NAMED = 20
"""Differences of each kind that are named."""

ALL = Query(limit=2**62, count=False)
IN: Mapping[ColumnKind, Callable[[str], Any]] = {ColumnKind.INSTANT: instant, ColumnKind.DATE: date.fromisoformat}
"""What makes of a block's value the value that writing takes, where they are not the same."""

type Watch = Callable[[Layer, str, int], None]
"""Is told of a layer, of what happens to it ("copy", "check"), and how many rows have come."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Ids of rows that are not the same in both stores, some of each kind."""

    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of one layer: what was read, what was written, and what stands in the target afterwards."""

    layer: Layer
    tally: Tally
    read: Digest
    found: Digest
    differences: Differences = field(default_factory=Differences)

    @property
    def same(self) -> bool:
        """Whether the target holds just the rows that were read."""
        return self.read == self.found


def add_layers(source: Store, target: Store) -> Sequence[str]:
    """Add the source's added layers to the target, unless they are there; return their names; raise Conflict."""
    known, wanted = target.documents(), source.documents()
    for name, document in wanted.items():
        if name in known and known[name] != document:
            raise Conflict(f"the target has another layer {name}; drop it there, or the one here, then copy again")
        if name not in known:
            target.add(source.layers()[name], document)
    return list(wanted)


def copy_layer(source: Store, target: Store, name: str, watch: Watch) -> Copied:
    """Copy the rows of a layer, then read them back and compare; rows that are there already are left alone.

    Raises nothing for rows that differ afterwards: the result names them.
    """
    layer, there = source.layers()[name], target.layers()[name]
    tally, read = _copied(source, target, layer, watch)
    found = Digest()
    for block in target.blocks(there, ALL, BATCH):
        found += of_block(block)
        watch(there, "check", found.rows)
    if read == found:
        return Copied(layer, tally, read, found)
    return Copied(layer, tally, read, found, differences(source, target, layer))


def differences(source: Store, target: Store, layer: Layer) -> Differences:
    """Return which rows of a layer are not the same in both stores, row by row."""
    missing: list[str] = []
    changed: list[str] = []
    for ours, theirs in _paired(source, target, layer):
        missing += ours.keys() - theirs.keys()
        changed += (key for key in ours.keys() & theirs.keys() if ours[key] != theirs[key])
        if min(len(missing), len(changed)) >= NAMED:
            break
    extra = (key for ours, theirs in _paired(target, source, layer) for key in ours.keys() - theirs.keys())
    return Differences(_few(missing), _few(changed), tuple(islice(extra, NAMED)))


def _copied(source: Store, target: Store, layer: Layer, watch: Watch) -> tuple[Tally, Digest]:
    empty = not target.block(layer, Query(limit=1)).keys
    tally, read = Tally(), Digest()
    for block in source.blocks(layer, ALL, BATCH):
        with target.write() as writer:
            rows = rows_of(layer, block)
            tally += writer.append(layer, rows) if empty else writer.upsert(layer, rows)
        read += of_block(block)
        watch(layer, "copy", read.rows)
    return tally, read


def rows_of(layer: Layer, block: Block) -> list[Row]:
    """Return a block's rows as a writer takes them."""
    rows: list[dict[str, Any]] = [dict(zip(block.names, values, strict=True)) for values in block.rows]
    for column in layer.columns:
        into = IN.get(column.kind)
        if into:
            for row in rows:
                value = row[column.name]
                row[column.name] = into(value) if isinstance(value, str) else value
    if layer.place and block.places is not None:
        for row, place in zip(rows, block.places, strict=True):
            row[layer.place.name] = place
    return [*rows]


def _paired(one: Store, other: Store, layer: Layer) -> Iterator[tuple[dict[str, bytes], dict[str, bytes]]]:
    """Yield the digests of some rows of one store, and of those of their ids in the other."""
    for block in one.blocks(layer, ALL, ASKED):
        if block.keys:
            asked = Query(ids=tuple(block.keys), limit=len(block.keys), count=False)
            yield dict(by_key(block)), dict(by_key(other.block(layer, asked)))


def _few(keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(keys)[:NAMED])
