from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import shapely

from etl.city.city import City
from etl.city.dangers import DANGERS, LEVELS, STEPS, SUPPLIES, TEAMS
from etl.city.safety import crews, risks
from layers.codes import code_list
from spatial.metres import area

type Rows = list[dict[str, Any]]
type Make = Callable[[str], Rows]


def keyed(rows: Rows) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in rows}


def test_every_risk_point_lies_in_its_district_and_cell(rows: Make) -> None:
    districts, cells = keyed(rows("districts")), keyed(rows("grid_cells"))
    for row in rows("risk_points"):
        assert districts[row["district"]]["place"].contains(row["place"])
        assert row["cell"].startswith(row["district"])
        assert cells[row["cell"]]["place"].distance(row["place"]) < 1e-4


def test_kinds_and_levels_are_mixed_as_declared(rows: Make) -> None:
    found = rows("risk_points")
    assert len(found) == len(keyed(found)) == 5000
    for field, shares in (("level", LEVELS), ("kind", {kind: danger.share for kind, danger in DANGERS.items()})):
        counted = Counter(row[field] for row in found)
        assert set(counted) == set(shares)
        assert all(counted[key] / 5000 == pytest.approx(share, abs=0.02) for key, share in shares.items())


def test_a_plan_exists_for_every_serious_risk_and_for_no_other(rows: Make) -> None:
    points, plans = keyed(rows("risk_points")), keyed(rows("plans"))
    assert {row["plan"] for row in points.values()} - {None} == set(plans)
    for plan in plans.values():
        point = points[plan["risk_point"]]
        assert point["plan"] == plan["code"]
        assert plan["grade"] == {"major": "I", "serious": "II"}[point["level"]]
    without = {row["level"] for row in points.values() if row["plan"] is None}
    assert without == {"moderate", "low"}


def test_a_plan_concerns_the_ground_round_its_point(rows: Make) -> None:
    points = keyed(rows("risk_points"))
    sizes = area(np.array([plan["place"] for plan in rows("plans")], dtype=object))
    for plan, size in zip(rows("plans"), sizes, strict=True):
        assert plan["place"].contains(points[plan["risk_point"]]["place"])
        assert size == pytest.approx(3.1416 * plan["radius_m"] ** 2, rel=0.1)
        assert len(plan["steps"]) >= 4


def test_risk_points_and_plans_name_teams_that_can_help(rows: Make) -> None:
    teams = keyed(rows("teams"))
    kinds = {team["kind"] for team in teams.values()}
    for row in rows("risk_points"):
        team, wanted = teams[row["team"]], DANGERS[row["kind"]].team
        assert team["kind"] == wanted or wanted not in kinds
    assert {plan["team"] for plan in rows("plans")} <= set(teams)


def test_the_nearest_team_of_the_district_goes_first(rows: Make) -> None:
    crew, risk = crews(2026), risks(2026)
    own = {(kind, str(district)) for kind, district in zip(crew.kinds, crew.district, strict=True)}
    teams = keyed(rows("teams"))
    for row in rows("risk_points"):
        if (DANGERS[row["kind"]].team, row["district"]) in own:
            assert teams[row["team"]]["district"] == row["district"]
    first = crew.nearest(DANGERS[risk.kinds[0]].team, rows("risk_points")[0]["district"], risk.spots.xy[0])
    assert crew.codes[first] == risk.teams[0]


def test_teams_and_supplies_are_in_every_district(rows: Make) -> None:
    assert len(rows("teams")) == 120 and len(rows("supplies")) == 600
    assert len({row["district"] for row in rows("teams")}) == 9
    teams = keyed(rows("teams"))
    for row in rows("supplies"):
        _, measure, least, most = SUPPLIES[row["kind"]]
        assert least <= row["quantity"] <= most and row["measure"] == measure
        assert shapely.distance(teams[row["team"]]["place"], row["place"]) < 0.05


def test_instants_fit_the_day(rows: Make, city: City) -> None:
    assert all(row["checked"] < city.midnight for row in rows("risk_points"))
    assert all(row["approved"] < city.midnight for row in rows("plans"))
    assert all(row["expires"] > city.midnight for row in rows("supplies"))


def test_the_tables_speak_the_codes_of_the_layers() -> None:
    assert set(DANGERS) == set(code_list("risk-kind").codes)
    assert set(LEVELS) == set(code_list("risk-level").codes)
    assert set(TEAMS) <= set(code_list("team-kind").codes)
    assert set(SUPPLIES) <= set(code_list("supply-kind").codes)
    assert {danger.team for danger in DANGERS.values()} <= set(STEPS)
