"""A file that nobody declared becomes a layer with all its rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import geopandas as gpd
import shapely

from etl.upload import uploaded
from layers.column import ColumnKind
from layers.query import Query
from layers.store.geopackage import GeoPackageStore
from spatial.errors import BadInput, Conflict


@dataclass
class Sent:
    """An upload."""

    path: Path
    name: str = "shops"
    title: str = "门店 Shops"
    options: dict[str, str] = field(default_factory=dict[str, str])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GeoPackageStore]:
    """An empty store."""
    made = GeoPackageStore(tmp_path / "city.gpkg")
    yield made
    made.close()


CSV = """编号,名称,Floor Area,open,since,note,lon,lat
A1,面馆,12.5,true,2024-05-01,,106.5,29.5
A2,茶馆,30,false,2025-01-31,老店,106.6,29.6
A3,书店,7,true,2026-03-01,007,106.7,29.7
"""


def test_a_table_becomes_a_layer_with_kinds_and_key(store: GeoPackageStore, tmp_path: Path) -> None:
    path = tmp_path / "shops.csv"
    path.write_text(CSV, encoding="utf-8")
    report = uploaded(store, Sent(path))
    layer = store.layers()["shops"]
    assert report["layer"] == "shops"
    assert report["tally"]["inserted"] == 3
    kinds = [c.kind for c in layer.properties]
    assert kinds == [
        *(ColumnKind.TEXT, ColumnKind.TEXT, ColumnKind.NUMBER),
        *(ColumnKind.BOOLEAN, ColumnKind.DATE, ColumnKind.TEXT),
    ]
    assert str(layer.title) == "门店 Shops"
    assert [c.title.zh for c in layer.properties][:3] == ["编号", "名称", "Floor Area"]
    block = store.block(layer, Query())
    assert list(block.keys) == ["A1", "A2", "A3"]
    assert block.rows[2][-1] == "007"
    assert block.places is not None and block.places[1].equals(shapely.Point(106.6, 29.6))


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".parquet", ".fgb"])
def test_shapes_of_every_file_become_a_layer(store: GeoPackageStore, tmp_path: Path, suffix: str) -> None:
    shapes = [shapely.box(106 + n, 29, 106.5 + n, 29.5) for n in range(3)]
    frame = gpd.GeoDataFrame({"size": [1, 2, 3], "text": ["a", None, "b"]}, geometry=shapes, crs=4326)
    path = tmp_path / f"areas{suffix}"
    frame.to_parquet(path) if suffix == ".parquet" else frame.to_file(path)
    uploaded(store, Sent(path, "areas"))
    layer = store.layers()["areas"]
    assert layer.place is not None and layer.place.place is not None
    assert layer.place.place.kind == "Polygon"
    read = store.frame(layer, Query())
    assert sorted(read["size"]) == [1, 2, 3]
    assert shapely.area(read.geometry.to_numpy()).tolist() == pytest.approx([0.25] * 3)


def test_records_without_a_key_are_named_by_what_they_say(store: GeoPackageStore, tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text("kind,n,lon,lat\na,1,106.5,29.5\nb,1,106.5,29.5\nb,2,106.5,29.5\n")
    uploaded(store, Sent(path, "counts"))
    layer = store.layers()["counts"]
    assert layer.key.name == "code"
    assert set(layer.sync.key_from) == {"kind", "n"}
    assert len(set(store.block(layer, Query()).keys)) == 3


def test_what_makes_no_layer_leaves_none(store: GeoPackageStore, tmp_path: Path) -> None:
    empty, wild = tmp_path / "empty.csv", tmp_path / "wild.csv"
    empty.write_text("a,lon,lat\n")
    wild.write_text("a,lon,lat\n1,600,29\n2,601,29\n")
    for path in (empty, wild):
        with pytest.raises(BadInput):
            uploaded(store, Sent(path))
    assert "shops" not in store.layers()


def test_a_name_is_given_once_and_options_are_known(store: GeoPackageStore, tmp_path: Path) -> None:
    path = tmp_path / "shops.csv"
    path.write_text(CSV, encoding="utf-8")
    with pytest.raises(BadInput, match="colour"):
        uploaded(store, Sent(path, options={"colour": "red"}))
    uploaded(store, Sent(path))
    with pytest.raises(Conflict):
        uploaded(store, Sent(path))
