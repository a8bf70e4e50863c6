"""The settings files of the servers that take files."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.race.data import COLUMNS, TITLES
from benchmarks.race.database import Database
from benchmarks.race.place import folder

KINDS = {"state": "int8", "level": "int8", "value": "float8", "height": "float8", "observed": "timestamptz"}
GEOMETRIES = {"race_points": "POINT", "race_cells": "POLYGON"}


def martin_yaml(url: str, port: int, pool: int, cache: int) -> Path:
    """Write Martin's settings: the two tables, one worker, a cache of that many MB; JSON is YAML."""
    tables = {
        name: {
            **{"schema": "onemap", "table": name, "srid": 4326, "geometry_column": "place", "id_column": "fid"},
            **{"extent": 4096, "buffer": 64, "clip_geom": True, "geometry_type": GEOMETRIES[name]},
            "properties": {column: KINDS.get(column, "text") for column in COLUMNS},
        }
        for name in TITLES
    }
    source = {"connection_string": url, "pool_size": pool, "auto_publish": False, "tables": tables}
    return _written(
        f"martin-{cache}.yaml",
        {"listen_addresses": f"127.0.0.1:{port}", "worker_processes": 1, "cache_size_mb": cache, "postgres": source},
    )


def pygeoapi_yaml(python: Path, database: Database, port: int) -> tuple[Path, Path]:
    """Write pygeoapi's settings, and the OpenAPI document that it makes of them and does not start without."""
    config = _written("pygeoapi.yaml", _pygeoapi(database, port))
    openapi = config.with_name("pygeoapi-openapi.yaml")
    words = [str(python.with_name("pygeoapi")), "openapi", "generate", str(config), "--output-file", str(openapi)]
    subprocess.run(words, check=True, capture_output=True, env={**os.environ, "PYGEOAPI_CONFIG": str(config)})
    return config, openapi


def _pygeoapi(database: Database, port: int) -> dict[str, Any]:
    words = database.words
    reach = {"host": words["PGHOST"], "port": int(words["PGPORT"]), "dbname": "onemap", "user": "onemap"}
    collections = {
        name: {
            **{"type": "collection", "title": title, "description": title, "keywords": ["race"], "links": []},
            "extents": {"spatial": {"bbox": [106.2, 29.2, 106.9, 30.0]}},
            "providers": [
                {
                    **{
                        "type": "feature",
                        "name": "PostgreSQL",
                        "table": name,
                        "id_field": "fid",
                        "geom_field": "place",
                    },
                    "data": {**reach, "password": "unused", "search_path": ["onemap", "public"]},
                    "properties": list(COLUMNS),
                }
            ],
        }
        for name, title in TITLES.items()
    }
    server = {
        **{
            "bind": {"host": "127.0.0.1", "port": port},
            "url": f"http://127.0.0.1:{port}",
            "mimetype": "application/json",
        },
        **{"encoding": "utf-8", "gzip": False, "languages": ["en-US"], "pretty_print": False},
        **{"limits": {"default_items": 10, "max_items": 10000}, "map": {"url": "about:blank", "attribution": "none"}},
    }
    said = {"title": "Race", "description": "Race", "keywords": ["race"], "keywords_type": "theme"}
    about = {
        "identification": {**said, "terms_of_service": "none", "url": "http://localhost"},
        "license": {"name": "none", "url": "http://localhost"},
        "provider": {"name": "race", "url": "http://localhost"},
        "contact": {"name": "race"},
    }
    return {"server": server, "logging": {"level": "ERROR"}, "metadata": about, "resources": collections}


def _written(name: str, document: dict[str, Any]) -> Path:
    path = folder() / "settings" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path
