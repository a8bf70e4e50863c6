"""An overlay draws a layer on any folium map, and lets nothing of its rows run."""

import json
import re
from typing import Any

import pytest

import folium
import geopandas as gpd
import shapely
from folium.plugins import MarkerCluster

from layers.access import Reader
from layers.catalogue import declared
from layers.feature import Layer
from layers.look import Style
from layers.text import Text
from spatial.shape import Kind
from styles.overlay import CLUSTER_FROM, Overlay, looks, overlay
from styles.verbatim import Verbatim, script_json, unbraced

HOSTILE = [
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    "{{ 7 * 7 }}",
    "{% for x in y %}",
    "{# gone #}",
    "${1 + 1}`'\"\\",
    "\u2028行",
]


def page(*overlays: Any) -> str:
    drawn = folium.Map(tiles=None)
    for each in overlays:
        drawn.add_child(each)
    drawn.add_child(folium.LayerControl())
    return str(drawn.get_root().render())


def rows_in(html: str) -> list[dict[str, Any]]:
    """The features that a page's scripts are given."""
    found = re.findall(r"\.fill\(\w+, (\{.*\})\);$", html, re.MULTILINE)
    return [feature for each in found for feature in json.loads(each)["features"]]


def points(n: int, **columns: Any) -> gpd.GeoDataFrame:
    places = shapely.points([106.5 + i * 1e-5 for i in range(n)], [29.5] * n)
    return gpd.GeoDataFrame({"code": [f"P{i}" for i in range(n)], **columns}, geometry=places, crs=4326)


@pytest.mark.parametrize("layer", declared().values(), ids=lambda each: each.name)
@pytest.mark.parametrize("n", [0, 5])
def test_every_layer_is_drawn(layer: Layer, frame: Any, n: int) -> None:
    drawn = overlay(layer, frame(layer, n))
    assert isinstance(drawn, folium.GeoJson)
    html = page(drawn)
    assert len(rows_in(html)) == n
    assert layer.title.zh in drawn.layer_name
    assert layer.title.en in drawn.layer_name


@pytest.mark.parametrize("kind", list(Kind))
def test_every_geometry_type_is_drawn(uploaded: Any, frame: Any, kind: Kind) -> None:
    layer = uploaded(kind, Style(label="code"))
    assert {each["geometry"]["type"] for each in rows_in(page(overlay(layer, frame(layer, 3))))} == {
        "Polygon" if kind is Kind.ANY else str(kind)
    }


def test_many_points_are_clustered(uploaded: Any) -> None:
    layer = uploaded(Kind.POINT)
    assert isinstance(overlay(layer, points(CLUSTER_FROM)), Overlay)
    crowd = overlay(layer, points(CLUSTER_FROM + 1))
    assert isinstance(crowd, MarkerCluster)
    html = page(crowd)
    assert "leaflet.markercluster.js" in html
    assert len(rows_in(html)) == CLUSTER_FROM + 1


def test_a_layer_says_itself_when_to_cluster(uploaded: Any) -> None:
    assert isinstance(overlay(uploaded(Kind.POINT, Style(cluster_from=3)), points(4)), MarkerCluster)
    assert isinstance(overlay(uploaded(Kind.POINT, Style(cluster_from=3)), points(3)), Overlay)


def test_areas_are_never_clustered(uploaded: Any, frame: Any) -> None:
    layer = uploaded(Kind.POLYGON, Style(cluster_from=3))
    assert isinstance(overlay(layer, frame(layer, 5)), Overlay)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("crowded", [False, True], ids=["alone", "clustered"])
