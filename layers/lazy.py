"""Functions of heavy libraries, imported when they are first called: a server answers before it can draw."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, cast


def lazily(target: str) -> Callable[..., Any]:
    """Return a function that imports `module:name` at its first call, and is that function from then on."""

    def call(*given: Any, **named: Any) -> Any:
        return _found(target)(*given, **named)

    return call


@cache
def _found(target: str) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    return cast("Callable[..., Any]", getattr(import_module(module), name))
