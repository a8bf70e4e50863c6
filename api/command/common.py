"""What several commands share: the store, tables for people, JSON for scripts."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from api.context import OneMap
from api.settings import Settings
from layers.access import Reader
from layers.store.geopackage import GeoPackageStore
from spatial.errors import NotFound

Store = Annotated[str, typer.Option("--store", help="GeoPackage file of the store (ONEMAP_STORE)", metavar="PATH|URL")]
Json = Annotated[bool, typer.Option("--json", help="machine-readable output")]


def settings(**options: object) -> Settings:
    """Return the settings of the environment, options winning over them."""
    given = {name: value for name, value in options.items() if value}
    return Settings().model_copy(update=given)


@contextmanager
def service(store: str, *, must_exist: bool = True, reader: Reader = Reader.ADMIN) -> Generator[OneMap]:
    """Lend the service of a store as `reader` sees it; raise NotFound where there is no file."""
    made = settings(store=store, reader=reader)
    if must_exist and not made.store_path.is_file():
        raise NotFound(f"there is no store {made.store_path}; onemap demo builds one, onemap import makes it")
    opened = GeoPackageStore(made.store_path)
    try:
        yield OneMap(made, opened)
    finally:
        opened.close()


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
