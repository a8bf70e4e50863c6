"""Answers of services: http and https only, no larger and no slower than data should be, asked again when they fail."""

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx2
import orjson

from etl.source.json_stream import as_object
from spatial.errors import BadSource, Unavailable

PAGE = 64 << 20
"""Bytes of one page of a service."""

FILE = 4 << 30
"""Bytes of a file that is fetched."""

_WAITS = (0.25, 0.5, 1.0, 0.0)
_HOPS, _LONGEST_WAIT = 5, 30.0
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_AGENT = {"User-Agent": "OneMap", "Accept": "application/geo+json, application/json;q=0.9, */*;q=0.5"}


class Web:
    """A client bound to the host of one address."""

    def __init__(self, url: str, seconds: float) -> None:
        """Take the address; raise BadSource if it is not one of http or https."""
        self._host, self._seconds = _host(url), seconds
        self._client = httpx2.Client(timeout=httpx2.Timeout(seconds), headers=_AGENT, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def document(self, url: str) -> dict[str, Any]:
        """Return the JSON object at an address; raise BadSource, Unavailable."""
        body = self.body(url)
        try:
            found = as_object(orjson.loads(body))
        except orjson.JSONDecodeError as bad:
            raise BadSource(f"{url} does not answer with JSON but with {body[:80]!r}") from bad
        if found is None:
            raise BadSource(f"{url} answers with JSON that is no object")
        return found

    def body(self, url: str) -> bytes:
        """Return what is at an address; raise BadSource, Unavailable."""
        with self._answer(url) as answer:
            return b"".join(self._pieces(answer, PAGE))

    def save(self, url: str, path: Path) -> None:
        """Write what is at an address to a file; raise BadSource, Unavailable."""
        with self._answer(url) as answer, path.open("wb") as out:
            for piece in self._pieces(answer, FILE):
                out.write(piece)

    def follow(self, url: str, link: str) -> str:
        """Return where a link of an answer leads; raise BadSource if it leads to another host."""
        target = urljoin(url, link)
        if _host(target) != self._host:
            raise BadSource(f"{url} leads to another host, {target[:200]}; give that address yourself if it is right")
        return target

    @contextmanager
    def _answer(self, url: str) -> Generator[httpx2.Response]:
        """Lend the answer of an address, after redirects."""
        answer = self._asked(url)
        for _ in range(_HOPS):
            if not answer.has_redirect_location:
                break
            answer.close()
            url = self.follow(url, answer.headers["location"])
            answer = self._asked(url)
        try:
            yield _good(url, answer)
        finally:
            answer.close()

    def _asked(self, url: str) -> httpx2.Response:
        """Return the answer of an address, asked again where that may help."""
        why = ""
        for usual in _WAITS:
            try:
                answer = self._client.send(self._client.build_request("GET", url), stream=True)
            except (httpx2.TransportError, httpx2.InvalidURL) as bad:
                why, wait = str(bad) or type(bad).__name__, usual
            else:
                if answer.status_code not in _AGAIN:
                    return answer
                why, wait = f"status {answer.status_code}", _wait(answer, usual)
                answer.close()
            time.sleep(wait)
        raise Unavailable(f"{url} does not answer: {why}; try again later")

    def _pieces(self, answer: httpx2.Response, most: int) -> Iterator[bytes]:
        size, end = 0, time.monotonic() + self._seconds * (1 if most == PAGE else 60)
        try:
            for piece in answer.iter_bytes(1 << 16):
                size += len(piece)
                if size > most:
                    raise BadSource(f"{answer.url} answers with more than {most:,} bytes; ask for smaller pages")
                if time.monotonic() > end:
                    raise Unavailable(f"{answer.url} answers too slowly; ask for smaller pages or allow more --timeout")
                yield piece
        except (httpx2.TransportError, httpx2.DecodingError) as bad:
            raise Unavailable(f"{answer.url} breaks off: {bad}; run the import again to resume") from bad


def _host(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadSource(f"{url[:200]!r} is no address that is read; send one that begins with http:// or https://")
    return parts.hostname


def _good(url: str, answer: httpx2.Response) -> httpx2.Response:
    if answer.has_redirect_location:
        raise BadSource(f"{url} is redirected more than {_HOPS} times")
    if answer.status_code >= 400:  # noqa: PLR2004 - client and server errors
        raise BadSource(f"{url} answers with status {answer.status_code}")
    return answer


def _wait(answer: httpx2.Response, usual: float) -> float:
    said = answer.headers.get("retry-after", "")
    return min(float(said), _LONGEST_WAIT) if said.isdigit() else usual
