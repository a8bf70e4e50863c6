"""How `onemap layers add` makes a layer of a schema or of a file."""

import re
from pathlib import Path

import orjson

from etl.source import open_source
from etl.terms import Terms
from etl.upload import added as imported
from layers.runtime import from_schema
from layers.store.protocol import Store
from spatial.errors import BadInput, BadLayer, BadSource

SCHEMA = ".schema.json"
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")


def added(store: Store, source: str, name: str, title: str) -> str:
    """Add the layer; return what to tell; raise BadLayer, BadSource, Conflict."""
    name = name or _plain(Path(source))
    if source.endswith(SCHEMA):
        document = _document(Path(source))
        store.add(from_schema(name, document), document)
        return f"已新增 Added {name}"
    with open_source(source) as opened:
        report = imported(store, opened, (name, title or name), Terms())
    return f"已新增 Added {name}: {report.tally.inserted:,} 个要素 features, {report.tally.refused:,} 条拒收 refused"


def _document(path: Path) -> dict[str, object]:
    try:
        return orjson.loads(path.read_bytes())
    except OSError as bad:
        raise BadSource(f"{path} cannot be read: {bad.strerror}") from bad
    except orjson.JSONDecodeError as bad:
        raise BadLayer(f"{path} is not JSON: {bad}") from bad


def _plain(path: Path) -> str:
    plain = _NOT_PLAIN.sub("_", path.name.split(".")[0].lower()).strip("_")
    if not plain[:1].isalpha():
        raise BadInput(f"{path.name} gives no plain name; send --name with a-z, 0-9 and _")
    return plain
