"""The style document: the same as last time, valid, and telling the page what it needs."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layers.access import Reader
from layers.catalogue import declared
from layers.column import about
from layers.feature import Layer
from layers.look import Style
from spatial.shape import Kind
from styles.style import style

GOLDEN = Path(__file__).parent / "golden" / "onemap.json"
VALIDATOR = "@maplibre/maplibre-gl-style-spec@26.6.0"
TYPES = {"background", "fill", "line", "circle", "symbol"}
TOLD = {
    *("name", "title", "description", "group", "geometry", "label", "visible", "live", "time", "zooms"),
    *("styleLayers", "legend", "items", "schema", "livePath", "key", "tiles"),
}


@pytest.fixture
def document() -> dict[str, Any]:
    return style(declared().values(), (106.55, 29.56), 10.5)


@pytest.fixture
def mixed(uploaded: Any) -> dict[str, Any]:
    """A style with a layer of every geometry type."""
    each = [(kind, Style(label="code", cluster_from=10, dash=(2, 1), order=n)) for n, kind in enumerate(Kind)]
    made = [uploaded(kind, look) for kind, look in each]
    return style([replace(layer, name=f"up_{n}") for n, layer in enumerate(made)], (0, 0), 1)


def told(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in document["metadata"]["onemap:layers"]}


def test_the_document_is_as_it_was(document: dict[str, Any]) -> None:
    """ONEMAP_GOLDEN=write writes what is to be from now on."""
    written = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("ONEMAP_GOLDEN") == "write":
        GOLDEN.write_text(written, "utf-8")
    assert written == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize("which", ["document", "mixed"])
def test_the_document_holds_together(which: str, request: pytest.FixtureRequest) -> None:
    document = request.getfixturevalue(which)
    ids = [each["id"] for each in document["layers"]]
    assert document["version"] == 8
    assert len(set(ids)) == len(ids)
    assert {each["type"] for each in document["layers"]} <= TYPES
    assert {each["source"] for each in document["layers"] if each["type"] != "background"} == set(document["sources"])
    for each in document["layers"]:
        kinds = {name.split("-")[0] for name in each["paint"]}
        assert kinds <= {"text" if each["type"] == "symbol" else each["type"]}
    assert all(source["data"]["features"] == [] for source in document["sources"].values())


def test_no_font_picture_or_address_is_asked_for(document: dict[str, Any]) -> None:
    assert not {"glyphs", "sprite"} & set(document)
    assert "http" not in json.dumps(document)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="the validator is run by npm, which is not here")
@pytest.mark.parametrize("which", ["document", "mixed"])
def test_the_validator_of_the_specification_agrees(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    path = tmp_path / "style.json"
    path.write_text(json.dumps(request.getfixturevalue(which)), "utf-8")
    command = ["npm", "exec", "--yes", f"--package={VALIDATOR}", "--", "gl-style-validate", path]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_shapes_lie_in_their_order_and_all_labels_above(document: dict[str, Any]) -> None:
    order = {name: each.style.order for name, each in declared().items()}
    drawn = document["layers"][1:]
    labels = [each["id"].endswith("-label") for each in drawn]
    assert labels == sorted(labels)
    for kept in (True, False):
        orders = [order[each["source"]] for each, label in zip(drawn, labels, strict=True) if label is kept]
        assert orders == sorted(orders)


def test_the_page_is_told_of_every_layer(document: dict[str, Any]) -> None:
    layers = told(document)
    assert set(layers) == set(declared())
    assert [declared()[name].style.order for name in layers] == sorted(each.style.order for each in declared().values())
    for name, each in layers.items():
        assert TOLD <= set(each) <= TOLD | {"clusterFrom"}
        assert each["items"] == f"collections/{name}/items"
        assert set(each["title"]) == set(each["group"]) == set(each["description"]) == {"zh", "en"}


def test_the_style_layers_of_a_layer_are_those_that_draw_it(document: dict[str, Any]) -> None:
    for name, each in told(document).items():
        drawing = [one["id"] for one in document["layers"] if one.get("source") == name]
        assert each["styleLayers"] == drawing
        shown = [one.get("layout", {}).get("visibility") for one in document["layers"] if one.get("source") == name]
        assert set(shown) == {None if each["visible"] else "none"}


def test_what_is_told_is_true(document: dict[str, Any]) -> None:
    layers = told(document)
    assert layers["vehicles"]["live"] is layers["vehicles"]["time"] is True
    assert layers["districts"]["time"] is False
    assert layers["districts"]["geometry"] == "MultiPolygon"
    assert layers["districts"]["label"] == "name"
    assert layers["risk_points"]["clusterFrom"] == 3000
    assert document["sources"]["risk_points"]["cluster"] is True
    assert "clusterFrom" not in layers["vehicles"]
    assert "cluster" not in document["sources"]["vehicles"]


def test_a_feature_is_known_by_its_key(document: dict[str, Any]) -> None:
    assert document["sources"]["vehicles"]["promoteId"] == "plate"


def test_counts_of_clusters_are_no_fields(document: dict[str, Any]) -> None:
    counted = document["sources"]["cases"]["clusterProperties"]
    assert len(counted) == 6
    assert all(name.startswith("cluster_") for name in counted)


def test_a_layer_without_a_place_is_not_on_the_map(uploaded: Any, layers: dict[str, Layer]) -> None:
    layer = uploaded(Kind.POINT)
    bare = replace(layer, columns=layer.columns[:1])
    document = style([bare, layers["teams"]], (0, 0), 1)
    assert list(document["sources"]) == list(told(document)) == ["teams"]


def test_what_a_reader_may_not_see_is_not_in_the_style(uploaded: Any) -> None:
    layer = uploaded(Kind.POINT, Style(label="driver"), driver=(str, about("驾驶员", "Driver", seen_by=Reader.CITY)))
    assert told(style([layer], (0, 0), 1))["uploaded"]["label"] == "driver"
    assert "driver" not in json.dumps(style([layer.seen_by(Reader.DISTRICT)], (0, 0), 1))
