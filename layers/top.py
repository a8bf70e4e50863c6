"""What occurs most often in a layer's rows, called by name."""

from collections.abc import Mapping
from typing import Any, cast

import pandas as pd

from layers.codes import CodeList, code_list
from layers.feature import Layer
from layers.text import Text
from spatial.errors import BadParameter


def top(layer: Layer, frame: pd.DataFrame, by: str, n: int = 10, *, above: bool = False) -> pd.DataFrame:
    """Return the n most frequent values of a column, most frequent first; what has no value is not counted.

    frame: rows of the layer. above: count the codes that the column's codes are under, such as the classes of matters.
    The index is the value; `zh` and `en` are its titles, `count` how often, `share` of all that were counted (0 to 1).
    Raise BadParameter for a column that the layer or the frame does not have, or whose codes are under none.
    """
    if by not in layer.by_name or by not in frame.columns:
        there = ", ".join(c.name for c in layer.properties if c.name in frame.columns)
        raise BadParameter(f"{by[:60]!r} cannot be counted; the rows of {layer.name} have {there}")
    scheme = layer.by_name[by].about.codes
    known = code_list(scheme) if scheme else None
    values = cast("Any", frame)[by]
    if above:
        values, known = values.map(_parents(by, known)), _holder(known)
    return _table(by, values.dropna().value_counts(), known, n)


def _table(by: str, counts: Any, known: CodeList | None, n: int) -> pd.DataFrame:
    best = counts.sort_index().sort_values(ascending=False, kind="stable").head(n)
    titles = [known.title_of(str(value)) if known else Text(str(value), str(value)) for value in best.index]
    named = {"zh": [title.zh for title in titles], "en": [title.en for title in titles]}
    numbers = {"count": best.to_numpy(), "share": best.to_numpy() / max(int(counts.sum()), 1)}
    return pd.DataFrame({**named, **numbers}, index=best.index.rename(by))


def _parents(by: str, known: CodeList | None) -> Mapping[str, str]:
    """Return code → the code above it; raise BadParameter where there are none."""
    found = {code.code: code.parent for code in known.codes.values() if code.parent} if known else {}
    if not found:
        raise BadParameter(f"the values of {by} are under nothing; count them as they are")
    return found


def _holder(known: CodeList | None) -> CodeList | None:
    return code_list(known.parents) if known and known.parents else known
