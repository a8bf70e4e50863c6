"""What was refused can be looked through, mended, read again and dropped."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from etl import quarantine
from etl.report import Report
from etl.source import Options
from etl.terms import Terms
from layers.store.geopackage import GeoPackageStore
from layers.store.protocol import Tally
from spatial.errors import NotFound

type Import = Callable[..., Report]
type Rows = Callable[[str], dict[str, dict[str, Any]]]

BAD = {
    1: "L000001,99999,500103,Light Ltd,2026-01-02 08:00,106.5,29.5",
    2: "L000002,01037,500103,Light Ltd,2026-01-03 08:00,29.5,106.5",
    3: "L000003,01037,500103,Light Ltd,soon,106.5,29.5",
}


def test_a_mended_record_becomes_a_row(store: GeoPackageStore, imported: Import, lamps: Any, rows: Rows) -> None:
    imported(lamps(4, BAD), "components", zone="Asia/Shanghai")
    first, second, third = quarantine.held(store)
    quarantine.mend(store, first.id, {"kind": "01037"})
    quarantine.mend(store, third.id, {"surveyed": None})
    assert [one.state for one in quarantine.held(store)] == ["held", "mended", "mended"]
    done = quarantine.replay(store, list(quarantine.held(store)))
    assert done.tally == Tally(inserted=2, refused=1)
    assert [one.id for one in done.refused] == [second.id]
    assert rows("components")["L000001"]["surveyed"] == "2026-01-02T00:00:00.000Z"
    assert rows("components")["L000003"]["surveyed"] is None
    assert [one.id for one in quarantine.held(store)] == [second.id]


def test_a_mended_record_that_is_still_wrong_stays_mended_with_its_new_reason(
    store: GeoPackageStore, imported: Import, lamps: Any
) -> None:
    imported(lamps(4, BAD), "components")
    first = next(quarantine.held(store))
    quarantine.mend(store, first.id, {"kind": "88888"})
    quarantine.replay(store, quarantine.chosen(store, [first.id]))
    again = quarantine.chosen(store, [first.id])[0]
    assert (again.state, again.reason) == ("mended", "kind: '88888' is no code of components")


def test_a_place_is_mended_in_the_sources_own_coordinates(
    store: GeoPackageStore, imported: Import, tmp_path: Path, rows: Rows
) -> None:
    properties = {"code": "L1", "kind": "01037", "district": "500103"}
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [29.5, 106.5]}}
    (tmp_path / "a.json").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    imported(tmp_path / "a.json", "components", datum="gcj02")
    one = next(quarantine.held(store))
    assert one.record == {**properties, "geometry": "POINT (29.5 106.5)"}
    quarantine.mend(store, one.id, {"geometry": "POINT (106.5 29.5)"})
    assert quarantine.replay(store, quarantine.held(store)).tally == Tally(inserted=1)
    x, y = map(float, rows("components")["L1"]["place"][7:-1].split())
    assert 0.003 < 106.5 - x < 0.005
    assert 0.001 < abs(29.5 - y) < 0.004


def test_other_terms_may_be_what_was_missing(store: GeoPackageStore, imported: Import, lamps: Any) -> None:
    imported(lamps(4, {1: BAD[1]}), "components")
    said = Terms(values={"kind": {"99999": "02021"}})
    assert quarantine.replay(store, quarantine.held(store), said).tally == Tally(inserted=1)


def test_the_same_import_respects_what_was_decided(
    store: GeoPackageStore, imported: Import, lamps: Any, rows: Rows
) -> None:
    path = lamps(4, BAD)
    imported(path, "components")
    first, second, third = quarantine.held(store)
    quarantine.drop(store, [first])
    quarantine.mend(store, second.id, {"lon": "106.5", "lat": "29.5"})
    quarantine.replay(store, quarantine.chosen(store, [second.id]))
    imported(path, "components")
    assert [one.id for one in quarantine.held(store)] == [third.id]
    assert len(list(store.held(state="dropped"))) == len(list(store.held(state="replayed"))) == 1
    assert "L000002" in rows("components")


def test_only_open_records_are_decided_on(store: GeoPackageStore, imported: Import, lamps: Any) -> None:
    imported(lamps(4, BAD), "components")
    first = next(quarantine.held(store))
    quarantine.drop(store, [first])
    with pytest.raises(NotFound, match=str(first.id)):
        quarantine.chosen(store, [first.id])
    with pytest.raises(NotFound, match="99"):
        quarantine.mend(store, 99, {})


def test_records_are_held_whole_but_not_huge(store: GeoPackageStore, imported: Import, tmp_path: Path) -> None:
    odd = {
        "code": "L1",
        "kind": "\udcff",
        "district": "500103",
        "notes": ["a", {"b": 1.5, "c": None}],
        "long": "x" * 2_000_000,
    }
    feature = {"type": "Feature", "properties": odd, "geometry": {"type": "Point", "coordinates": [106.5, 29.5]}}
    (tmp_path / "a.json").write_text(json.dumps(feature))
    imported(tmp_path / "a.json", "components")
    one = next(quarantine.held(store))
    assert one.reason == "kind: '\\udcff' is no code of components"
    assert one.record["notes"] == ["a", {"b": 1.5, "c": None}]
    assert one.record["kind"] == "\\udcff"
    assert len(one.record["long"]) < 2_000
    assert "2,000,000 characters" in one.record["long"]


def test_a_broken_line_is_kept_as_it_was(store: GeoPackageStore, imported: Import, lamps: Any) -> None:
    imported(lamps(3, {1: 'L000001,01037,"500103,x'}), "components", None, Options(delimiter=","))
    one = next(quarantine.held(store))
    assert one.record == {"line": 'L000001,01037,"500103,x'}
    values = {"line": None, "code": "L000001", "kind": "01037", "district": "500103", "lon": "106.5", "lat": "29.5"}
    quarantine.mend(store, one.id, values)
    assert quarantine.replay(store, quarantine.held(store)).tally == Tally(inserted=1)
