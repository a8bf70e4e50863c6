"""The documents that clients read, as they were: ONEMAP_GOLDEN=write writes what is to be from now on."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).parent / "golden"
PATHS = {
    "landing": "/",
    "conformance": "/conformance",
    "collection": "/collections/risk_points",
    "schema": "/collections/risk_points/schema",
    "queryables": "/collections/risk_points/queryables",
    "sortables": "/collections/risk_points/sortables",
    "feature": "/collections/risk_points/items/编号004",
    "codes": "/codes/risk-level",
}


def held(name: str, document: Any) -> None:
    path, text = GOLDEN / f"{name}.json", json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("ONEMAP_GOLDEN") == "write":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("name", PATHS)
def test_the_document_is_as_it_was(answers: Any, name: str) -> None:
    held(name, answers(PATHS[name]))


def test_the_page_of_features_is_as_it_was(answers: Any) -> None:
    page = answers("/collections/risk_points/items?limit=2&sortby=-checked&bbox=106.4,29.4,106.5,29.5")
    assert page.pop("timeStamp")
    held("features", page)


def test_the_definition_is_as_it_was(answers: Any) -> None:
    """What is said of all layers, and of one of them."""
    whole = answers("/api")
    kept = {p: o for p, o in whole["paths"].items() if "/collections/" not in p or "/risk_points" in p}
    names = [n for n in whole["components"]["schemas"] if n[0].isupper() or n == "risk_points"]
    schemas = {n: whole["components"]["schemas"][n] for n in names}
    held(
        "openapi",
        {**whole, "paths": kept, "tags": whole["tags"][:2], "components": {**whole["components"], "schemas": schemas}},
    )
