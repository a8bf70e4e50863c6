"""The JSON tree of a CQL2 filter (OGC 21-065r2, 8.3): what stands in it, and how much of it."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, NamedTuple, cast

from spatial.errors import BadFilter

MAX_NODES = 2_000
MAX_VERTICES = 20_000
MAX_DEPTH = 16
"""Levels of operators inside operators; SQLite's parser overflows its stack somewhere above 20."""

_DEEPEST_COORDINATES = 4
_AXES = (2, 3, 4)
_ANY = (1, 1 << 30)
_SPATIAL = "intersects equals disjoint touches within overlaps crosses contains"
_TEMPORAL = (
    "after before contains disjoint during equals finishedby finishes "
    "intersects meets metby overlappedby overlaps startedby starts"
)

ARITY: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(("and", "or"), _ANY),
    **dict.fromkeys(("not", "isnull", "casei", "accenti"), (1, 1)),
    **dict.fromkeys(("=", "<>", "<", ">", "<=", ">=", "like", "in"), (2, 2)),
    "between": (3, 3),
    **dict.fromkeys(("+", "-", "*", "/", "%", "div", "^"), (2, 2)),
    **dict.fromkeys((f"s_{name}" for name in _SPATIAL.split()), (2, 2)),
    **dict.fromkeys((f"t_{name}" for name in _TEMPORAL.split()), (2, 2)),
    **dict.fromkeys((f"a_{name}" for name in ("equals", "contains", "containedby", "overlaps")), (2, 2)),
}
"""Every operator and function there is, with the fewest and the most operands that it takes."""

_SHAPES = frozenset(
    ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection")
)


def checked(tree: Any) -> Mapping[str, Any]:
    """Return the tree with operators in lower case and chains of AND or OR made one; raise BadFilter.

    Its nodes, vertices and depth are within bounds, and each node is one of the forms that CQL2 has.
    """
    clean = _Check().node(tree, 0)
    return cast("Mapping[str, Any]", clean) if isinstance(clean, Mapping) else {"op": "and", "args": [clean]}


class _Budget(NamedTuple):
    most: int
    what: str


class _Check:
    """One walk through a tree."""

    def __init__(self) -> None:
        self._left = {_NODES: _NODES.most, _VERTICES: _VERTICES.most}

    def node(self, node: Any, depth: int) -> Any:
        """Return the node, clean; raise BadFilter."""
        self._spend(_NODES)
        if depth > MAX_DEPTH:
            raise BadFilter(f"the filter nests deeper than {MAX_DEPTH} levels; say it flatter")
        match node:
            case list():
                return [self.node(n, depth + 1) for n in cast("list[Any]", node)]
            case dict():
                return self._object(cast("dict[str, Any]", node), depth)
            case _:
                return _scalar(node)

    def _object(self, node: dict[str, Any], depth: int) -> Any:
        form = next((_FORMS[key] for key in node if key in _FORMS), None)
        if form is None:
            raise BadFilter(f"{_short(node)} is none of a filter's forms; an object has one of {', '.join(_FORMS)}")
        return form(self, node, depth)

    def operation(self, node: dict[str, Any], depth: int) -> dict[str, Any]:
        """Return {op, args}."""
        op, args = str(node["op"]).lower(), node.get("args")
        if op not in ARITY:
            raise BadFilter(f"there is no operator or function {_short(node['op'])}; there are {', '.join(ARITY)}")
        if not isinstance(args, list):
            raise BadFilter(f"{op} needs its operands as a list: {{'op': '{op}', 'args': [...]}}")
        args = self._flat(op, cast("list[Any]", args)) if op in ("and", "or") else cast("list[Any]", args)
        few, most = ARITY[op]
        if not few <= len(args) <= most:
            raise BadFilter(f"{op} takes {few if few == most else f'{few} or more'} operands, not {len(args)}")
        return {"op": op, "args": [self.node(a, depth + 1) for a in args]}

    def _flat(self, op: str, args: list[Any]) -> list[Any]:
        """Return the operands of a chain of one connective, in order, however it was bracketed."""
        flat: list[Any] = []
        rest = args[::-1]
        while rest:
            arg = rest.pop()
            if (chain := _chain(op, arg)) is None:
                flat.append(arg)
            else:
                self._spend(_NODES)
                rest.extend(reversed(chain))
        return flat

    def named(self, node: dict[str, Any], depth: int) -> dict[str, str]:
        """Return {property: text}, and likewise date and timestamp."""
        key = next(k for k in ("property", "date", "timestamp") if k in node)
        if not isinstance(node[key], str):
            raise BadFilter(f"{key} needs a text in quotes, not {_short(node[key])}")
        return {key: _text(node[key])}

    def interval(self, node: dict[str, Any], depth: int) -> dict[str, list[Any]]:
        """Return {interval: [start, end]}."""
        return {"interval": [self.node(end, depth + 1) for end in _listed(node, "interval", (2,))]}

    def bbox(self, node: dict[str, Any], depth: int) -> dict[str, list[float]]:
        """Return {bbox: [four or six numbers]}."""
        return {"bbox": [_coordinate(c) for c in _listed(node, "bbox", (4, 6))]}

    def shape(self, node: dict[str, Any], depth: int) -> dict[str, Any]:
        """Return a GeoJSON geometry; its vertices are counted, not yet understood."""
        kind = node["type"]
        if not isinstance(kind, str) or kind not in _SHAPES:
            raise BadFilter(f"{_short(kind)} is no kind of geometry; there are {', '.join(sorted(_SHAPES))}")
        if kind == "GeometryCollection":
            return {"type": kind, "geometries": [self.node(p, depth + 1) for p in _geometries(node)]}
        return {"type": kind, "coordinates": self._coordinates(node.get("coordinates"), 0)}

    def _coordinates(self, value: Any, depth: int) -> list[Any]:
        if not isinstance(value, list) or not value or depth >= _DEEPEST_COORDINATES:
            raise BadFilter(f"{_short(value)} are no coordinates of a geometry")
        parts = cast("list[Any]", value)
        if isinstance(parts[0], list):
            return [self._coordinates(p, depth + 1) for p in parts]
        self._spend(_VERTICES)
        if len(parts) not in _AXES:
            raise BadFilter(f"{_short(parts)} is no position; one has two numbers, or three with a height")
        return [_coordinate(p) for p in parts]

    def _spend(self, budget: _Budget) -> None:
        self._left[budget] -= 1
        if self._left[budget] < 0:
            raise BadFilter(f"the filter has more than {budget.most:,} {budget.what}")


