"""Code lists, so that a page shows names where rows hold codes."""

from typing import Any

from fastapi import APIRouter

from layers.codes import CodeList, code_list, code_lists

router = APIRouter()


@router.get("/codes")
def schemes() -> dict[str, Any]:
    """Return every scheme with its edition."""
    return {"schemes": [_head(known) | {"href": f"codes/{known.scheme}"} for known in code_lists().values()]}


@router.get("/codes/{scheme}")
def codes(scheme: str) -> dict[str, Any]:
    """Return the codes of a scheme's current edition; raise NotFound."""
    known = code_list(scheme)
    rows = [{"code": c.code, "title": c.title.json(), "parent": c.parent} for c in known.codes.values()]
    return _head(known) | {"codes": rows}


def _head(known: CodeList) -> dict[str, Any]:
    return {"scheme": known.scheme, "edition": known.edition, "title": known.title.json()}
