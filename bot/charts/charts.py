"""Pictures drawn by one process beside the bot, one after the other."""

import asyncio
import contextlib
import os
import pickle
import sys
import tempfile
from enum import StrEnum
from pathlib import Path

from bot.charts.spec import ChartSpec
from bot.charts.worker import FAULT, LENGTH

_ROOT = Path(__file__).resolve().parents[2]
_INHERITED = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH")


class Reason(StrEnum):
    """Why there is no picture."""

    BUSY = "busy"
    CLOSED = "closed"
    DIED = "died"
    FAULT = "fault"
    TIMEOUT = "timeout"


class ChartFailed(Exception):
    """There is no picture, and the text goes alone; `detail` names the kind and place of a fault, if it is one."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail


class Charts:
    """Draws specs to PNG in a worker process that starts with the first picture.

    Pictures are drawn one at a time; at most `waiting` are in hand, the one being drawn included. A worker that takes
    longer than `limit` seconds over a picture, or `start_limit` to start, is killed, and so is one whose caller was
    cancelled; the next picture starts another. After `renewed_after` pictures it is replaced, which gives back what
    it may have gathered. The worker sees none of the bot's environment but paths and locale.
    """

    def __init__(
        self,
        *,
        limit: float = 5,
        start_limit: float = 20,
        waiting: int = 32,
        renewed_after: int = 500,
    ) -> None:
        self._limit = limit
        self._start_limit = start_limit
        self._most_waiting = waiting
        self._renewed_after = renewed_after
        self._waiting = 0
        self._drawn = 0
        self._closed = False
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def worker_id(self) -> int | None:
        """The process id of the worker, if one runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def draw(self, spec: ChartSpec) -> bytes:
        """The picture as PNG. Raises ChartFailed."""
        if self._closed:
            raise ChartFailed(Reason.CLOSED)
        if self._waiting >= self._most_waiting:
            raise ChartFailed(Reason.BUSY)
        self._waiting += 1
        try:
            async with self._turn:
                return await self._draw(pickle.dumps(spec))
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """End the worker; whoever still waits gets ChartFailed, and so does every later call."""
        self._closed = True
        await self._stop()
        async with self._turn:
            await self._stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    async def _draw(self, message: bytes) -> bytes:
        if self._closed:
            raise ChartFailed(Reason.CLOSED)
        finished = False
        try:
            process = await self._worker()
            async with asyncio.timeout(self._limit):
                kind, body = await self._exchange(process, message)
            finished = True
        except TimeoutError:
            raise ChartFailed(Reason.TIMEOUT) from None
        except (OSError, EOFError) as fault:
            raise self._gone(fault) from None
        finally:
            if not finished:
                await self._stop()
        self._drawn += 1
        if self._drawn >= self._renewed_after:
            await self._stop()
        if kind == FAULT:
            raise ChartFailed(Reason.FAULT, body.decode())
        return body

    def _gone(self, fault: Exception) -> ChartFailed:
        return ChartFailed(Reason.CLOSED) if self._closed else ChartFailed(Reason.DIED, type(fault).__name__)

    async def _worker(self) -> asyncio.subprocess.Process:
        """The running worker, or a new one that has loaded what it needs."""
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self._stop()
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="marginalia-charts-")
        self._drawn = 0
        async with asyncio.timeout(self._start_limit):
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "bot.charts.worker",
                self._folder.name,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=_environment(self._folder.name),
                start_new_session=True,  # an interrupt at the terminal is for the bot alone
            )
            await self._answer(self._process)
        return self._process

    async def _exchange(self, process: asyncio.subprocess.Process, message: bytes) -> tuple[bytes, bytes]:
        assert process.stdin is not None
        process.stdin.write(len(message).to_bytes(LENGTH, "big") + message)
        await process.stdin.drain()
        return await self._answer(process)

    @staticmethod
    async def _answer(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
        assert process.stdout is not None
        head = await process.stdout.readexactly(LENGTH)
        body = await process.stdout.readexactly(int.from_bytes(head, "big"))
        return body[:1], body[1:]

    async def _stop(self) -> None:
        """Kill the worker, if there is one, and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()
            with contextlib.suppress(OSError):
                await process.stdin.wait_closed()


def _environment(folder: str) -> dict[str, str]:
    """What the worker sees: no secret, no fonts but matplotlib's, no folder of the user's, one thread."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | {
        "PYTHONPATH": str(_ROOT),
        "HOME": folder,
        "MPLCONFIGDIR": folder,
        "MPL_IGNORE_SYSTEM_FONTS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
