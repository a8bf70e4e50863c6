import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from etl.city.city import BLOCK, LAYERS, City
from layers.catalogue import declared
from spatial.errors import BadTime

type Rows = list[dict[str, Any]]
type Make = Callable[[str], Rows]


def digest(city: City, layers: Iterable[str] = LAYERS) -> str:
    """Return what all rows of the layers come to."""
    total = hashlib.blake2b()
    for layer in layers:
        for block in city.rows(layer):
            for row in block:
                told = {**row, "place": row["place"].wkb_hex}
                total.update(repr(sorted(told.items())).encode())
    return total.hexdigest()


OTHER = """
import hashlib
from datetime import datetime
from etl.city.city import LAYERS, City
{digest}
print(digest(City({seed}, datetime.fromisoformat({now!r}), days=2)))
"""


def test_the_city_fills_every_declared_layer() -> None:
    assert set(LAYERS) == set(declared())


@pytest.mark.parametrize("layer", LAYERS)
def test_rows_are_rows_of_their_layer(layer: str, rows: Make) -> None:
    found, model = rows(layer), declared()[layer].row
    for row in found[:: max(1, len(found) // 150)]:
        assert model.model_validate(row).model_dump(exclude={"place"}) == {k: v for k, v in row.items() if k != "place"}
    key = declared()[layer].key.name
    assert len({row[key] for row in found}) == len(found) > 0


@pytest.mark.parametrize("layer", LAYERS)
def test_what_a_row_refers_to_exists(layer: str, rows: Make) -> None:
    layers = declared()
    for column in layers[layer].columns:
        if column.about.ref:
            known = {row[layers[column.about.ref].key.name] for row in rows(column.about.ref)}
            assert {row[column.name] for row in rows(layer)} - {None} <= known, column.name


def test_rows_come_in_blocks(city: City) -> None:
    sizes = [len(block) for block in city.rows("fixes")]
    assert sizes[:-1] == [BLOCK] * (len(sizes) - 1)
    assert 0 < sizes[-1] <= BLOCK


def test_a_layer_of_somebody_else_is_refused(city: City) -> None:
    with pytest.raises(KeyError):
        city.rows("tokyo")


def test_an_instant_is_cut_to_ten_seconds_and_needs_an_offset() -> None:
    at = datetime(2026, 11, 20, 2, 7, 33, 5, tzinfo=UTC)
    assert City(1, at).now == datetime(2026, 11, 20, 2, 7, 30, tzinfo=UTC)
    assert City(1, at) == City(1, at + timedelta(seconds=6)) != City(1, at + timedelta(seconds=7))
    assert City(1, at.astimezone(timezone(timedelta(hours=8)))) == City(1, at)
    with pytest.raises(BadTime):
        City(1, datetime(2026, 11, 20))


def test_the_citys_midnight_is_four_in_the_afternoon_of_greenwich() -> None:
    assert City(1, datetime(2026, 11, 20, 2, tzinfo=UTC)).midnight == datetime(2026, 11, 19, 16, tzinfo=UTC)
    assert City(1, datetime(2026, 11, 20, 16, tzinfo=UTC)).midnight == datetime(2026, 11, 20, 16, tzinfo=UTC)


def test_what_stands_does_not_change_within_a_day(city: City) -> None:
    standing = [n for n in LAYERS if n not in ("cases", "vehicles", "fixes")]
    later = City(city.seed, city.now + timedelta(hours=5), city.days)
    assert digest(city, standing) == digest(later, standing)


def test_another_seed_is_another_city(city: City) -> None:
    other = City(7, city.now, city.days)
    assert all(digest(city, [layer]) != digest(other, [layer]) for layer in ("streets", "risk_points", "vehicles"))
    assert [r["code"] for b in other.rows("districts") for r in b] == [
        r["code"] for b in city.rows("districts") for r in b
    ]


@pytest.mark.slow
def test_the_same_seed_and_instant_are_the_same_rows_in_every_process(city: City) -> None:
    import inspect

    code = OTHER.format(
        digest=inspect.getsource(digest).replace(": Iterable[str]", ""), seed=city.seed, now=city.now.isoformat()
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": hashing},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for hashing in ("1", "2")
    }
    assert told == {digest(City(city.seed, city.now, days=2)) + "\n"}
