"""`onemap quarantine`."""

from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, cast

import orjson
import typer

from api.command.common import Json, Store, lent, settings, tell
from api.command.options import taking
from etl import quarantine
from etl.source.model import PLACE
from etl.terms import read_terms
from layers.store.protocol import Held
from layers.store.protocol import Store as Rows
from spatial.errors import BadInput

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
HEADINGS = {
    "id": "编号 Id",
    "layer": "图层 Layer",
    "position": "记录 Record",
    "state": "状态 State",
    "reason": "原因 Reason",
    "record": "内容 Content",
}
REFUSED = 3
_SHORT = 160

Ids = Annotated[list[int] | None, typer.Argument(help="编号 ids of held records")]
Everything = Annotated[bool, typer.Option("--all", help="all open records, of --layer or --job where given")]
OfLayer = Annotated[str, typer.Option("--layer", "-l", help="图层 of this layer")]
OfJob = Annotated[str, typer.Option("--job", help="作业 of this import")]


@app.callback()
def about() -> None:
    """隔离区: what imports refused, to be looked through, mended, read again or dropped."""


@app.command("list")
def listed(
    layer: OfLayer = "",
    job: OfJob = "",
    state: Annotated[
        str, typer.Option(help="held, mended, replayed, dropped or superseded; default: what is open")
    ] = "",
    limit: Annotated[int, typer.Option(min=1)] = 100,
    store: Store = "",
    as_json: Json = False,
) -> None:
    """列出 List held records with their reasons."""
    with _opened(store) as held_by:
        states = (state,) if state else quarantine.OPEN
        found = islice(quarantine.held(held_by, layer or None, job or None, states), limit)
        tell([_row(one, whole=as_json) for one in found], HEADINGS, as_json=as_json)


@app.command()
def mend(
    id: Annotated[int, typer.Argument(help="编号 id of the record")],
    changes: Annotated[list[str], typer.Argument(help="FIELD=VALUE, or a JSON object; an empty VALUE takes it away")],
    store: Store = "",
    as_json: Json = False,
) -> None:
    """修改 Change values of a held record; replay reads it again."""
    with _opened(store) as held_by:
        one = quarantine.mend(held_by, id, _changes(changes))
    tell([_row(one, whole=as_json)], HEADINGS, as_json=as_json)


@dataclass(frozen=True, slots=True)
class Again:
    """What is read again, and how."""

    ids: Ids = None
    all_open: Everything = False
    layer: OfLayer = ""
    job: OfJob = ""
    mapping: Annotated[Path | None, typer.Option("--map", help="terms that complete those of the import")] = None
    store: Store = ""
    as_json: Json = False


@app.command(help="重放 Read held records again; those that fit now become rows.")
@taking(Again)
def replay(again: Again) -> None:
    """Read held records again."""
    with _opened(again.store) as held_by:
        records = _chosen(held_by, again.ids, again.all_open, again.layer, again.job)
        done = quarantine.replay(held_by, records, read_terms(again.mapping) if again.mapping else None)
    if again.as_json:
        said = {"tally": asdict(done.tally), "refused": [_row(one, whole=True) for one in done.refused]}
        typer.echo(orjson.dumps(said, option=orjson.OPT_INDENT_2, default=str))
    else:
        typer.echo(f"重放 Replayed {len(records):,}: 仍被拒绝 still refused {done.tally.refused:,}")
        tell([_row(one) for one in done.refused[:20]], HEADINGS, as_json=False)
    raise typer.Exit(REFUSED if done.refused else 0)


@app.command()
def drop(
    ids: Ids = None, all_open: Everything = False, layer: OfLayer = "", job: OfJob = "", store: Store = ""
) -> None:
    """放弃 Decide that held records are not wanted."""
    with _opened(store) as held_by:
        count = quarantine.drop(held_by, _chosen(held_by, ids, all_open, layer, job))
    typer.echo(f"已放弃 Dropped {count:,}")


def _opened(store: str) -> AbstractContextManager[Rows]:
    return lent(settings(store=store).store)


def _chosen(store: Rows, ids: list[int] | None, all_open: bool, layer: str, job: str) -> list[Held]:
    if bool(ids) == all_open:
        raise BadInput("say which records by their ids, or --all (of --layer, of --job)")
    if ids:
        return quarantine.chosen(store, ids)
    return list(quarantine.held(store, layer or None, job or None))


def _changes(said: list[str]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for text in said:
        changes |= _object(text) if text.lstrip().startswith("{") else _pair(text)
    return changes


def _pair(text: str) -> dict[str, Any]:
    name, mark, value = text.partition("=")
    if not mark:
        raise BadInput(f"{text[:60]!r} is no change: write FIELD=VALUE or a JSON object")
    return {name: value or None}


def _object(text: str) -> dict[str, Any]:
    try:
        return cast("dict[str, Any]", orjson.loads(text))
    except orjson.JSONDecodeError as bad:
        raise BadInput(f"{text[:60]!r} is not JSON: {bad}") from bad


def _row(one: Held, *, whole: bool = False) -> dict[str, Any]:
    content = dict(one.record) if whole else _short(one)
    said = {"id": one.id, "job": one.job, "layer": one.layer, "position": one.position, "state": one.state}
    return {**said, "reason": one.reason, "record": content}


def _short(one: Held) -> str:
    text = "; ".join(
        f"{name}={value}" for name, value in one.record.items() if value not in (None, "") and name != PLACE
    )
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"
