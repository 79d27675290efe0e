"""Long work in short pieces, so that answers in the chat stay quick."""

import asyncio
from time import perf_counter

SLICE_SECONDS = 0.002


class Slices:
    """Call `rest` between two pieces of work: it lets others run once 2 ms have been used up."""

    def __init__(self, seconds: float = SLICE_SECONDS) -> None:
        self._seconds = seconds
        self._since = perf_counter()

    async def rest(self) -> None:
        """Give way, if it is time."""
        if perf_counter() - self._since >= self._seconds:
            await asyncio.sleep(0)
            self._since = perf_counter()
