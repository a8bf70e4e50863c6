"""Every parameter of items: what it does, and what is said of a malformed one."""

import base64
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

ITEMS = "/collections/cases/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
BAD = {
    "bbox": [
        "",
        "1",
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "1,2,3,nan",
        "1,2,3,inf",
        "3,4,1,2",
        "0,0,0,91",
        "9e999,0,1,1",
        ",,,",
    ],
    "bbox-crs": ["", "EPSG:2000", "nonsense", "http://www.opengis.net/def/crs/EPSG/0/", f"{EPSG}99999999"],
    "crs": ["", "EPSG:2000", "nonsense", f"{EPSG}3067", "'"],
    "datetime": ["", "yesterday", "2026-13-01", "2026-01-01/2025-01-01", "1/2/3", "2026-01-01T25:00:00Z", "2026-02-30"],
    "limit": ["", "0", "-1", "1.5", "ten", "٣", "1e3", " 5", "9" * 30],
    "offset": ["", "-1", "x", "1000001"],
    "properties": ["", ",", "state,,matter", "nope", "reporter", "state nope"],
    "skipGeometry": ["", "yes", "1", "maybe"],
    "sortby": ["", ",", "nope", "-nope", "place", "state,state", "-state,+state", ",".join("abcdefghi"), "reporter"],
    "q": ["", " ", ",", " ".join("abcdefghijklmnop")],
    "filter": [
        "",
        "state =",
        "nope = 1",
        "reporter = 'x'",
        "state = 1",
        "(" * 3000,
        "S_INTERSECTS(state, POINT(0 0))",
        "drop table",
    ],
    "filter-lang": ["", "cql-text", "sql"],
    "filter-crs": ["", "EPSG:2000", "nonsense"],
    "cursor": ["", "x", "AAAA", "W10", "WzAsMV0=="[:3], "W1swXSwxXQ", "x" * 40000],
    "f": ["", "xml", "../etc/passwd"],
    "reported": ["", "yesterday", "2026-99-01"],
    "on_time": ["", "perhaps"],
    "reporter": ["x"],
    "nonsense": ["x"],
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in BAD.items() for v in values])
@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_is_wrong_is_refused_and_explained(client: TestClient, name: str, value: str, form: str) -> None:
    params = {"f": form, name: value}
    if name.endswith("-crs"):
        params |= {"bbox": "106,29,107,30"}
    answer = client.get(ITEMS, params=params)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.json()["detail"]) > 10
    assert len(answer.text) < 2000


def test_an_unknown_parameter_is_told_the_known_ones(client: TestClient) -> None:
    detail = client.get(ITEMS, params={"bobx": "1"}).json()["detail"]
    assert "'bobx'" in detail
    assert all(name in detail for name in ("bbox", "datetime", "sortby", "district"))
    assert "reporter" not in detail


def test_a_repeated_parameter_is_refused(client: TestClient) -> None:
    for path in ("/", "/collections", ITEMS, f"{ITEMS}/x", "/api", "/codes", "/collections/cases/schema"):
        assert client.get(f"{path}?f=json&f=json").status_code == 400
    assert client.get(f"{ITEMS}?limit=1&limit=2").status_code == 400


@pytest.mark.parametrize(
    "query", ["q=%ff", "q=%", "%ff=1", "q=%00", "q=%ed%a0%80", "q=a%0bb", "f=json%00", "&&&=", "a;b=1", "=1"]
)
@pytest.mark.parametrize(
    "path", ["/", ITEMS, "/collections/cases/items/x", "/export/map.html", "/codes/counties", "/collections/cases/live"]
)
def test_garbage_in_the_query_is_no_failure_of_ours(client: TestClient, path: str, query: str) -> None:
    answer = client.get(f"{path}?{query}")
    assert answer.status_code in ((400, 404) if query != "q=%" else (200, 400, 404))


@pytest.mark.parametrize(
    "key", ["%00", "%ff", "a%2Fb", "a/b", "%2e%2e%2f", "%F0%9F%98%80", "x" * 4000, "'", "%27;drop", "a%0d%0ab"]
)
@pytest.mark.parametrize(
    "path", ["/collections/{}", "/collections/cases/items/{}", "/collections/{}/items", "/codes/{}", "/page/{}"]
)
def test_garbage_in_the_path_is_not_found(client: TestClient, path: str, key: str) -> None:
    for query in ("", "?f=html"):
        assert client.get(path.format(key) + query).status_code in (400, 404)


def test_more_than_there_can_be_is_no_error(answers: Any) -> None:
    assert len(answers(ITEMS, limit=10_001)["features"]) == 45
    assert len(answers(ITEMS, limit=10**17)["features"]) == 45


def test_bbox_takes_what_meets_it(answers: Any) -> None:
    found = answers(ITEMS, bbox="106.4,29.4,106.42,29.4", limit=100)
    assert {tuple(f["geometry"]["coordinates"]) for f in found["features"]} == {
        (106.4, 29.4),
        (106.41, 29.4),
        (106.42, 29.4),
    }
    assert found["numberMatched"] == 3
    assert answers(ITEMS, bbox="106.4,29.4,-5,106.42,29.4,900")["numberMatched"] == 3
    assert answers(ITEMS, bbox="170,-90,-170,90")["numberMatched"] == 0
    assert answers(ITEMS, bbox="100,-90,-170,90")["numberMatched"] == 45
    assert answers(ITEMS, bbox="-180,-90,180,90")["numberMatched"] == 45


