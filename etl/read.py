"""Records of a chunk read into rows of a layer or refusals: each becomes exactly one of them, or is a repeat."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from pydantic import ValidationError

from etl import digest
from etl.columns import Columns
from etl.contract import Contract
from etl.ground import Repaired
from etl.place import raw
from etl.refusal import refused
from etl.seen import Positions, Seen
from etl.source.model import Chunk
from etl.source.shapes import Why
from etl.validate import reason, validator
from layers.feature import identified
from layers.store.protocol import Refusal, Row
from spatial.coordinates import Geometries


@dataclass(slots=True)
class Read:
    """What a chunk became.

    position: how many records of the source have been read after it. crosswalked: how often a code became another one.
    repeated: records of an append layer that say again what one before them said. keyless: refused records of which the
    key could not be told.
    """

    position: int
    rows: list[Row] = field(default_factory=list[Row])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    repaired: list[Repaired] = field(default_factory=list[Repaired])
    crosswalked: Counter[str] = field(default_factory=Counter[str])
    repeated: int = 0
    keyless: int = 0


class Reader:
    """Reads the chunks of one source, in order, under one contract."""

    def __init__(self, contract: Contract) -> None:
        """Prepare what every chunk needs."""
        self.contract = contract
        self.mentioned = Seen()
        self._records, self._keys = Seen(), Seen()
        self._validate = validator(contract.layer)
        self._columns = Columns(contract)
        self._key = contract.layer.key.name
        self._made = bool(contract.keyed.sync.key_from)

    def read(self, chunk: Chunk) -> Read:
        """Return what a chunk becomes."""
        out = Read(chunk.start + len(chunk.records))
        why = dict(chunk.broken) | self._repeated(chunk)
        places = self._placed(chunk, why, out)
        drafts, out.crosswalked = self._columns.drafts(chunk.records, why)
        if self.contract.layer.place:
            name = self.contract.layer.place.name
            for draft, place in zip(drafts, places, strict=True):
                if place is not None:
                    draft[name] = place
        accepted = self._accepted(drafts, why)
        out.repeated = self._unique(chunk.start, accepted, why)
        out.rows = list(accepted.values())
        out.keyless = self._mention(chunk.start, drafts) if self.contract.tombstones else 0
        out.refusals = refused(chunk.records, chunk.places, chunk.start, why)
        return out

    def _repeated(self, chunk: Chunk) -> Why:
        """Return which records came before, whole; an append layer sorts out its repeats by their keys."""
        if self.contract.appends:
            return {}
        hashes = digest.of_records(chunk.records, chunk.places)
        before = self._records.add(hashes, _positions(chunk.start, np.arange(len(hashes))))
        again = np.flatnonzero(before >= 0).tolist()
        return {n: f"exact duplicate of record {before[n]}" for n in again if n not in chunk.broken}

    def _placed(self, chunk: Chunk, why: Why, out: Read) -> Geometries:
        """Return the places of a chunk as rows keep them."""
        if self.contract.layer.place is None:
            return np.full(len(chunk.records), None, dtype=object)
        found, unread = raw(chunk, self.contract.place_columns)
        made = self.contract.ground.placed(found)
        for n, reasons in {**made.why, **unread}.items():
            why.setdefault(n, f"{self.contract.layer.place.name}: {reasons}")
        out.repaired = [
            replace(r, position=chunk.start + r.position + 1) for r in made.repaired if r.position not in why
        ]
        return made.places

    def _accepted(self, drafts: list[dict[str, Any]], why: Why) -> dict[int, Row]:
        """Return the checked rows by their number in the chunk; the others get a reason."""
        rows: dict[int, Row] = {}
        for n in range(len(drafts)):
            if n not in why:
                if self._made and self._key not in drafts[n]:
                    drafts[n] = identified(self.contract.keyed, drafts[n])
                try:
                    rows[n] = self._validate(drafts[n])
                except ValidationError as bad:
                    why[n] = reason(bad)
        return rows

    def _unique(self, start: int, rows: dict[int, Row], why: Why) -> int:
        """Sort out rows with a key that a row before them has: both cannot be right, unless the layer appends.

        Return how many are repeats.
        """
        numbers = np.fromiter(rows, dtype=np.int64, count=len(rows))
        keys = digest.of_keys([row[self._key] for row in rows.values()])
        before = self._keys.add(keys, _positions(start, numbers))
        again = {int(numbers[n]): int(before[n]) for n in np.flatnonzero(before >= 0)}
        for n, first in again.items():
            del rows[n]
            if not self.contract.appends:
                why[n] = f"{self._key}: record {first} has the same key"
        return len(again) if self.contract.appends else 0

    def _named(self, draft: dict[str, Any]) -> Any:
        """Return the key of a record, None where it has none and what would make it is not all there."""
        if self._key not in draft and self._made and all(name in draft for name in self.contract.keyed.sync.key_from):
            return identified(self.contract.keyed, draft)[self._key]
        return draft.get(self._key)

    def _mention(self, start: int, drafts: list[dict[str, Any]]) -> int:
        """Remember the keys of all records, those refused too; return of how many the key cannot be told."""
        known = {n: self._named(draft) for n, draft in enumerate(drafts)}
        told = {n: str(key).strip() for n, key in known.items() if key}
        self.mentioned.add(digest.of_keys([*told.values()]), _positions(start, np.array([*told], dtype=np.int64)))
        return len(drafts) - len(told)


def _positions(start: int, numbers: Any) -> Positions:
    """Return the record numbers, from 1, of records by their number in a chunk, from 0."""
    return (numbers + start + 1).astype(np.uint32)
