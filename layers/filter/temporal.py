"""Relations of instants, days and intervals (OGC 21-065r2, 7.8).

An interval includes both its ends, and a day is all of it, in UTC. Days among themselves are compared as days; beside
an instant, a day is the interval from its first to its last instant. An instant is an interval of no length.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, literal, not_, or_

from layers.column import ColumnKind
from layers.filter.operand import Operand, of_test, of_time
from layers.filter.scope import Node, Operator, Scope
from layers.store.element import Group, element
from layers.table import DateType, InstantType
from spatial.errors import BadFilter

_OPEN = frozenset(("..", ""))
_LAST = time(23, 59, 59, 999_000)
"""A day's last instant; instants are kept to the millisecond."""

_ENDS = {
    True: (date.min, date.max),
    False: (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
}
"""What stands for an open start and an open end, among days and among instants."""


_FirstOfDay = element(InstantType(), "({0} || 'T00:00:00.000Z')", "({0}::timestamp AT TIME ZONE 'UTC')")
_LastOfDay = element(
    InstantType(),
    "({0} || 'T23:59:59.999Z')",
    "(({0}::timestamp + interval '1 day' - interval '1 millisecond') AT TIME ZONE 'UTC')",
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time: its first and last moment (None is open), and whether it is written as an interval."""

    first: Operand | None
    last: Operand | None
    is_interval: bool = True

    @property
    def has_days(self) -> bool:
        """Whether no end is finer than a day."""
        return all(end is None or end.kind is ColumnKind.DATE for end in (self.first, self.last))


class Ends(NamedTuple):
    """First and last moment as SQL."""

    first: ColumnElement[Any]
    last: ColumnElement[Any]


RELATIONS: dict[str, Callable[[Ends, Ends], ColumnElement[bool]]] = {
    "t_after": lambda a, b: a.first > b.last,
    "t_before": lambda a, b: a.last < b.first,
    "t_contains": lambda a, b: and_(a.first < b.first, a.last > b.last),
    "t_disjoint": lambda a, b: or_(a.last < b.first, a.first > b.last),
    "t_during": lambda a, b: and_(a.first > b.first, a.last < b.last),
    "t_equals": lambda a, b: and_(a.first == b.first, a.last == b.last),
    "t_finishedby": lambda a, b: and_(a.first < b.first, a.last == b.last),
    "t_finishes": lambda a, b: and_(a.first > b.first, a.last == b.last),
    "t_intersects": lambda a, b: and_(a.first <= b.last, a.last >= b.first),
    "t_meets": lambda a, b: a.last == b.first,
    "t_metby": lambda a, b: a.first == b.last,
    "t_overlappedby": lambda a, b: and_(a.first > b.first, a.first < b.last, a.last > b.last),
    "t_overlaps": lambda a, b: and_(a.first < b.first, a.last > b.first, a.last < b.last),
    "t_startedby": lambda a, b: and_(a.first == b.first, a.last > b.last),
    "t_starts": lambda a, b: and_(a.first == b.first, a.last < b.last),
}
"""Allen's relations (W3C Time Ontology in OWL, 4.2)."""

_BY_DAY: dict[str, Callable[[Ends, Ends], ColumnElement[bool]]] = {
    "=": RELATIONS["t_intersects"],
    "<>": lambda a, b: not_(Group(RELATIONS["t_intersects"](a, b))),
    "<": RELATIONS["t_before"],
    ">": RELATIONS["t_after"],
    "<=": lambda a, b: a.first <= b.last,
    ">=": lambda a, b: a.last >= b.first,
}


def related(scope: Scope, op: str, args: Sequence[Node]) -> Operand:
    """Return whether two stretches of time stand in a relation."""
    left, right = (_stretch(scope.within, a) for a in args)
    days = left.has_days and right.has_days
    if op == "t_equals" and not (days or left.is_interval or right.is_interval):
        op = "t_intersects"  # an instant equals a day that it lies in
    return of_test(Group(RELATIONS[op](_ends(left, days), _ends(right, days))), op.upper())


def by_day(op: str, left: Operand, right: Operand) -> ColumnElement[bool]:
    """Return the comparison of an instant with a day: an instant is as early as its day."""
    return Group(_BY_DAY[op](*(_ends(Stretch(o, o, is_interval=False), days=False) for o in (left, right))))


def _stretch(scope: Scope, node: Node) -> Stretch:
    match node:
        case {"interval": [first, last]}:
            return _interval(_end(scope, first), _end(scope, last))
        case str():
            at = of_time(node)
        case _:
            at = _timed(scope.read(node))
    return Stretch(at, at, is_interval=False)


def _interval(first: Operand | None, last: Operand | None) -> Stretch:
    early, late = (str(end.value) if end and end.value else "" for end in (first, last))
    both = min(len(early), len(late))  # a day has no hour to compare
    if early[:both] > late[:both]:
        raise BadFilter(f"INTERVAL('{early}', '{late}') ends before it starts")
    return Stretch(first, last)


def _end(scope: Scope, node: Node) -> Operand | None:
    if isinstance(node, str):
        return None if node in _OPEN else of_time(node)
    return _timed(scope.read(node))


def _timed(operand: Operand) -> Operand:
    if operand.kind not in (ColumnKind.INSTANT, ColumnKind.DATE):
        raise BadFilter(f"{operand} is no time; T_... functions take instants, dates and INTERVAL('2026-01-01', '..')")
    return operand


def _ends(stretch: Stretch, days: bool) -> Ends:
    kind = DateType() if days else InstantType()
    low, high = (literal(end, kind) for end in _ENDS[days])
    first = low if stretch.first is None else _moment(stretch.first, days, last=False)
    last = high if stretch.last is None else _moment(stretch.last, days, last=True)
    if stretch.is_interval and stretch.last is not None and stretch.last.is_nullable:
        last = func.coalesce(last, high)  # what has no end yet goes on
    return Ends(first, last)


def _moment(operand: Operand, days: bool, *, last: bool) -> ColumnElement[Any]:
    if days or operand.kind is ColumnKind.INSTANT:
        return operand.sql
    if operand.value is None:
        return (_LastOfDay if last else _FirstOfDay)(operand.sql)
    return literal(datetime.combine(operand.value, _LAST if last else time(), UTC), InstantType())


OPERATORS: dict[str, Operator] = dict.fromkeys(RELATIONS, related)
