"""The figures as tables: on the terminal, and as Markdown for the README of the benchmarks."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid

from benchmarks.race.peers import PEERS
from benchmarks.race.race import Result

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- race: begin -->", "<!-- race: end -->"
OURS = "OneMap"
HEADINGS = (
    *("work", "server", "req/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms server", "CPU ms database"),
    *("bytes", "features", "properties", "gzip", "errors", "foreign", "OneMap is"),
)


type Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""A title, headings, rows."""


def lines(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    """Yield the table's rows, those of a work together, the fastest first."""
    for work, group in groupby(results, lambda r: r.work):
        ranked = sorted(group, key=lambda r: -r.middle(lambda run: run.rate))
        ours = next((r for r in ranked if r.name.startswith(OURS)), None)
        for result in ranked:
            yield (work.title, result.name, *_speed(result), *_held(result), *_doubts(result), _ratio(ours, result))


def _speed(result: Result) -> tuple[str, ...]:
    figures = (
        *(result.middle(lambda run: run.rate), result.middle(lambda run: run.p50)),
        *(result.middle(lambda run: run.p95), result.middle(lambda run: run.p99)),
        *(result.middle(lambda run: run.server_ms), result.middle(lambda run: run.database_ms)),
    )
    return tuple(short(figure) for figure in figures)


def _held(result: Result) -> tuple[str, ...]:
    if result.answer is None:
        return ("", "", "", "")
    held = result.answer
    return (f"{held.bytes:,.0f}", short(held.features), str(held.properties), held.coding)


def _doubts(result: Result) -> tuple[str, str]:
    return str(sum(run.errors for run in result.runs)), f"{result.middle(lambda run: run.spent.foreign):.0%}"


def _ratio(ours: Result | None, other: Result) -> str:
    return "" if ours is None or ours is other else f"{ours.ratio(other):.2f} ×"


def short(figure: float) -> str:
    """Return a figure with three digits that count."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"


def shown(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on the terminal."""
    table = Grid(title=title, title_justify="left")
    for n, heading in enumerate(headings):
        table.add_column(heading, justify="left" if n < 2 else "right")
    last = ""
    for row in rows:
        if last and row[0] != last:
            table.add_section()
        table.add_row("" if row[0] == last else row[0], *row[1:])
        last = row[0]
    Console(width=190 if not Console().is_terminal else None).print(table)


def markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    return "\n".join("| " + " | ".join(row) + " |" for row in (headings, ["---"] * len(headings), *rows)) + "\n"


def whole(results: Sequence[Result], extras: Sequence[Table]) -> str:
    """Return what the README says of a race: who took part, the works, and the further tables."""
    peers = [(peer.name, peer.version, peer.cache) for peer in PEERS]
    tables = [
        ("Servers", ("server", "version", "tile cache"), peers),
        *([("Works", HEADINGS, list(lines(results)))] if results else []),
        *extras,
    ]
    return "\n".join(f"### {title}\n\n{markdown(headings, rows)}" for title, headings, rows in tables)


def written(text: str, readme: Path = README) -> None:
    """Put the text between the marks in the README, which is made if there is none."""
    old = readme.read_text(encoding="utf-8") if readme.is_file() else f"# Benchmarks\n\n{BEGIN}\n{END}\n"
    if BEGIN not in old:
        old = f"{old.rstrip()}\n\n{BEGIN}\n{END}\n"
    before, _, rest = old.partition(BEGIN)
    readme.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
