"""Any filter means the same in both encodings, and what plain Python says it means."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

COMPARISONS = st.sampled_from(("=", "<>", "<", ">", "<=", ">="))
PLACE = {"property": "place"}


def prop(*names: str) -> SearchStrategy[Any]:
    return st.sampled_from(names).map(lambda name: {"property": name})


def operation(names: SearchStrategy[str], *args: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.builds(lambda name, found: {"op": name, "args": list(found)}, names, st.tuples(*args))


NUMBER = st.recursive(
    prop("people", "weight") | st.integers(-4, 4) | st.sampled_from((0.5, -2.5, 3.75)),
    lambda inner: operation(st.sampled_from(("+", "-", "*", "/", "%", "div")), inner, inner),
    max_leaves=4,
)
TEXT = prop("name", "other") | st.sampled_from(("cafe", "Café", "解放碑", "it's", "C:\\t", "a%b_c", "", '"; --'))
FOLDED = st.recursive(TEXT, lambda inner: operation(st.sampled_from(("casei", "accenti")), inner), max_leaves=2)
PATTERN = st.text("caf%_解'[*\\\\é", max_size=6).filter(lambda text: len(text) == len(text.rstrip("\\")))
TIME = prop("opened", "closed", "built", "razed") | st.sampled_from(
    ({"timestamp": "2026-01-02T12:00:00Z"}, {"timestamp": "2026-01-03T00:00:00Z"}, {"date": "2026-01-02"})
)
LIST = prop("tags", "marks") | st.lists(st.sampled_from(("红", "绿", "blue")), max_size=3)
CORNERS = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 4), st.integers(0, 4))
SPATIAL = st.sampled_from(("s_intersects", "s_within", "s_disjoint", "s_overlaps", "s_touches"))
TEMPORAL = st.sampled_from(("t_after", "t_before", "t_during", "t_intersects", "t_disjoint", "t_meets", "t_starts"))


@st.composite
def spans(draw: DrawFn) -> Any:
    return {"interval": [draw(prop("opened", "built") | st.just("..")), draw(prop("closed", "razed") | st.just(".."))]}


def box(corners: tuple[int, int, int, int]) -> Any:
    x, y, width, height = (part / 4 for part in corners)
    return {"bbox": [106 + x, 29 + y, 106 + x + width, 29 + y + height]}


LEAF = st.one_of(
    operation(COMPARISONS, NUMBER, NUMBER),
    operation(COMPARISONS, FOLDED, FOLDED),
    operation(COMPARISONS, TIME, TIME),
    operation(st.just("like"), FOLDED, PATTERN),
    operation(st.just("between"), NUMBER, NUMBER, NUMBER),
    operation(st.just("in"), FOLDED, st.lists(FOLDED, min_size=1, max_size=3)),
    operation(st.just("isNull"), NUMBER | TEXT | TIME | LIST.filter(lambda node: isinstance(node, dict))),
    operation(st.sampled_from(("a_equals", "a_contains", "a_containedby", "a_overlaps")), LIST, LIST),
    operation(SPATIAL, st.just(PLACE), CORNERS.map(box)),
    operation(TEMPORAL, TIME | spans(), TIME | spans()),
    prop("fit"),
    st.booleans(),
)
TREE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.builds(
            lambda name, args: {"op": name, "args": args},
            st.sampled_from(("and", "or")),
            st.lists(inner, min_size=2, max_size=4),
        ),
        operation(st.just("not"), inner),
    ),
    max_leaves=10,
)


@settings(max_examples=100)
@given(tree=TREE)
def test_a_filter_means_the_same_everywhere(things: Any, tree: Any) -> None:
    things.agree(tree)


@settings(max_examples=40)
@given(trees=st.lists(LEAF, min_size=3, max_size=3))
def test_not_binds_before_and_and_and_before_or(things: Any, trees: list[Any]) -> None:
    one, two, three = (f"({things.written(tree)})" for tree in trees)
    a, b, c = (things.expected(tree) for tree in trees)
    assert things.selected(f"{one} OR {two} AND {three}") == a | (b & c)
    assert things.selected(f"{one} AND {two} OR {three}") == (a & b) | c
    assert things.selected(f"NOT {one} AND {two}") == things.expected({"op": "not", "args": [trees[0]]}) & b
    assert things.selected(f"({one} OR {two}) AND {three}") == (a | b) & c
