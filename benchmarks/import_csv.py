"""A million points in a CSV, imported with all checks: records a second, and memory that does not grow with the file.

    python -m benchmarks.import_csv [RECORDS]

Each row of the table is an import of its own process; the last imports the same file a second time, which changes
nothing. Seconds are those of the whole import with its commits; CPU is what of them one core worked.
"""

import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.table import told
from etl.contract import agreed
from etl.job import run
from etl.source import open_source
from etl.terms import Terms
from layers.store.geopackage import GeoPackageStore

RECORDS = 1_000_000
HEADINGS = (
    "records",
    "rows written",
    "seconds",
    "CPU",
    "records/s",
    "records/s of CPU",
    "peak RSS MB",
    "of it at start",
)


def written(path: Path, records: int) -> Path:
    """Write components as a survey delivers them: code, kind, district, owner, time, coordinates."""
    chance = random.Random(1)
    districts = (500101, 500103, 500104, 500105, 500106, 500107, 500108, 500109, 500112, 500113)
    with path.open("w", encoding="utf-8") as out:
        out.write("code,kind,district,owner,state,surveyed,lon,lat\n")
        for n in range(records):
            when = f"2026-0{chance.randint(1, 9)}-{chance.randint(1, 28):02d} {chance.randint(0, 23):02d}:15:00"
            where = f"{106.3 + chance.random() / 2:.6f},{29.3 + chance.random() / 2:.6f}"
            kind, owner = f"01{chance.randint(1, 12):03d}", f"市政{chance.randint(1, 40)}公司"
            out.write(f"B{n:08d},{kind},{chance.choice(districts)},{owner},good,{when},{where}\n")
    return path


def imported(source: str, store: str) -> Iterator[float]:
    """Import the file, and yield the figures of a table's row."""
    start = memory()
    opened = GeoPackageStore(Path(store))
    wall, cpu = time.perf_counter(), time.process_time()
    with open_source(source) as read:
        report = run(opened, read, agreed(opened.layers()["components"], read, Terms()))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    opened.close()
    yield from (report.position, report.tally.inserted, wall, cpu, report.position / wall, report.position / cpu)
    yield from (memory(), start)


def memory() -> float:
    """Return the most memory that this process has used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(source: Path, store: Path) -> list[int | float]:
    """Import in a process of its own; return the figures."""
    command = [sys.executable, "-m", "benchmarks.import_csv", str(source), str(store)]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    figures = [float(figure) for figure in said.split()]
    return [round(figure) if n not in (2, 3) else figure for n, figure in enumerate(figures)]


def main(records: int) -> None:
    """Measure, and print the table."""
    with TemporaryDirectory() as folder:
        sizes = [records // 10, records // 2, records, records]
        files = {size: written(Path(folder) / f"{size}.csv", size) for size in sizes}
        rows = [apart(files[size], Path(folder) / f"{size}.gpkg") for size in sizes]
    told(f"Import of {records:,} CSV points", HEADINGS, rows)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(*imported(*sys.argv[1:]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS)
