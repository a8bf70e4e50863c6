"""`onemap demo`."""

import os
import socket
import sys
import threading
import time
import webbrowser
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.command.serve import Host, Port, Store, run, settings
from api.context import OneMap
from api.settings import Settings
from etl.city.build import build, built, meter
from etl.city.city import City
from etl.city.live import Life
from layers.store.open import opened, shown
from layers.store.protocol import Store as Rows

app = typer.Typer(add_completion=False, rich_markup_mode=None)
Seed = Annotated[int, typer.Option(help="which city: the same seed is the same city")]
Browser = Annotated[bool, typer.Option(help="open the map in a browser where there is a screen")]
PATIENCE = 60.0
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


@app.command()
def demo(store: Store = "", port: Port = None, host: Host = "", seed: Seed = 2026, browser: Browser = True) -> None:
    """示范城市: build a living city (once), then serve it and keep it alive until interrupted."""
    made = settings(store=store, port=port, host=host)
    rows = opened(made.store)
    city = City(seed, datetime.now(UTC))
    if not built(rows, seed):
        _build(rows, city, shown(made.store))
    stop = threading.Event()
    life = threading.Thread(target=Life(rows, city).run, args=(stop,), name="life", daemon=True)
    life.start()
    if browser and _has_screen():
        threading.Thread(target=_open, args=(made,), daemon=True).start()
    try:
        run(made)
    finally:
        stop.set()
        life.join(timeout=5)
        rows.close()


def _build(rows: Rows, city: City, where: str) -> None:
    start = time.monotonic()
    typer.echo(f"正在建造示范城市 Building the city (seed {city.seed}) → {where}")
    with meter() as progress:
        tally = build(rows, city, progress)
    typer.echo(f"建成 Built: {tally.inserted:,} 个要素 features, {time.monotonic() - start:.0f} s")
    _density(rows)


def _density(rows: Rows) -> None:
    """Derive where cases crowd, where there is a place for rasters and none of that name."""
    from api.command.raster import Density, surface

    service = OneMap(Settings(), rows)
    name = "density_cases"
    if service.rasters.folder is not None and name not in service.rasters.all():
        surface(service, Density("cases", name, "案件密度|Density of cases"))


def _has_screen() -> bool:
    return sys.stdout.isatty() and (sys.platform == "darwin" or any(os.environ.get(name) for name in SCREENS))


def _open(made: Settings) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with socket.socket() as knock:
            knock.settimeout(1)
            if knock.connect_ex(("127.0.0.1", made.port)) == 0:
                webbrowser.open(f"http://127.0.0.1:{made.port}/map")
                return
        time.sleep(0.2)
