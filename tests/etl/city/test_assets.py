from collections import Counter
from collections.abc import Callable
from typing import Any

import shapely

from etl.city.assets import CAMERAS, COMPONENTS
from etl.city.city import City

type Rows = list[dict[str, Any]]
type Make = Callable[[str], Rows]


def test_components_lie_in_their_cell_and_are_numbered_by_it(rows: Make) -> None:
    found = rows("components")
    cells = {row["code"]: row["place"] for row in rows("grid_cells")}
    assert len(found) == len({row["code"] for row in found}) == COMPONENTS
    away = shapely.distance([cells[row["cell"]] for row in found], [row["place"] for row in found])
    assert (away < 1e-7).mean() > 0.999
    for row in found:
        assert row["code"].startswith(row["district"] + row["kind"])
        assert row["cell"].startswith(row["district"])


def test_components_are_what_streets_have(rows: Make) -> None:
    kinds = Counter(row["kind"] for row in rows("components"))
    assert len(kinds) > 100
    assert {code for code, _ in kinds.most_common(6)} <= {"04002", "01037", "03005", "01003", "01004", "02010", "04011"}
    states = Counter(row["state"] for row in rows("components"))
    assert states["good"] > 0.93 * COMPONENTS > 100 * states["missing"] / 2 > 0


def test_components_were_surveyed_before_today(rows: Make, city: City) -> None:
    assert all(row["surveyed"] < city.midnight for row in rows("components"))


def test_cameras_stand_beside_streets(rows: Make) -> None:
    found = rows("cameras")
    assert len(found) == len({row["code"] for row in found}) == CAMERAS
    streets = shapely.STRtree([row["place"] for row in rows("streets")])
    near = streets.query([row["place"] for row in found], predicate="dwithin", distance=1e-4)[0]
    assert len(set(near.tolist())) == CAMERAS
    assert len({row["district"] for row in found}) == 9


def test_a_camera_code_has_the_form_of_the_video_standard(rows: Make) -> None:
    for row in rows("cameras"):
        code = row["code"]
        assert len(code) == 20 and code.isdigit()
        assert code[:6] == row["district"] and code[10:13] == "132"
        assert row["stream"].startswith("rtsp://video.invalid/")
