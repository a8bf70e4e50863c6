"""README and docs say what is: their tables follow from the code, and nothing that there is goes unnamed.

`python tests/test_readme.py` writes the tables anew.
"""

import json
import re
import struct
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_origin

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from api.command.app import COMMANDS, Lazy
from api.formats.catalogue import FORMATS
from api.main import ROOMS
from api.openapi_parts import PARAMETERS
from api.parameters import NAMES
from api.settings import Settings
from etl.source.opener import READERS
from layers.catalogue import ROWS
from layers.column import Column
from layers.feature import Layer
from spatial.crs import ADVERTISED

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "docs/api.md", "docs/import.md", "docs/layers.md")
TABLE = re.compile(r"(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
LARGEST = 600_000
"""Bytes of the picture."""

COPYLEFT = re.compile(r"GPL|MPL|Mozilla|EUPL|CDDL|Eclipse")
SOURCES = {
    "GeoJSON": (".geojson", ".json", ".geojsonl", ".geojsonseq", ".geojsons", ".ndjson", ".jsonl"),
    "Shapefile": (".shp",),
    "GeoPackage": (".gpkg",),
    "FlatGeobuf": (".fgb",),
    "GeoParquet": (".parquet", ".geoparquet"),
    "CSV（坐标列或 WKT with coordinates or WKT）": (".csv", ".tsv", ".psv", ".txt"),
    "Excel（同上 as CSV）": (".xlsx", ".xlsm"),
    "GML": (".gml",),
}
SERVICES = {"OGC API – Features": "地址 address", "WFS 1.1, 2.0": "地址 address"}


def rows(heads: tuple[str, ...], lines: Iterator[tuple[object, ...]]) -> str:
    """A table, its cells on one line each."""
    told = [tuple(str(cell).replace("|", "\\|") for cell in line) for line in lines]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (heads, ("---",) * len(heads), *told))


def of_layers() -> str:
    heads = ("集合 Collection", "图层 Layer", "几何 Geometry", "时间 Time", "内容 What")
    return rows(heads, (_layer(row.layer) for row in ROWS))


def _layer(layer: Layer) -> tuple[object, ...]:
    kind = layer.place.place.kind if layer.place and layer.place.place else "—"
    when = f"`{layer.when[0].name}`" if layer.when else "—"
    return f"`{layer.name}`", layer.title, kind, when, f"{layer.description}{_lives(layer)}"


def _lives(layer: Layer) -> str:
    kept = f" 保留 {layer.keep.days} 天 Kept for {layer.keep.days} d." if layer.keep else ""
    return f"{kept}{' 实时 Live.' if layer.live else ''}"


def of_fields() -> str:
    parts = [f"### {row.layer.title} `{row.layer.name}`\n\n{_fields(row.layer)}" for row in ROWS]
    return "\n" + "\n".join(parts) + "\n"


def _fields(layer: Layer) -> str:
    return rows(("字段 Field", "名称 Title", "类型 Kind", "说明 Said"), (_field(c) for c in layer.columns))


def _field(column: Column) -> tuple[object, ...]:
    about = column.about
    said = [
        column.role,
        about.codes and f"codes/{about.codes}",
        about.ref and f"→ {about.ref}",
        about.unit,
        column.required and "必填 required",
        about.seen_by and f"≥ {about.seen_by.name}",
    ]
    kind = column.place.kind if column.place else column.kind
    return f"`{column.name}`", column.title, kind, "; ".join(str(part) for part in said if part)


def of_commands() -> str:
    return rows(
        ("命令 Command", "作用 What it does"), ((f"`onemap {name}`", about) for name, (_, about) in COMMANDS.items())
    )


def of_settings() -> str:
    told = (
        (f"`ONEMAP_{name.upper()}`", f"`{_default(field.default)}`", f"{field.description}{_choices(field.annotation)}")
        for name, field in Settings.model_fields.items()
    )
    return rows(("变量 Variable", "默认 Default", "含义 Meaning"), told)


def _choices(kind: Any) -> str:
    return f" ({', '.join(f'`{choice}`' for choice in get_args(kind))})" if get_origin(kind) is Literal else ""


def _default(value: Any) -> object:
    if isinstance(value, tuple):
        return json.dumps(value)
    return int(value) if isinstance(value, int) else value if value != "" else " "


def of_sources() -> str:
    told = ((name, " ".join(f"`{suffix}`" for suffix in suffixes)) for name, suffixes in SOURCES.items())
    return rows(("来源 Source", "后缀 Suffixes"), iter([*told, *SERVICES.items()]))


def of_formats() -> str:
    told = (
        (f.title.zh if f.title.en in f.title.zh else f.title, f"`f={key}`", f"`{f.bare}`", f"{f.most:,}")
        for key, f in FORMATS.items()
    )
    return rows(("格式 Format", "f", "媒体类型 Media type", "至多 At most"), told)


