"""An export of several layers: each answers the filter, or is left out and said to be."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from api.command.app import app as commands
from layers.catalogue import declared
from layers.cql2 import parse
from layers.filter.fields import lacking
from layers.store.geopackage import GeoPackageStore
from spatial.errors import BadFilter

type Run = Callable[..., Result]
MAP = "/export/map.html"
NOTICE = re.compile(r'<section class="om-left-out">(.*?)</section>', re.DOTALL)


@pytest.fixture
def onemap(city: GeoPackageStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `onemap export` to map.html in a folder of the test's own; an error of ours is raised."""
    monkeypatch.setenv("ONEMAP_STORE", str(city.path))
    monkeypatch.chdir(tmp_path)

    def run(*said: str) -> Result:
        result = CliRunner().invoke(commands, ["export", "map.html", *said])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def notice(page: str) -> str:
    return " ".join(NOTICE.findall(page))


@pytest.mark.parametrize(
    ("text", "name", "lost"),
    [
        ("level = 'major'", "risk_points", ()),
        ("level = 'major'", "teams", ("level",)),
        ("level = 'major' AND (people > 3 OR NOT level IS NULL)", "cases", ("level", "people")),
        ("S_INTERSECTS(place, POINT(106.5 29.5))", "streets", ()),
        ("S_INTERSECTS(geometry, POINT(106.5 29.5)) AND 1 = 1", "streets", ()),
        ("CASEI(name) LIKE CASEI('a%')", "cases", ("name",)),
        ("people IN (1, 2) OR people BETWEEN 3 AND 4", "cases", ("people",)),
        ("T_AFTER(reported, TIMESTAMP('2026-01-01T00:00:00Z'))", "teams", ("reported",)),
    ],
)
def test_what_a_layer_lacks_of_a_filter(text: str, name: str, lost: tuple[str, ...]) -> None:
    assert lacking(declared()[name], parse(text)) == lost


def test_a_layer_without_the_field_is_left_out_and_the_file_says_so(client: TestClient) -> None:
    asked: dict[str, Any] = {"layers": "risk_points,teams,cases", "filter": "level = 'major'"}
    page = client.get(MAP, params=asked).raise_for_status().text
    for said in ("应急队伍", "没有字段 level，未导出", "Teams: has no level, not exported", "Cases: has no level"):
        assert said in notice(page)
    assert "风险点" not in notice(page)
    alone = client.get(MAP, params={**asked, "layers": "risk_points"}).raise_for_status().text
    assert notice(alone) == ""
    assert re.findall(r"<h1>(.*?)</h1>", page) == re.findall(r"<h1>(.*?)</h1>", alone)


def test_a_filter_that_no_layer_can_answer_is_refused(client: TestClient) -> None:
    answer = client.get(MAP, params={"layers": "teams,cases", "filter": "level = 'major' AND colour = 'red'"})
    assert answer.status_code == 400
    assert "teams has no level, colour; cases has no level, colour" in answer.json()["detail"]


def test_a_hidden_field_is_one_that_is_not_there(client: TestClient) -> None:
    for hidden in ("phone", "nothing"):
        page = client.get(MAP, params={"layers": "teams,risk_points", "filter": f"level = 'major' OR {hidden} = 'x'"})
        assert page.status_code == 400
        assert f"risk_points has no {hidden}" in page.json()["detail"]


def test_the_terminal_says_what_was_left_out(onemap: Run, tmp_path: Path) -> None:
    result = onemap("--layers", "risk_points,teams", "--filter", "level = 'major'")
    assert result.exit_code == 0
    assert "应急队伍 Teams：没有字段 level，未导出 has no level, not exported" in result.stderr
    assert "risk_points" not in result.stderr and "风险点" not in result.stderr
    assert "Teams: has no level" in notice((tmp_path / "map.html").read_text(encoding="utf-8"))


def test_the_command_refuses_a_filter_that_no_layer_can_answer(onemap: Run, tmp_path: Path) -> None:
    with pytest.raises(BadFilter, match="no layer has all fields of the filter: cases has no level"):
        onemap("--layers", "cases,teams", "--filter", "level = 'major'")
    assert not (tmp_path / "map.html").exists()


def test_a_filter_that_one_layer_misreads_is_no_matter_of_fields(onemap: Run) -> None:
    with pytest.raises(BadFilter, match=r"^(?!no layer)"):
        onemap("--layers", "risk_points", "--filter", "level > 3 AND level = 'major'")
