"""A file that nobody declared becomes a layer: its schema from its records, its rows by an ordinary import."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from etl.contract import agreed
from etl.infer import inferred
from etl.job import Asked, run
from etl.reference import decided, told
from etl.report import Report
from etl.source import Options, Source, open_source
from etl.terms import Terms, terms
from layers.runtime import from_schema
from layers.store.protocol import Store
from spatial.errors import BadInput, BadSource, OneMapError

OPTIONS = frozenset({"datum", "encoding"})


class Upload(Protocol):
    """A file that was sent, and what was said of it."""

    @property
    def path(self) -> Path:
        """Where the file lies."""
        ...

    @property
    def name(self) -> str:
        """The new layer's id."""
        ...

    @property
    def title(self) -> str:
        """The new layer's title."""
        ...

    @property
    def options(self) -> Mapping[str, str]:
        """What else was said: datum, encoding."""
        ...


def uploaded(store: Store, upload: Upload) -> dict[str, Any]:
    """Add a layer with the file's rows; return the import's report; raise BadSource, BadLayer, BadInput, Conflict."""
    if unknown := set(upload.options) - OPTIONS:
        raise BadInput(f"{min(unknown)!r} is not known here; there are datum and encoding")
    with open_source(str(upload.path), Options(encoding=upload.options.get("encoding", "auto"))) as source:
        said = terms({k: v for k, v in upload.options.items() if k == "datum"}, "the upload")
        report = added(store, source, (upload.name, upload.title or upload.name), said)
    return report.json()


def added(store: Store, source: Source, named: tuple[str, str], said: Terms) -> Report:
    """Make a layer of a source's records (its id and title being `named`) and import them; raise as `uploaded` does.

    A source of which no record becomes a row leaves no layer behind.
    """
    name, title = named
    document, names = inferred(source, title)
    layer = from_schema(name, document)
    said, guess = decided(store, source, said.model_copy(update={"names": names}))
    store.add(layer, document)
    try:
        report = run(store, source, agreed(layer, source, said), Asked(notes=(told(guess),) if guess else ()))
        if not report.tally.inserted:
            raise BadSource(f"no record of {source.where} became a row: {dict(report.reasons.most_common(5))}")
    except OneMapError:
        store.drop(name)
        raise
    return report
