"""What has to be told that the server is about to stop: streams would otherwise hold it up until its patience ends."""

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def told_of_shutdown(end: Callable[[], None]) -> Generator[None]:
    """Call `end` when the process is asked to stop, before what the server itself does then.

    end: called between two bytecodes of the main thread, whatever that is doing. Does nothing in other threads.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def heed(number: int, frame: FrameType | None) -> None:
        end()
        handler: Any = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number, handler in before.items():
        if callable(handler):
            signal.signal(number, heed)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
