"""What several commands share: the store, tables for people, JSON for scripts."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from api.context import OneMap
from api.settings import Settings
from layers.access import Reader
from layers.store.open import exists, opened, shown
from layers.store.protocol import Store as Rows
from spatial.errors import NotFound

Store = Annotated[
    str,
    typer.Option(
        "--store",
        help="GeoPackage file, postgresql://… address, or pg-local: a private PostgreSQL (ONEMAP_STORE)",
        metavar="PATH|URL|pg-local",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="machine-readable output")]


def settings(**options: object) -> Settings:
    """Return the settings of the environment, options winning over them."""
    given = {name: value for name, value in options.items() if value}
    return Settings().model_copy(update=given)


@contextmanager
def service(store: str, *, must_exist: bool = True, reader: Reader = Reader.ADMIN) -> Generator[OneMap]:
    """Lend the service of a store as `reader` sees it; raise NotFound where there is none."""
    made = settings(store=store, reader=reader)
    with lent(made.store, must_exist=must_exist) as rows:
        yield OneMap(made, rows)


@contextmanager
def lent(name: str, *, must_exist: bool = True) -> Generator[Rows]:
    """Lend a store and close it; raise NotFound where there is none."""
    if must_exist and not exists(name):
        raise NotFound(f"there is no store {shown(name)}; onemap demo builds one, onemap import makes it")
    with closing(opened(name)) as rows:
        yield rows


def tell(rows: Sequence[dict[str, Any]], headings: dict[str, str], *, as_json: bool) -> None:
    """Print rows as a table under headings (key → 中文 English), or as JSON."""
    if as_json:
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2, default=str).decode())
        return
    table = Table(*headings.values(), box=None, header_style="bold")
    for row in rows:
        table.add_row(*_cells(row, headings))
    Console().print(table)


def _cells(row: dict[str, Any], headings: Iterable[str]) -> list[str]:
    return ["" if row.get(key) is None else str(row[key]) for key in headings]
