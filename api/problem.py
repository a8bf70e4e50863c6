"""Errors as RFC 7807 problem documents: one table from exception to status."""

from http import HTTPStatus
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from spatial import errors

MEDIA_TYPE = "application/problem+json"
STATUS: dict[type[errors.OneMapError], int] = {
    errors.BadInput: 400,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.NotAcceptable: 406,
    errors.Conflict: 409,
    errors.TooMuch: 413,
    errors.Unguessable: 422,
    errors.Unavailable: 503,
    errors.OneMapError: 500,
}
RETRY_AFTER = {503: "2"}
log = structlog.get_logger("onemap")


def problem(status: int, detail: str, kind: str = "about:blank", **more: Any) -> JSONResponse:
    """Return a problem document (RFC 7807 §3.1): `detail` says what was wrong and what to send instead."""
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


async def _ours(request: Request, bad: Exception) -> JSONResponse:
    known = cast("errors.OneMapError", bad)
    return problem(status_of(known), str(known), f"urn:onemap:problem:{type(known).__name__}")


async def _invalid(request: Request, bad: Exception) -> JSONResponse:
    found = cast("RequestValidationError", bad).errors()
    detail = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in found[:10])
    return problem(400, detail, "urn:onemap:problem:BadInput")


async def _http(request: Request, bad: Exception) -> JSONResponse:
    known = cast("HTTPException", bad)
    detail = "nothing is served here; the landing page / links to all there is" if known.status_code == 404 else ""  # noqa: PLR2004
    answer = problem(known.status_code, detail or str(known.detail))
    answer.headers.update(known.headers or {})
    return answer


async def _unexpected(request: Request, bad: Exception) -> JSONResponse:
    log.error("unexpected", path=request.url.path, error=repr(bad), exc_info=bad)
    return problem(500, "OneMap failed here; the log says more")
