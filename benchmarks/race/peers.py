"""The servers of the race: how each is started, on what settings, and the paths at which it answers.

All of them: one worker process (of threads as it likes) and 8 connections to the database over its Unix socket, as
many as the load has to the server; no access log; the same eight properties of the same tables.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.race import install
from benchmarks.race.data import COLUMNS
from benchmarks.race.database import Database
from benchmarks.race.settings import martin_yaml, pygeoapi_yaml

ROOT = Path(__file__).parents[2]
POOL = 8
ALL = ",".join(COLUMNS)
TILE = "WebMercatorQuad/{z}/{x}/{y}"


@dataclass(frozen=True, slots=True)
class Start:
    """A program's words and its environment; None of the words: it is not installed."""

    words: tuple[str, ...] | None
    env: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Peer:
    """One server in one state.

    paths: by kind of question, with the fields of what is asked. ready: answered with 200 once it runs.
    """

    name: str
    version: str
    port: int
    cache: str
    start: Callable[[Database, int], Start]
    paths: Mapping[str, str]
    ready: str = "/"

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


def _onemap(cache: int) -> Callable[[Database, int], Start]:
    def start(database: Database, port: int) -> Start:
        words = (sys.executable, "-c", "from api.command import main; main()", "serve", "--store", database.url)
        return Start((*words, "--port", str(port)), {"ONEMAP_TILE_CACHE": str(cache), "PYTHONPATH": str(ROOT)})

    return start


def _featureserv(database: Database, port: int) -> Start:
    found = install.program("pg_featureserv")
    env = {
        **{"DATABASE_URL": database.url, "PGFS_SERVER_HTTPHOST": "127.0.0.1", "PGFS_SERVER_HTTPPORT": str(port)},
        **{"PGFS_DATABASE_DBPOOLMAXCONNS": str(POOL), "PGFS_PAGING_LIMITMAX": "10000"},
        "PGFS_DATABASE_TABLEINCLUDES": "onemap.race_points,onemap.race_cells",
    }
    return Start(found and (str(found),), env)


def _tileserv(database: Database, port: int) -> Start:
    found = install.program("pg_tileserv")
    env = {"DATABASE_URL": database.url, "TS_HTTPHOST": "127.0.0.1", "TS_HTTPPORT": str(port)}
    return Start(found and (str(found),), {**env, "TS_DBPOOLMAXCONNS": str(POOL), "TS_DEFAULTBUFFER": "64"})


def _martin(cache: int) -> Callable[[Database, int], Start]:
    def start(database: Database, port: int) -> Start:
        found = install.martin()
        return Start(found and (str(found), "--config", str(martin_yaml(database.url, port, POOL, cache))))

    return start


def _tipg(database: Database, port: int) -> Start:
    served = {f"TIPG_TABLE_CONFIG__onemap_{name}__properties": _list(COLUMNS) for name in ("race_points", "race_cells")}
    env = {
        **{"DATABASE_URL": database.tcp, "TIPG_DB_SCHEMAS": '["onemap"]', "DB_MAX_CONN_SIZE": str(POOL)},
        **{"TIPG_DB_TABLES": '["onemap.race_points", "onemap.race_cells"]', "TIPG_TILE_BUFFER": "64", **served},
    }
    return Start(_uvicorn(install.python("tipg"), "tipg.main:app", port), env)


def _pygeoapi(database: Database, port: int) -> Start:
    python = install.python("pygeoapi")
    config, openapi = pygeoapi_yaml(python, database, port)
    env = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    return Start(_uvicorn(python, "pygeoapi.starlette_app:APP", port), env)


def _uvicorn(python: Path, app: str, port: int) -> tuple[str, ...]:
    options = ("--port", str(port), "--no-access-log", "--log-level", "warning", "--loop", "uvloop")
    return (str(python), "-m", "uvicorn", app, "--http", "httptools", *options)


def _list(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _pages(items: str, more: str = "") -> dict[str, str]:
    """Return the paths of pages, which nearly all servers have at the same place."""
    return {
        "items": f"{items}?bbox={{bbox}}&limit={{limit}}{more}",
        "deep": f"{items}?limit={{limit}}&offset={{offset}}{more}",
    }


_ONEMAP = {
    "items": "/collections/{layer}/items?bbox={bbox}&limit={limit}",
    "item": "/collections/{layer}/items/{key}",
    # its pages are reached by their `next` links, which are fetched beforehand
    "deep": "{link}",
    "tile": "/collections/{layer}/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt&properties=" + ALL,
}
_TILES = {"tile": "/onemap.{layer}/{z}/{x}/{y}.pbf?properties=" + ALL}
_ITEMS = "/collections/onemap.{layer}/items"
_NONE = "none"
PEERS = (
    Peer("OneMap", "this", 18601, "off", _onemap(0), _ONEMAP, "/conformance"),
    Peer("OneMap, cache", "this", 18608, "64 MB", _onemap(64_000_000), {"warm": _ONEMAP["tile"]}, "/conformance"),
    Peer(
        *("pg_featureserv", install.GO["pg_featureserv"], 18602, _NONE, _featureserv),
        {**_pages(f"{_ITEMS}.json", f"&properties={ALL}"), "item": _ITEMS + "/{fid}.json?properties=" + ALL},
        "/collections.json",
    ),
    Peer(
        *("tipg", "1.6.1", 18603, _NONE, _tipg),
        {
            **_pages(_ITEMS, "&f=geojson"),
            **{"item": _ITEMS + "/{fid}?f=geojson", "tile": "/collections/onemap.{layer}/tiles/" + TILE},
        },
        "/healthz",
    ),
    Peer(
        *("pygeoapi", "0.24.0", 18604, _NONE, _pygeoapi),
        {**_pages("/collections/{layer}/items", "&f=json"), "item": "/collections/{layer}/items/{fid}?f=json"},
        "/conformance?f=json",
    ),
    Peer("Martin", install.MARTIN, 18605, "off", _martin(0), {"tile": "/{layer}/{z}/{x}/{y}"}, "/health"),
    Peer("Martin, cache", install.MARTIN, 18606, "512 MB", _martin(512), {"warm": "/{layer}/{z}/{x}/{y}"}, "/health"),
    Peer("pg_tileserv", install.GO["pg_tileserv"], 18607, _NONE, _tileserv, _TILES, "/health"),
)
