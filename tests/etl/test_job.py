"""Imports: each record a row, a refusal or a repeat; again changes nothing; stopped goes on."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.contract import agreed
from etl.job import Asked, run
from etl.report import Report
from etl.source import open_source
from etl.source.model import CHUNK
from etl.terms import Terms
from layers.store.geopackage import GeoPackageStore
from layers.store.protocol import Tally
from spatial.errors import BadCrs, BadSource

type Import = Callable[..., Report]
type Rows = Callable[[str], dict[str, dict[str, Any]]]

BAD = {
    1: "L000001,01037,500103,Light Ltd,2026-01-02 08:00,29.5,106.5",
    3: "L000003,99999,500103,Light Ltd,2026-01-04 08:00,106.5,29.5",
    5: "L000005,01037,500103,Light Ltd,someday,106.5,29.5",
    6: ",01037,500103,Light Ltd,2026-01-07 08:00,106.5,29.5",
    7: "L000007,01037,500103,Light Ltd,2026-01-08 08:00,106.5",
    8: "L000008,01037,500103," + "x" * 81 + ",2026-01-09 08:00,106.5,29.5",
    10: "L000009,01037,500103,Other Ltd,2026-01-01 08:00,106.50009,29.5",
    11: "L000000,01037,500103,Light Ltd,2026-01-01 08:00,106.50000,29.5",
    12: "L000012,01037,500103,Light Ltd,2026-01-01 08:00,,",
    13: "L000013,01037,500103,Light\x00Ltd,2026-01-01 08:00,106.5,29.5",
    14: "L000014,01037,500103,Light Ltd,2026-01-01 08:00,106.5,north",
    15: "L000015,01037,500103,Light Ltd,2026-01-01 08:00,nan,29.5",
}
REASONS = {
    2: "place: coordinates reach (29.5, 106.5), outside ±180, ±90 degrees; longitude and latitude look swapped",
    4: "kind: '99999' is no code of components",
    6: "surveyed: 'someday' is not a time",
    7: "code: is missing",
    8: "6 values for 7 columns",
    9: "owner: is longer than 80 characters",
    11: "code: record 10 has the same key",
    12: "exact duplicate of record 1",
    13: "place: is missing",
    14: "owner: the text holds a NUL character",
    15: "place: the coordinate 'north' is no number",
    16: "place: a coordinate is not a finite number",
}


def test_each_record_is_a_row_or_has_its_reason(
    store: GeoPackageStore, imported: Import, lamps: Any, rows: Rows
) -> None:
    report = imported(lamps(17, BAD), "components")
    held = {one.position: one for one in store.held(job=report.job)}
    assert {n: one.reason[: len(REASONS[n])] for n, one in held.items()} == REASONS
    assert report.tally == Tally(inserted=5, refused=12)
    assert sorted(rows("components")) == ["L000000", "L000002", "L000004", "L000009", "L000016"]
    assert rows("components")["L000002"] == {
        "code": "L000002",
        "kind": "01037",
        "district": "500103",
        "cell": None,
        "owner": "Light Ltd",
        "state": "good",
        "surveyed": "2026-01-03T00:00:00.000Z",
        "place": "POINT (106.50002 29.5)",
    }
    assert held[4].record["kind"] == "99999"
    assert (report.state, report.position) == ("done", 17)


def test_again_changes_nothing_and_holds_nothing_twice(
    store: GeoPackageStore, imported: Import, lamps: Any, rows: Rows
) -> None:
    path = lamps(17, BAD)
    first, before = imported(path, "components"), rows("components")
    revision = store.revision()
    again = imported(path, "components")
    assert again.tally == Tally(unchanged=5, refused=12)
    assert again.job == first.job
    assert rows("components") == before
    assert store.changes(store.layers()["components"], revision) == ([], [])
    assert len(list(store.held())) == 12


def test_a_dry_run_tells_and_writes_nothing(store: GeoPackageStore, imported: Import, lamps: Any, rows: Rows) -> None:
    imported(lamps(3), "components")
    changed = {1: "L000001,01037,500103,Other Ltd,2026-01-02 08:00,106.50001,29.5"}
    report = imported(lamps(5, changed | {4: BAD[3]}), "components", Asked(dry=True))
    assert report.state == "dry"
    assert report.tally == Tally(inserted=1, updated=1, unchanged=2, refused=1)
    assert report.changes == [
        {"key": "L000001", "new": False, "fields": {"owner": ("Light Ltd", "Other Ltd")}},
        {"key": "L000003", "new": True, "fields": report.changes[1]["fields"]},
    ]
    assert report.changes[1]["fields"]["place"] == (None, "POINT (106.50003 29.5)")
    assert len(rows("components")) == 3
    assert list(store.held()) == []
    assert store.job(report.job) is None


def test_a_stopped_import_goes_on(store: GeoPackageStore, imported: Import, lamps: Any, rows: Rows) -> None:
    path = lamps(CHUNK + 2_000, {CHUNK + 500: BAD[3], CHUNK + 1_000: BAD[11]})
    seen: list[int] = []

    def stop(report: Report, _: float | None) -> bool:
        seen.append(report.position)
        return False

    report = imported(path, "components", Asked(watch=stop))
    assert (report.state, report.position, seen) == ("stopped", CHUNK, [CHUNK])
    assert len(rows("components")) == CHUNK
    assert store.job(report.job).state == "stopped"  # pyright: ignore[reportOptionalMemberAccess]
    rest = imported(path, "components")
    assert (rest.state, rest.resumed, rest.position) == ("done", CHUNK, CHUNK + 2_000)
    assert rest.tally == Tally(inserted=CHUNK + 1_998, refused=2)
    assert [one.reason for one in store.held()][1] == "exact duplicate of record 1"


def test_a_limit_is_a_stop(imported: Import, lamps: Any) -> None:
    path = lamps(100)
    first = imported(path, "components", Asked(limit=30))
    assert (first.state, first.position) == ("stopped", 30)
    rest = imported(path, "components", Asked(limit=60))
    assert (rest.state, rest.resumed, rest.position) == ("stopped", 30, 60)
    assert imported(path, "components").tally == Tally(inserted=100)


def test_a_source_that_breaks_off_keeps_what_came_before(imported: Import, tmp_path: Path, rows: Rows) -> None:
    geometry = {"type": "Point", "coordinates": [106.5, 29.5]}
    lamp = {
        "type": "Feature",
        "properties": {"code": "L%d", "kind": "01037", "district": "500103"},
        "geometry": geometry,
    }
    text = '{"type":"FeatureCollection","features":[' + ",".join(json.dumps(lamp) % n for n in range(CHUNK + 2_000))
    path = tmp_path / "a.geojson"
    path.write_text(text[:-20])
    report = imported(path, "components", on_missing="tombstone")
    assert (report.state, report.position) == ("broken", CHUNK)
    assert "ends early" in report.notes[-1]
    assert len(rows("components")) == CHUNK
    path.write_text("{")
    with pytest.raises(BadSource):
        imported(path, "components")


def test_what_vanished_is_kept_or_deleted_as_said(
    store: GeoPackageStore, imported: Import, lamps: Any, rows: Rows
) -> None:
    imported(lamps(100), "components")
    assert imported(lamps(60), "components").tally == Tally(unchanged=60)
    assert len(rows("components")) == 100
    dry = imported(lamps(60), "components", Asked(dry=True), on_missing="tombstone")
    assert (dry.tally.deleted, len(rows("components"))) == (40, 100)
    assert imported(lamps(60), "components", on_missing="tombstone").tally == Tally(unchanged=60, deleted=40)
    assert len(rows("components")) == 60
    assert len(store.changes(store.layers()["components"], 0)[1]) == 40


def test_most_of_a_layer_does_not_vanish_unasked(imported: Import, lamps: Any, rows: Rows) -> None:
    imported(lamps(100), "components")
    report = imported(lamps(40), "components", on_missing="tombstone")
    assert (report.state, report.tally.deleted, len(rows("components"))) == ("unsure", 0, 100)
    assert "60 of 100 rows" in report.notes[-1]
    report = imported(lamps(40), "components", Asked(sure=True), on_missing="tombstone")
    assert (report.state, report.tally.deleted, len(rows("components"))) == ("done", 60, 40)


def test_a_refused_record_has_not_vanished(imported: Import, lamps: Any, rows: Rows) -> None:
    imported(lamps(10), "components")
    bad = {n: line for n, line in BAD.items() if n in (3, 5)}
    assert imported(lamps(9, bad), "components", on_missing="tombstone").tally == Tally(
        unchanged=7, refused=2, deleted=1
    )
    assert {"L000003", "L000005"} <= set(rows("components"))
    report = imported(lamps(8, {2: BAD[6]}), "components", on_missing="tombstone")
    assert (report.state, report.tally.deleted) == ("unsure", 0)
    assert "no key to be told by" in report.notes[-1]


def test_an_append_layer_counts_repeats(store: GeoPackageStore, imported: Import, tmp_path: Path, rows: Rows) -> None:
    lines = [f"B1,2026-01-01 08:{n % 10:02d}:00,106.5,29.5" for n in range(6_000)]
    path = tmp_path / "fixes.csv"
    path.write_text("\n".join(["vehicle,at,lon,lat", *lines, ",x,1,2"]))
    assert imported(path, "fixes").tally == Tally(inserted=10, repeated=5_990, refused=1)
    assert imported(path, "fixes").tally == Tally(repeated=6_000, refused=1)
    assert len(rows("fixes")) == 10
    assert len(list(store.held())) == 1


def test_the_first_of_repeats_counts(imported: Import, tmp_path: Path, rows: Rows) -> None:
    path = tmp_path / "fixes.csv"
    path.write_text("vehicle,at,speed_kmh,lon,lat\nB1,2026-01-01,1,106.5,29.5\nB1,2026-01-01,2,106.5,29.5\n")
    imported(path, "fixes")
    assert [row["speed_kmh"] for row in rows("fixes").values()] == [1.0]


def test_an_earlier_import_of_the_same_source_is_superseded(
    store: GeoPackageStore, imported: Import, lamps: Any
) -> None:
    imported(lamps(9, BAD), "components")
    assert len(list(store.held())) == 6
    report = imported(lamps(9, {3: BAD[3]}), "components")
    assert [(one.job, one.position) for one in store.held()] == [(report.job, 4)]
    assert len(list(store.held(state="superseded"))) == 6


def test_values_constants_and_defaults_fill_rows(imported: Import, tmp_path: Path, rows: Rows) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;art;ort;lon;lat\n1;Leuchte;渝中区;106.5;29.5\n2;Poller;;106.5;29.5\n3;?;500105;106.5;29.5\n")
    report = imported(
        path,
        "components",
        names={"code": "id", "kind": "art", "district": "ort"},
        constants={"owner": "Stadt"},
        values={"kind": {"Leuchte": "01037", "*": "02021"}},
        defaults={"district": "500101"},
    )
    found = rows("components")
    assert [(r["kind"], r["district"], r["owner"]) for r in found.values()] == [
        ("01037", "500103", "Stadt"),
        ("02021", "500101", "Stadt"),
        ("02021", "500105", "Stadt"),
    ]
    assert report.crosswalked == Counter({"district: 渝中区 → 500103": 1})


def test_metres_without_a_crs_are_asked_about(imported: Import, tmp_path: Path, rows: Rows) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,kind,district,x,y\nL1,01037,500103,500000,3263000\n")
    with pytest.raises(BadCrs, match="--crs"):
        imported(path, "components")
    assert imported(path, "components", crs="EPSG:4545").tally == Tally(inserted=1)
    assert rows("components")["L1"]["place"].startswith("POINT (108")


value = st.sampled_from(
    ["", "a", "01037", "99999", "500103", "2026-01-01", "106.5", "29.5", "nan", "x\x00", "-1", "甲"]
)
record = st.tuples(st.sampled_from(["L1", "L2", "L3", ""]), *[value] * 6) | st.just(
    ("L4", "01037", "500103", "a", "2026-01-01", "106.5", "29.5")
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(record, max_size=12), st.sampled_from(["components", "fixes"]))
def test_every_record_becomes_exactly_one_thing(tmp_path: Path, records: list[tuple[str, ...]], layer: str) -> None:
    path = tmp_path / "a.csv"
    head = "code,kind,district,owner,surveyed,lon,lat" if layer == "components" else "vehicle,a,b,c,at,lon,lat"
    path.write_text("\n".join([head, *(",".join(r) for r in records)]) + "\n", newline="")
    for old in tmp_path.glob("s.gpkg*"):
        old.unlink()
    store = GeoPackageStore(tmp_path / "s.gpkg")
    try:
        for again in (False, True):
            with open_source(str(path)) as source:
                report = run(store, source, agreed(store.layers()[layer], source, Terms(crs="EPSG:4326")))
            tally = report.tally
            assert tally.inserted + tally.unchanged + tally.repeated + tally.refused == len(records) == report.position
            assert (tally.updated, tally.deleted) == (0, 0)
            assert not again or tally.inserted == 0
            assert len(list(store.held())) == tally.refused
    finally:
        store.close()
