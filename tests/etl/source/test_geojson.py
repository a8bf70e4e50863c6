"""GeoJSON of any size and shape: a bad feature costs that feature."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapely

from etl.source import Options, open_source
from etl.source.json_stream import Broken, Stream
from etl.source.model import MAX_COLUMNS, Chunk, Source
from spatial.errors import BadSource

Write = Callable[..., Path]


def feature(n: int = 0, x: Any = 106.5, **properties: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [x, 29.5]}
    return {"type": "Feature", "properties": {"n": n, **properties}, "geometry": geometry}


def collection(*features: Any, **members: Any) -> str:
    return json.dumps({"type": "FeatureCollection", **members, "features": list(features)}, ensure_ascii=False)


def read(path: Path) -> tuple[Source, list[Chunk]]:
    source = open_source(str(path), Options())
    return source, list(source.records())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.geojson", collection(feature(0), feature(1))),
        ("a.json", json.dumps(json.loads(collection(feature(0), feature(1))), indent=2)),
        ("a.ndjson", f"{json.dumps(feature(0))}\n{json.dumps(feature(1))}\n"),
        ("a.geojsonl", f"{json.dumps(feature(0))}\r\n\r\n{json.dumps(feature(1))}"),
        ("a.geojsons", f"\x1e{json.dumps(feature(0))}\n\x1e{json.dumps(feature(1))}\n"),
        ("a.geojsons", f"\x1e{json.dumps(feature(0), indent=1)}\n\x1e{json.dumps(feature(1), indent=1)}\n"),
        ("a.json", json.dumps([feature(0), feature(1)])),
        ("no_suffix", collection(feature(0), feature(1), bbox=[0, 0, 1, 1], name="x")),
    ],
)
def test_each_form_is_read(write: Write, name: str, text: str) -> None:
    source, chunks = read(write(name, text))
    assert [record for chunk in chunks for record in chunk.records] == [{"n": 0}, {"n": 1}]
    assert all(chunk.places is not None and shapely.get_x(chunk.places).tolist() == [106.5] * 2 for chunk in chunks)
    assert (source.placed, source.fields) == (True, ("n",))


def test_a_lone_feature_and_a_bare_geometry_are_one_record(write: Write) -> None:
    assert read(write("a.json", json.dumps(feature(7))))[1][0].records == [{"n": 7}]
    bare = read(write("b.json", '{"type": "Point", "coordinates": [1, 2]}'))[1][0]
    assert bare.records == [{}]
    assert bare.places is not None
    assert bare.places[0] == shapely.Point(1, 2)


def test_chinese_encodings_are_found(write: Write) -> None:
    text = collection(*(feature(n, name="重庆市江北区") for n in range(30)))
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        assert read(write("a.json", text, encoding))[1][0].records[0]["name"] == "重庆市江北区"


def test_an_id_becomes_a_field_and_a_property_called_geometry_is_kept(write: Write) -> None:
    odd = {**feature(1, geometry="wall"), "id": "A1"}
    assert read(write("a.json", collection(odd)))[1][0].records == [{"n": 1, "properties.geometry": "wall", "id": "A1"}]


def test_the_older_crs_member_is_told(write: Write) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4545"}}
    assert read(write("a.json", collection(feature(), crs=crs)))[0].crs == "urn:ogc:def:crs:EPSG::4545"


def test_bad_features_cost_themselves(write: Write) -> None:
    good = json.dumps(feature(1))
    deep = json.dumps(feature(2)).replace('"n": 2', f'"n": {"[" * 50 + "]" * 50}')
    deeper = json.dumps(feature(3)).replace('"n": 3', f'"n": {"[" * 200_000 + "]" * 200_000}')
    nan = good.replace("106.5", "NaN")
    digits = good.replace("106.5", "9" * 5000)
    syntax = '{"type": "Feature", "properties": {"n": 1,, "x": "}"}, "geometry": null}'
    wide = json.dumps(feature(4, **{f"p{n}": n for n in range(MAX_COLUMNS)}))
    bad = [deep, deeper, digits, syntax, "null", "12", '"text"', '{"type": "Topology"}', wide]
    text = f'{{"type": "FeatureCollection", "features": [{good}, {", ".join(bad)}, {nan}, {good}]}}'
    _, chunks = read(write("a.json", text))
    assert len(chunks) == 1
    assert sorted(chunks[0].broken) == list(range(1, 10))
    assert "nested deeper than 32" in chunks[0].broken[1]
    assert "cannot be read as JSON" in chunks[0].broken[4]
    assert "fields" in chunks[0].broken[9]
    assert chunks[0].records[11] == {"n": 1}
    assert chunks[0].places is not None
    assert np.isnan(shapely.get_x(chunks[0].places[10]))


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": "x"},
        {"type": "Circle", "coordinates": [1, 2]},
        {"type": "Point", "coordinates": ["a", "b"]},
        {"type": "Point", "coordinates": [1]},
        {"type": "Point", "coordinates": [10**400, 1]},
        {"type": "Point"},
        {"type": "LineString", "coordinates": [[0, 0], [1]]},
        [1, 2],
        "POINT(1 2)x",
        7,
    ],
)
def test_a_geometry_that_is_none_breaks_its_record_and_is_kept(write: Write, geometry: Any) -> None:
    bad = {**feature(5), "geometry": geometry}
    chunk = read(write("a.json", collection(feature(1), bad, feature(2))))[1][0]
    assert list(chunk.broken) == [1]
    assert chunk.records[1] == {"n": 5, "geometry": geometry}


def test_no_geometry_is_no_fault(write: Write) -> None:
    chunk = read(write("a.json", collection({**feature(1), "geometry": None})))[1][0]
    assert chunk.broken == {}
    assert chunk.places is not None
    assert chunk.places[0] is None


@pytest.mark.parametrize("cut", [1, 20, 60, -1, -30])
def test_a_truncated_file_breaks_off(write: Write, cut: int) -> None:
    text = collection(*(feature(n) for n in range(5)))
    with pytest.raises(BadSource, match="ends early or is broken"):
        read(write("a.json", text[:cut]))


def test_what_came_before_the_break_is_read(write: Write) -> None:
    text = collection(*(feature(n, name="x" * 100) for n in range(12_000)))
    source = open_source(str(write("a.json", text[:-20])), Options())
    count = 0
    with pytest.raises(BadSource, match="ends early"):
        for chunk in source.records():
            count += len(chunk.records)
    assert count == 10_000


def test_a_broken_line_costs_one_line(write: Write) -> None:
    lines = [json.dumps(feature(n)) for n in range(4)]
    lines[1] = lines[1][:30]
    lines[2] += " {}"
    chunk = read(write("a.ndjson", "\n".join(lines)))[1][0]
    assert sorted(chunk.broken) == [1, 2]
    assert [chunk.records[n] for n in (0, 3)] == [{"n": 0}, {"n": 3}]


MEASURE = """
import resource, sys
from etl.source import open_source
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
chunks = list(open_source(sys.argv[1]).records())
print([c.start + n for c in chunks for n in c.broken], [r for c in chunks for r in c.records][::2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_giant_feature_is_passed_without_being_held(write: Write) -> None:
    ring = ",".join(f"[{n / 1e6:.6f},{n % 7}]" for n in range(1_000_000))
    giant = f'{{"type":"Feature","properties":{{}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}'
    features = ",".join((json.dumps(feature(1)), giant, json.dumps(feature(2))))
    path = write("a.json", f'{{"type":"FeatureCollection","features":[{features}]}}')
    run = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, check=True, text=True)
    found, kilobytes = run.stdout.splitlines()
    assert found == "[1] [{'n': 1}, {'n': 2}]"
    assert int(kilobytes) < 160_000


@pytest.mark.parametrize("text", ["", "   \n", "[]x"])
def test_nothing_is_no_geojson(write: Write, text: str) -> None:
    path = write("a.geojson", text)
    with pytest.raises(BadSource):
        _ = [chunk for chunk in open_source(str(path)).records() if chunk.broken] and pytest.fail("broken records")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(),
        lambda c: st.lists(c, max_size=4) | st.dictionaries(st.text(), c, max_size=4),
        max_leaves=12,
    )
)
def test_any_value_is_read_back(value: Any) -> None:
    stream = Stream(io.StringIO(f" {json.dumps(value)} , 1"))
    assert stream.value() == value
    assert stream.take(",") == ","
    assert stream.value() == 1
    assert stream.peek() == ""


@given(st.text(alphabet='{}[]",:\\ 1aé\n', max_size=60))
def test_any_text_ends(text: str) -> None:
    stream = Stream(io.StringIO(text))
    try:
        while stream.peek():
            before = stream.passed
            value = stream.value()
            if isinstance(value, Broken) and stream.passed == before:
                stream.take(stream.peek())
    except BadSource:
        pass
    assert stream.passed <= len(text)
