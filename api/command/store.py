"""`onemap store`."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from api.command import schema
from api.command.common import lent, tell
from layers.feature import Layer
from layers.store.copy import Copied, Watch, add_layers, copy_layer
from layers.store.copy_ledger import copy_jobs, copy_quarantine
from layers.store.open import LOCAL, shown
from layers.store.protocol import Store
from spatial.errors import BadInput

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
DIFFERENT = 1
HEADINGS = {
    "layer": "图层 Layer",
    "rows": "要素 Features",
    "inserted": "新增 New",
    "updated": "更新 Updated",
    "unchanged": "已有 Same",
    "verdict": "核对 Checked",
}
DOING = {"copy": "复制 copying", "check": "核对 checking"}
KINDS = f"a GeoPackage file, postgresql://user@host/database, or {LOCAL}"

Source = Annotated[str, typer.Argument(help=f"源 where the city is: {KINDS}", metavar="FROM")]
Target = Annotated[str, typer.Argument(help=f"目标 where it is to be: {KINDS}", metavar="TO")]
Json = Annotated[bool, typer.Option("--json", help="machine-readable output")]


@app.callback()
def about() -> None:
    """存储: move a city from one store to another; keep a database's tables and roles."""


for one in (schema.upgrade, schema.revision, schema.roles):
    app.command()(one)


@app.command()
def copy(source: Source, target: Target, as_json: Json = False) -> None:
    """复制 Copy a whole city: layers, rows, imports and quarantine, then compare both row by row.

    An interrupted copy goes on when it is run again; what is there already is left alone, and nothing is deleted.

    \b
    Exit codes: 0 both hold the same · 1 they differ, and how is said · 2 wrong usage, or a store that does not answer
    """  # noqa: D301 - \b is typer's mark of a paragraph that keeps its lines
    if source == target:
        raise BadInput(f"{shown(source)} is both; name the store to copy from, then another one to copy to")
    with lent(source) as ours, lent(target, must_exist=False) as theirs:
        add_layers(ours, theirs)
        with _watching(not as_json and sys.stderr.isatty()) as watch:
            done = [copy_layer(ours, theirs, name, watch) for name in ours.layers()]
        left = _ledger(ours, theirs)
    _tell(done, left, as_json=as_json)
    same = all(one.same for one in done) and not any(left["different"].values())
    raise typer.Exit(0 if same else DIFFERENT)


def _ledger(source: Store, target: Store) -> dict[str, Any]:
    jobs = copy_jobs(source, target)
    held, wrong = copy_quarantine(source, target)
    return {"jobs": len(source.jobs()), "quarantine": held, "different": {"jobs": jobs, "quarantine": wrong}}


@contextmanager
def _watching(visible: bool) -> Generator[Watch]:
    """Lend what shows the rows as they come, or nothing where nobody looks."""
    with Progress(*Progress.get_default_columns()[:1], "{task.completed:,.0f}", disable=not visible) as progress:
        tasks: dict[tuple[str, str], TaskID] = {}

        def watch(layer: Layer, doing: str, rows: int) -> None:
            at = (layer.name, doing)
            if at not in tasks:
                tasks[at] = progress.add_task(f"{DOING[doing]} {layer.title}", total=None)
            progress.update(tasks[at], completed=rows)

        yield watch


def _tell(done: list[Copied], left: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps({"layers": [_said(one) for one in done], **left}, option=orjson.OPT_INDENT_2))
        return
    tell([{**_said(one), "verdict": _verdict(one)} for one in done], HEADINGS, as_json=False)
    typer.echo(f"导入记录 imports {left['jobs']:,} · 隔离区 quarantine {left['quarantine']:,}")
    for name, count in left["different"].items():
        if count:
            Console(stderr=True).print(f"✗ {name}: 不同 different {count:,}", style="red")


def _said(one: Copied) -> dict[str, Any]:
    counts = {name: getattr(one.tally, name) for name in ("inserted", "updated", "unchanged")}
    unlike = {name: list(getattr(one.differences, name)) for name in ("missing", "changed", "extra")}
    rows = {"rows": one.read.rows, "there": one.found.rows, "digest": str(one.read), "same": one.same}
    return {"layer": one.layer.name, "title": str(one.layer.title), **rows, **counts, **unlike}


def _verdict(one: Copied) -> str:
    if one.same:
        return "✓ 相同 same"
    named = (("missing", "缺少"), ("changed", "不同"), ("extra", "多余"))
    unlike = [f"{zh} {en}: {', '.join(keys)}" for en, zh in named if (keys := getattr(one.differences, en))]
    return f"✗ {one.found.rows:,} 行 rows; {'; '.join(unlike)}"
