"""Pieces of SQL that each database says in its own words."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import Boolean
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Element(FunctionElement[Any]):
    """A piece of SQL over other pieces; `forms` holds its text for each dialect, in `str.format`'s notation."""

    inherit_cache = True
    name = "element"
    forms: ClassVar[Mapping[str, str]]

    def self_group(self, against: Any = None) -> Any:
        """Return itself: every form brings the parentheses it needs."""
        return self


class Condition(Element):
    """A piece of SQL that is true, false or unknown of a row."""

    inherit_cache = True
    type = Boolean()


class Group(Condition):
    """A condition in parentheses, which keeps SQLAlchemy from joining it with its neighbours."""

    inherit_cache = True
    forms: ClassVar[Mapping[str, str]] = {"sqlite": "({0})", "postgresql": "({0})"}


@compiles(Element)
def _said(element: Element, compiler: SQLCompiler, **options: Any) -> str:
    parts = [compiler.process(part, **options) for part in element.clauses]
    return element.forms[compiler.dialect.name].format(*parts, all=", ".join(parts))
