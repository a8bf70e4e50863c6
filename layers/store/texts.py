"""SQLAlchemy statements as the text and the values that a driver takes."""

from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import ClauseElement
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.cache_key import CacheKey
from sqlalchemy.sql.compiler import Compiled as SqlText

Compiled = tuple[str, tuple[Any, ...]]
MOST = 500
"""Statements kept compiled."""


class Texts:
    """The texts of one dialect, each compiled once: 0.2 ms instead of 0.8 for a page by bounding box."""

    def __init__(self, dialect: Dialect) -> None:
        """Know no text yet."""
        self._dialect = dialect
        self._known: dict[Any, SqlText] = {}

    def __call__(self, statement: ClauseElement) -> Compiled:
        """Return a statement's text and its parameters, in order; those that differ in values only share a text."""
        key = statement._generate_cache_key()  # pyright: ignore[reportPrivateUsage] - the key that Connection.execute uses
        made = self._known.get(key.key) if key else None
        if made is None:
            options = {"render_postcompile": True}
            made = statement.compile(dialect=self._dialect, cache_key=key, compile_kwargs=options)
            self._keep(key, made)
        bound = cast("Any", made).construct_params(extracted_parameters=key.bindparams if key else None, _check=False)
        return made.string, tuple(_bound(cast("Any", made), bound))

    def _keep(self, key: CacheKey | None, made: SqlText) -> None:
        # a list of values is written out one by one, so the next list needs another text
        if key is None or cast("Any", made).post_compile_params:
            return
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key.key] = made


def _bound(made: Any, bound: dict[str, Any]) -> Iterator[Any]:
    processors: dict[str, Any] = made._bind_processors  # pyright: ignore[reportPrivateUsage]
    for name in made.positiontup or ():
        yield processors[name](bound[name]) if name in processors else bound[name]
