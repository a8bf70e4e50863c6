"""`onemap raster`."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from api.command.common import Json, Store, service, tell
from api.command.options import taking
from api.context import OneMap
from api.settings import Settings
from layers.raster import Raster, Recipe
from layers.text import Text
from spatial.errors import BadInput, Conflict

app = typer.Typer(add_completion=False, rich_markup_mode=None, help="栅格: add, list, remove, derive rasters.")
HEADINGS = {
    "name": "编号 Id",
    "title": "名称 Title",
    "size": "格网 Grid",
    "crs": "坐标系 CRS",
    "made": "制作 Made",
    "from": "来自 From",
}
NAME = typer.Option(help="the raster's id: a-z, 0-9 and _")
TITLE = typer.Option(help="its title; 中文|English where they differ")
VISIBLE = typer.Option("--visible", help="shown when the map opens")


@dataclass(frozen=True)
class Add:
    """The options of `onemap raster add`."""

    file: Annotated[Path, typer.Argument(help="GeoTIFF, Arc/Info ASCII grid, JPEG 2000 or SRTM .hgt")]
    name: Annotated[str, NAME] = ""
    title: Annotated[str, TITLE] = ""
    ramp: Annotated[str, typer.Option(help="colours: viridis, heat, terrain, blues, grey")] = ""
    crs: Annotated[str, typer.Option(help="EPSG:code of a file that does not say its own")] = ""
    visible: Annotated[bool, VISIBLE] = False
    store: Store = ""


@dataclass(frozen=True)
class Density:
    """The options of `onemap raster density`."""

    layer: Annotated[str, typer.Argument(help="a layer of points")]
    name: Annotated[str, NAME] = ""
    title: Annotated[str, TITLE] = ""
    where: Annotated[str, typer.Option("--filter", help="CQL2, as in \"state <> 'void'\"")] = ""
    datetime: Annotated[str, typer.Option(help="instant, or START/END with .. for an open end")] = ""
    cell: Annotated[float, typer.Option(min=1, max=100_000, help="side of a cell in metres")] = 100.0
    bandwidth: Annotated[float, typer.Option(min=0, help="of the pilot estimate, in metres; 0 finds one")] = 0.0
    minutes: Annotated[float, typer.Option(min=0, help="how old it may be once rows have changed")] = 15.0
    visible: Annotated[bool, VISIBLE] = False
    store: Store = ""


@app.command()
@taking(Add)
def add(said: Add) -> None:
    """新增 Check a file, make a Cloud Optimized GeoTIFF of it and serve it at once."""
    from layers.raster_file import Wish, added

    name = said.name or said.file.name.split(".")[0].lower()
    with service(said.store) as made, _meter() as told:
        _free(made, name)
        wish = Wish(name, _words(said.title or name), ramp=_ramp(said.ramp), code=_code(said.crs), visible=said.visible)
        kept = added(made.rasters, said.file, wish, told)
    typer.echo(f"已新增 Added {kept.name}: {_size(kept)}, {kept.crs.name}")


@app.command("list")
def listed(store: Store = "", as_json: Json = False) -> None:
    """列出 List every raster."""
    with service(store) as made:
        rows = [_row(raster) for raster in made.rasters.all().values()]
    tell(rows, HEADINGS, as_json=as_json)


@app.command()
def remove(name: Annotated[str, typer.Argument(help="the raster's id")], store: Store = "") -> None:
    """删除 Remove a raster and its file."""
    with service(store) as made:
        made.rasters.remove(name)
    typer.echo(f"已删除 Removed {name}")


@app.command()
@taking(Density)
def density(said: Density) -> None:
    """密度 Derive how many points of a layer lie in a square kilometre; it follows the rows from then on."""
    # a surface that everybody may see holds what the settings let anonymous readers ask for, and no more
    with service(said.store, reader=Settings().reader) as made:
        kept = surface(made, said)
    typer.echo(f"已生成 Made {kept.name}: {_size(kept)}, {kept.crs.name}")


def surface(made: OneMap, said: Density) -> Raster:
    """Derive a density surface and keep it; raise NotFound, BadInput, Conflict."""
    from api.raster_fresh import asked
    from layers.raster_density import Derived, derived

    name, layer = said.name or f"density_{said.layer}", made.layer(said.layer)
    _free(made, name)
    recipe = Recipe(
        layer=said.layer,
        filter=said.where or None,
        datetime=said.datetime or None,
        cell=said.cell,
        bandwidth=said.bandwidth or None,
        minutes=said.minutes,
    )
    title = _words(said.title) if said.title else Text(f"{layer.title.zh}密度", f"Density of {layer.title.en.lower()}")
    wish = Derived(layer, asked(made, recipe), recipe, name, title, said.visible)
    return derived(made.store, made.rasters, wish)


def _free(made: OneMap, name: str) -> None:
    """Refuse a name that a layer or a raster has already, before anything is done; raise Conflict."""
    if name in made.layers() or name in made.rasters.all():
        raise Conflict(f"a collection {name} exists already; send another --name")


def _words(title: str) -> Text:
    zh, _, en = (part.strip() for part in title.partition("|"))
    return Text(zh, en or zh)


def _ramp(name: str) -> str:
    from styles.raster import RAMPS

    if name and name not in RAMPS:
        raise BadInput(f"there is no ramp {name[:40]!r}; there are {', '.join(RAMPS)}")
    return name


def _code(crs: str) -> int | None:
    from spatial.crs import crs as known

    return (known(crs).code or 4326) if crs else None


def _size(raster: Raster) -> str:
    rows, columns = raster.shape
    return f"{columns:,} × {rows:,}"


def _row(raster: Raster) -> dict[str, Any]:
    return {
        "name": raster.name,
        "title": str(raster.title),
        "size": _size(raster),
        "crs": raster.crs.name,
        "made": f"{raster.made:%Y-%m-%d %H:%M}Z",
        "from": raster.recipe.layer if raster.recipe else None,
    }


@contextmanager
def _meter() -> Generator[Any]:
    """Show each step of the work as a bar."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, Any] = {}

        def told(step: str, done: int, of: int) -> None:
            task = tasks[step] if step in tasks else tasks.setdefault(step, progress.add_task(step))
            # a step that cannot say how far it is only moves
            progress.update(task, completed=done, total=of if done else None)

        yield told
