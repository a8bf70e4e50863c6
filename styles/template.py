"""The floor's own HTML templates; whatever is put into them is escaped."""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader


@cache
def _environment() -> Environment:
    return Environment(loader=PackageLoader("styles"), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def filled(name: str, **values: Any) -> str:
    """Return a template of `styles/templates` with its values."""
    return _environment().get_template(name).render(values)


@cache
def static(name: str) -> str:
    """Return a script or style sheet of `styles/templates`."""
    return files("styles").joinpath("templates", name).read_text("utf-8")
