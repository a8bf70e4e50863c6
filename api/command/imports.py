"""`onemap import`."""

import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import orjson
import typer

from api.command.common import Json, Store, lent, settings
from api.command.importing import shown, watching
from api.command.options import taking
from etl.contract import agreed
from etl.job import Asked, run
from etl.reference import decided, extent, told
from etl.report import Report
from etl.source import Options, open_source
from etl.terms import Terms, read_terms, terms
from layers.store.protocol import Store as Rows
from spatial.errors import BadInput, NotFound

app = typer.Typer(rich_markup_mode=None, add_completion=False)
REFUSED, WRONG, INTERRUPTED = 3, 2, 130
NOWHERE = "none"

Many = list[str] | None


def _option(help: str, *names: str, **said: Any) -> Any:
    return typer.Option(*names, help=help, **said)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of one import."""

    source: Annotated[str, typer.Argument(help="文件或地址 a file, or an http(s) address of OGC API Features or WFS")]
    layer: Annotated[str, _option("图层 the layer that records become rows of", "--layer", "-l")]
    store: Store = ""
    dry_run: Annotated[bool, _option("试运行 show what would change, and write nothing", "--dry-run")] = False
    map: Annotated[Path | None, _option("映射文件 names, value maps, constants … (YAML, JSON or CSV)", "--map")] = None
    names: Annotated[
        Many, _option("our field from theirs, such as code=ADMINCODE", "--field", metavar="OURS=THEIRS")
    ] = None
    constant: Annotated[Many, _option("what every row has", metavar="OURS=VALUE")] = None
    datum: Annotated[str, _option("坐标基准 wgs84, gcj02, bd09, or auto: found beside the districts")] = ""
    reference: Annotated[Path | None, _option("a file in WGS 84 that auto compares with instead")] = None
    crs: Annotated[str, _option("坐标系 of the source where it does not say it, such as EPSG:4545")] = ""
    encoding: Annotated[str, _option("编码 of its texts: auto, utf-8, gb18030 …")] = "auto"
    zone: Annotated[str, _option("时区 of times without an offset, such as Asia/Shanghai")] = ""
    edition: Annotated[Many, _option("codes of an earlier edition", metavar="SCHEME=EDITION")] = None
    key: Annotated[str, _option("fields that together name a record without an id, separated by commas")] = ""
    extent: Annotated[
        str, _option("范围 west,south,east,north that places must lie in; none; default: the districts")
    ] = ""
    repair: Annotated[bool, _option("修复 make shapes valid that are not, and report each", "--repair")] = False
    on_missing: Annotated[str, _option("rows that the source no longer has: keep or tombstone")] = ""
    table: Annotated[str, _option("the layer, sheet, collection or feature type, where the source has several")] = ""
    x: Annotated[str, _option("column of the longitude or easting")] = ""
    y: Annotated[str, _option("column of the latitude or northing")] = ""
    wkt: Annotated[str, _option("column of the place as WKT")] = ""
    delimiter: Annotated[str, _option("between the columns of a CSV: auto or one character")] = "auto"
    limit: Annotated[int | None, _option("stop after so many records; run again to go on", min=1)] = None
    timeout: Annotated[float, _option("seconds that a service may take for a page", min=1)] = 60
    yes: Annotated[bool, _option("delete what vanished even if that is most of the layer", "--yes")] = False
    as_json: Json = False


ABOUT = """导入: read a file or a service into a layer, each record a row or a refusal with its reason.

\b
Shapefile (zipped too), GeoPackage, FlatGeobuf, GeoJSON, CSV, Excel, GeoParquet; OGC API Features and WFS.
The same import again changes nothing; an interrupted one goes on where it was.
What is refused waits in the quarantine: onemap quarantine list.

\b
  onemap import 区县.json -l districts --datum auto --repair
  onemap import cases.csv -l cases --map cases.yaml --zone Europe/Berlin --dry-run

\b
Exit codes: 0 all records are rows · 3 some were refused · 2 wrong usage, or a source that cannot be read or broke
off · 130 interrupted
"""


@app.command(help=ABOUT)
@taking(Wish)
def imported(wish: Wish) -> None:
    """Run one import and report it."""
    with lent(settings(store=wish.store).store, must_exist=False) as store, _stopping() as stopped:
        report = _run(store, wish, stopped)
    typer.echo(orjson.dumps(report.json(), option=orjson.OPT_INDENT_2, default=str) if wish.as_json else shown(report))
    raise typer.Exit(_code(report, bool(stopped)))


def _run(store: Rows, wish: Wish, stopped: list[int]) -> Report:
    layer = store.layers().get(wish.layer)
    if layer is None:
        raise NotFound(f"there is no layer {wish.layer[:60]!r}; there are {', '.join(store.layers())}")
    with open_source(wish.source, _options(wish)) as source:
        said, guess = decided(store, source, _terms(wish), wish.reference)
        said = said if wish.extent == NOWHERE else extent(store, layer, said)
        contract = agreed(layer, source, said)
        with watching(not wish.as_json and sys.stderr.isatty(), source.total) as watch:
            notes = (told(guess),) if guess else ()
            asked = Asked(
                wish.dry_run, wish.yes, wish.limit, lambda seen, part: watch(seen, part) and not stopped, notes
            )
            return run(store, source, contract, asked)


def _options(wish: Wish) -> Options:
    columns = (wish.x or None, wish.y or None, wish.wkt or None)
    return Options(wish.encoding, wish.table or None, *columns, wish.delimiter, seconds=wish.timeout)


def _terms(wish: Wish) -> Terms:
    said: dict[str, Any] = {
        "names": _pairs("--field", wish.names),
        "constants": _pairs("--constant", wish.constant),
        "editions": _pairs("--edition", wish.edition),
        "key": [name.strip() for name in wish.key.split(",") if name.strip()],
        "extent": wish.extent.split(",") if wish.extent not in ("", NOWHERE) else None,
        "place": {"x": wish.x or None, "y": wish.y or None, "wkt": wish.wkt or None},
        "repair": wish.repair or None,
        **{name: getattr(wish, name) or None for name in ("datum", "crs", "zone", "on_missing")},
    }
    mine = terms(said, "the command line")
    return mine.over(read_terms(wish.map)) if wish.map else mine


def _pairs(option: str, said: Many) -> dict[str, str]:
    if wrong := [text for text in said or () if "=" not in text]:
        raise BadInput(f"{option} {wrong[0][:60]!r}: write it as NAME=VALUE")
    return dict(text.split("=", 1) for text in said or ())


def _code(report: Report, interrupted: bool) -> int:
    if interrupted:
        return INTERRUPTED
    if report.state in ("broken", "unsure"):
        return WRONG
    return REFUSED if report.tally.refused else 0


@contextmanager
def _stopping() -> Generator[list[int]]:
    """Let the first interrupt stop between two chunks, the second at once; yield the interrupts that came."""
    came: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, before)