_NODES = _Budget(MAX_NODES, "parts; ask in several requests, or IN (...) instead of many ORs")
_VERTICES = _Budget(MAX_VERTICES, "vertices; simplify its geometries")

_FORMS: dict[str, Callable[[_Check, dict[str, Any], int], Any]] = {
    "op": _Check.operation,
    "property": _Check.named,
    "date": _Check.named,
    "timestamp": _Check.named,
    "interval": _Check.interval,
    "bbox": _Check.bbox,
    "type": _Check.shape,
}


def _scalar(value: Any) -> Any:
    match value:
        case None:
            raise BadFilter("NULL is not a value to compare with; ask IS NULL or IS NOT NULL")
        case str():
            return _text(value)
        case bool() | int() | float():
            return _number(value)
        case _:
            raise BadFilter(f"{_short(value)} is no part of a filter")


def _text(text: str) -> str:
    if "\0" in text:
        raise BadFilter("a text in a filter cannot hold the character NUL")
    return text


def _number(number: float) -> float:
    if not isfinite(number):
        raise BadFilter(f"{number} is not a finite number")
    return number


def _coordinate(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadFilter(f"{_short(value)} is not a number, as a coordinate is")
    return _number(value)


def _listed(node: Mapping[str, Any], key: str, lengths: tuple[int, ...]) -> list[Any]:
    parts = node[key]
    if not isinstance(parts, list) or len(cast("list[Any]", parts)) not in lengths:
        raise BadFilter(f"{key} takes {' or '.join(map(str, lengths))} values, not {_short(parts)}")
    return cast("list[Any]", parts)


def _geometries(node: Mapping[str, Any]) -> list[Any]:
    parts = node.get("geometries")
    if not isinstance(parts, list) or not all(isinstance(p, dict) and "type" in p for p in cast("list[Any]", parts)):
        raise BadFilter("a GeometryCollection needs a list of geometries")
    return cast("list[Any]", parts)


def _chain(op: str, arg: Any) -> list[Any] | None:
    """Return the operands of a node with that operator, None of any other."""
    node = cast("dict[str, Any]", arg) if isinstance(arg, dict) else {}
    args = node.get("args")
    return cast("list[Any]", args) if str(node.get("op")).lower() == op and isinstance(args, list) else None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - a line of a message
