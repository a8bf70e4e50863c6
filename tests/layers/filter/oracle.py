"""CQL2 as plain Python and shapely understand it: a tree and a row in, True, False or None (unknown) out."""

import json
import math
import operator
import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

import shapely
import shapely.geometry

INSTANTS = ("opened", "closed")
COMPARE = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
STROKES = {"ø": "o", "Ø": "O", "ß": "ss"}
EARLY, LATE = -math.inf, math.inf


def both(a: bool | None, b: bool | None) -> bool | None:
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def opposite(a: bool | None) -> bool | None:
    return None if a is None else not a


def either(a: bool | None, b: bool | None) -> bool | None:
    return opposite(both(opposite(a), opposite(b)))


def given(function: Any, *values: Any) -> Any:
    """What the function says of values that are all there; unknown if one is not."""
    return None if any(v is None for v in values) else function(*values)


def truth(tree: Any, row: dict[str, Any]) -> Any:
    """The value of a node in a row."""
    if not isinstance(tree, dict):
        return tree
    form = next(iter(tree))
    return applied(tree["op"].lower(), tree["args"], row) if form == "op" else INSTANCES[form](tree, row)


INSTANCES = {
    "property": lambda tree, row: row["place" if tree["property"] in ("geometry", "geom") else tree["property"]],
    "timestamp": lambda tree, _: moment(tree["timestamp"]),
    "date": lambda tree, _: date.fromisoformat(tree["date"]),
    "bbox": lambda tree, _: boxed(tree["bbox"]),
    "type": lambda tree, _: shaped(json.dumps(tree)),
}


@cache
def shaped(text: str) -> Any:
    return shapely.geometry.shape(json.loads(text))


def applied(op: str, args: list[Any], row: dict[str, Any]) -> Any:
    special = SPECIAL.get(op) or FAMILIES.get(op[:2])
    if special:
        return special(op, args, row)
    values = [truth(a, row) for a in args]
    return compared(op, *values) if op in COMPARE else given(PLAIN[op], *values)


def connected(op: str, args: list[Any], row: dict[str, Any]) -> bool | None:
    found, join = op == "and", both if op == "and" else either
    for arg in args:
        found = join(found, truth(arg, row))
    return found


def between(_: str, args: list[Any], row: dict[str, Any]) -> bool | None:
    value, low, high = (truth(a, row) for a in args)
    return both(compared(">=", value, low), compared("<=", value, high))


def spatial(op: str, args: list[Any], row: dict[str, Any]) -> bool | None:
    return given(lambda a, b: bool(getattr(shapely, op[2:])(a, b)), *(truth(a, row) for a in args))


def listed(op: str, args: list[Any], row: dict[str, Any]) -> bool | None:
    return given(lambda a, b: sets(op, set(a), set(b)), *(members(a, row) for a in args))


SPECIAL = {
    "and": connected,
    "or": connected,
    "between": between,
    "in": lambda _, args, row: connected("or", [{"op": "=", "args": [args[0], a]} for a in args[1]], row),
    "isnull": lambda _, args, row: truth(args[0], row) is None,
}
FAMILIES = {"s_": spatial, "a_": listed, "t_": lambda op, args, row: related(op, row, *args)}


def compared(op: str, a: Any, b: Any) -> bool | None:
    if a is None or b is None:
        return None
    a, b = (moment(v) if isinstance(v, str) and isinstance(o, date) and len(v) > 10 else v for v, o in ((a, b), (b, a)))
    a, b = (date.fromisoformat(v) if isinstance(v, str) and isinstance(o, date) else v for v, o in ((a, b), (b, a)))
    if isinstance(a, datetime) != isinstance(b, datetime):
        a, b = (v.date() if isinstance(v, datetime) else v for v in (a, b))
    return COMPARE[op](a, b)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def like(text: str, pattern: str) -> bool:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return bool(re.fullmatch("".join(wild.get(p) or re.escape(p[-1]) for p in parts), text, re.DOTALL))


def casei(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def accenti(text: str) -> str:
    text = "".join(STROKES.get(c, c) for c in text)
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.category(c).startswith("M"))


def calculated(function: Any) -> Any:
    def result(a: float, b: float) -> float | None:
        try:
            found = function(float(a), float(b))
        except (ArithmeticError, ValueError):
            return None
        return found if isinstance(found, float) and not math.isnan(found) else None

    return result


PLAIN = {
    "not": operator.not_,
    "like": like,
    "casei": casei,
    "accenti": accenti,
    "+": calculated(operator.add),
    "-": calculated(operator.sub),
    "*": calculated(operator.mul),
    "/": calculated(operator.truediv),
    "%": calculated(math.fmod),
    "div": calculated(lambda a, b: float(math.trunc(a / b))),
    "^": calculated(math.pow),
}


