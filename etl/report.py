"""What an import did, or would do."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from etl.ground import Repaired
from etl.read import Read
from layers.store.protocol import Refusal, Tally

LISTED = 100
"""Repairs that are listed; more are only counted."""

_VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|-?\d[\d.,e+-]*")

STATES = {
    "done": "完成 done",
    "dry": "试运行 dry run, nothing written",
    "unsure": "未删除 done, but nothing was deleted",
    "stopped": "已停止 stopped; run the same command again to go on",
    "broken": "来源中断 the source broke off; run the same command again to go on",
}


@dataclass(slots=True)
class Report:
    """What became of the records of a source.

    position: records read. notes: what was found out about the source. ignored: its fields that nothing was taken from.
    reasons: how often each reason, without its values. changes: rows that a dry run would insert or change.
    """

    job: str
    source: str
    layer: str
    state: str = "running"
    position: int = 0
    resumed: int = 0
    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list[str])
    ignored: tuple[str, ...] = ()
    crosswalked: Counter[str] = field(default_factory=Counter[str])
    reasons: Counter[str] = field(default_factory=Counter[str])
    refused: list[Refusal] = field(default_factory=list[Refusal])
    repaired: list[Repaired] = field(default_factory=list[Repaired])
    repairs: int = 0
    changes: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])

    @property
    def rate(self) -> float:
        """Records a second, of this run."""
        return (self.position - self.resumed) / self.seconds if self.seconds else 0.0

    def add(self, read: Read, tally: Tally) -> None:
        """Take in what became of a chunk."""
        self.position, self.tally = read.position, self.tally + tally
        self.crosswalked += read.crosswalked
        self.repairs += len(read.repaired)
        self.repaired += read.repaired[: LISTED - len(self.repaired)]
        self.refused += read.refusals[: max(SAMPLES - len(self.refused), 0)]
        self.reasons.update(family(refusal.reason) for refusal in read.refusals)

    def json(self) -> dict[str, Any]:
        """Return the report as JSON holds it."""
        counts = {"crosswalked": dict(self.crosswalked.most_common()), "reasons": dict(self.reasons.most_common())}
        bare = replace(self, crosswalked=Counter(), reasons=Counter())
        return {**asdict(bare), **counts, "rate": round(self.rate), "seconds": round(self.seconds, 3)}


SAMPLES = 5
"""Refusals, and changes of a dry run, that are shown."""


def family(reason: str) -> str:
    """Return a reason without the values in it, so that like reasons count together."""
    return _VARYING.sub("…", reason)[:200]
