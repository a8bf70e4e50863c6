"""Pieces of SQL that each database says in its own words."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from sqlalchemy import Boolean
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

_PART = re.compile(r"\{(\d+)\}")


class Element(FunctionElement[Any]):
    """A piece of SQL over other pieces; `forms` holds its text for each dialect, in `str.format`'s notation."""

    inherit_cache = True
    name = "element"
    forms: ClassVar[Mapping[str, str]]

    def self_group(self, against: Any = None) -> Any:
        """Return itself: every form brings the parentheses it needs."""
        return self


def element(kind: TypeEngine[Any], sqlite: str, postgresql: str | None = None) -> type[Element]:
    """Return a piece of SQL of that type, with its forms; {0}, {1} and so on are its parts, {all} all of them."""
    forms = {"sqlite": sqlite, "postgresql": postgresql or sqlite}
    return cast("type[Element]", type("_Element", (Element,), {"inherit_cache": True, "type": kind, "forms": forms}))


def condition(sqlite: str, postgresql: str | None = None) -> type[Element]:
    """Return a piece of SQL that is true, false or unknown of a row, with its forms."""
    return element(Boolean(), sqlite, postgresql)


Group = condition("({0})")
"""A condition in parentheses, which keeps SQLAlchemy from joining it with its neighbours."""


@compiles(Element)
def _said(element: Element, compiler: SQLCompiler, **options: Any) -> str:
    form, clauses = element.forms[compiler.dialect.name], list(element.clauses)
    if "{all}" in form:
        return form.format(all=", ".join(compiler.process(part, **options) for part in clauses))
    # a parameter that is in no text must not be bound: PostgreSQL would not know its type
    said = {int(n): compiler.process(clauses[int(n)], **options) for n in dict.fromkeys(_PART.findall(form))}
    return form.format(*(said.get(n, "") for n in range(len(clauses))))
