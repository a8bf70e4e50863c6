"""`onemap export`."""

from pathlib import Path
from typing import Annotated

import typer

from api.command.common import Store, service
from api.context import OneMap
from api.parameters import Asked, query
from api.settings import Settings
from layers.feature import Layer
from layers.query import Query
from spatial.errors import BadParameter

app = typer.Typer(add_completion=False, rich_markup_mode=None)
MOST = 1_000_000
DRIVERS = {".geojson": "GeoJSON", ".fgb": "FlatGeobuf", ".gpkg": "GPKG"}
KINDS = (".html", ".parquet", ".csv", *DRIVERS)
Out = Annotated[Path, typer.Argument(help="file to write: .html for a map, .geojson .csv .fgb .gpkg .parquet for rows")]
Names = Annotated[str, typer.Option("--layers", "-l", help="layers, separated by commas")]
Box = Annotated[str, typer.Option(help="west,south,east,north in degrees")]
When = Annotated[str, typer.Option("--datetime", help="instant, or START/END with .. for an open end")]
Where = Annotated[str, typer.Option("--filter", help="CQL2, as in \"level = 'major'\"")]
Limit = Annotated[int, typer.Option(min=1, max=MOST, help="features of one layer at most")]


@app.command()
def export(  # noqa: PLR0913, PLR0917 - a command's options are its arguments
    out: Out,
    names: Names,
    store: Store = "",
    bbox: Box = "",
    datetime: When = "",
    where: Where = "",
    limit: Limit = 5000,
) -> None:
    """导出: write layers as one offline HTML map, or one layer's rows as a file."""
    params = {"bbox": bbox, "datetime": datetime, "filter": where, "limit": str(limit)}
    params = {name: value for name, value in params.items() if value}
    # a file that is handed on holds what the settings let anonymous readers see, and no more
    with service(store, reader=Settings().reader) as made:
        layers = [made.layer(name.strip()) for name in names.split(",") if name.strip()]
        asked = [(layer, query(Asked(layer, params, MOST))) for layer in layers]
        if out.suffix == ".html":
            _map(made, out, asked, params)
        else:
            _rows(made, out, asked)
    typer.echo(f"已写出 Wrote {out} ({out.stat().st_size / 1e6:.1f} MB)")


def _map(made: OneMap, out: Path, asked: list[tuple[Layer, Query]], params: dict[str, str]) -> None:
    from api.sheet import exported, left_out

    out.write_text(exported(made, asked, params), encoding="utf-8")
    for title, why in left_out(asked):
        typer.echo(f"{title}：{why}", err=True)


def _rows(made: OneMap, out: Path, asked: list[tuple[Layer, Query]]) -> None:
    if out.suffix not in KINDS or len(asked) != 1:
        raise BadParameter(f"{out.name}: one layer goes to {', '.join(KINDS[1:])}; several go to .html")
    layer, wanted = asked[0]
    frame = made.store.frame(layer, wanted).reset_index()
    if out.suffix == ".csv":
        frame.to_wkt().to_csv(out, index=False)
    elif out.suffix == ".parquet":
        frame.to_parquet(out)
    else:
        frame.to_file(out, driver=DRIVERS[out.suffix], layer=layer.name)
