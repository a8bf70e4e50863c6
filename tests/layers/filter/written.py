"""A tree as CQL2 text, with no more parentheses than its precedences need (OGC 21-065r2, Annex B)."""

from typing import Any

import shapely
import shapely.geometry

OR, AND, NOT, COMPARISON, SUM, PRODUCT, POWER, ATOM = range(8)
LEVELS = {
    "or": OR,
    "and": AND,
    "not": NOT,
    **dict.fromkeys(("=", "<>", "<", ">", "<=", ">=", "like", "in", "between", "isnull"), COMPARISON),
    **dict.fromkeys("+-", SUM),
    **dict.fromkeys(("*", "/", "%", "div"), PRODUCT),
    "^": POWER,
}


def written(tree: Any, around: int = OR) -> str:
    """The node as text, in parentheses if it binds less than what is around it."""
    if isinstance(tree, dict) and "op" in tree:
        op, args = tree["op"].lower(), tree["args"]
        level = LEVELS.get(op, ATOM)
        text = operation(op, args, level)
        return f"({text})" if level < around else text
    return instance(tree)


def operation(op: str, args: list[Any], level: int) -> str:
    if level == ATOM:
        return f"{op.upper()}({', '.join(map(listed, args))})"
    form = FORMS.get(op, infix)
    return form(op, args, level)


def chain(op: str, args: list[Any], level: int) -> str:
    return f" {op.upper()} ".join(written(a, level + 1) for a in args)


def infix(op: str, args: list[Any], level: int) -> str:
    return f"{first(args, level)} {op.upper()} {written(args[1], level + 1)}"


def first(args: list[Any], level: int) -> str:
    """The left operand: sums and the like go from left to right, comparisons do not follow each other."""
    return written(args[0], level if level > COMPARISON else level + 1)


def listed(node: Any) -> str:
    return f"({', '.join(map(listed, node))})" if isinstance(node, list) else written(node)


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def instance(node: Any) -> str:
    if isinstance(node, dict):
        form = next(iter(node))
        return INSTANCES[form](node)
    if isinstance(node, str):
        return quoted(node)
    return str(node).upper() if isinstance(node, bool) else repr(node)


FORMS = {
    "and": chain,
    "or": chain,
    "not": lambda _, args, __: f"NOT {written(args[0], COMPARISON)}",
    "isnull": lambda _, args, level: f"{first(args, level)} IS NULL",
    "in": lambda _, args, level: f"{first(args, level)} IN {listed(args[1])}",
    "between": lambda _, args, level: (
        f"{first(args, level)} BETWEEN {written(args[1], SUM)} AND {written(args[2], SUM)}"
    ),
}
INSTANCES = {
    "property": lambda node: f'"{node["property"]}"',
    "timestamp": lambda node: f"TIMESTAMP('{node['timestamp']}')",
    "date": lambda node: f"DATE('{node['date']}')",
    "interval": lambda node: f"INTERVAL({', '.join(map(written, node['interval']))})",
    "bbox": lambda node: f"BBOX({', '.join(map(repr, node['bbox']))})",
    "type": lambda node: shapely.to_wkt(shapely.geometry.shape(node), rounding_precision=-1),
}
