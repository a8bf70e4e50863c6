"""Connections that an event loop waits for itself: no thread for a page that takes a millisecond."""

import asyncio
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg.rows import TupleRow
from psycopg.types.string import TextBinaryLoader
from psycopg_pool import AsyncConnectionPool

from layers.store.postgis.connection import told

BRIEFLY = 0.5
"""Seconds that a request waits for a connection here; then it goes the long way, which waits longer and says so."""


class AsBytes(TextBinaryLoader):
    """Loads texts as the bytes that they came in: a page goes out as it is."""

    def load(self, data: Any) -> Any:
        """Return the bytes."""
        return bytes(data)


class Awaiting:
    """A pool of connections for each event loop that asks."""

    def __init__(self, address: str, most: int = 8) -> None:
        """Hold the address; connect at first use."""
        self._address, self._most = address, most
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncConnectionPool[Any]] = WeakKeyDictionary()

    async def rows(self, sql: str, bound: tuple[Any, ...]) -> Sequence[TupleRow]:
        """Return what a statement that only reads finds, texts as bytes; raise as Connections do."""
        with told():
            pool = self._pools.get(asyncio.get_running_loop()) or await self._opened()
            async with pool.connection() as connection:
                cursor = connection.cursor(binary=True)
                await cursor.execute(sql.encode(), bound)
                return await cursor.fetchall()

    async def close(self) -> None:
        """Let go of the connections of the running loop."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.close()

    async def _opened(self) -> AsyncConnectionPool[Any]:
        pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            self._address,
            connection_class=psycopg.AsyncConnection[TupleRow],
            kwargs={"autocommit": True, "cursor_factory": psycopg.AsyncRawCursor, "prepare_threshold": 0},
            configure=_configured,
            min_size=1,
            max_size=self._most,
            timeout=BRIEFLY,
            reconnect_timeout=10,
            open=False,
        )
        # others who come while it opens use the same one
        self._pools[asyncio.get_running_loop()] = pool
        await pool.open()
        return pool


async def _configured(connection: psycopg.AsyncConnection[TupleRow]) -> None:
    connection.adapters.register_loader("text", AsBytes)