def test_a_value_reaches_the_page_as_it_is_and_as_data(uploaded: Any, name: str, crowded: bool) -> None:
    style = Style(label="code", cluster_from=1 if crowded else None)
    rows = points(2)
    rows["code"] = name
    html = page(overlay(uploaded(Kind.POINT, style), rows))
    assert [each["properties"]["0"] for each in rows_in(html)] == [name, name]
    assert "<img src=x" not in html
    assert html.count("</script") == html.count("<script")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_title_reaches_the_page_as_text(uploaded: Any, name: str) -> None:
    html = page(overlay(uploaded(Kind.POINT, title=Text(name, name)), points(1)))
    assert "<img src=x" not in html
    assert html.count("</script") == html.count("<script")
    assert "49" not in re.sub(r"[0-9a-f]{8,}", "", html.split("onemap.drawer")[-1])
    (title,) = [json.loads(each)["title"] for each in re.findall(r"onemap\.drawer\((\{.*\})\);$", html, re.MULTILINE)]
    assert title == [name, name]


def test_what_is_hidden_from_a_reader_is_not_in_the_page(layers: dict[str, Layer], frame: Any) -> None:
    rows = frame(layers["risk_points"], 3, phone="13800138000")
    assert "13800138000" in page(overlay(layers["risk_points"], rows))
    html = page(overlay(layers["risk_points"].seen_by(Reader.PUBLIC), rows))
    assert "13800138000" not in html
    assert "责任人电话" not in html


def test_the_name_tells_count_legend_and_notices(layers: dict[str, Layer], frame: Any) -> None:
    name = overlay(
        layers["risk_points"], frame(layers["risk_points"], 12), says=[Text("缺三", "Three missing")]
    ).layer_name
    for said in ("风险点", "Risk points", ">12<", "重大", "Major", "#c81e1e", "低", "缺三", "Three missing"):
        assert said in name


def test_several_overlays_share_one_script(layers: dict[str, Layer], frame: Any) -> None:
    html = page(*(overlay(layers[name], frame(layers[name], 2)) for name in ("teams", "supplies", "teams")))
    assert html.count("const onemap =") == 1
    assert len(rows_in(html)) == 6


def test_a_page_may_be_rendered_twice(layers: dict[str, Layer], frame: Any) -> None:
    drawn = folium.Map(tiles=None).add_child(overlay(layers["teams"], frame(layers["teams"], 2)))
    pages = [str(drawn.get_root().render()) for _ in range(2)]
    assert [len(rows_in(html)) for html in pages] == [2, 2]
    assert [html.count("onemap.drawer(") for html in pages] == [1, 1]


def test_an_overlay_can_start_switched_off(layers: dict[str, Layer], frame: Any) -> None:
    shown, hidden = (overlay(layers["teams"], frame(layers["teams"], 2), show=show) for show in (True, False))
    added = re.compile(r"geo_json_\w+\.addTo\(\s*map_")
    assert added.search(page(shown))
    assert not added.search(page(hidden))


def test_looks_follow_the_style() -> None:
    plain = looks(Style(size=4, opacity=0.8, dash=(2, 1)))
    assert looks(Style())["area"]["fillOpacity"] < looks(Style())["point"]["fillOpacity"]
    assert plain["point"]["radius"] == 4
    assert plain["line"] == {"weight": 4, "opacity": 0.8, "dashArray": "8 4"}
    assert "color" not in plain["area"]
    assert plain["area"]["fillOpacity"] == 0.8
    assert looks(Style(outline="#102030"))["area"]["color"] == "#102030"


def test_verbatim_is_no_template() -> None:
    assert Verbatim("{{ 7 * 7 }}").render() == "{{ 7 * 7 }}"


@pytest.mark.parametrize("value", HOSTILE)
def test_script_json_says_the_same_and_ends_no_script(value: str) -> None:
    written = script_json({"name": value, "nothing": None, "numbers": (1, 2.5)})
    assert json.loads(written) == {"name": value, "nothing": None, "numbers": [1, 2.5]}
    assert "<" not in written


def test_unbraced_html_reads_the_same() -> None:
    assert unbraced("<b>{{ x }}</b>") == "<b>&#123;&#123; x }}</b>"
