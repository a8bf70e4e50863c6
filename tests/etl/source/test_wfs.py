"""WFS, answered by a server of our own: in JSON, in GML, and with bad manners."""

from collections.abc import Callable
from typing import Any

import pytest

import shapely

from etl.source import Options, open_source
from spatial.errors import BadSource

type Params = dict[str, str]
type Answer = tuple[int, dict[str, str], bytes]
type Page = Callable[[Params], Answer]
type All = Callable[[Any], list[dict[str, Any]]]

TOTAL = 23
CAPABILITIES = """<wfs:WFS_Capabilities version="{version}" xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:ows="http://www.opengis.net/ows/1.1">
<ows:OperationsMetadata><ows:Operation name="GetFeature"><ows:Parameter name="outputFormat"><ows:AllowedValues>{formats}
</ows:AllowedValues></ows:Parameter></ows:Operation></ows:OperationsMetadata><wfs:FeatureTypeList>
<wfs:FeatureType><wfs:Name>city:lamps</wfs:Name><wfs:DefaultCRS>urn:ogc:def:crs:EPSG::{crs}</wfs:DefaultCRS></wfs:FeatureType>
<wfs:FeatureType><wfs:Name>city:other</wfs:Name></wfs:FeatureType></wfs:FeatureTypeList></wfs:WFS_Capabilities>"""


def wfs(server: Any, answer: Callable[[Params], Answer], *formats: str, version: str = "2.0.0", crs: int = 4326) -> str:
    """Make the server a WFS; return its address."""
    listed = "".join(f"<ows:Value>{form}</ows:Value>" for form in formats)
    said = CAPABILITIES.format(version=version, formats=listed, crs=crs).encode()

    def answered(params: Params) -> Answer:
        return (200, {}, said) if params["request"] == "GetCapabilities" else answer(params)

    server.answers["/wfs"] = answered
    return f"{server.url}/wfs?SERVICE=WFS"


@pytest.fixture
def json_page(server: Any) -> Page:
    """Answer with one page of GeoJSON."""

    def answered(params: Params) -> Answer:
        start = int(params["startindex"])
        return server.good(server.collection(start, start + int(params["count"]), numberMatched=TOTAL))

    return answered


def test_a_wfs_that_writes_json_is_read_in_pages(server: Any, json_page: Page, all_of: All) -> None:
    url = wfs(server, json_page, "application/gml+xml; version=3.2", "application/json", crs=4545)
    with open_source(url, Options(table="city:lamps", page=10)) as source:
        assert [record["n"] for record in all_of(source)] == list(range(TOTAL))
        assert (source.format, source.total, source.notes) == ("WFS", TOTAL, ("GeoJSON",))
    asked = server.asked[-1][1]
    assert asked["typenames"] == "city:lamps"
    assert (asked["outputformat"], asked["srsname"], asked["startindex"]) == ("application/json", "EPSG:4326", "20")


def test_a_page_may_be_shorter_than_asked(server: Any, json_page: Page, all_of: All) -> None:
    url = wfs(server, lambda p: json_page(p | {"count": "7"}), "json")
    assert len(all_of(open_source(url, Options(table="city:lamps", page=10)))) == TOTAL


def test_a_wfs_that_ignores_paging_is_not_read_for_ever(server: Any, json_page: Page, all_of: All) -> None:
    url = wfs(server, lambda p: json_page(p | {"startindex": "0"}), "json")
    with pytest.raises(BadSource, match="same page"):
        all_of(open_source(url, Options(table="city:lamps", page=10)))


def test_a_feature_type_must_be_named(server: Any, json_page: Page) -> None:
    url = wfs(server, json_page, "json")
    with pytest.raises(BadSource, match="city:lamps, city:other"):
        open_source(url)
    assert open_source(f"{url}&typeName=city:lamps").total == TOTAL


def gml(lat: float = 29.5, lon: float = 106.5, count: int = 3) -> bytes:
    member = "".join(
        f'<wfs:member><c:lamps gml:id="l.{n}" xmlns:c="urn:c"><c:name>路灯{n}</c:name><c:place><gml:Point srsName='
        f'"urn:ogc:def:crs:EPSG::4326"><gml:pos>{lat} {lon}</gml:pos></gml:Point></c:place></c:lamps></wfs:member>'
        for n in range(count)
    )
    return (
        f'<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" '
        f'numberMatched="{count}" numberReturned="{count}">{member}</wfs:FeatureCollection>'
    ).encode()


@pytest.mark.parametrize("version", ["2.0.0", "1.1.0"])
def test_a_wfs_that_writes_only_gml(server: Any, version: str) -> None:
    url = wfs(server, lambda _: (200, {}, gml()), "application/gml+xml; version=3.2", version=version)
    with open_source(url, Options(table="city:lamps")) as source:
        chunks = list(source.records())
        assert source.crs == "EPSG:4326"
    assert [record["name"] for chunk in chunks for record in chunk.records] == ["路灯0", "路灯1", "路灯2"]
    assert chunks[0].places is not None
    assert chunks[0].places[0] == shapely.Point(106.5, 29.5)


def test_an_exception_report_is_told(server: Any) -> None:
    text = b"<o:ExceptionText>layer is locked</o:ExceptionText>"
    report = b"<o:ExceptionReport xmlns:o='x'>" + text + b"</o:ExceptionReport>"
    for form in ("json", "gml"):
        url = wfs(server, lambda _: (200, {}, report), form)
        with pytest.raises(BadSource, match="layer is locked"):
            open_source(url, Options(table="city:lamps"))


def test_xml_that_would_unfold_is_refused(server: Any) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><wfs>&b;</wfs>'
    server.answers["/wfs"] = lambda _: (200, {}, bomb)
    with pytest.raises(BadSource, match="XML"):
        open_source(f"{server.url}/wfs?service=WFS")
    with pytest.raises(BadSource, match="XML"):
        open_source(wfs(server, lambda _: (200, {}, bomb), "gml"), Options(table="city:lamps"))
