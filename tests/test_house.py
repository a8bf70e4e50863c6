"""The house holds to its own limits."""

import ast
import io
import os
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
FLOORS = ("spatial", "layers", "styles", "etl", "api")
FILE_LINES, FUNCTION_LINES = 300, 40
CODE = {".py", ".sh", ".js", ".mjs", ".css", ".html"}
COMMANDS = ("scripts/demo", "scripts/test", ".ci/run")
LOCKS = {"uv.lock", "poetry.lock", "Pipfile.lock", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock"}
# In parts, so that this file does not name them.
REGISTRIES = [
    (("pypi", "python", "org"), ("pypi", "org"), ("files", "pythonhosted", "org"), ("conda", "anaconda", "org")),
    (("registry", "npmjs", "org"), ("registry", "npmmirror", "com"), ("registry", "yarnpkg", "com")),
    (("deb", "debian", "org"), ("ftp", "debian", "org"), ("security", "debian", "org"), ("archive", "ubuntu", "com")),
    (("crates", "io"), ("proxy", "golang", "org"), ("ghcr", "io"), ("docker", "io"), ("quay", "io")),
    (("mirrors", "tuna", "tsinghua", "edu", "cn"), ("mirrors", "aliyun", "com"), ("mirrors", "ustc", "edu", "cn")),
]
HOSTS = re.compile("|".join(rf"\b{re.escape('.'.join(parts))}\b" for row in REGISTRIES for parts in row))
HOMES = [re.escape(str(folder)) for folder in (ROOT, ROOT.parent, Path.home()) if folder != Path(folder.anchor)]
PLACES = re.compile(rf"(?<![\w.~-])(?:{'|'.join([*HOMES, '/home/[a-z]+', '/Users/[A-Za-z]+'])})(?=/|$)", re.MULTILINE)
UNNAMED = re.compile(r"(?:type|pyright):\s*ignore(?!\[)|noqa(?!:\s*[A-Z])", re.IGNORECASE)
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@cache
def files() -> list[Path]:
    """Every file that is committed or about to be."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return [path for name in sorted(set(listed.stdout.split("\0")) - {""}) if (path := ROOT / name).is_file()]


@cache
def text(path: Path) -> str:
    """Its text; a picture or another binary has none that concerns us."""
    return path.read_text("utf-8", "replace")


def python() -> list[Path]:
    return [path for path in files() if path.suffix == ".py"]


def floors() -> list[Path]:
    return [path for path in python() if path.relative_to(ROOT).parts[0] in FLOORS]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), str(path))


@cache
def declaration() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads(text(ROOT / "pyproject.toml"))


def at(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def nodes[Node: ast.AST](paths: list[Path], *kinds: type[Node]) -> Iterator[tuple[Path, Node]]:
    for path in paths:
        for node in ast.walk(tree(path)):
            if isinstance(node, kinds):
                yield path, node


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The modules that an import names; a relative one begins with its dots."""
    if isinstance(node, ast.ImportFrom):
        return ["." * node.level + (node.module or "")]
    return [alias.name for alias in node.names]


def public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Definition]]:
    """The public classes and functions of a module or class; what is inside a function is its own affair."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_") and not repeats(node):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{prefix}{node.name}.")


def repeats(node: Definition) -> bool:
    """It is one more signature of a function that is documented elsewhere."""
    last = {ast.unparse(decorator).rsplit(".", 1)[-1] for decorator in node.decorator_list}
    return not last.isdisjoint({"overload", "override", "setter", "deleter"})


def broad(node: ast.ExceptHandler) -> bool:
    """It catches everything. Only BaseException may be caught, by those who pass on what they do not know."""
    if node.type is None:
        return True
    caught = set(re.findall(r"\w+", ast.unparse(node.type)))
    passed_on = any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
    return "Exception" in caught or ("BaseException" in caught and not passed_on)


def comments(path: Path) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text(path)).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def places(pattern: re.Pattern[str]) -> list[str]:
    """Where a pattern occurs in any file."""
    return [
        f"{at(path, number)}: {found[0]}"
        for path in files()
        for number, line in enumerate(text(path).splitlines(), 1)
        if (found := pattern.search(line))
    ]


def test_files_fit_in_their_limit() -> None:
    lengths = {path: len(text(path).splitlines()) for path in files() if path.suffix in CODE}
    assert lengths
    assert [f"{at(path, 1)}: {n} lines" for path, n in lengths.items() if n > FILE_LINES] == []


def test_functions_fit_in_their_limit() -> None:
    found = [
        f"{at(path, node.lineno)} {node.name}: {length} lines"
        for path, node in nodes(python(), ast.FunctionDef, ast.AsyncFunctionDef)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert found == []


def test_public_things_are_documented() -> None:
    modules = [at(path, 1) for path in floors() if ast.get_docstring(tree(path)) is None]
    inside = [
        f"{at(path, node.lineno)} {name}"
        for path in floors()
        for name, node in public(tree(path).body)
        if ast.get_docstring(node) is None
    ]
    assert modules + inside == []


def test_errors_are_caught_by_name() -> None:
    assert [at(path, node.lineno) for path, node in nodes(python(), ast.ExceptHandler) if broad(node)] == []


@pytest.mark.parametrize("pattern", [UNNAMED, UNFINISHED], ids=["ignores name their rule", "nothing is left undone"])
def test_comments(pattern: re.Pattern[str]) -> None:
    found = [at(path, line) for path in python() for line, comment in comments(path) if pattern.search(comment)]
    assert found == []


@pytest.mark.parametrize(
    "wrong",
    [lambda name: name.startswith("."), lambda name: name.split(".")[0] == "tests"],
    ids=["relative", "from the tests"],
)
def test_imports(wrong: Callable[[str], bool]) -> None:
    found = [
        f"{at(path, node.lineno)}: {name}"
        for path, node in nodes(python(), ast.Import, ast.ImportFrom)
        for name in imported(node)
        if wrong(name)
    ]
    assert found == []


def test_floors_are_kept() -> None:
    # in a process of its own: it silences every logger that there is
    asked = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_our_names_are_ours_alone() -> None:
    owners = packages_distributions()
    assert {name: owners[name] for name in FLOORS if set(owners.get(name, ())) - {"onemap"}} == {}


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_is_a_typed_package(floor: str) -> None:
    assert (ROOT / floor / "__init__.py").is_file()
    assert (ROOT / floor / "py.typed").is_file()


def test_no_file_names_a_package_registry() -> None:
    assert places(HOSTS) == []


def test_no_file_names_a_place_on_this_machine() -> None:
    assert places(PLACES) == []


def test_no_lock_file() -> None:
    assert [str(path) for path in files() if path.name in LOCKS] == []


def test_commands_can_be_run() -> None:
    assert [name for name in COMMANDS if not os.access(ROOT / name, os.X_OK)] == []


def test_shell_scripts_are_plain_sh() -> None:
    shell = [ROOT / name for name in COMMANDS[:2]] + [path for path in files() if path.suffix == ".sh"]
    for path in shell:
        subprocess.run(["sh", "-n", path], check=True)


def test_changelog_ends_at_our_version() -> None:
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", text(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert released[0] == declaration()["project"]["version"]


def test_the_guide_to_a_new_layer_is_right() -> None:
    example = re.findall(r"^```python\n(.*?)^```", text(ROOT / "CONTRIBUTING.md"), re.MULTILINE | re.DOTALL)
    # in a process of its own, since a layer once declared stays
    subprocess.run(
        [sys.executable, "-c", f"{example[0]}\nassert Toilet.layer.key.name == 'code'"], cwd=ROOT, check=True
    )


def test_every_import_is_declared() -> None:
    declared = {canonicalize_name(Requirement(line).name) for line in declaration()["project"]["dependencies"]}
    owners = packages_distributions()
    found = [
        f"{at(path, node.lineno)}: {name}"
        for path, node in nodes(floors(), ast.Import, ast.ImportFrom)
        for name in imported(node)
        if (top := name.split(".")[0]) not in {*FLOORS, *sys.stdlib_module_names}
        and declared.isdisjoint(map(canonicalize_name, owners.get(top, ())))
    ]
    assert found == []


def test_every_requirement_is_pinned() -> None:
    groups = declaration()["dependency-groups"].values()
    wanted = [Requirement(line) for lines in (declaration()["project"]["dependencies"], *groups) for line in lines]
    lines = [line.split(";")[0].strip() for line in text(ROOT / "constraints.txt").splitlines() if "==" in line]
    pins = {canonicalize_name(name): version for name, version in (line.split("==") for line in lines)}
    unmet = [str(need) for need in wanted if not need.specifier.contains(pins.get(canonicalize_name(need.name), "0"))]
    assert unmet == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("except ValueError: pass", False),
        ("except (OSError, Exception): pass", True),
        ("except: raise", True),
        ("except BaseException: raise", False),
        ("except BaseException: pass", True),
        ("except BaseException as bad:\n    if strange(bad): raise\n    mend(bad)", False),
    ],
)
def test_a_broad_except_is_known(code: str, expected: bool) -> None:
    statement = ast.parse(f"try: pass\n{code}").body[0]
    assert isinstance(statement, ast.Try)
    assert broad(statement.handlers[0]) is expected


@pytest.mark.parametrize("comment", ["# type: " + "ignore", "# pyright: " + "ignore", "# no" + "qa"])
def test_an_unnamed_ignore_is_known(comment: str) -> None:
    assert UNNAMED.search(comment)
    assert not UNNAMED.search(comment + ("[name]" if "ignore" in comment else ": S608"))
