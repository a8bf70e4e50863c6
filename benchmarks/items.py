"""A page of 1,000 features by bbox out of 500,000: the whole HTTP request against the bare query and encoding.

    python -m benchmarks.items [FOLDER]

Both run in turn in one process, on the same random boxes: the request goes over loopback to a real server (uvicorn,
uvicorn, as `onemap serve` runs it) in a thread of this process; the bare side asks SQLite with hand-written SQL through
the same index and writes GeoJSON with orjson.
"""

import http.client
import sqlite3
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import orjson
import uvicorn

import shapely

from api.main import create_app
from api.settings import Settings
from benchmarks.table import high, middle, told
from layers.store.geopackage import GeoPackageStore

ROWS, PAGE, ROUNDS, PORT = 500_000, 1000, 60, 8397
COLUMNS = "number, matter, state, source, district, cell, address, description, unit, reported, due, closed, on_time"
BARE = f"""SELECT t.fid, t.number, t.place, {COLUMNS} FROM cases AS t WHERE t.fid IN (SELECT id FROM rtree_cases_place
  WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?) ORDER BY t.fid LIMIT ?"""


def filled(path: Path) -> GeoPackageStore:
    """Return a store with half a million cases around twenty centres."""
    store = GeoPackageStore(path)
    layer, chance = store.layers()["cases"], np.random.default_rng(7)
    centres = np.column_stack((chance.uniform(106.3, 106.9, 20), chance.uniform(29.3, 29.9, 20)))
    for start in range(0, ROWS, 20_000):
        xy = centres[chance.integers(0, 20, 20_000)] + chance.normal(0, 0.03, (20_000, 2))
        rows = [case(start + n, place) for n, place in enumerate(shapely.points(xy))]
        with store.write() as writer:
            writer.append(layer, rows)
    return store


def case(n: int, place: shapely.Point) -> dict[str, object]:
    """Return one case."""
    return {
        **{"number": f"C{n:09}", "matter": "06010", "state": "closed", "source": "collector", "district": "500103"},
        **{"address": f"解放碑街道 {n % 999} 号", "reported": "2026-01-31T08:00:00.000Z", "on_time": n % 3 > 0},
        "place": place,
    }


def boxes(count: int) -> list[tuple[float, float, float, float]]:
    """Return random boxes that each hold a few thousand cases."""
    chance = np.random.default_rng(11)
    west, south = chance.uniform(106.3, 106.8, count), chance.uniform(29.3, 29.8, count)
    return [(w, s, w + 0.08, s + 0.08) for w, s in zip(west.tolist(), south.tolist(), strict=True)]


def bare(connection: sqlite3.Connection, box: tuple[float, float, float, float]) -> int:
    """Ask and encode with nothing in between; return the number of features."""
    west, south, east, north = box
    rows = connection.execute(BARE, (west, east, south, north, PAGE)).fetchall()
    names = [n.strip() for n in COLUMNS.split(",")]
    xy = np.frombuffer(b"".join(r[2][13:] for r in rows), "<f8").reshape(-1, 2).round(8).tolist()
    features = [
        {
            "type": "Feature",
            "id": row[1],
            "geometry": {"type": "Point", "coordinates": at},
            "properties": dict(zip(names, row[3:], strict=True)),
        }
        for row, at in zip(rows, xy, strict=True)
    ]
    orjson.dumps({"type": "FeatureCollection", "features": features})
    return len(features)


def asked(connection: http.client.HTTPConnection, box: tuple[float, float, float, float]) -> int:
    """Ask over HTTP; return the number of bytes."""
    connection.request("GET", f"/collections/cases/items?bbox={','.join(map(str, box))}&limit={PAGE}")
    return len(connection.getresponse().read())


def serving(store: GeoPackageStore) -> uvicorn.Server:
    """Return a running server."""
    app = create_app(Settings(), store)
    server = uvicorn.Server(uvicorn.Config(app, port=PORT, log_level="error", access_log=False))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return server


def timed(sides: dict[str, object]) -> dict[str, list[float]]:
    """Return the seconds of each side over the same boxes, in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for round, box in enumerate(boxes(ROUNDS + 5)):
        for name, run in sides.items():
            start = time.perf_counter()
            run(box)  # type: ignore[operator]
            if round >= 5:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def main() -> None:
    """Measure and print."""
    with TemporaryDirectory() as made:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else made)
        path = folder / "items.gpkg"
        store = GeoPackageStore(path) if path.is_file() else filled(path)
        server = serving(store)
        direct = sqlite3.connect(path)
        direct.execute("PRAGMA mmap_size = 2147483648")
        direct.execute("PRAGMA cache_size = -65536")
        client = http.client.HTTPConnection("127.0.0.1", PORT)
        sides = {"bare query and encoding": lambda b: bare(direct, b), "HTTP request": lambda b: asked(client, b)}
        seconds = timed(sides)
        base = middle(seconds["bare query and encoding"])
        rows = [(n, middle(s), high(s, 0.95), middle(s) / base) for n, s in seconds.items()]
        told("A page of 1,000 features by bbox out of 500,000", ("", "median ms", "p95 ms", "ratio"), rows)
        client.close()
        direct.close()
        server.should_exit = True
        time.sleep(0.5)


if __name__ == "__main__":
    main()
