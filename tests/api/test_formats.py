"""The representations of features: each valid, all telling the same."""

import csv
import io
from pathlib import Path
from typing import Any, cast

import numpy as np
import orjson
import pytest
from starlette.testclient import TestClient

import geopandas as gpd
import shapely
from shapely.geometry import shape

from api.formats.catalogue import ALIASES, FORMATS
from api.formats.table import FORMULA
from layers.catalogue import declared
from layers.store.geopackage import GeoPackageStore
from spatial.crs import ADVERTISED, crs

LAYERS = sorted(declared())


def items(client: TestClient, layer: str, **params: Any) -> Any:
    answer = client.get(f"/collections/{layer}/items", params={"limit": 100, **params})
    assert answer.status_code == 200, answer.text
    return answer


def frame_of(client: TestClient, layer: str, form: str, folder: Path, **params: Any) -> gpd.GeoDataFrame:
    path = folder / f"{layer}.{form}"
    path.write_bytes(items(client, layer, f=form, **params).content)
    read = gpd.read_parquet(path) if form == "parquet" else gpd.read_file(path)
    return cast("gpd.GeoDataFrame", read.set_index("id").sort_index())


def rows_of(client: TestClient, layer: str, **params: Any) -> dict[str, Any]:
    return {f["id"]: f for f in items(client, layer, **params).json()["features"]}


@pytest.mark.parametrize("layer", LAYERS)
def test_geojson_is_what_rfc_7946_asks_for(client: TestClient, layer: str) -> None:
    for feature in rows_of(client, layer).values():
        assert set(feature) == {"type", "id", "geometry", "properties"}
        assert isinstance(feature["id"], str)
        place = shape(feature["geometry"])
        assert place.is_valid
        west, south, east, north = place.bounds
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90


def test_numbers_say_what_they_are(client: TestClient) -> None:
    """A number column's whole values keep their point: readers take the first rows' type for the column's."""
    text = items(client, "plans", limit=1).text
    assert '"radius_m":0.0' in text
    assert '"coordinates":[[[106.4' in text
    assert '"people":0,' in items(client, "teams", limit=1).text


@pytest.mark.parametrize("form", ["fgb", "parquet"])
@pytest.mark.parametrize("layer", LAYERS)
def test_files_hold_the_same_rows(client: TestClient, layer: str, form: str, tmp_path: Path) -> None:
    frame, rows = frame_of(client, layer, form, tmp_path), rows_of(client, layer)
    assert sorted(rows) == list(frame.index)
    assert frame.crs == "EPSG:4326"
    for key, place in zip(frame.index, frame.geometry, strict=True):
        assert shapely.equals_exact(place, shape(rows[key]["geometry"]), 1e-7)
    columns = [c for c in frame.columns if c != "geometry"]
    assert columns == list(next(iter(rows.values()))["properties"])
    for name in columns:
        for key, value in frame[name].items():
            told = rows[str(key)]["properties"][name]
            assert same(value, told), (name, key, value, told)


def same(value: Any, told: Any) -> bool:
    """Tell whether a frame's value is the one that GeoJSON tells."""
    if isinstance(told, list):
        return "; ".join(told) == (value or "" if isinstance(value, str | None) else "; ".join(list(value)))
    if told is None:
        return value is None or value != value  # noqa: PLR0124 - NaN and NaT
    if hasattr(value, "isoformat") and "T" in str(told):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z") == told
    return value == told or str(value) == str(told)


@pytest.mark.parametrize("layer", LAYERS)
def test_csv_holds_the_same_rows(client: TestClient, layer: str) -> None:
    answer = items(client, layer, f="csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="{layer}.csv"'
    assert answer.text.startswith("\ufeff")
    rows = rows_of(client, layer)
    read = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["id"] for row in read] == list(rows)
    for row in read:
        told = rows[row["id"]]
        place = shapely.Point(float(row["x"]), float(row["y"])) if "x" in row else shapely.from_wkt(row["wkt"])
        assert shapely.equals_exact(place, shape(told["geometry"]), 1e-7)
        for name, value in told["properties"].items():
            assert row[name] == written(value)


