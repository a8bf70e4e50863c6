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
        return f"{op.upper()}({', '.join(map(instance_or_list, args))})"
    if op in ("and", "or"):
        return f" {op.upper()} ".join(written(a, level + 1) for a in args)
    if op == "not":
        return f"NOT {written(args[0], COMPARISON)}"
    first = written(args[0], level if level > COMPARISON else level + 1)
    if op == "isnull":
        return f"{first} IS NULL"
    if op == "in":
        return f"{first} IN {instance_or_list(args[1])}"
    if op == "between":
        return f"{first} BETWEEN {written(args[1], SUM)} AND {written(args[2], SUM)}"
    return f"{first} {op.upper()} {written(args[1], level + 1)}"


def instance_or_list(node: Any) -> str:
    return f"({', '.join(map(instance_or_list, node))})" if isinstance(node, list) else written(node)


def instance(node: Any) -> str:
    match node:
        case {"property": name}:
            return f'"{name}"'
        case {"timestamp": text} | {"date": text}:
            return f"{next(iter(node)).upper()}('{text}')"
        case {"interval": ends}:
            return f"INTERVAL({', '.join(map(written, ends))})"
        case {"bbox": numbers}:
            return f"BBOX({', '.join(map(repr, numbers))})"
        case {"type": _}:
            return shapely.to_wkt(shapely.geometry.shape(node), rounding_precision=-1)
        case bool():
            return str(node).upper()
        case str():
            return "'" + node.replace("\\", "\\\\").replace("'", "''") + "'"
        case _:
            return repr(node)
