"""No text whatever stops the process, or keeps it busy for long."""

import subprocess
import sys
from contextlib import suppress

from hypothesis import example, given, settings
from hypothesis import strategies as st

from layers.cql2 import parse
from spatial.errors import BadFilter

HOSTILE = (
    "'(' * 2000 + 'a' + ')' * 2000",
    "'(' * 2000",
    "'(' * 40 + 'a = '",
    "'(' * 40 + 'a = ' + ')' * 40",
    "'a IN ' + '(' * 40 + '1' + ', 2)' * 40",
    "'(' * 120 + 'a = 1' + ')' * 120",
    "'(((a = ' * 40 + ')))' * 40",
    "'a BETWEEN (' * 60 + '1' + ' AND 2' * 60",
    "'f(' * 5000 + 'a' + ')' * 5000",
    "'casei(' * 12 + '(' * 100 + 'a = ' + ')' * 112",
    "'casei(' * 5000 + 'a' + ')' * 5000",
    "'NOT ' * 5000 + 'a'",
    "'-' * 5000 + 'a = 1'",
    "'a > ' * 5000 + 'a'",
    "'a' + ' + a' * 5000",
    "'a' + ' LIKE a' * 5000",
    "'a' + ' IN a' * 5000",
    "'a' + ' AND a' * 5000",
    "'a' + ' OR a AND a' * 5000",
    "'a BETWEEN 1 AND 2 > ' * 2000 + 'a'",
    "'a IN (1' + ', 1' * 20000 + ')'",
    "'S_INTERSECTS(a, POINT' + '(' * 5000",
    "'S_INTERSECTS(a, POINT' + '(' * 40 + '1 2' + ')' * 40 + ')'",
    "'GEOMETRYCOLLECTION(' * 500 + 'POINT(1 2)' + ')' * 500",
    "'S_INTERSECTS(a, MULTIPOINT(' + '1 2,' * 10000 + '1 2))'",
    "'[' * 100000",
    '\'{"op": "not", "args": [\' * 5000',
    "'{\"op\": \"not\", \"args\": [' * 400 + 'true' + ']}' * 400",
    "'{\"op\": \"in\", \"args\": [' + '[' * 900 + ']' * 900 + ']}'",
    "'{\"op\": \"or\", \"args\": [' * 900 + 'true' + ']}' * 900",
    "'\"' * 65000",
    '"\'" * 65001',
    '"\'" + chr(92) * 64999',
    "'1' * 65000",
    "'a = ' + '1' * 60000",
    "'\\ud800'",
    "'\\x1f0'",
    "'\"\\x1f0\" = 1'",
)
SCRIPT = """
import sys, threading, time
from layers.cql2 import parse
from spatial.errors import BadFilter
def tried():
    for text in sys.stdin.read().splitlines():
        start = time.perf_counter()
        try:
            parse(eval(text))
        except BadFilter:
            pass
        print(time.perf_counter() - start)
threading.stack_size(1 << 20)
thread = threading.Thread(target=tried)
thread.start()
thread.join()
"""


def test_no_text_kills_the_process_even_on_a_small_stack() -> None:
    command = [sys.executable, "-c", SCRIPT]
    run = subprocess.run(command, input="\n".join(HOSTILE), capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr[-500:]
    seconds = [float(line) for line in run.stdout.split()]
    assert len(seconds) == len(HOSTILE)
    assert max(seconds) < 5


PIECES = st.sampled_from(
    (
        *("a", '"b"', "'x'", "'", '"', "1", "-2.5", ".5", "1e9", "TRUE", "null", "(", ")", "((", "))", ",", "()", " "),
        *("=", "<>", "<", "+", "-", "*", "/", "%", "^", "AND", "OR", "NOT", "IN", "LIKE", "BETWEEN", "IS NULL", "div"),
        *("CASEI(", "S_INTERSECTS(", "T_AFTER(", "A_EQUALS(", "DATE('2026-01-01')", "INTERVAL(", "BBOX(1,2,3,4)"),
        *("POINT(1 2)", "POINT(", "POLYGON((0 0,1 0,1 1,0 0))", "POINT EMPTY", "\\", "%", "é", "解", "\x1f", ";", "--"),
    )
)


@settings(max_examples=300)
@given(text=st.lists(PIECES, max_size=25).map(" ".join) | st.text(max_size=60))
@example(text="POINT EMPTY")
@example(text="DATE()")
@example(text="BBOX()")
@example(text="in()")
@example(text="interval()")
def test_any_text_is_a_filter_or_a_bad_one(text: str) -> None:
    with suppress(BadFilter):
        assert isinstance(parse(text).tree, dict)
