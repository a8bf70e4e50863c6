"""Who changes the city while it is served: 500 rows a second, in transactions of ten, and one row that bears a mark.

    python -m benchmarks.race.writing ADDRESS SECONDS

Each time that the marked row was committed, a line says which mark it bears and when, on the machine's clock.
"""

import sys
import time

import numpy as np
import psycopg

from benchmarks.race import data

CHANGES, TOGETHER, MARKED = 500, 10, 250_001
"""Rows a second, rows a transaction, and the row that bears the mark."""

EVERY = 25
"""Transactions from one mark to the next: half a second of them."""

CHANGE = "UPDATE onemap.race_points SET level = level + 1 WHERE fid = ANY(%s)"
MARK = "UPDATE onemap.race_points SET name = %s WHERE fid = %s"


def mark(number: int) -> str:
    """Return the text that the marked row bears."""
    return f"mark-{number:016}."


def write(url: str, seconds: float) -> None:
    """Change rows at the set pace; a transaction that is late is made up for."""
    chance, start = np.random.default_rng(15), time.monotonic()
    # above all marks that earlier runs left behind
    first = time.time_ns() // 1000
    with psycopg.connect(url) as session:
        for number in range(round(seconds * CHANGES / TOGETHER)):
            time.sleep(max(0.0, start + number * TOGETHER / CHANGES - time.monotonic()))
            session.execute(CHANGE, [chance.integers(1, data.POINTS, TOGETHER).tolist()])
            if marked := number % EVERY == 0:
                session.execute(MARK, [mark(first + number), MARKED])
            session.commit()
            if marked:
                print(first + number, time.monotonic(), flush=True)


if __name__ == "__main__":
    write(sys.argv[1], float(sys.argv[2]))
