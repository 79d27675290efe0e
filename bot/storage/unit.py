"""The unit of work: reads at once, collects what is to be written, and writes it in one transaction."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Executable
from sqlalchemy import Row as ResultRow
from sqlalchemy.sql.dml import UpdateBase

from bot.storage.backend import Backend
from bot.storage.batches import Batches, GuardBroken, Refusal, Row
from bot.storage.errors import LockOrder
from bot.storage.locks import Locks, rank


class UnitOfWork:
    """`async with store.unit() as unit:` commits at the end of the block and discards everything on an exception."""

    def __init__(self, backend: Backend, locks: Locks) -> None:
        self._backend = backend
        self._locks = locks
        self._held: list[str] = []
        self._batches = Batches()
        self._callbacks: list[Callable[[], None]] = []
        self._ended = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and not self._ended:
                await self.commit()
        finally:
            self._ended = True
            while self._held:
                self._locks.release(self._held.pop())

    @property
    def changed(self) -> bool:
        """Whether any row was collected."""
        return bool(self._batches)

    async def fetch(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[ResultRow[Any]]:
        """Reads committed rows; those collected in this unit are not among them."""
        return await self._backend.fetch(statement, parameters)

    def write(self, statement: UpdateBase, row: Row) -> None:
        """Collects a row. Rows of the same statement object are written together, in the order of first use."""
        self._refuse_if_ended()
        self._batches.add(statement, row)

    def guard(self, statement: UpdateBase, row: Row, refusal: Refusal) -> None:
        """Collects a row that must meet exactly one row (or, inserted, no other with its key) at the commit.

        Otherwise nothing is written and the commit raises what `refusal` answers.
        """
        self._refuse_if_ended()
        self._batches.add(statement, row, refusal)

    async def lock(self, *keys: str) -> bool:
        """Takes locks of this process and holds them to the end of the unit; those already held are taken as given.

        The order over all units is `locks.rank`: persons, chats, accounts, then others. Raises LockOrder when a key is
        asked for that comes before one already held. Returns whether somebody else held one of them meanwhile: then what
        was read before is old.
        """
        self._refuse_if_ended()
        contended = False
        for key in sorted(set(keys) - set(self._held), key=rank):
            if self._held and rank(key) < rank(self._held[-1]):
                raise LockOrder(key=key, held=self._held[-1])
            contended |= await self._locks.acquire(key)
            self._held.append(key)
        return contended

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Calls back once the commit has succeeded."""
        self._callbacks.append(callback)

    def discard(self) -> None:
        """Drops what was collected so far; locks stay, and the unit can go on."""
        self._refuse_if_ended()
        self._batches = Batches()
        self._callbacks.clear()

    async def commit(self) -> None:
        """Writes everything or nothing, once; when it returns, the rows survive a loss of power.

        A cancellation waits for the outcome first, so that no lock is given up while the transaction still runs.
        """
        self._refuse_if_ended()
        self._ended = True
        if self._batches:
            await _uninterrupted(self._flush())
        for callback in self._callbacks:
            callback()

    async def _flush(self) -> None:
        try:
            await self._backend.flush(self._batches)
        except GuardBroken as broken:
            raise await broken.refusal() from broken

    def _refuse_if_ended(self) -> None:
        if self._ended:
            raise RuntimeError("this unit of work has ended")


async def _uninterrupted(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError:
                continue
        if not task.cancelled():
            task.exception()  # taken notice of: the caller is being cancelled and cannot hear it
        raise