@pytest.mark.parametrize(
    ("crs", "box"),
    [
        ("EPSG:4326", "29.4,106.4,29.4,106.42"),
        (f"{EPSG}4490", "29.4,106.4,29.4,106.42"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "106.4,29.4,106.42,29.4"),
        ("urn:ogc:def:crs:EPSG::3857", "11844390,3426656,11846621,3426657"),
    ],
)
def test_bbox_in_the_axis_order_of_its_system(answers: Any, crs: str, box: str) -> None:
    assert answers(ITEMS, bbox=box, **{"bbox-crs": crs})["numberMatched"] == 3


def test_the_world_in_a_projected_system_holds_everything(answers: Any) -> None:
    world = "-20037508.34,-20037508.34,20037508.34,20037508.34"
    assert answers(ITEMS, bbox=world, **{"bbox-crs": "EPSG:3857"})["numberMatched"] == 45


@pytest.mark.parametrize(
    ("when", "matched"),
    [
        ("2026-03-01T05:00:00Z", 1),
        ("2026-03-01", 24),
        ("2026-03-01T13:00:00+08:00", 1),
        ("2026-03-01T05:00:00Z/2026-03-01T06:00:00Z", 2),
        ("2026-03-01T20:00:00Z/..", 25),
        ("../2026-03-01T00:00:00Z", 1),
        ("/2026-03-01T00:00:00Z", 1),
        ("0000-01-01T00:00:00Z/2026-03-01T00:00:00Z", 1),
        ("2026-03-02T20:00:00Z/9999-12-31T00:00:00Z", 1),
        ("../..", 45),
        ("1999-01-01", 0),
    ],
)
def test_datetime(answers: Any, when: str, matched: int) -> None:
    assert answers(ITEMS, datetime=when)["numberMatched"] == matched


def test_a_layer_without_time_is_not_asked_for_it(answers: Any) -> None:
    assert answers("/collections/streets/items", datetime="1999-01-01")["numberMatched"] == 45


def test_properties_and_geometry_are_chosen(answers: Any) -> None:
    first = answers(ITEMS, properties="state,matter", skipGeometry="true", limit=1)["features"][0]
    assert set(first["properties"]) == {"matter", "state"}
    assert first["geometry"] is None
    assert first["id"]


def test_sorting_goes_down_and_up(answers: Any) -> None:
    newest = answers(ITEMS, sortby="-reported", limit=3)["features"]
    oldest = answers(ITEMS, sortby="+reported", limit=3)["features"]
    assert newest[0]["properties"]["reported"] == "2026-03-02T20:00:00.000Z"
    assert oldest == answers(ITEMS, sortby="reported", limit=3)["features"]
    assert oldest[0]["properties"]["reported"] == "2026-03-01T00:00:00.000Z"


def test_queryables_are_parameters(answers: Any, client: TestClient) -> None:
    every = answers(ITEMS, limit=100)["features"]
    for name, text in {
        "state": "closed",
        "on_time": "true",
        "reported": "2026-03-01T05:00:00Z",
        "number": "案件编号004",
    }.items():
        found = answers(ITEMS, limit=100, **{name: text})["features"]
        assert found
        assert len(found) < len(every)
    assert answers("/collections/plans/items", radius_m="0.125")["numberMatched"] == 1
    assert answers("/collections/teams/items", people="3")["numberMatched"] == 2
    assert client.get("/collections/teams/items", params={"people": "seven"}).status_code == 400
    assert client.get("/collections/teams/items", params={"people": "9" * 40}).status_code == 400


def test_q_looks_into_the_texts(answers: Any) -> None:
    assert answers("/collections/risk_points/items", q="名称007")["numberMatched"] == 1
    assert answers("/collections/risk_points/items", q="名称007,名称008")["numberMatched"] == 2
    assert answers("/collections/risk_points/items", q="%")["numberMatched"] == 0


def test_filters_by_text_and_json(answers: Any) -> None:
    text = answers(ITEMS, filter='"state" = \'closed\' AND S_INTERSECTS("place",BBOX(106,29,107,30))')["numberMatched"]
    tree = {"op": "=", "args": [{"property": "state"}, "closed"]}
    assert (
        answers(ITEMS, filter=orjson.dumps(tree).decode(), **{"filter-lang": "cql2-json"})["numberMatched"] == text > 0
    )
    turned = "S_INTERSECTS(place,POINT(29.4 106.4))"
    assert answers(ITEMS, filter=turned, **{"filter-crs": "EPSG:4326"})["numberMatched"] == 1
    assert answers(ITEMS, filter="state='closed'", state="opened")["numberMatched"] == 0


def test_a_cursor_belongs_to_its_query(client: TestClient) -> None:
    page = client.get(ITEMS, params={"limit": 5, "sortby": "state"}).json()
    href = next(link["href"] for link in page["links"] if link["rel"] == "next")
    assert client.get(href).status_code == 200
    assert client.get(href.replace("sortby=state", "sortby=state,matter")).status_code == 400
    assert client.get(href.replace("sortby=state", "sortby=place")).status_code == 400


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=40) | JSONS.map(lambda v: orjson.dumps(v, default=str) if not _big(v) else repr(v).encode()))
def test_a_forged_cursor_never_breaks_anything(client: TestClient, raw: bytes) -> None:
    token = base64.urlsafe_b64encode(raw).decode()
    for sort in ("", "&sortby=state", "&sortby=reported,-on_time"):
        answer = client.get(f"{ITEMS}?cursor={quote(token)}&limit=2{sort}")
        assert answer.status_code in (200, 400)


def _big(value: Any) -> bool:
    return any(map(_big, value)) if isinstance(value, list) else isinstance(value, int) and abs(value) >= 2**63


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(BAD)), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_no_value_of_any_parameter_breaks_anything(client: TestClient, name: str, value: str) -> None:
    answer = client.get(ITEMS, params={name: value})
    assert answer.status_code in (200, 400)
    assert client.get(f"{ITEMS}/x", params={name: value}).status_code in (400, 404)
