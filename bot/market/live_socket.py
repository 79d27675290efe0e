"""One connection to the exchange's public stream, from the handshake to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

import aiohttp

LARGEST_FRAME = 2 * 1024 * 1024
"""Bytes; a frame with all contracts of the exchange has some 0.15 MB."""

_CLOSING_SECONDS = 1.0


class Ending(StrEnum):
    """How a connection ended."""

    UNREACHABLE = "unreachable"  # there was none: refused, no answer, or another answer than a stream
    CLOSED = "closed"  # by the exchange, in good order
    LOST = "lost"  # broken off
    UNANSWERED = "unanswered"  # our ping got no answer
    SILENT = "silent"  # alive, but no news for too long
    HUGE = "huge"  # a frame larger than LARGEST_FRAME
    PLANNED = "planned"  # by us, before the exchange does it

    @property
    def expected(self) -> bool:
        """Whether nothing was wrong."""
        return self is Ending.PLANNED


@dataclass(frozen=True, slots=True)
class Pace:
    """Times of a connection, in seconds.

    `heartbeat`: between our pings (an answer is awaited half as long); `silence`: without news until a connection is
    given up; `lifetime`: until it is replaced, for the exchange ends each after 24 hours. Before another attempt passes
    `first_delay`, doubled after each failure up to `longest_delay`, of which a random half is taken off; a connection
    that held for `steady` makes good for failures before.
    """

    connect: float = 10
    heartbeat: float = 20
    silence: float = 10
    lifetime: float = 23 * 3600
    first_delay: float = 2
    longest_delay: float = 60
    steady: float = 30

    def delay(self, failures: int, dice: Random) -> float:
        """How long to wait after so many failures in a row: from half the nominal delay to the whole."""
        nominal = min(self.longest_delay, self.first_delay * 2.0 ** min(failures, 16))
        return nominal * dice.uniform(0.5, 1)


async def listen(
    session: aiohttp.ClientSession, address: str, pace: Pace, on_frame: Callable[[str], bool]
) -> Ending:
    """Connect and give each frame to `on_frame`, which says whether it brought news, until the connection ends.

    Frames that are no text are given as an empty text. What `on_frame` raises comes out here.
    """
    try:
        async with asyncio.timeout(pace.connect):
            socket = await session.ws_connect(
                address,
                heartbeat=pace.heartbeat,
                max_msg_size=LARGEST_FRAME,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSING_SECONDS),
            )
    except (aiohttp.ClientError, OSError, TimeoutError):
        return Ending.UNREACHABLE
    try:
        return await _follow(socket, pace, on_frame)
    finally:
        await socket.close()


async def _follow(
    socket: aiohttp.ClientWebSocketResponse, pace: Pace, on_frame: Callable[[str], bool]
) -> Ending:
    loop = asyncio.get_running_loop()
    ends = loop.time() + pace.lifetime
    silent = loop.time() + pace.silence
    while True:
        now = loop.time()
        if now >= min(ends, silent):
            return Ending.PLANNED if ends <= silent else Ending.SILENT
        try:
            message = await socket.receive(min(ends, silent) - now)
        except TimeoutError:
            continue
        except (aiohttp.ClientError, OSError):
            return Ending.LOST
        if message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
            if on_frame(message.data if message.type is aiohttp.WSMsgType.TEXT else ""):
                silent = loop.time() + pace.silence
        else:
            return _ending(socket, message)


def _ending(socket: aiohttp.ClientWebSocketResponse, message: aiohttp.WSMessage) -> Ending:
    """What a message that is no frame says of the end."""
    fault = message.data if message.type is aiohttp.WSMsgType.ERROR else socket.exception()
    match fault:
        case aiohttp.WebSocketError(code=aiohttp.WSCloseCode.MESSAGE_TOO_BIG):
            return Ending.HUGE
        case aiohttp.ServerTimeoutError():
            return Ending.UNANSWERED
        case _ if message.type is aiohttp.WSMsgType.CLOSE:
            return Ending.CLOSED
        case _:
            return Ending.LOST
