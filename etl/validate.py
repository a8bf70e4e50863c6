"""Rows checked by their layer's own class, with the place already checked, and refusals said so that people can act."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Self, cast

from pydantic import ValidationError, create_model, model_validator
from pydantic_core import ErrorDetails

from layers.feature import Feature, Layer

_SAID: dict[str, Callable[[ErrorDetails], str]] = {
    "missing": lambda _: "is missing",
    "string_unicode": lambda _: "holds bytes that are not in the encoding of the source",
    "string_too_long": lambda e: f"is longer than {e.get('ctx', {}).get('max_length')} characters",
    "value_error": lambda e: str(e.get("ctx", {}).get("error", e["msg"])),
}
"""Reasons in words of ours, by pydantic's type of error; the others are said in its own."""


class _Coded(Feature):
    """A row whose codes are known to be codes."""

    @model_validator(mode="after")
    def _know_codes(self) -> Self:
        return self


type Validate = Callable[[Mapping[str, Any]], dict[str, Any]]


@lru_cache(maxsize=64)
def validator(layer: Layer) -> Validate:
    """Return what makes a checked row of fields by name; it raises ValidationError (`reason` reads it)."""
    # places and codes have been checked already, each for all rows at once, which costs a tenth of it
    bare = {layer.place.name: (Any, ... if layer.place.required else None)} if layer.place else {}
    draft = create_model(layer.row.__name__, __base__=(_Coded, layer.row), **cast("Any", bare))
    run = cast("Callable[[Any], Feature]", draft.__pydantic_validator__.validate_python)
    return lambda record: cast("dict[str, Any]", run(record).__dict__)


def reason(bad: ValidationError) -> str:
    """Return why a record is no row, field by field."""
    return "; ".join(_fault(fault) for fault in bad.errors(include_url=False)[:10])


def _fault(fault: ErrorDetails) -> str:
    field = ".".join(str(part) for part in fault["loc"])
    said = _SAID.get(fault["type"])
    why = said(fault) if said else f"{_short(fault['input'])} {fault['msg'][:1].lower()}{fault['msg'][1:]}"
    return f"{field}: {why}" if field else why


def _short(value: Any) -> str:
    return repr(str(value)[:60])
