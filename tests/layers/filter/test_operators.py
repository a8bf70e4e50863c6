"""Every operator on every kind of value, in both encodings, against plain Python and shapely."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

import shapely
import shapely.geometry

from layers.cql2.tree import ARITY

type Tree = Any

COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
SPATIAL = [name for name in ARITY if name.startswith("s_")]
TEMPORAL = [name for name in ARITY if name.startswith("t_")]
ARRAY = [name for name in ARITY if name.startswith("a_")]


def op(name: str, *args: Tree) -> Tree:
    return {"op": name, "args": list(args)}


def prop(name: str) -> Tree:
    return {"property": name}


NAME, OTHER, PEOPLE, WEIGHT, FIT = map(prop, ("name", "other", "people", "weight", "fit"))
OPENED, CLOSED, BUILT, RAZED = map(prop, ("opened", "closed", "built", "razed"))
TAGS, MARKS, PLACE = map(prop, ("tags", "marks", "place"))
NOON, MIDNIGHT = {"timestamp": "2026-01-02T12:00:00Z"}, {"timestamp": "2026-01-02T00:00:00Z"}
DAY = {"date": "2026-01-02"}


def shape(geometry: Any) -> Tree:
    return shapely.geometry.mapping(geometry)


SHAPES = [
    shape(shapely.Point(106.5, 29.5)),
    shape(shapely.MultiPoint([(106.5, 29.5), (106.25, 29.25)])),
    shape(shapely.LineString([(106, 29), (107, 30)])),
    shape(shapely.LineString([(106, 29), (106, 31)])),
    shape(shapely.MultiLineString([[(106, 29.5), (107, 29.5)], [(106.5, 29), (106.5, 30)]])),
    shape(shapely.box(106.25, 29.25, 106.5, 29.5)),
    shape(shapely.box(106, 29, 106.75, 29.75)),
    shape(shapely.Polygon([(106, 29), (107, 29), (106, 30)])),
    shape(
        shapely.Polygon([(106, 29), (107, 29), (107, 30), (106, 30)], [[(106.2, 29.2), (106.8, 29.2), (106.5, 29.6)]])
    ),
    shape(shapely.MultiPolygon([shapely.box(106, 29, 106.3, 29.3), shapely.box(106.5, 29.5, 107, 30)])),
    shape(shapely.GeometryCollection([shapely.Point(106, 29), shapely.LineString([(106.5, 29), (106.5, 30)])])),
    {"bbox": [106.25, 29.25, 106.75, 29.75]},
    {"bbox": [106.25, 29.25, -5, 106.75, 29.75, 5]},
    {"bbox": [179.0, 28.0, -179.0, 31.0]},
]
SPANS = [
    {"interval": ["2026-01-01T00:00:00Z", "2026-01-02T12:00:00Z"]},
    {"interval": ["2026-01-01", "2026-01-03"]},
    {"interval": ["2026-01-02", ".."]},
    {"interval": ["..", "2026-01-03"]},
    {"interval": ["..", ".."]},
]
MOMENTS = [NOON, MIDNIGHT, DAY, *SPANS]
OWN_SPANS = [
    OPENED,
    BUILT,
    {"interval": [OPENED, CLOSED]},
    {"interval": [BUILT, RAZED]},
    {"interval": [OPENED, ".."]},
    {"interval": ["..", RAZED]},
    {"interval": [BUILT, CLOSED]},
]


def comparisons() -> Iterator[Tree]:
    pairs = [
        (NAME, "cafe"),
        (NAME, "Straße"),
        (NAME, OTHER),
        ("cafe", NAME),
        (NAME, "it's"),
        (NAME, "C:\\t"),
        (NAME, ""),
        (PEOPLE, 3),
        (PEOPLE, 2.5),
        (PEOPLE, -1),
        (PEOPLE, WEIGHT),
        (WEIGHT, 0.5),
        (WEIGHT, 1_000_000_000),
        (3, PEOPLE),
        (1, 1),
        ("a", "b"),
        (FIT, True),
        (False, FIT),
        (FIT, op("=", NAME, OTHER)),
        (OPENED, NOON),
        (OPENED, CLOSED),
        (OPENED, DAY),
        (DAY, OPENED),
        (BUILT, DAY),
        (BUILT, RAZED),
        (BUILT, NOON),
        (BUILT, OPENED),
        (OPENED, "2026-01-02T12:00:00Z"),
        (BUILT, "2026-01-02"),
        (op("*", PEOPLE, 2), op("+", WEIGHT, 1)),
    ]
    yield from (op(c, *pair) for c, pair in product(COMPARISONS, pairs))


def lists() -> Iterator[Tree]:
    yield op("in", NAME, ["cafe", "解放碑", "it's"])
    yield op("in", NAME, ["cafe"])
    yield op("in", PEOPLE, [1, 2.0, WEIGHT])
    yield op("in", "cafe", [NAME, OTHER])
    yield op("in", FIT, [True])
    yield op("in", OPENED, [NOON, MIDNIGHT])
    yield op("in", OPENED, [NOON, DAY])
    yield op("in", BUILT, [DAY, {"date": "2026-01-04"}])
    yield op("in", op("casei", NAME), [op("casei", "STRASSE"), op("casei", "CAFÉ")])
    yield op("between", PEOPLE, 0, 3)
    yield op("between", op("+", PEOPLE, WEIGHT), -2, op("*", 2, 2))
    yield op("between", 1, PEOPLE, WEIGHT)
    yield op("between", NAME, "S", "b")
    yield op("between", OPENED, MIDNIGHT, DAY)
    yield op("between", BUILT, DAY, RAZED)
    yield from (
        op("isNull", prop(n)) for n in ("name", "people", "fit", "opened", "built", "tags", "place", "geometry")
    )
    yield op("isNull", op("+", PEOPLE, WEIGHT))
    yield op("isNull", op("=", NAME, OTHER))
    yield op("isNull", op("/", 1, PEOPLE))
    yield FIT
    yield op("not", FIT)
    yield True


def texts() -> Iterator[Tree]:
    patterns = (
        "%",
        "_____",
        "caf%",
        "%路",
        "解放_",
        "a\\%b\\_c",
        "%\\%%",
        "x[y]*?",
        "%[%",
        "S%e",
        "",
        "C:\\\\t",
        "%'%",
    )
    yield from (op("like", NAME, p) for p in patterns)
    yield from (
        op("like", op(f, NAME), op(f, p)) for f, p in product(("casei", "accenti"), ("CAF_", "strass%", "%É", "ø%"))
    )
    yield from (
        op("=", op(f, NAME), op(f, t)) for f, t in product(("casei", "accenti"), ("STRASSE", "Cafe", "CAFÉ", "øst"))
    )
    yield op("=", op("accenti", op("casei", NAME)), op("accenti", op("casei", "CAFE")))
    yield op("like", op("casei", op("accenti", NAME)), op("casei", op("accenti", "c_FÉ")))
    yield op("=", op("casei", NAME), op("casei", OTHER))
    yield op("like", "cafe", "c%")


def sums() -> Iterator[Tree]:
    for sign in ("+", "-", "*", "/", "%", "div", "^"):
        yield op(">", op(sign, PEOPLE, WEIGHT), 1)
        yield op("<=", op(sign, WEIGHT, 2), PEOPLE)
        yield op("<", op(sign, 7, PEOPLE), 3)
        yield op("=", op(sign, 7, 2), op(sign, 7, 2))
    yield op(">", op("-", op("-", PEOPLE, 1), op("-", WEIGHT, 2)), op("/", op("*", PEOPLE, 2), op("+", 1, 1)))


def shapes() -> Iterator[Tree]:
    yield from (op(s, PLACE, given) for s, given in product(SPATIAL, SHAPES))
    yield from (op(s, given, prop("geom")) for s, given in product(SPATIAL, SHAPES[::3]))
    yield from (op(s, PLACE, PLACE) for s in SPATIAL)
    yield from (op(s, SHAPES[6], SHAPES[7]) for s in SPATIAL)


def times() -> Iterator[Tree]:
    yield from (op(t, own, given) for t, own, given in product(TEMPORAL, OWN_SPANS, MOMENTS))
    yield from (op(t, SPANS[1], own) for t, own in product(TEMPORAL, OWN_SPANS))
    yield from (op(t, {"interval": [OPENED, CLOSED]}, {"interval": [BUILT, RAZED]}) for t in TEMPORAL)
    yield from (op(t, SPANS[0], SPANS[2]) for t in TEMPORAL)


def arrays() -> Iterator[Tree]:
    for name in ARRAY:
        yield from (op(name, TAGS, given) for given in (["红"], ["红", "绿"], ["绿", "红", "绿"], [], ["it's", "none"]))
        yield op(name, ["红", "blue"], TAGS)
        yield op(name, TAGS, MARKS)
        yield op(name, TAGS, ["红", OTHER])
        yield op(name, ["a", True, 1.0, 8], [8, "a", 1, True])
        yield op(name, [DAY, NOON], [NOON])


FAMILIES = {
    "comparisons": comparisons,
    "lists": lists,
    "texts": texts,
    "sums": sums,
    "shapes": shapes,
    "arrays": arrays,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_an_operator_selects_what_python_selects(things: Any, family: str) -> None:
    trees = list(FAMILIES[family]())
    telling = 0
    for tree in trees:
        kept, dropped = things.agree(tree), things.agree(op("not", tree))
        unknown = {r["code"] for r in things.records if things.truth(tree, r) is None}
        assert not kept & dropped
        assert len(kept) + len(dropped) + len(unknown) == len(things.records)
        telling += bool(kept and dropped)
    assert telling > 0.5 * len(trees)


@pytest.mark.parametrize("relation", TEMPORAL)
def test_a_temporal_relation_selects_what_python_selects(things: Any, relation: str) -> None:
    trees = [tree for tree in times() if tree["op"] == relation]
    kept, dropped = ([things.agree(t) for t in side] for side in (trees, [op("not", t) for t in trees]))
    assert any(kept)
    assert not any(k & d for k, d in zip(kept, dropped, strict=True))


def test_an_index_takes_nothing_away(things: Any) -> None:
    few = op("=", PEOPLE, 3)
    for tree in list(shapes())[::4]:
        seen = things.expected(tree)
        assert things.agree(op("and", tree, True)) == seen
        assert things.agree(op("or", few, tree)) == seen | things.expected(few)
        assert things.agree(op("not", op("not", tree))) == seen
