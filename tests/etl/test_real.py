"""Real files, with the faults that real files have."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import shapely

from etl import quarantine
from etl.contract import agreed
from etl.job import run
from etl.reference import decided
from etl.report import Report
from etl.source import open_source
from etl.terms import Terms, read_terms
from layers.codes import code_list
from layers.query import Query
from layers.store.geopackage import GeoPackageStore
from layers.store.protocol import Tally
from spatial.coordinates import Geometries
from spatial.datum import Datum
from spatial.metres import Plane

type Import = Callable[..., Report]
type Rows = Callable[[str], dict[str, dict[str, Any]]]

MAPS = Path(__file__).parent / "maps"
GCJ02 = "chongqing_districts_datav_gcj02/500000_full.json"
OLD = "chongqing_districts_wgs84_old/qxj_area.shp"
STUTTGART = "stuttgart_gelbe_karten/gelbe_karten_2020-12_2026-02.csv.gz"
REGION = (9.0, 48.6, 9.4, 48.9)
BOSTON = "boston_311_2025/boston_311_requests.csv.gz"
TRUCKS = "jersey_city_garbage_trucks/polls_every_minute.parquet"


def places(store: GeoPackageStore) -> Geometries:
    block = store.block(store.layers()["districts"], Query(limit=100, count=False))
    assert block.places is not None
    return block.places


def distance(shapes: Geometries, reference: Geometries) -> float:
    """Metres by which the vertices lie off the reference's borders, in the median."""
    plane = Plane.around(reference)
    borders = shapely.union_all(shapely.boundary(plane.flat(reference)))
    shapely.prepare(borders)
    points = shapely.points(shapely.get_coordinates(plane.flat(shapes))[::23])
    return float(np.median(shapely.distance(points, borders)))


def test_the_old_shapefile_keeps_its_names_and_loses_its_codes(
    real_data: Path, store: GeoPackageStore, imported: Import, rows: Rows
) -> None:
    report = imported(real_data / OLD, "districts", names={"code": "ADMINCODE"})
    counties = code_list("counties")
    assert "encoding gb18030" in report.notes
    assert report.tally == Tally(inserted=37, refused=1)
    found = rows("districts")
    renamed = {"开县": "开州区"}
    for code, row in found.items():
        assert counties.title_of(code).zh[:2] == str(renamed.get(row["name"], row["name"]))[:2], row
    assert report.crosswalked["code: 500121 → 500111"] == 1
    assert found["500111"]["name"] == "大足区"
    one = next(quarantine.held(store))
    assert one.record["NAME"] == "綦江区"
    assert "璧山区" in one.reason
    whole = imported(real_data / OLD, "districts", names={"code": "ADMINCODE"}, editions={"counties": "2011-shapefile"})
    assert whole.tally == Tally(inserted=1, unchanged=37)
    assert whole.crosswalked["code: 500120 → 500110"] == 1
    assert rows("districts")["500110"]["name"] == "綦江区"


def test_the_datum_is_found_and_undone_and_bad_shapes_repaired(
    real_data: Path, store: GeoPackageStore, imported: Import
) -> None:
    said = {"names": {"code": "ADMINCODE"}, "editions": {"counties": "2011-shapefile"}}
    imported(real_data / OLD, "districts", **said)
    reference = places(store)
    with open_source(str(real_data / GCJ02)) as source:
        raw = next(source.records()).places
        assert raw is not None
        assert distance(raw, reference) == pytest.approx(342, abs=3)
        terms, guess = decided(store, source, Terms(datum="auto", repair=True))
        assert guess is not None
        assert (guess.datum, guess.confidence > 0.9) == (Datum.GCJ02, True)
        report = run(store, source, agreed(store.layers()["districts"], source, terms))
    assert report.tally == Tally(updated=38)
    assert report.repairs == len(report.repaired) == 6
    assert all("elf-intersection" in one.why and one.share == pytest.approx(1, abs=1e-6) for one in report.repaired)
    assert distance(places(store), reference) <= 5


def test_invalid_shapes_are_refused_unless_repair_is_said(real_data: Path, imported: Import) -> None:
    report = imported(real_data / GCJ02, "districts", datum="gcj02")
    assert report.tally == Tally(inserted=32, refused=6)
    assert list(report.reasons) == ["place: the MultiPolygon is not valid: Self-intersection[… …]"]


@pytest.mark.slow
def test_citizens_reports_become_cases(real_data: Path, store: GeoPackageStore, imported: Import) -> None:
    said = read_terms(MAPS / "gelbe_karten.yaml").model_copy(update={"extent": REGION})
    known = pd.read_csv(real_data / STUTTGART, dtype=str)
    x, y = known["lon"].astype(float), known["lat"].astype(float)
    again = known.duplicated()
    outside = ~(x.between(REGION[0], REGION[2]) & y.between(REGION[1], REGION[3])) & ~again
    report = imported(real_data / STUTTGART, "cases", **said.model_dump(exclude_defaults=True))
    assert report.position == len(known) == 120_322
    held = {one.position: one.reason for one in store.held(job=report.job)}
    duplicates = {n for n, why in held.items() if why.startswith("exact duplicate of record")}
    assert duplicates == set((np.flatnonzero(again) + 1).tolist())
    far = {n for n, why in held.items() if "outside the city's extent" in why}
    assert far == set((np.flatnonzero(outside) + 1).tolist())
    same = {n: why for n, why in held.items() if n not in duplicates | far}
    assert all(why.startswith("number: record ") for why in same.values())
    # two categories of theirs are one matter of ours
    assert (len(duplicates), len(far), len(same)) == (846, 100, 19)
    assert report.tally == Tally(inserted=len(known) - len(held), refused=len(held))
    second = imported(real_data / STUTTGART, "cases", **said.model_dump(exclude_defaults=True))
    assert second.tally == Tally(unchanged=report.tally.inserted, refused=len(held))
    assert len(list(store.held())) == len(held)


def test_being_on_time_is_a_field(real_data: Path, store: GeoPackageStore, imported: Import, rows: Rows) -> None:
    said = read_terms(MAPS / "boston.yaml")
    report = imported(real_data / BOSTON, "cases", **said.model_dump(exclude_defaults=True))
    assert report.position == 5_473
    assert report.reasons == Counter({"place: is missing": 58, "matter: is missing": 10})
    assert report.tally == Tally(inserted=5_405, refused=68)
    found = Counter(row["on_time"] for row in rows("cases").values())
    refused = Counter(one.record["on_time"] == "ONTIME" for one in store.held())
    assert found + refused == Counter({True: 3_339, False: 2_134})
    assert Counter(row["due"] is None for row in rows("cases").values()) == {False: 5_405}
    first = rows("cases")["BCS-00065327"]
    assert (first["reported"], first["due"]) == ("2025-08-01T06:35:06.539Z", "2025-08-04T06:35:06.539Z")


def test_every_fix_of_a_truck_is_kept_once(real_data: Path, imported: Import, rows: Rows) -> None:
    said = read_terms(MAPS / "garbage_trucks.csv").model_copy(
        update={"key": ("vehicle", "at", "place"), "zone": "America/New_York"}
    )
    report = imported(real_data / TRUCKS, "fixes", **said.model_dump(exclude_defaults=True))
    assert report.tally == Tally(inserted=9_744, repeated=198_075 - 9_744)
    assert len(rows("fixes")) == 9_744
    newest = max(row["at"] for row in rows("fixes").values())
    assert newest == "2015-12-11T03:36:04.000Z"
