"""`onemap` and its commands; each lives in a module of its own, loaded when it is asked for."""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from spatial.errors import OneMapError

COMMANDS = {
    "serve": ("api.command.serve", "启动服务 Serve the layers of a store over HTTP"),
    "demo": ("api.command.demo", "示范城市 Build a living city and serve it"),
    "import": ("api.command.imports", "导入数据 Read a file or a service into a layer"),
    "quarantine": ("api.command.quarantine", "隔离区 List, mend, replay or drop what imports refused"),
    "export": ("api.command.export", "导出地图 Write one offline HTML map"),
    "layers": ("api.command.layers", "图层 List, show, add and drop layers"),
    "store": ("api.command.store", "存储 Copy a city from one store to another; upgrade a database, make its roles"),
    "raster": ("api.command.raster", "栅格 Add, list and remove rasters; derive the density of points"),
    "codes": ("api.command.codes", "代码表 List code schemes and their codes"),
}
"""Name → module that holds `command`, and what it is for."""

ABOUT = """一张图 OneMap: everything a city cares about is a feature of a layer, and all layers lie on one map.

\b
  onemap demo                                   a living city, on http://127.0.0.1:8000/map
  onemap import districts.geojson -l districts  rows, or refusals with their reasons
  onemap export map.html --layers cases         one file that works offline

Settings come from ONEMAP_… in the environment; options win over them.

\b
Exit codes: 0 done · 1 failed · 2 wrong usage or input · 3 some records were refused · 130 interrupted
"""
FAILED, WRONG, INTERRUPTED = 1, 2, 130


class Lazy(TyperGroup):
    """A group that imports a command only when it runs: `onemap --help` needs none of the geo libraries."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, importing its module."""
        if cmd_name not in COMMANDS:
            return None
        made = typer.main.get_command(import_module(COMMANDS[cmd_name][0]).app)
        made.name = cmd_name
        return made

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands from the table, importing none."""
        with formatter.section("命令 Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


app = typer.Typer(cls=Lazy, help=ABOUT, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def root() -> None:
    """Hold the commands."""


root.__doc__ = ABOUT


def main() -> None:
    """Run `onemap`; an expected error is one line and an exit code, not a traceback."""
    try:
        app()
    except OneMapError as bad:
        typer.secho(f"onemap: {bad}", err=True, fg="red")
        sys.exit(WRONG)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
