"""What README and docs show to type is typed, against the made-up city: commands, requests, Python, mappings."""

import argparse
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
import yaml

from api.command import main
from api.command.app import COMMANDS, Lazy
from api.settings import Settings
from etl.terms import Terms, read_terms
from layers.runtime import from_schema

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "docs/api.md", "docs/import.md", "docs/layers.md")
BLOCK = re.compile(r"^```([a-z]+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
EXIT = re.compile(r"# exit code (\d+)")
HOME = "http://127.0.0.1:8000"
STORE = "city/onemap.gpkg"


@dataclass(frozen=True)
class Place:
    """Where a document's lines are run: a folder with a store and the notebooks' data, and a service over it."""

    folder: Path
    home: str


@pytest.fixture(scope="module", params=DOCUMENTS)
def document(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def place(document: str, week_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp(Path(document).stem)
    (folder / "notebooks").symlink_to(ROOT / "notebooks")
    (folder / "city").mkdir()
    shutil.copy(week_file, folder / STORE)
    with socket.socket() as knock:
        knock.bind(("127.0.0.1", 0))
        port = str(knock.getsockname()[1])
    command = [sys.executable, "-c", "from api.command import main; main()", "serve", "--port", port]
    service = subprocess.Popen(command, cwd=folder, env=os.environ | {"ONEMAP_STORE": STORE})
    try:
        answering(f"http://127.0.0.1:{port}/conformance")
        yield Place(folder, f"http://127.0.0.1:{port}")
    finally:
        service.terminate()
        service.wait(20)


def answering(address: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            httpx2.get(address).raise_for_status()
            return
        except httpx2.TransportError:
            time.sleep(0.2)
    raise AssertionError(f"{address} does not answer")


def command_line(line: str) -> None:
    """Run `onemap`; what serves for ever is only read."""
    words = shlex.split(line, comments=True)
    said = [word for word in words if re.match(r"[A-Z_]+=", word)]
    _, name, *options = words[len(said) :]
    assert name in COMMANDS
    for setting in said:
        assert setting.partition("=")[0].removeprefix("ONEMAP_").lower() in Settings.model_fields
    if name in ("serve", "demo"):
        Lazy().get_command(None, name).make_context(name, options)
        return
    expected = EXIT.search(line)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(sys, "argv", ["onemap", name, *options])
        main()
    assert (ended.value.code or 0) == int(expected[1] if expected else 0), line


def request(line: str, place: Place) -> None:
    """Send what curl would send, and look at the answer."""
    curl = argparse.ArgumentParser(exit_on_error=True)
    for flag in ("-G", "-N"):
        curl.add_argument(flag, action="store_true")
    for option, action in (("-X", "store"), ("-o", "store"), ("-H", "append"), ("--data-urlencode", "append")):
        curl.add_argument(option, action=action, default=[] if action == "append" else None)
    curl.add_argument("--data-binary")
    curl.add_argument("url")
    said = curl.parse_args(shlex.split(line, comments=True)[1:])
    assert said.url.startswith(HOME)
    headers = dict(header.split(": ", 1) for header in said.H)
    body = (place.folder / said.data_binary.removeprefix("@")).read_bytes() if said.data_binary else None
    more = dict(pair.split("=", 1) for pair in said.data_urlencode)
    address = httpx2.URL(said.url.replace(HOME, place.home)).copy_merge_params(more)
    with httpx2.stream(said.X or "GET", address, headers=headers, content=body, timeout=60) as answer:
        parts = answer.iter_bytes()
        first = next(parts, b"")
        assert answer.is_success, f"{line}: {answer.status_code} {first[:300]!r}"
        if said.N:
            assert first.startswith(b"event: hello")
        elif answer.headers.get("content-type") == "application/geo+json":
            whole = json.loads(first + b"".join(parts))
            assert whole["type"] == "Feature" or whole["numberReturned"] > 0, line


def script(line: str) -> None:
    assert os.access(ROOT / shlex.split(line)[0], os.X_OK)


def shell(block: str, place: Place) -> None:
    for line in block.strip().splitlines():
        word = next(word for word in line.split() if "=" not in word)
        if word == "curl":
            request(line, place)
        elif word == "onemap":
            command_line(line)
        else:
            script(line)


def python(block: str, place: Place) -> None:
    # in a process of its own, since a layer once declared stays
    subprocess.run([sys.executable, "-c", block], cwd=place.folder, check=True, timeout=60)


def mapping(block: str, place: Place) -> None:
    path = place.folder / "mapping.yaml"
    path.write_text(block, "utf-8")
    assert set(yaml.safe_load(block)) == set(Terms.model_fields), "the example shows all that can be said"
    assert read_terms(path).names


def schema(block: str, place: Place) -> None:
    document = json.loads(block)
    assert from_schema(document["x-onemap-name"], document).key.name == "code"


KINDS: dict[str, Callable[[str, Place], None]] = {
    "sh": shell,
    "python": python,
    "yaml": mapping,
    "json": schema,
    "nginx": lambda block, place: None,
    "text": lambda block, place: None,
}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_is_shown_works(document: str, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.folder)
    monkeypatch.setenv("ONEMAP_STORE", STORE)
    blocks = BLOCK.findall((ROOT / document).read_text("utf-8"))
    assert blocks
    for kind, block in blocks:
        KINDS[kind](block, place)
