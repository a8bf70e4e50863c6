"""What the tests of every floor share: the real data where there is some, a browser, marks that follow from both."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# A test that asks for the fixture bears the mark.
MARKS = {"real_data": "data", "chromium": "browser", "postgis": "postgis"}

# A busy machine is no defect: pytest's own time limit catches what hangs.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture in MARKS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(MARKS[fixture])


def absent(what: str) -> NoReturn:
    """Skip the test for want of `what`; in CI, which installs everything, that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}, and CI has to have it", pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets: ONEMAP_DATA, or `shared/data` beside the project."""
    folder = Path(os.environ.get("ONEMAP_DATA") or DATA)
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; ONEMAP_DATA names another folder")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium: ONEMAP_CHROMIUM, or the machine's own."""
    named = filter(None, (os.environ.get("ONEMAP_CHROMIUM"), *BROWSERS))
    found = next(filter(None, map(shutil.which, named)), None)
    return found or absent("no Chromium on this machine; ONEMAP_CHROMIUM names one")
