"""Errors as RFC 9457 problem documents: one table from exception to status."""

import logging
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount

from api.security import FIXED
from spatial import errors

MEDIA_TYPE = "application/problem+json"
STATUS: dict[type[errors.OneMapError], int] = {
    errors.BadInput: 400,
    errors.BadMedia: 415,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.NotAcceptable: 406,
    errors.Conflict: 409,
    errors.TooMuch: 413,
    errors.Unguessable: 422,
    errors.Unavailable: 503,
    errors.OneMapError: 500,
}
SAID = {
    404: "nothing is served here; the landing page / links to all there is",
    405: "this cannot be done here; Allow says what can",
}
RETRY_AFTER = {503: "2"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
EVERYWHERE = {"Access-Control-Allow-Origin": "*", **FIXED}
"""An answer to a failure of our own passes no middleware, and a browser hides it from its page without the first."""

log = logging.getLogger("onemap")


def problem(status: int, detail: str, kind: str = "about:blank", **more: Any) -> JSONResponse:
    """Return a problem document (RFC 9457, 3.1): `detail` says what was wrong and what to send instead."""
    title = HTTPStatus(status).phrase
    headers = {"Retry-After": RETRY_AFTER[status]} if status in RETRY_AFTER else {}
    body = {"type": kind, "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, headers, media_type=MEDIA_TYPE)


def status_of(bad: errors.OneMapError) -> int:
    """Return the HTTP status of an error: its own, or that of the nearest one above it in the tree."""
    return next(STATUS[kind] for kind in type(bad).__mro__ if kind in STATUS)


def install(app: FastAPI) -> None:
    """Make the app answer every error with a problem document."""
    app.add_exception_handler(errors.OneMapError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(500, _unexpected)


def allowed(request: Request) -> str:
    """Return the methods that the path knows, as Allow lists them (RFC 9110, 10.2.1)."""
    app = cast("FastAPI", request.app)
    known = [m for m in METHODS if any(_takes(route, request, m) for route in app.routes)]
    return ", ".join([*(["GET", "HEAD"] if "GET" in known else []), *(m for m in known if m != "GET"), "OPTIONS"])


def _takes(route: Any, request: Request, method: str) -> bool:
    if isinstance(route, Mount) and method != "GET":
        return False
    scope = request.scope
    # a mount moves the root of what it holds
    outer = {**scope, "method": method, "root_path": scope.get("app_root_path", scope.get("root_path", ""))}
    return route.matches(outer)[0] is Match.FULL


async def _ours(request: Request, bad: Exception) -> JSONResponse:
    known = cast("errors.OneMapError", bad)
    return problem(status_of(known), str(known), f"urn:onemap:problem:{type(known).__name__}")


async def _invalid(request: Request, bad: Exception) -> JSONResponse:
    found = cast("RequestValidationError", bad).errors()
    detail = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in found[:10])
    return problem(400, detail, "urn:onemap:problem:BadInput")


async def _http(request: Request, bad: Exception) -> Response:
    known = cast("HTTPException", bad)
    headers = dict(known.headers or {})
    if known.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = allowed(request)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
    answer = problem(known.status_code, SAID.get(known.status_code) or str(known.detail))
    answer.headers.update(headers)
    return answer


async def _unexpected(request: Request, bad: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=bad)
    answer = problem(500, "OneMap failed here; the log says more")
    answer.headers.update(EVERYWHERE)
    return answer
