"""Lines from standard input without blocking the loop, whatever it is: a pipe, a file, a closed device."""

import asyncio
import io
import os
import threading
from collections.abc import AsyncIterator, Iterator
from typing import TextIO

from bot.adapters.console.limits import LINES_AHEAD, LONGEST_LINE

_CHUNK = 65_536


async def lines_of(stream: TextIO) -> AsyncIterator[str]:
    """The lines of a stream until it ends; bytes that are no UTF-8 become a visible mark, long lines are cut.

    A file descriptor is read by a thread of its own, which takes no lock of the stream and holds up nobody's exit.
    """
    try:
        descriptor = stream.fileno()
    except (OSError, io.UnsupportedOperation):
        for line in stream:
            yield line.rstrip("\r\n")
        return
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    ahead = threading.Semaphore(LINES_AHEAD)
    loop = asyncio.get_running_loop()
    thread = threading.Thread(
        target=_pump, args=(descriptor, queue, ahead, loop), name="console-input", daemon=True
    )
    thread.start()
    while (read := await queue.get()) is not None:
        ahead.release()
        yield read


def _pump(
    descriptor: int,
    queue: asyncio.Queue[str | None],
    ahead: threading.Semaphore,
    loop: asyncio.AbstractEventLoop,
) -> None:
    try:
        for line in _read(descriptor):
            ahead.acquire()
            loop.call_soon_threadsafe(queue.put_nowait, line)
        loop.call_soon_threadsafe(queue.put_nowait, None)
    except RuntimeError:
        return  # the loop is closed: nobody listens any more


def _read(descriptor: int) -> Iterator[str]:
    kept, first = b"", True
    while chunk := _chunk(descriptor):
        if first:
            chunk, first = chunk.removeprefix(b"\xef\xbb\xbf"), False
        *whole, kept = (kept + chunk).split(b"\n")
        for line in whole:
            yield _decoded(line)
        kept = kept[:LONGEST_LINE]
    if kept:
        yield _decoded(kept)


def _chunk(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _CHUNK)
    except OSError:
        return b""  # a terminal that was hung up, or a descriptor closed by its owner


def _decoded(line: bytes) -> str:
    return line[:LONGEST_LINE].removesuffix(b"\r").decode("utf-8", "replace")
