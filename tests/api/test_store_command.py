"""`onemap store copy`, as people and scripts run it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.command.app import app
from layers.store.geopackage import GeoPackageStore
from layers.store.open import opened
from spatial.errors import BadInput, NotFound, OneMapError

SECRET = "Xy7-geheim"


def onemap(*said: object) -> Result:
    result = CliRunner().invoke(app, [str(part) for part in said])
    if isinstance(result.exception, OneMapError):
        raise result.exception
    return result


@pytest.fixture
def source(tmp_path: Path, fill: Callable[..., None]) -> Iterator[Path]:
    """A store with some rows in every layer."""
    store = GeoPackageStore(tmp_path / "city.gpkg")
    fill(store)
    store.close()
    yield store.path


def test_a_city_goes_there_and_comes_back(source: Path, tmp_path: Path, database: Callable[[], str]) -> None:
    there, back = database(), tmp_path / "back.gpkg"
    first = onemap("store", "copy", source, there)
    assert (first.exit_code, "✗" in first.output, "✓ 相同 same" in first.output) == (0, False, True)
    second = json.loads(onemap("store", "copy", there, back, "--json").stdout)
    third = json.loads(onemap("store", "copy", source, back, "--json").stdout)
    assert all(one["same"] for one in second["layers"])
    assert [(one["layer"], one["digest"]) for one in second["layers"]] == [
        (one["layer"], one["digest"]) for one in third["layers"]
    ]
    rows = {one["layer"]: one["rows"] for one in second["layers"]}
    assert rows["cases"] > 0
    assert {one["layer"]: one["unchanged"] for one in third["layers"]} == rows


def test_what_differs_is_said_and_fails(source: Path, tmp_path: Path, make_row: Any) -> None:
    target = tmp_path / "other.gpkg"
    onemap("store", "copy", source, target)
    store = opened(str(target))
    with store.write() as writer:
        writer.upsert(store.layers()["vehicles"], [make_row(store.layers()["vehicles"], 321)])
    store.close()
    result = onemap("store", "copy", source, target)
    assert result.exit_code == 1
    assert "多余" in result.output
    said = json.loads(onemap("store", "copy", source, target, "--json").stdout)
    (unlike,) = (one for one in said["layers"] if not one["same"])
    assert (unlike["layer"], unlike["missing"], unlike["changed"]) == ("vehicles", [], [])
    assert len(unlike["extra"]) == 1
    assert unlike["there"] == unlike["rows"] + 1


def test_from_nothing_and_onto_itself(source: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no store"):
        onemap("store", "copy", tmp_path / "none.gpkg", tmp_path / "other.gpkg")
    with pytest.raises(BadInput, match="is both"):
        onemap("store", "copy", source, source)
    address = f"postgresql://ann:{SECRET}@127.0.0.1:1/city"
    with pytest.raises(BadInput, match=r"ann:\*\*\*@") as bad:
        onemap("store", "copy", address, address)
    assert SECRET not in str(bad.value)
