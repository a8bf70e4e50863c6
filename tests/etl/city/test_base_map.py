from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import shapely

from etl.city.network import Grade, network
from layers.codes import code_list

type Rows = list[dict[str, Any]]
type Make = Callable[[str], Rows]


def shapes(rows: Rows) -> np.ndarray:
    return np.array([row["place"] for row in rows], dtype=object)


def test_districts_have_the_names_of_their_codes(rows: Make) -> None:
    found = {row["code"]: (row["name"], row["name_en"]) for row in rows("districts")}
    assert found["500103"] == ("渝中区", "Yuzhong District")
    assert all(code_list("counties").title_of(code) == names for code, names in found.items())
    assert len(found) == 9


def test_places_in_degrees_still_fit_each_other(rows: Make) -> None:
    assert shapely.coverage_is_valid(shapes(rows("districts")))
    assert shapely.coverage_is_valid(shapes(rows("grid_cells")))
    assert all(shapely.is_valid(shapes(rows(layer))).all() for layer in ("waters", "greens", "streets"))


def test_streets_are_all_of_the_network_once(rows: Make) -> None:
    assert sum(row["length_m"] for row in rows("streets")) == pytest.approx(network(2026).length.sum(), rel=0.002)
    assert {row["grade"] for row in rows("streets")} == set(code_list("street-grade").codes)
    assert all(row["name_en"].isascii() for row in rows("streets"))


def test_greater_streets_are_longer(rows: Make) -> None:
    streets = network(2026)
    whole = np.bincount(streets.line, streets.length)
    middling = [np.median(whole[np.unique(streets.line[streets.grade == grade])]) for grade in Grade]
    assert middling == sorted(middling, reverse=True)
    assert min(row["length_m"] for row in rows("streets")) > 2


def test_nothing_green_is_built_up_or_under_water(rows: Make) -> None:
    green = shapely.union_all(shapes(rows("greens")))
    for layer in ("grid_cells", "waters"):
        assert green.intersection(shapely.union_all(shapes(rows(layer)))).area < 1e-4 * green.area


def test_lakes_lie_off_the_streets_and_rivers_do_not(rows: Make) -> None:
    streets = shapely.STRtree(shapes(rows("streets")))
    for row in rows("waters"):
        assert bool(len(streets.query(row["place"], predicate="intersects"))) == (row["kind"] == "river"), row["name"]
    assert {"river", "lake", "reservoir"} == {row["kind"] for row in rows("waters")}