def boxed(numbers: list[float]) -> Any:
    west, south, east, north = numbers if len(numbers) == 4 else (numbers[0], numbers[1], numbers[3], numbers[4])
    if west == east or south == north:
        return (
            shapely.LineString([(west, south), (east, north)])
            if (west, south) != (east, north)
            else shapely.Point(west, south)
        )
    if west <= east:
        return shapely.box(west, south, east, north)
    return shapely.MultiPolygon([shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)])


def members(node: Any, row: dict[str, Any]) -> list[Any] | None:
    if not isinstance(node, list):
        return truth(node, row)
    found = [truth(n, row) for n in node]
    return None if None in found else [repr(f) if not isinstance(f, str | int | float) else f for f in found]


def sets(op: str, a: set[Any], b: set[Any]) -> bool:
    return {"a_equals": a == b, "a_contains": a >= b, "a_containedby": a <= b, "a_overlaps": bool(a & b)}[op]


def ends(node: Any, row: dict[str, Any]) -> tuple[Any, Any]:
    if isinstance(node, dict) and "interval" in node:
        first, last = (timed(n, row) for n in node["interval"])
        return first, ".." if last is None else last
    at = timed(node, row)
    return at, at


def timed(node: Any, row: dict[str, Any]) -> Any:
    if isinstance(node, str) and node != "..":
        return moment(node) if len(node) > 10 else date.fromisoformat(node)
    return truth(node, row)


def related(op: str, row: dict[str, Any], *nodes: Any) -> bool | None:
    if any(map(finer, nodes)):
        if op == "t_equals" and not any("interval" in n for n in nodes if isinstance(n, dict)):
            op = "t_intersects"  # an instant and a day
        (a, b), (c, d) = ([fine(e, late) for e, late in zip(ends(n, row), (False, True), strict=True)] for n in nodes)
    else:
        (a, b), (c, d) = ([edge(e, late) for e, late in zip(ends(n, row), (False, True), strict=True)] for n in nodes)
    return ALLEN[op](a, b, c, d)


def finer(node: Any) -> bool:
    """Whether a time is finer than a day."""
    match node:
        case {"interval": both_ends}:
            return any(map(finer, both_ends))
        case str():
            return len(node) > len("2026-01-01")
        case _:
            return "timestamp" in node or node.get("property") in INSTANTS


def edge(end: Any, late: bool) -> float | None:
    if end == "..":
        return LATE if late else EARLY
    return None if end is None else float(end.toordinal())


def fine(end: Any, late: bool) -> float | None:
    if end is None or end == "..":
        return edge(end, late)
    if not isinstance(end, datetime):
        day = datetime.combine(end, time(), UTC)
        end = day + timedelta(days=1) - timedelta(milliseconds=1) if late else day
    return (end - datetime(2000, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1)


def lt(a: Any, b: Any) -> bool | None:
    return given(operator.lt, a, b)


def eq(a: Any, b: Any) -> bool | None:
    return given(operator.eq, a, b)


# [a, b] is the first interval, [c, d] the second
ALLEN = {
    "t_after": lambda a, b, c, d: lt(d, a),
    "t_before": lambda a, b, c, d: lt(b, c),
    "t_contains": lambda a, b, c, d: both(lt(a, c), lt(d, b)),
    "t_disjoint": lambda a, b, c, d: either(lt(b, c), lt(d, a)),
    "t_during": lambda a, b, c, d: both(lt(c, a), lt(b, d)),
    "t_equals": lambda a, b, c, d: both(eq(a, c), eq(b, d)),
    "t_finishedby": lambda a, b, c, d: both(lt(a, c), eq(b, d)),
    "t_finishes": lambda a, b, c, d: both(lt(c, a), eq(b, d)),
    "t_intersects": lambda a, b, c, d: opposite(either(lt(b, c), lt(d, a))),
    "t_meets": lambda a, b, c, d: eq(b, c),
    "t_metby": lambda a, b, c, d: eq(a, d),
    "t_overlappedby": lambda a, b, c, d: both(both(lt(c, a), lt(a, d)), lt(d, b)),
    "t_overlaps": lambda a, b, c, d: both(both(lt(a, c), lt(c, b)), lt(b, d)),
    "t_startedby": lambda a, b, c, d: both(eq(a, c), lt(d, b)),
    "t_starts": lambda a, b, c, d: both(eq(a, c), lt(b, d)),
}