def written(value: Any) -> str:
    """How CSV writes a value of GeoJSON."""
    if isinstance(value, bool):
        return str(value).lower()
    return "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def test_csv_starts_no_formula_in_a_spreadsheet(own: TestClient, empty: GeoPackageStore, notes: Any) -> None:
    layer = noted(own, empty, notes, *({"code": f"{sign}1", "text": f"{sign}cmd|' /C calc'!A0"} for sign in "=+-@"))
    read = list(csv.reader(io.StringIO(items(own, layer, f="csv").text.removeprefix("\ufeff"))))
    for row in read[1:]:
        assert not any(cell.startswith(FORMULA) for cell in row)
    assert read[1][2] == "'=cmd|' /C calc'!A0"


def test_ndjson_is_a_feature_a_line(client: TestClient) -> None:
    answer = items(client, "cases", f="ndjson")
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    assert lines == items(client, "cases").json()["features"]


@pytest.mark.parametrize("layer", LAYERS)
def test_json_fg_adds_time_place_and_type(client: TestClient, layer: str) -> None:
    document = items(client, layer, f="jsonfg").json()
    assert document["conformsTo"] == ["http://www.opengis.net/spec/json-fg-1/0.3/conf/core"]
    assert document["featureType"] == layer
    when = declared()[layer].when
    for feature in document["features"]:
        assert feature["place"] is None
        assert "conformsTo" not in feature
        told = feature["properties"][when[0].name] if when else None
        assert feature["time"] == ({"timestamp": told} if told else None)
    projected = items(client, layer, f="jsonfg", crs="EPSG:4545").json()
    assert projected["coordRefSys"] == "http://www.opengis.net/def/crs/EPSG/0/4545"
    assert all(f["geometry"] is None and f["place"]["coordinates"] for f in projected["features"])


def test_json_fg_tells_intervals(own: TestClient, empty: GeoPackageStore, notes: Any) -> None:
    begun, done = "2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"
    rows = ({"code": "1", "begun": begun, "done": done}, {"code": "2", "begun": begun})
    layer = noted(own, empty, notes, *rows)
    times = [f["time"]["interval"] for f in items(own, layer, f="jsonfg").json()["features"]]
    assert times == [[begun, done], [begun, ".."]]
    alone = own.get(f"/collections/{layer}/items/1?f=jsonfg").json()
    assert (alone["type"], alone["time"], alone["featureType"]) == ("Feature", {"interval": [begun, done]}, layer)


def noted(client: TestClient, store: GeoPackageStore, notes: Any, *rows: dict[str, Any]) -> str:
    """Make a layer of notes with the rows."""
    assert client.post("/collections?name=notes", json=notes).status_code == 201
    layer = store.layers()["notes"]
    with store.write() as writer:
        read = [layer.row.model_validate({"begun": "2026-03-01T00:00:00.000Z", **row}) for row in rows]
        writer.upsert(layer, [{c.name: getattr(row, c.name) for c in layer.columns} for row in read])
    return "notes"


HARD: dict[str, Any] = {
    "code": "渝/A 1?#%&'\"<b>",
    "text": 'a,b;"c"\n<script>alert(1)</script> & 😀\u2028end',
    "number": -0.1,
    "count": -(2**53),
    "tags": ["a;b", "", "<i>"],
    "day": "0001-01-01",
    "done": "9999-12-31T23:59:59.999Z",
}


