"""`onemap import` and `onemap quarantine`, as people and scripts run them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.command.app import app
from spatial.errors import BadInput, NotFound, OneMapError

BAD = {3: "L000003,99999,500103,Light Ltd,2026-01-04 08:00,106.5,29.5"}

type Run = Callable[..., Result]


@pytest.fixture
def onemap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `onemap` on a store of the test's own; an error of ours is raised."""
    monkeypatch.setenv("ONEMAP_STORE", str(tmp_path / "city.gpkg"))

    def run(*said: object) -> Result:
        result = CliRunner().invoke(app, [str(part) for part in said])
        if isinstance(result.exception, OneMapError):
            raise result.exception
        return result

    return run


def test_a_report_is_bilingual_and_says_what_to_do_next(onemap: Run, lamps: Any) -> None:
    result = onemap("import", lamps(9, BAD), "-l", "components")
    assert result.exit_code == 3
    for part in (
        "完成 done",
        "新增 inserted 8",
        "拒绝 refused 1",
        "1 × kind: … is no code of components",
        "onemap quarantine list --job",
    ):
        assert part in result.stdout
    assert onemap("import", lamps(9), "-l", "components").exit_code == 0


def test_scripts_get_json(onemap: Run, lamps: Any) -> None:
    said = json.loads(onemap("import", lamps(9, BAD), "-l", "components", "--json").stdout)
    assert said["tally"] == {"inserted": 8, "updated": 0, "unchanged": 0, "deleted": 0, "refused": 1, "repeated": 0}
    assert said["reasons"] == {"kind: … is no code of components": 1}
    assert said["refused"][0]["position"] == 4
    assert (said["state"], said["layer"]) == ("done", "components")


def test_a_dry_run_shows_what_would_change(onemap: Run, lamps: Any) -> None:
    onemap("import", lamps(3), "-l", "components")
    changed = {1: "L000001,01037,500103,Other Ltd,2026-01-02 08:00,106.50001,29.5"}
    result = onemap("import", lamps(4, changed), "-l", "components", "--dry-run")
    assert result.exit_code == 0
    assert "试运行 dry run" in result.stdout
    assert "L000001 owner: 'Light Ltd' → 'Other Ltd'" in result.stdout
    assert "L000003 新增 new" in result.stdout


def test_options_reach_the_contract(onemap: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("nr;art;o;h\n1;Leuchte;500000;3263000\n", encoding="cp1252")
    (tmp_path / "a.yaml").write_text("values: {kind: {Leuchte: 01037}}\n")
    said = ["--field", "code=nr", "--field", "kind=art", "--constant", "district=500103", "--map", tmp_path / "a.yaml"]
    more = ["--x", "o", "--y", "h", "--crs", "EPSG:4545", "--encoding", "cp1252", "--delimiter", ";", "--zone", "UTC"]
    result = onemap("import", tmp_path / "a.csv", "-l", "components", *said, *more, "--extent", "none", "--json")
    assert json.loads(result.stdout)["tally"]["inserted"] == 1


@pytest.mark.parametrize(
    ("said", "wrong", "why"),
    [
        (["-l", "nope"], NotFound, "there is no layer 'nope'; there are"),
        (["-l", "components", "--datum", "wgs48"], BadInput, "datum"),
        (["-l", "components", "--field", "code"], BadInput, "NAME=VALUE"),
        (["-l", "components", "--extent", "1,2,x,4"], BadInput, "extent"),
        (["-l", "components", "--encoding", "klingon"], BadInput, "klingon"),
        (["-l", "components", "--on-missing", "burn"], BadInput, "on_missing"),
        (["-l", "components", "--edition", "counties=1066"], OneMapError, "1066"),
    ],
)
def test_wrong_words_are_told(onemap: Run, lamps: Any, said: list[str], wrong: type[OneMapError], why: str) -> None:
    with pytest.raises(wrong, match=why):
        onemap("import", lamps(3), *said)


def test_what_vanished_needs_a_yes(onemap: Run, lamps: Any) -> None:
    onemap("import", lamps(10), "-l", "components")
    asked = ("import", lamps(2), "-l", "components", "--on-missing", "tombstone")
    assert onemap(*asked).exit_code == 2
    assert "删除 deleted 8" in onemap(*asked, "--yes").stdout


def test_the_quarantine_from_end_to_end(onemap: Run, lamps: Any) -> None:
    onemap("import", lamps(9, BAD), "-l", "components")
    listed = json.loads(onemap("quarantine", "list", "--json").stdout)
    assert [(one["position"], one["state"], one["record"]["kind"]) for one in listed] == [(4, "held", "99999")]
    assert "'99999'" in onemap("quarantine", "list", "-l", "components").stdout
    assert "'99999'" not in onemap("quarantine", "list", "-l", "cases").stdout
    number = listed[0]["id"]
    assert onemap("quarantine", "replay", number).exit_code == 3
    onemap("quarantine", "mend", number, "kind=01037", '{"owner": null}')
    again = onemap("quarantine", "replay", "--all", "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout)["tally"]["inserted"] == 1
    assert json.loads(onemap("quarantine", "list", "--json").stdout) == []
    assert len(json.loads(onemap("quarantine", "list", "--state", "replayed", "--json").stdout)) == 1


def test_the_quarantine_asks_which_records_are_meant(onemap: Run, lamps: Any) -> None:
    with pytest.raises(NotFound, match="no store"):
        onemap("quarantine", "list")
    onemap("import", lamps(9, BAD), "-l", "components")
    for said in (["drop"], ["drop", "1", "--all"], ["replay"], ["mend", "1", "kind"], ["mend", "1", "{"]):
        with pytest.raises(BadInput):
            onemap("quarantine", *said)
    assert "Dropped 1" in onemap("quarantine", "drop", "--all").stdout


def test_an_interrupt_stops_between_chunks_and_the_same_command_goes_on(tmp_path: Path, lamps: Any) -> None:
    path = lamps(60_000)
    command = [
        sys.executable,
        "-c",
        "from api.command import main; main()",
        "import",
        str(path),
        "-l",
        "components",
        "--json",
    ]
    environment = os.environ | {"ONEMAP_STORE": str(tmp_path / "city.gpkg")}
    run = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    wal = tmp_path / "city.gpkg-wal"
    while run.poll() is None and not (wal.is_file() and wal.stat().st_size > 2_000_000):
        time.sleep(0.005)
    run.send_signal(signal.SIGINT)
    said = json.loads(run.communicate()[0])
    assert (run.returncode, said["state"]) == (130, "stopped")
    assert 0 < said["position"] < 60_000
    rest = json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    assert (rest["resumed"], rest["tally"]["inserted"]) == (said["position"], 60_000)
