"""`onemap layers`."""

from typing import Annotated

import orjson
import typer

from api.command.common import Json, Store, service, tell
from layers.query import Query
from layers.schema import schema

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    help="图层: list, show, add and drop layers.",
    invoke_without_command=True,
)
HEADINGS = {
    "name": "编号 Id",
    "title": "名称 Title",
    "geometry": "几何 Geometry",
    "rows": "要素 Features",
    "declared": "内置 Built in",
}
Name = Annotated[str, typer.Argument(help="the layer's id")]


@app.callback()
def default(context: typer.Context, store: Store = "", as_json: Json = False) -> None:
    """图层: list, show, add and drop layers."""
    if context.invoked_subcommand is None:
        listed(store, as_json)


@app.command("list")
def listed(store: Store = "", as_json: Json = False) -> None:
    """列出 List every layer with the number of its features."""
    with service(store) as made:
        rows = [
            {
                "name": layer.name,
                "title": str(layer.title),
                "geometry": layer.place.place.kind if layer.place and layer.place.place else None,
                "rows": count.rows if (count := made.store.count(layer, Query())) else None,
                "declared": layer.declared,
            }
            for layer in made.layers().values()
        ]
    tell(rows, HEADINGS, as_json=as_json)


@app.command()
def show(name: Name, store: Store = "") -> None:
    """显示 Show a layer's JSON Schema."""
    with service(store) as made:
        typer.echo(orjson.dumps(schema(made.layer(name)), option=orjson.OPT_INDENT_2).decode())


@app.command()
def add(
    source: Annotated[str, typer.Argument(help="a JSON Schema (.schema.json), or a file with features")],
    name: Annotated[str, typer.Option(help="the new layer's id: a-z, 0-9 and _")] = "",
    title: Annotated[str, typer.Option(help="its title")] = "",
    store: Store = "",
) -> None:
    """新增 Add a layer from a JSON Schema or from a file; it is served at once."""
    from api.command.adding import added

    with service(store, must_exist=False) as made:
        typer.echo(added(made.store, source, name, title))


@app.command()
def drop(name: Name, store: Store = "") -> None:
    """删除 Drop a layer that was added; the layers built in stay."""
    with service(store) as made:
        made.store.drop(name)
    typer.echo(f"已删除 Dropped {name}")
