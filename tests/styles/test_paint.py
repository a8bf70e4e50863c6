"""Every layer is painted, whatever its geometry and its look."""

from dataclasses import replace
from typing import Any

import pytest

from layers.access import Reader
from layers.catalogue import declared
from layers.column import about
from layers.feature import Layer
from layers.look import OTHER, By, Style
from spatial.shape import Kind
from styles.label import text
from styles.paint import FILL, paint

LAYERS = declared().values()
# The geometry that each of MapLibre's layer types can draw.
DRAWN = {"circle": {"Point"}, "line": {"LineString", "Polygon"}, "fill": {"Polygon"}}


def parts(layer: Layer) -> dict[str, dict[str, Any]]:
    """The style layers of a layer by what follows its name in their ids."""
    return {each["id"].removeprefix(f"{layer.name}-"): each for each in paint(layer)}


@pytest.mark.parametrize("layer", LAYERS, ids=lambda each: each.name)
def test_every_declared_layer_is_painted(layer: Layer) -> None:
    painted = parts(layer)
    assert painted
    assert all(each["source"] == layer.name for each in painted.values())
    assert ("label" in painted) == bool(layer.style.label)
    assert ("cluster" in painted) == bool(layer.style.cluster_from)
    assert all(each["minzoom"] >= layer.style.zooms[0] for each in painted.values())


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.POINT, ["circle"]),
        (Kind.MULTIPOINT, ["circle"]),
        (Kind.LINE, ["line"]),
        (Kind.MULTILINE, ["line"]),
        (Kind.POLYGON, ["fill", "outline"]),
        (Kind.MULTIPOLYGON, ["fill", "outline"]),
        (Kind.ANY, ["fill", "outline", "line", "circle"]),
    ],
)
def test_every_geometry_type_is_painted(uploaded: Any, kind: Kind, expected: list[str]) -> None:
    painted = parts(uploaded(kind))
    assert list(painted) == expected
    assert "text-field" not in str(painted)


def test_of_mixed_geometries_each_part_draws_its_own(uploaded: Any) -> None:
    for part in paint(uploaded(Kind.ANY)):
        drawn = set(part["filter"][2][1])
        assert {f"Multi{kind}" for kind in drawn if not kind.startswith("Multi")} < drawn
        assert drawn & DRAWN[part["type"]]


def test_only_single_points_cluster(uploaded: Any) -> None:
    style = Style(cluster_from=3000, label="code")
    painted = parts(uploaded(Kind.POINT, style))
    assert list(painted) == ["circle", "cluster", "count", "label"]
    assert painted["circle"]["filter"] == painted["label"]["filter"] == ["!", painted["cluster"]["filter"]]
    for kind in (Kind.MULTIPOINT, Kind.POLYGON, Kind.ANY):
        assert not {"cluster", "count"} & set(parts(uploaded(kind, style)))


def test_a_ring_has_the_color_of_most(layers: dict[str, Layer]) -> None:
    ring = parts(layers["risk_points"])["cluster"]["paint"]["circle-stroke-color"]
    assert ring[:2] == ["let", "most"]
    assert [part for part in ring[3] if isinstance(part, str) and part.startswith("#")] == [
        OTHER,
        *["#c81e1e", "#e8710a", "#d9a400", "#2f6fde"],
        OTHER,
    ]


def test_a_ring_over_a_ramp_takes_no_side(uploaded: Any) -> None:
    style = Style(cluster_from=10, color=By("depth", {0: "#000000", 9: "#ffffff"}))
    painted = parts(uploaded(Kind.POINT, style, depth=(float, about("深度", "Depth"))))
    assert isinstance(painted["cluster"]["paint"]["circle-stroke-color"], str)


def test_the_last_zoom_belongs_to_the_range(uploaded: Any) -> None:
    (closed,) = paint(uploaded(Kind.LINE, Style(zooms=(5, 14))))
    (open_,) = paint(uploaded(Kind.LINE, Style(zooms=(5, 22))))
    assert (closed["minzoom"], closed["maxzoom"]) == (5, 15)
    assert "maxzoom" not in open_


def test_a_label_waits_for_its_zoom(uploaded: Any) -> None:
    assert parts(uploaded(Kind.POINT, Style(label="code", label_zoom=13)))["label"]["minzoom"] == 13
    assert parts(uploaded(Kind.POINT, Style(label="code", label_zoom=3, zooms=(9, 22))))["label"]["minzoom"] == 9


def test_labels_stand_where_their_geometry_lets_them(uploaded: Any) -> None:
    style = Style(label="code")
    layout = {kind: parts(uploaded(kind, style))["label"]["layout"] for kind in (Kind.POINT, Kind.LINE, Kind.POLYGON)}
    assert layout[Kind.LINE]["symbol-placement"] == "line"
    assert layout[Kind.POINT]["text-anchor"] == "top"
    assert "text-anchor" not in layout[Kind.POLYGON]
    assert all("text-font" not in each for each in layout.values())


def test_labels_are_written_for_people(uploaded: Any, layers: dict[str, Layer]) -> None:
    area = (float | None, about("面积", "Area", default=None, unit="m2"))
    layer = uploaded(Kind.POINT, duty=(bool, about("值守", "Duty")), area=area)
    assert text(layer.by_name["duty"])[2:6] == ["true", "是", "false", "否"]
    assert text(layer.by_name["area"])[2] == ["concat", ["to-string", ["get", "area"]], " m²"]
    level = text(layers["risk_points"].by_name["level"])
    assert level[:4] == ["match", ["to-string", ["get", "level"]], "major", "重大"]
    assert level[-1] == ["to-string", ["get", "level"]]


def test_an_area_whose_style_says_nothing_hides_nothing(uploaded: Any) -> None:
    painted = parts(uploaded(Kind.POLYGON, Style(color="#aa0000")))
    assert painted["fill"]["paint"]["fill-opacity"] == FILL
    assert painted["outline"]["paint"]["line-color"] == "#aa0000"


def test_an_area_looks_as_its_style_says(uploaded: Any) -> None:
    painted = parts(uploaded(Kind.POLYGON, Style(opacity=0.95, outline="#00bb00")))
    assert painted["fill"]["paint"]["fill-opacity"] == 0.95
    assert painted["outline"]["paint"]["line-color"] == "#00bb00"


def test_dashes_have_gaps(uploaded: Any) -> None:
    (line,) = paint(uploaded(Kind.LINE, Style(dash=(2, 1.5))))
    assert line["paint"]["line-dasharray"] == [2, 1.5]
    assert line["layout"]["line-cap"] == "butt"


def test_a_hidden_field_is_not_painted(uploaded: Any) -> None:
    style = Style(color=By("secret", {"leak": "#00ff00"}), label="secret", cluster_from=10)
    layer = uploaded(Kind.POINT, style, secret=(str | None, about("密", "Secret", default=None, seen_by=Reader.CITY)))
    assert "secret" in str(paint(layer))
    public = str(paint(layer.seen_by(Reader.PUBLIC)))
    assert "secret" not in public
    assert "leak" not in public


def test_a_layer_without_a_place_is_not_painted(uploaded: Any) -> None:
    layer = uploaded(Kind.POINT, Style(label="code"))
    bare = replace(layer, columns=layer.columns[:1])
    assert paint(bare) == []
