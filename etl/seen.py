"""What has been seen before, among any number of records, in little memory."""

from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import cast

import numpy as np
from numpy.typing import NDArray

type Hashes = NDArray[np.uint64]
type Positions = NDArray[np.uint32]

_LARGEST = 1 << 20
"""Entries of a run that stays in memory; a larger one goes to a file, and is never merged again."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Hashes in order, each with the position at which it came first."""

    hashes: Hashes
    positions: Positions

    def first(self, hashes: Hashes) -> NDArray[np.int64]:
        """Return the position of each hash, -1 where it is not in this run."""
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.where(self.hashes[at] == hashes, self.positions[at].astype(np.int64), -1)


@dataclass(slots=True)
class Seen:
    """Hashes with the position at which each came first: 12 bytes each, most of them on disk once there are millions.

    Among n things two have one hash of 64 bits with a chance of n² / 2⁶⁵: once in thirty million imports of a million.
    """

    _runs: list[_Run] = field(default_factory=list["_Run"])

    def add(self, hashes: Hashes, positions: Positions) -> NDArray[np.int64]:
        """Remember hashes (n,) with their positions; return where each came before, -1 for one that is new."""
        before = self.first(hashes)
        order = np.argsort(hashes, kind="stable")
        leader = order[_leaders(hashes[order])]
        repeats = (leader != order) & (before[order] < 0)
        before[order[repeats]] = positions[leader[repeats]]
        fresh = order[before[order] < 0]
        if len(fresh):
            self._keep(_Run(hashes[fresh], positions[fresh]))
        return before

    def first(self, hashes: Hashes) -> NDArray[np.int64]:
        """Return where each hash (n,) came first, -1 for one that never came."""
        found = np.full(len(hashes), -1, dtype=np.int64)
        for run in self._runs:
            found = np.maximum(found, run.first(hashes))
        return found

    def __len__(self) -> int:
        """Return how many different hashes there are."""
        return sum(len(run.hashes) for run in self._runs)

    def _keep(self, run: _Run) -> None:
        """Merge the new run with those that are not much longer, as a log-structured tree does."""
        while self._runs and len(self._runs[-1].hashes) <= 2 * len(run.hashes) < _LARGEST:
            run = _merged(self._runs.pop(), run)
        self._runs.append(_filed(run) if len(run.hashes) >= _LARGEST // 2 else run)


def _leaders(ordered: Hashes) -> NDArray[np.intp]:
    """Return for each of the ordered hashes where the first of its kind stands."""
    new = np.ones(len(ordered), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return np.maximum.accumulate(np.where(new, np.arange(len(ordered)), 0))


def _merged(one: _Run, other: _Run) -> _Run:
    hashes = np.concatenate([one.hashes, other.hashes])
    order = np.argsort(hashes, kind="stable")
    return _Run(hashes[order], np.concatenate([one.positions, other.positions])[order])


def _filed(run: _Run) -> _Run:
    return _Run(cast("Hashes", _on_disk(run.hashes)), cast("Positions", _on_disk(run.positions)))


def _on_disk(values: NDArray[np.generic]) -> NDArray[np.generic]:
    with TemporaryFile(prefix="onemap-") as file:
        values.tofile(file)
        file.flush()
        # the mapping keeps the file after it is closed and nameless
        return np.memmap(file, dtype=values.dtype, mode="r", shape=values.shape)