def test_hard_values_survive_every_representation(
    own: TestClient, empty: GeoPackageStore, notes: Any, tmp_path: Path
) -> None:
    layer = noted(own, empty, notes, HARD, {"code": "empty"})
    told = rows_of(own, layer)[HARD["code"]]
    assert {n: v for n, v in told["properties"].items() if n in HARD} == HARD
    assert told["geometry"] is None
    for form in FORMATS:
        assert items(own, layer, f=form).content
    page = items(own, layer, f="html").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    for form in ("fgb", "parquet"):
        frame = frame_of(own, layer, form, tmp_path)
        assert frame.loc[HARD["code"], "text"] == HARD["text"]
    feature = next(
        link["href"] for link in items(own, layer, f="jsonfg").json()["links"] if link["rel"] == "collection"
    )
    assert own.get(feature).status_code == 200
    href = page.split('<a href="http://testserver/collections/notes/items/')[1].split('"')[0]
    assert own.get(f"/collections/notes/items/{href}").status_code == 200


@pytest.mark.parametrize("uri", ADVERTISED)
@pytest.mark.parametrize("layer", ["cases", "streets", "districts"])
def test_all_of_them_agree_in_every_system(client: TestClient, layer: str, uri: str, tmp_path: Path) -> None:
    system, plain = crs(uri), rows_of(client, layer, crs=uri)
    assert items(client, layer, crs=uri).headers["content-crs"] == f"<{uri}>"
    near = 1e-7 if system.is_geographic else 2e-3
    fg = {f["id"]: f["place"] or f["geometry"] for f in items(client, layer, crs=uri, f="jsonfg").json()["features"]}
    lines = {f["id"]: f for f in map(orjson.loads, items(client, layer, crs=uri, f="ndjson").content.splitlines())}
    files = [frame_of(client, layer, form, tmp_path, crs=uri).geometry for form in ("fgb", "parquet")]
    for key, feature in plain.items():
        assert fg[key] == feature["geometry"] == lines[key]["geometry"]
        place = shape(feature["geometry"])
        alone = client.get(f"/collections/{layer}/items/{key}", params={"crs": uri}).json()
        assert alone["geometry"] == feature["geometry"]
        # files and tables are x first, whatever the authority says (GeoPackage, GeoParquet)
        turned = shapely.transform(place, np.fliplr) if system.north_first else place
        assert all(shapely.equals_exact(file[key], turned, near) for file in files)


def test_systems_are_what_proj_makes_of_them(client: TestClient) -> None:
    stored = gpd.GeoSeries([shape(f["geometry"]) for f in rows_of(client, "cases").values()], crs=4326)
    for uri in ADVERTISED[3:]:
        told = [shape(f["geometry"]) for f in rows_of(client, "cases", crs=uri).values()]
        expected = stored.to_crs(crs(uri).name)
        turned = [shapely.transform(p, np.fliplr) for p in told] if crs(uri).north_first else told
        assert all(a.distance(b) < 2e-3 for a, b in zip(expected, turned, strict=True))


def test_formats_have_other_names_too(client: TestClient) -> None:
    for alias, form in ALIASES.items():
        plain, named = (items(client, "cases", f=f).headers["content-type"] for f in (form, alias))
        assert plain == named


def test_skipping_geometry_skips_it_everywhere(client: TestClient, tmp_path: Path) -> None:
    asked = {"skipGeometry": "true", "properties": "state"}
    assert all(f["geometry"] is None for f in rows_of(client, "cases", **asked).values())
    assert items(client, "cases", f="csv", **asked).text.splitlines()[0] == "\ufeffid,state"
    for form in ("fgb", "parquet"):
        frame = frame_of(client, "cases", form, tmp_path, **asked)
        assert list(frame.columns) == ["state", "geometry"]
        assert frame.geometry.isna().all()


def test_an_empty_answer_is_one_in_every_representation(client: TestClient, tmp_path: Path) -> None:
    for form in FORMATS:
        assert items(client, "cases", f=form, q="nowhere to be found").status_code == 200
    for form in ("fgb", "parquet"):
        assert len(frame_of(client, "cases", form, tmp_path, q="nowhere to be found")) == 0
