"""The files of the page: the pinned libraries, and that no file of ours reaches beyond the site."""

import importlib.util
import json
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "api/page"
OURS = sorted(path for path in PAGE.rglob("*") if path.is_file() and PAGE / "vendor" not in path.parents)
NAMESPACES = ("http://www.w3.org/",)
"""Addresses that name and are never asked."""


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    return load(ROOT / "hatch_build.py")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with the project's pins and nothing fetched."""
    (tmp_path / "api/page").mkdir(parents=True)
    shutil.copy(ROOT / "package.json", tmp_path)
    shutil.copy(PAGE / "vendor.json", tmp_path / "api/page")
    return tmp_path


def test_every_library_is_the_pinned_one(hook: ModuleType) -> None:
    assert hook.wrong(PAGE / "vendor", hook.pinned()) == []


def test_nothing_but_the_pinned_files_is_shipped(hook: ModuleType) -> None:
    vendor = PAGE / "vendor"
    assert {path.relative_to(vendor).as_posix() for path in vendor.rglob("*") if path.is_file()} == set(hook.pinned())


def test_every_library_comes_with_its_licence(hook: ModuleType) -> None:
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    licensed = {name.split("/")[0] for name in hook.pinned() if "LICEN" in name.upper()}
    assert licensed == set(wanted)


def test_versions_are_exact() -> None:
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))
    assert wanted["private"] is True
    assert [version for version in wanted["dependencies"].values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_a_changed_or_missing_file_is_noticed(hook: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("one", "utf-8")
    good = hook.digest(tmp_path / "a.js")
    assert hook.wrong(tmp_path, {"a.js": good}) == []
    (tmp_path / "a.js").write_text("two", "utf-8")
    assert hook.wrong(tmp_path, {"a.js": good, "b.js": good}) == ["a.js", "b.js"]


def test_a_complete_folder_asks_npm_for_nothing(hook: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert hook.fetch() == []


def test_what_npm_brought_is_copied_only_when_it_is_the_pinned_file(hook: ModuleType, tmp_path: Path) -> None:
    modules, vendor = tmp_path / "node_modules", tmp_path / "vendor"
    (modules / "lib/dist").mkdir(parents=True)
    (modules / "lib/dist/a.js").write_text("one", "utf-8")
    (modules / "lib/LICENSE").write_text("MIT", "utf-8")
    digests = {f"lib/{name}": hook.digest(hook.original(modules, f"lib/{name}")) for name in ("a.js", "LICENSE")}
    hook.copy(modules, digests, vendor)
    assert hook.wrong(vendor, digests) == []
    with pytest.raises(hook.VendorError, match=r"not the pinned file: lib/a\.js.*--pin"):
        hook.copy(modules, digests | {"lib/a.js": "sha256-0"}, vendor)
    assert hook.wrong(vendor, digests) == []


def test_a_failing_npm_is_reported_with_its_words(
    hook: ModuleType, house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = tmp_path / "bin/npm"
    npm.parent.mkdir()
    npm.write_text("#!/bin/sh\necho the disk is full >&2; exit 1\n", "utf-8")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent))
    with pytest.raises(hook.VendorError, match="the disk is full"):
        hook.fetch(house)


def test_without_npm_the_build_asks_for_one_only_while_files_are_missing(
    hook: ModuleType, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("hatchling", reason="the hook is hatchling's, which only builds need")
    monkeypatch.setenv("PATH", "")
    made = hook.get_build_hook()
    asked = [made(str(root), {}, None, None, str(root), "wheel").dependencies() for root in (house, ROOT)]
    assert asked == [[hook.NODE], []]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_no_file_of_the_page_names_another_host(path: Path) -> None:
    found = re.findall(r"""(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s"'<)]*""", path.read_text("utf-8"), re.I)
    assert [address for address in found if not address.startswith(NAMESPACES)] == []


@pytest.mark.parametrize("path", [path for path in OURS if path.suffix == ".js"], ids=lambda path: path.name)
def test_every_import_is_a_file_of_the_page(path: Path) -> None:
    imported = re.findall(r"""(?:from|import) "([^"]+)";""", path.read_text("utf-8"))
    assert [name for name in imported if not (name.startswith("./") and (path.parent / name).is_file())] == []


def test_every_file_that_the_page_links_is_there() -> None:
    linked = re.findall(r'(?:href|src)="([^"#]+)"', (PAGE / "index.html").read_text("utf-8"))
    assert len(linked) > 5
    assert [name for name in linked if not (PAGE / name.removeprefix("page/")).is_file()] == []


def test_every_phrase_is_used() -> None:
    words = (PAGE / "words.js").read_text("utf-8")
    keys = set(re.findall(r"^  (\w+): \[", words, re.M))
    said = "".join(path.read_text("utf-8") for path in OURS if path.suffix == ".js" and path.name != "words.js")
    period = (PAGE / "period.js").read_text("utf-8")
    unused = {key for key in keys if f'"{key}"' not in said and f"\n  {key}: (" not in period}
    assert len(keys) > 40
    assert unused == set()
