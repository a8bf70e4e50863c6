"""What a person sees of an import: a bar while it runs, a page of figures when it is over."""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from etl.report import STATES, Report

COUNTS = {
    "inserted": "新增 inserted",
    "updated": "更新 updated",
    "unchanged": "未变 unchanged",
    "deleted": "删除 deleted",
    "repeated": "重复 repeated",
    "refused": "拒绝 refused",
}
_MOST = 12
"""Lines of each kind that are shown."""

type Seen = Callable[[Report, float | None], bool]


@contextmanager
def watching(visible: bool, total: int | None) -> Generator[Seen]:
    """Lend what shows the progress of an import on the terminal, or nothing where there is none to look at."""
    columns = (TextColumn("导入 Importing"), BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), disable=not visible) as progress:
        task = progress.add_task("", total=None)

        def seen(report: Report, part: float | None) -> bool:
            known = part if part is not None or not total else report.position / total
            text = f"{report.position:,} 条 records · {report.rate:,.0f}/s · 拒绝 refused {report.tally.refused:,}"
            progress.update(task, completed=known or 0, total=1 if known is not None else None, description=text)
            return True

        yield seen


def shown(report: Report) -> str:
    """Return a report as people read it."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"{report.source} → {report.layer}: {STATES.get(report.state, report.state)}"
    yield f"  记录 records {report.position:,}, {report.seconds:,.1f} s, {report.rate:,.0f}/s; 作业 job {report.job}"
    counts = [f"{title} {n:,}" for name, title in COUNTS.items() if (n := getattr(report.tally, name))]
    yield f"  {' · '.join(counts) or '没有记录 no records'}"
    yield from _listed("说明 notes", [*report.notes])
    yield from _listed("未取用的列 ignored columns", [", ".join(report.ignored)] if report.ignored else [])
    yield from _listed("代码换算 codes translated", [f"{n:,} × {text}" for text, n in report.crosswalked.most_common()])
    repairs = [f"record {r.position}: {r.why}, area × {r.share:.6f}" for r in report.repaired]
    yield from _listed(f"修复 repaired {report.repairs:,}", repairs)
    yield from _listed("拒绝原因 reasons", [f"{n:,} × {text}" for text, n in report.reasons.most_common()])
    yield from _listed("例 such as", [f"record {r.position}: {r.reason}" for r in report.refused])
    yield from _listed("变更 changes", [f"{c['key']} {_change(c)}" for c in report.changes])
    if report.tally.refused and report.state != "dry":
        yield f"  被拒绝的记录 What was refused: onemap quarantine list --job {report.job}"


def _listed(heading: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"  {heading}:"
        yield from (f"    {line}" for line in lines[:_MOST])
    if len(lines) > _MOST:
        yield f"    … {len(lines) - _MOST:,} more"


def _change(change: Mapping[str, Any]) -> str:
    if change["new"]:
        return "新增 new"
    return "; ".join(f"{name}: {before!r} → {after!r}" for name, (before, after) in change["fields"].items())
