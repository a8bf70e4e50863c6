"""The notebooks run from top to bottom on the made-up city, and are committed bare."""

import ast
import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"
NAMES = ("district_layer", "morning", "risk_point")
FLOORS = {"spatial", "layers", "styles", "etl"}
LARGEST = 16_000
"""Bytes of a notebook: nobody reads a longer one."""

LINK = re.compile(r"""(?:src|href)=["']?(https?:)?//|@import|url\(['"]?(https?:)?//""")

Cells = list[Any]


@cache
def notebook(name: str) -> Any:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def ran(week_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Cells]]:
    """What each notebook put out, cell by cell, run one after the other on one store."""
    folder = tmp_path_factory.mktemp("notebooks")
    store = shutil.copy(week_file, folder / "onemap.gpkg")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ONEMAP_STORE", str(store))
        environment.setenv("IPYTHONDIR", str(folder / "ipython"))
        environment.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
        yield {name: executed(name) for name in NAMES}


def executed(name: str) -> Cells:
    client = NotebookClient(
        nbformat.from_dict(json.loads(json.dumps(notebook(name)))),
        timeout=100,
        resources={"metadata": {"path": FOLDER}},
    )
    return [cell for cell in client.execute().cells if cell.cell_type == "code"]


def shown(cell: Any) -> str:
    """What a cell shows: its text, and its page where it shows one."""
    texts = [output.get("text") or output.data.get("text/html") or "" for output in cell.outputs]
    return unescape("\n".join(texts))


def last_map(cells: Cells) -> str:
    return next(text for cell in reversed(cells) if "onemap.finish" in (text := shown(cell)))


def test_every_notebook_is_tested() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(NAMES)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_they_run_without_a_word_on_the_side(ran: dict[str, Cells]) -> None:
    for cells in ran.values():
        assert [output.text for cell in cells for output in cell.outputs if output.get("name") == "stderr"] == []


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", NAMES)
def test_maps_need_no_network(ran: dict[str, Cells], name: str) -> None:
    page = last_map(ran[name])
    assert "Content-Security-Policy" in page
    assert LINK.findall(page) == []


@pytest.mark.slow
def test_the_morning_picture_tells_of_the_last_day_and_week(ran: dict[str, Cells]) -> None:
    tables = [shown(cell) for cell in ran["morning"]]
    day, week = (int(n) for n in re.findall(r"<td>(\d+)</td>", tables[1]))
    assert 800 < day < 3000 and 5 * day < week < 9 * day
    by_day, by_week = (re.findall(r"<td[^>]*>(\d+)</td>", table) for table in tables[2:4])
    assert len(by_day) == len(by_week) == 10
    assert "机动车乱停放" in tables[3] and "江北区" in tables[5]
    assert "案件密度" in last_map(ran["morning"])


@pytest.mark.slow
def test_a_risk_point_has_a_plan_and_teams_by_distance(ran: dict[str, Cells]) -> None:
    cells = [shown(cell) for cell in ran["risk_point"]]
    assert "重大" in cells[1] and "响应" in cells[2]
    teams = [float(n) for n in re.findall(r"<td>(\d+\.\d)</td>\s*</tr>", cells[5])]
    assert len(teams) == 5 and teams == sorted(teams) and teams[-1] <= 5000


@pytest.mark.slow
def test_a_district_layer_is_imported_mended_and_mapped(ran: dict[str, Cells], week_file: Path) -> None:
    cells = [shown(cell) for cell in ran["district_layer"]]
    rows = [re.findall(r"<td>(\d+)</td>", cells[n]) for n in (4, 6)]
    assert rows == [["28", "0", "0", "6"], ["28", "0", "0", "6", "0", "0", "28", "6"]]
    assert "became rows: 2, 仍被拒收 still refused: 3" in cells[8]
    assert "toilets.html" in cells[-1]
    assert "公共厕所" in last_map(ran["district_layer"])


@pytest.mark.parametrize("name", NAMES)
def test_they_are_bare_and_small(name: str) -> None:
    assert (FOLDER / f"{name}.ipynb").stat().st_size < LARGEST
    code = [cell for cell in notebook(name).cells if cell.cell_type == "code"]
    assert [cell.source for cell in code if cell.outputs or cell.execution_count is not None] == []
    assert set(notebook(name).metadata) <= {"kernelspec", "language_info"}


@pytest.mark.parametrize("name", NAMES)
def test_headings_are_in_both_languages(name: str) -> None:
    headings = [
        line
        for cell in notebook(name).cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("#")
    ]
    assert len(headings) > 3
    assert [line for line in headings if not re.match(r"#+ .*[\u4e00-\u9fff].* [A-Z][A-Za-z ,']+$", line)] == []


@pytest.mark.parametrize("name", NAMES)
def test_they_ask_the_floors_below_the_service(name: str) -> None:
    code = "\n".join(cell.source for cell in notebook(name).cells if cell.cell_type == "code")
    named = {str(node.module).split(".")[0] for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom)}
    assert "api" not in named
    assert named & FLOORS
