"""A raster's colours, legend and place in the map's style."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from layers.raster import Raster, RasterBand
from layers.text import Text
from styles.raster import RAMPS, colours, legend, with_rasters


def raster(**said: Any) -> Raster:
    band = RasterBand(name="density", title=Text("密度", "Density"), unit="1/km2", low=1.0, high=401.0)
    known: dict[str, Any] = {
        "name": "relief",
        "title": Text("高程", "Elevation"),
        "description": Text("", ""),
        "code": 4545,
        "shape": (10, 20),
        "corners": (0.0, 0.0, 200.0, 50.0),
        "box": (106.0, 29.0, 106.1, 29.1),
        "bands": (band,),
        "ramp": "heat",
        "made": datetime(2026, 3, 1, tzinfo=UTC),
    }
    return Raster(**known | said)


@pytest.mark.parametrize("ramp", RAMPS)
def test_values_take_the_colours_of_the_ramp(ramp: str) -> None:
    stops = RAMPS[ramp]
    found = colours(np.linspace(0, 100, len(stops)), ramp, 0, 100)
    assert [tuple(color) for color in found.T.tolist()] == [tuple(stop) for stop in stops]
    beyond = colours(np.array([-50.0, 900.0]), ramp, 0, 100)
    assert [tuple(color) for color in beyond.T.tolist()] == [stops[0], stops[-1]]


def test_all_alike_is_no_trouble() -> None:
    assert colours(np.full((3, 3), 7.0), "grey", 7.0, 7.0).shape == (4, 3, 3)


def test_the_legend_says_what_colours_mean_in_both_languages() -> None:
    entries = legend(raster())
    assert [entry["title"] for entry in entries] == [
        {"zh": "400 件/km²", "en": "400 per km²"},
        {"zh": "300 件/km²", "en": "300 per km²"},
        {"zh": "200 件/km²", "en": "200 per km²"},
        {"zh": "100 件/km²", "en": "100 per km²"},
    ]
    assert entries[0]["color"] == "rgba(150, 0, 38, 0.88)"
    assert legend(raster(ramp="photo")) == []


def test_a_raster_covers_areas_and_nothing_else() -> None:
    kinds = ["background", "fill", "line", "fill", "symbol"]
    style: dict[str, Any] = {"metadata": {"own": 1}, "sources": {}, "layers": [{"type": kind} for kind in kinds]}
    made = with_rasters(style, [raster(visible=True)], "http://here")
    assert [layer["type"] for layer in made["layers"]] == ["background", "fill", "raster", "line", "fill", "symbol"]
    assert made["layers"][2]["layout"] == {"visibility": "visible"}
    assert made["sources"]["relief"]["bounds"] == [106.0, 29.0, 106.1, 29.1]
    assert made["sources"]["relief"]["tiles"][0].startswith("http://here/collections/relief/map/tiles/")
    assert set(made["metadata"]) == {"own", "onemap:rasters"}
    assert kinds == [layer["type"] for layer in style["layers"]]
