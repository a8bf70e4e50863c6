"""What an import learns from the districts: the extent, and the datum of what lies beside them."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import shapely

from etl.reference import decided, extent, told
from etl.report import Report
from etl.source import open_source
from etl.terms import Terms
from layers.store.geopackage import GeoPackageStore
from spatial.datum import Datum, convert
from spatial.errors import Unguessable

type Import = Callable[..., Report]


def districts(path: Path, datum: Datum) -> Path:
    """A district with a ragged border, as a web map gives it."""
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    radius = 0.1 + 0.01 * np.sin(17 * angle)
    shape = shapely.Polygon(np.column_stack([106.55 + radius * np.cos(angle), 29.55 + radius * np.sin(angle)]))
    place = convert(np.array([shape], dtype=object), Datum.WGS84, datum)[0]
    properties = {"adcode": 500103, "name": "渝中区"}
    feature = {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(place)}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


@pytest.mark.parametrize("datum", list(Datum))
def test_a_datum_is_found_beside_the_districts(
    store: GeoPackageStore, imported: Import, tmp_path: Path, datum: Datum
) -> None:
    imported(districts(tmp_path / "a.json", Datum.WGS84), "districts")
    with open_source(str(districts(tmp_path / "b.json", datum))) as source:
        said, guess = decided(store, source, Terms(datum="auto"))
    assert said.datum is datum
    assert guess is not None
    assert guess.confidence > 0.9
    assert told(guess).startswith(f"datum {datum}, confidence 0.9")


def test_a_file_may_be_the_reference(store: GeoPackageStore, tmp_path: Path) -> None:
    known = districts(tmp_path / "a.json", Datum.WGS84)
    with open_source(str(districts(tmp_path / "b.json", Datum.GCJ02))) as source:
        assert decided(store, source, Terms(datum="auto"), known)[0].datum is Datum.GCJ02
        (tmp_path / "empty.csv").write_text("lon,lat\n")
        with pytest.raises(Unguessable, match="no places"):
            decided(store, source, Terms(datum="auto"), tmp_path / "empty.csv")


def test_columns_may_hold_what_is_compared(store: GeoPackageStore, imported: Import, tmp_path: Path) -> None:
    path = districts(tmp_path / "a.json", Datum.WGS84)
    imported(path, "districts")
    with open_source(str(path)) as source:
        ring = next(source.records()).places[0].exterior.coords  # pyright: ignore[reportOptionalSubscript]
    (tmp_path / "b.csv").write_text("\n".join(["经度,纬度", *(f"{x},{y}" for x, y in ring), ","]))
    with open_source(str(tmp_path / "b.csv")) as source:
        assert decided(store, source, Terms(datum="auto"))[0].datum is Datum.WGS84


def test_nothing_is_guessed_without_a_reference(store: GeoPackageStore, tmp_path: Path) -> None:
    with open_source(str(districts(tmp_path / "a.json", Datum.GCJ02))) as source:
        with pytest.raises(Unguessable, match="--datum"):
            decided(store, source, Terms(datum="auto"))
        assert decided(store, source, Terms(datum=Datum.BD09)) == (Terms(datum=Datum.BD09), None)


def test_the_extent_is_that_of_the_districts(store: GeoPackageStore, imported: Import, tmp_path: Path) -> None:
    layers = store.layers()
    assert extent(store, layers["cases"], Terms()).extent is None
    imported(districts(tmp_path / "a.json", Datum.WGS84), "districts")
    assert extent(store, layers["cases"], Terms()).extent == pytest.approx((106.44, 29.44, 106.66, 29.66), abs=0.01)
    assert extent(store, layers["districts"], Terms()).extent is None
    assert extent(store, layers["cases"], Terms(extent=(1, 2, 3, 4))).extent == (1, 2, 3, 4)
