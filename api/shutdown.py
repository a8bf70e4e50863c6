"""Who has to be told that the server is about to stop: streams would otherwise hold it up until its patience ends."""

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
type Handler = Callable[[int, FrameType | None], Any]


@contextmanager
def told_of_shutdown(end: Callable[[], object]) -> Generator[None]:
    """Call `end` when the process is asked to stop, before the server itself hears it.

    end: called between two bytecodes of the main thread, whatever that is doing. In other threads nothing is called.
    """
    before = _handlers()
    for number, handler in before.items():
        signal.signal(number, _both(end, handler))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _handlers() -> dict[signal.Signals, Handler]:
    if threading.current_thread() is not threading.main_thread():
        return {}
    known = {number: signal.getsignal(number) for number in SIGNALS}
    return {number: handler for number, handler in known.items() if callable(handler)}


def _both(first: Callable[[], object], then: Handler) -> Handler:
    def handle(number: int, frame: FrameType | None) -> None:
        first()
        then(number, frame)

    return handle
