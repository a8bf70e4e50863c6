"""What a client sends: read whole where it is small, else put aside as a file; never more than is allowed."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import anyio
import orjson
from fastapi import Request
from starlette.requests import ClientDisconnect

from spatial.errors import BadInput, TooMuch


def media_type(request: Request) -> str:
    """Return the body's media type, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def document(request: Request, most: int) -> dict[str, Any]:
    """Return the body's JSON object; raise BadInput, TooMuch beyond `most` bytes."""
    body = b"".join([part async for part in _parts(request, most)])
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError as bad:
        raise BadInput(f"the body is not JSON: {bad}") from bad
    if not isinstance(read, dict):
        raise BadInput("the body is not a JSON object")
    return cast("dict[str, Any]", read)


async def saved(request: Request, path: Path, most: int) -> None:
    """Write the body to a file; raise BadInput if there is none, TooMuch beyond `most` bytes."""
    async with await anyio.open_file(path, "wb") as file:
        async for part in _parts(request, most):
            await file.write(part)
    if not path.stat().st_size:
        raise BadInput("the body is empty; send the file's bytes")


async def _parts(request: Request, most: int) -> AsyncIterator[bytes]:
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise TooMuch(f"the body is larger than {most:,} bytes; onemap import reads files of any size")
            yield part
    except ClientDisconnect as gone:
        raise BadInput("the body ended before it was whole") from gone
