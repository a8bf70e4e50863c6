"""Code lists, so that a page shows names where rows hold codes."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.address import base
from api.documents import answer, itself
from layers.codes import CodeList, code_list, code_lists
from spatial.errors import NotFound

router = APIRouter()


@router.get("/codes")
def schemes(request: Request) -> Response:
    """Return every scheme with its edition."""
    return answer(request, "schemes", lambda: _schemes(request))


@router.get("/codes/{scheme}")
def codes(request: Request, scheme: str) -> Response:
    """Return the codes of a scheme's current edition; raise NotFound."""
    if scheme not in code_lists():
        raise NotFound(f"there is no code scheme {scheme[:60]!r}; /codes lists them")
    return answer(request, "codes", lambda: _codes(request, code_list(scheme)))


def _schemes(request: Request) -> dict[str, Any]:
    listed = [_head(known) | {"href": f"{base(request)}/codes/{known.scheme}"} for known in code_lists().values()]
    return {"title": "代码表 Codes", "links": itself(request, "代码表 Codes"), "schemes": listed}


def _codes(request: Request, known: CodeList) -> dict[str, Any]:
    rows = [{"code": c.code, "title": c.title.json(), "parent": c.parent} for c in known.codes.values()]
    return {**_head(known), "links": itself(request, str(known.title)), "codes": rows}


def _head(known: CodeList) -> dict[str, Any]:
    return {"scheme": known.scheme, "edition": known.edition, "title": known.title.json()}
