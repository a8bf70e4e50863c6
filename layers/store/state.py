"""What a reader has seen of a store: a state tells of any write whether it is in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """All writes before `low`, none from `high` on, and those between that were not `running` still.

    The marks are PostgreSQL's transaction numbers (PostgreSQL 15, 9.27.6, pg_snapshot) or a GeoPackage's revisions.
    """

    low: int
    high: int
    running: frozenset[int] = frozenset()

    def sees(self, mark: int) -> bool:
        """Tell whether the write of that mark is in this state."""
        return mark < self.low or (mark < self.high and mark not in self.running)