def of_parameters() -> str:
    given = {made["name"]: made["description"] for made in PARAMETERS.values()}
    told = ((f"`{name}`", given[name]) for name in given if name in NAMES)
    return rows(("参数 Parameter", "含义 Meaning"), told)


def of_systems() -> str:
    return "".join(f"- `{uri}`\n" for uri in ADVERTISED)


def of_import_options() -> str:
    params = Lazy().get_command(None, "import").params
    told = ((", ".join(f"`{opt}`" for opt in p.opts), p.help) for p in params if p.param_type_name == "option")
    return rows(("选项 Option", "含义 Meaning"), told)


TABLES: dict[str, Callable[[], str]] = {
    "layers": of_layers,
    "fields": of_fields,
    "commands": of_commands,
    "settings": of_settings,
    "sources": of_sources,
    "formats": of_formats,
    "parameters": of_parameters,
    "systems": of_systems,
    "import-options": of_import_options,
}


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def with_tables(document: str) -> str:
    return TABLE.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]().strip()}\n\n{found[3]}", document)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_tables_follow_from_the_code(name: str) -> None:
    assert text(name) == with_tables(text(name)), "run python tests/test_readme.py"


def test_every_table_is_used() -> None:
    assert {found[2] for name in DOCUMENTS for found in TABLE.finditer(text(name))} == set(TABLES)


def test_every_format_that_is_read_is_listed() -> None:
    assert {suffix for suffixes in SOURCES.values() for suffix in suffixes} == set(READERS)


def test_every_path_is_described() -> None:
    served = {route.path.replace(":path", "") for room in ROOMS for route in cast("list[Any]", room.router.routes)}
    told = text("docs/api.md").split("## 取要素")[0]
    named = {path.replace("…", "/collections/{collection}") for path in re.findall(r"`([/…][^`]*)`", told)}
    assert served == named, "docs/api.md tells of all paths and of no others"


@pytest.mark.parametrize("name", [*DOCUMENTS, *(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md"))])
def test_links_lead_somewhere(name: str) -> None:
    links = [link.split("#")[0] for link in LINK.findall(text(name)) if not link.startswith(("http", "#"))]
    assert [link for link in links if not ((ROOT / name).parent / link).exists()] == []


@pytest.mark.parametrize("folder", ["docs", "notebooks"])
def test_every_guide_and_notebook_is_linked(folder: str) -> None:
    there = {f"{folder}/{path.name}" for kind in ("*.md", "*.ipynb") for path in (ROOT / folder).glob(kind)}
    assert there - set(LINK.findall(text("README.md"))) == set()


def test_the_readme_is_what_the_package_shows() -> None:
    assert declaration()["project"]["readme"] == "README.md"


def test_the_picture_is_a_screen() -> None:
    image = (ROOT / "docs/images/map.png").read_bytes()
    assert struct.unpack(">II", image[16:24]) == (1920, 1080)
    assert len(image) < LARGEST


def test_the_number_of_formats() -> None:
    assert len(FORMATS) == 7 and "七种格式" in text("README.md") and "seven formats" in text("README.md")


def test_every_exit_code_is_told() -> None:
    assert all(f"{code} " in text("README.md") for code in ("0", "1", "2", "3", "130"))


def declaration() -> dict[str, Any]:
    return tomllib.loads(text("pyproject.toml"))


def installed_for_it() -> Iterable[Distribution]:
    """What comes with OneMap when it runs: its requirements, and theirs."""
    known = {canonicalize_name(found.metadata["Name"]): found for found in distributions()}
    wanted, found = list(declaration()["project"]["dependencies"]), dict[str, Distribution]()
    while wanted:
        need = Requirement(wanted.pop())
        name = canonicalize_name(need.name)
        if name in known and name not in found and (need.marker is None or need.marker.evaluate({"extra": ""})):
            found[name] = known[name]
            wanted += known[name].requires or []
    return found.values()


def licence(found: Distribution) -> str:
    said = found.metadata.get_all("Classifier") or []
    named = [line for line in said if line.startswith("License ::")]
    return " ".join([found.metadata.get("License-Expression") or found.metadata.get("License") or "", *named])


def test_licences_that_ask_for_something_are_told() -> None:
    told = text("README.md").split("## 许可")[1]
    asking = {found.metadata["Name"] for found in installed_for_it() if COPYLEFT.search(licence(found)[:300])}
    assert asking and {name for name in asking if f"`{name}`" not in told} == set()


def test_licences_of_the_browser_libraries_are_told() -> None:
    titles = {"maplibre-gl": "MapLibre GL JS", "swagger-ui-dist": "Swagger UI"}
    told = text("README.md").split("## 许可")[1].casefold()
    used = json.loads(text("package.json"))["dependencies"]
    assert [name for name in used if str(titles.get(name, name)).casefold() not in told] == []


if __name__ == "__main__":
    for each in DOCUMENTS:
        (ROOT / each).write_text(with_tables(text(each)), "utf-8")
        print(each, file=sys.stderr)
