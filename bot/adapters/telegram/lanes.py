"""Work of different people at once, of one person in order."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial


class Lanes:
    """Runs work, at most `width` at once; work of one key waits for the work of that key before it.

    `fault` is told what a piece of work raised; the others go on.
    """

    def __init__(self, width: int, fault: Callable[[Exception], object]) -> None:
        self._free = asyncio.Semaphore(width)
        self._fault = fault
        self._last: dict[str, asyncio.Task[None]] = {}
        self._running: dict[int, asyncio.Task[None]] = {}

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the work that is not finished, in the order it came; what was cancelled stays so."""
        return tuple(self._running)

    def __len__(self) -> int:
        return len(self._running)

    def submit(self, number: int, key: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Start work or line it up; the same number while it is not finished is the same work."""
        task = self._running.get(number)
        if task is None:
            task = asyncio.create_task(self._run(self._last.get(key), work))
            self._running[number] = self._last[key] = task
            task.add_done_callback(partial(self._finished, number, key))
        return task

    async def idle(self, seconds: float) -> None:
        """Wait until nothing runs, at most so many seconds."""
        if self._running:
            await asyncio.wait(tuple(self._running.values()), timeout=seconds)

    async def close(self, seconds: float) -> None:
        """Give what runs so many seconds to finish, then cancel it."""
        await self.idle(seconds)
        left = tuple(self._running.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _run(self, before: asyncio.Task[None] | None, work: Callable[[], Awaitable[None]]) -> None:
        if before is not None:
            await asyncio.wait((before,))
        async with self._free:
            try:
                await work()
            except Exception as fault:  # noqa: BLE001 - one person's fault is not everybody's
                self._fault(fault)

    def _finished(self, number: int, key: str, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            del self._running[number]
        if self._last.get(key) is task:
            del self._last[key]
