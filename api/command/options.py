"""Options of a command as one value: a dataclass whose fields are typer's parameters."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any, cast, get_type_hints


def taking[T](options: type[T]) -> Callable[[Callable[[T], None]], Callable[..., None]]:
    """Make a function of one dataclass a command whose arguments and options are the dataclass's fields."""

    def made(work: Callable[[T], None]) -> Callable[..., None]:
        def command(**given: Any) -> None:
            work(options(**given))

        command.__name__, command.__doc__ = work.__name__, work.__doc__
        cast("Any", command).__signature__ = inspect.Signature(_parameters(options))
        return command

    return made


def _parameters(options: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(options, include_extras=True)
    return [
        inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=_default(f), annotation=hints[f.name])
        for f in fields(options)
    ]


def _default(of: Field[Any]) -> Any:
    if of.default is not MISSING:
        return of.default
    return inspect.Parameter.empty if of.default_factory is MISSING else of.default_factory()
