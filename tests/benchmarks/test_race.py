"""The parts of the race that can be wrong without anybody noticing: what is counted, replayed, compared and told."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.race import answer, bare, data, report, requests, stale
from benchmarks.race.load import Run
from benchmarks.race.machine import Spent
from benchmarks.race.race import Result
from benchmarks.race.works import WORKS

RUN = Run(1000, 2.0, 4000, 0, 1.0, 2.0, 3.0, Spent(0.5, 0.25, 0.0))
PAGE = next(work for work in WORKS if work.name == "items100")


def test_the_city_is_the_same_every_time_and_of_the_size_that_is_told() -> None:
    first, again = next(data.rows("race_cells", 3)), next(data.rows("race_cells", 3))

    assert first == again
    assert [row["code"] for row in first] == ["P0000000", "P0000001", "P0000002"]
    assert first[0].keys() == {*data.COLUMNS, "place"} == data.schema("race_cells")["properties"].keys()
    assert len(first[0]["place"].exterior.coords) == data.VERTICES
    assert first[0]["place"].is_valid
    assert data.cells().shape == (data.CELLS, data.VERTICES, 2)


def test_boxes_hold_full_pages() -> None:
    points = data.points()
    for asked in requests.boxes(20):
        west, south, east, north = map(float, str(asked["bbox"]).split(","))
        inside = (points >= (west, south)).all(1) & (points <= (east, north)).all(1)
        assert inside.sum() >= requests.FULL


def test_a_tile_is_the_one_that_its_point_is_in() -> None:
    assert requests.tile(106.55, 29.58, 0) == {"z": 0, "x": 0, "y": 0}
    assert requests.tile(106.55, 29.58, 10) == {"z": 10, "x": 815, "y": 423}
    assert {asked["z"] for asked in requests.tiles((12, 14), 10)} == {12, 14}


def test_every_server_is_asked_for_the_same_places() -> None:
    ours, others = "/a?bbox={bbox}&limit={limit}", "/{layer}.json?limit={limit}&bbox={bbox}"

    assert PAGE.paths(ours)[0] == f"/a?bbox={requests.boxes()[0]['bbox']}&limit=100"
    assert PAGE.paths(others)[0] == f"/race_points.json?limit=100&bbox={requests.boxes()[0]['bbox']}"


def test_features_and_properties_of_documents_are_counted() -> None:
    feature = {"type": "Feature", "geometry": None, "properties": {"a": 1, "b": 2}}

    assert answer.counted(json.dumps({"features": [feature, feature]}).encode(), text=True) == (2, 2)
    assert answer.counted(json.dumps(feature).encode(), text=True) == (1, 2)
    assert answer.counted(b'{"features": []}', text=True) == (0, 0)


def test_features_and_properties_of_tiles_are_counted() -> None:
    # two features (field 2) without content, keys a and b (field 3), extent 4096 (field 5) and version 2 (field 15)
    layer = b"\x12\x00" * 2 + b"\x1a\x01a\x1a\x01b" + b"\x28\x80\x20" + b"\x78\x02"
    tile = b"\x1a" + bytes([len(layer)]) + layer

    assert answer.counted(tile + tile, text=False) == (4, 2)
    assert answer.counted(b"", text=False) == (0, 0)


def test_statements_are_replayed_with_their_parameters_and_nothing_but_what_reads() -> None:
    log = [
        "LOG:  duration: 0.1 ms  parse s1: SELECT $1, $2, $10",
        "LOG:  duration: 0.2 ms  bind s1: SELECT $1, $2, $10\n",
        "DETAIL:  parameters: $1 = '9'\n",
        "LOG:  duration: 0.3 ms  execute s1: SELECT $1, $2,\n\t$10\n",
        "DETAIL:  parameters: $1 = '7', $2 = 'it''s $1', $10 = NULL\n",
        "LOG:  duration: 0.2 ms  bind s2: SELECT $1\n",
        "DETAIL:  parameters: $1 = 'of another'\n",
        "LOG:  duration: 0.3 ms  execute <unnamed>: WITH a AS (SELECT 1) TABLE a\n",
        "LOG:  duration: 0.4 ms  statement: BEGIN\n",
        "LOG:  duration: 0.4 ms  statement: ALTER SYSTEM SET x = 1\n",
        "LOG:  duration: 0.4 ms  statement: SELECT pg_reload_conf()\n",
        'LOG:  parameter "x" changed to "1"\n',
    ]

    first, second = bare.statements(log)

    assert (first.words, first.values) == ("SELECT $1, $2,\n\t$10", ["'7'", "'it''s $1'", "NULL"])
    assert (second.words, second.values) == ("WITH a AS (SELECT 1) TABLE a", ())
    assert list(bare.script(first, {first.words: 3})) == [
        *("\\if :ready3 = 0", "PREPARE s3 AS SELECT $1, $2, $10;", "\\set ready3 1", "\\endif"),
        "EXECUTE s3('7', 'it''s $1', NULL);",
    ]
    assert list(bare.script(second, {})) == ["WITH a AS (SELECT 1) TABLE a;"]


def test_rates_leave_out_errors_and_ratios_are_of_the_same_round() -> None:
    fast, slow = replace(RUN, requests=4000), replace(RUN, requests=500, errors=100)
    ours = Result(PAGE, "OneMap", (fast, RUN, RUN), None)
    other = Result(PAGE, "other", (RUN, RUN, slow), None)

    assert slow.rate == 200
    assert (RUN.server_ms, RUN.database_ms) == (0.5, 0.25)
    assert ours.middle(lambda run: run.rate) == 500
    # 4, 1 and 2.5
    assert ours.ratio(other) == 2.5


def test_the_table_ranks_by_rate_and_compares_with_ours() -> None:
    held = answer.Answer(0.01, 25_968, 100, 8, "gzip")
    rows = list(
        report.lines(
            [
                Result(PAGE, "OneMap", (RUN,), held),
                Result(PAGE, "peer", (replace(RUN, requests=2000, errors=4),), held),
            ]
        )
    )

    assert [row[1] for row in rows] == ["peer", "OneMap"]
    assert rows[0][2:4] == ("998", "1.00")
    assert rows[0][-7:] == ("25,968", "100", "8", "gzip", "4", "0%", "0.50 ×")
    assert rows[1][-1] == ""
    assert len(rows[0]) == len(report.HEADINGS)


def test_the_readme_is_changed_between_its_marks_only(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Speed\n\nBefore.\n", encoding="utf-8")

    report.written("first", readme)
    once = readme.read_text(encoding="utf-8")
    readme.write_text(once + "\nAfter.\n", encoding="utf-8")
    report.written("second", readme)

    assert once == f"# Speed\n\nBefore.\n\n{report.BEGIN}\n\nfirst\n{report.END}\n"
    assert readme.read_text(encoding="utf-8") == once.replace("first", "second") + "\nAfter.\n"


@pytest.mark.parametrize(
    ("seen", "late"),
    [
        ([(0, 1.0), (1, 9.5)], 0.5),
        ([(0, 1.0), (2, 10.0)], 1.0),
        ([(1, 8.9)], 0.0),
        ([(0, 9.5)], None),
        ([(1, 9.0 + stale.PATIENCE + 1)], None),
    ],
)
def test_a_change_is_late_by_the_time_until_it_or_a_later_one_is_seen(
    seen: list[tuple[int, float]], late: float | None
) -> None:
    assert stale.delay(seen, 1, 9.0) == late
