"""`onemap serve`."""

import os
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api.command.common import Store
from api.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="port to listen on (ONEMAP_PORT)")]
Host = Annotated[str, typer.Option(help="address to listen on; 0.0.0.0 for all (ONEMAP_HOST)")]
Workers = Annotated[int | None, typer.Option(min=1, max=64, help="server processes (ONEMAP_WORKERS)")]


@app.command()
def serve(store: Store = "", port: Port = None, host: Host = "", workers: Workers = None) -> None:
    """启动服务: serve the layers of a store over HTTP until interrupted."""
    run(settings(store=store, port=port, host=host, workers=workers))


def settings(**options: object) -> Settings:
    """Return the settings, options winning over the environment; workers started later see the same ones."""
    for name, value in options.items():
        if value:
            os.environ[f"ONEMAP_{name.upper()}"] = str(value)
    return Settings()


def run(made: Settings) -> None:
    """Serve until interrupted."""
    where = made.base_url or f"http://{'127.0.0.1' if made.host == '0.0.0.0' else made.host}:{made.port}"  # noqa: S104
    typer.secho(f"一张图 OneMap  {where}/map   (接口 API {where}/)   Ctrl-C 停止 stops", fg="green")
    uvicorn.run(
        "api.command.serving:app",
        factory=True,
        host=made.host,
        port=made.port,
        workers=made.workers if made.workers > 1 else None,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )


def exists(path: Path) -> bool:
    """Tell whether there is a store."""
    return path.is_file() and path.stat().st_size > 0
