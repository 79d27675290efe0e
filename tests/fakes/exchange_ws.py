"""The exchange's public price stream on loopback, strict about addresses, streams and manners, and able to misbehave.

async with ExchangeServer() as exchange:
    feed = LiveFeed(contracts, clock, address=exchange.address)
    await exchange.connected()
    await exchange.prices(BTCUSDT="50000")
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from aiohttp import WSMsgType, web

KNOWN_STREAMS = {"!markPrice@arr@1s": 1, "!markPrice@arr": 3, "!miniTicker@arr": 1, "!ticker@arr": 1}
"""Streams under /market that this server has, with the seconds between two of their messages."""

MARK, LAST = "!markPrice@arr@1s", "!miniTicker@arr"
_SETTLE = timedelta(hours=8)


class ExchangeServer:
    """`streams` holds what each connection asked for, `refusals` the addresses that were turned down.

    `refuse`: the status that handshakes get instead; `deaf`: pings of new connections get no answer.
    """

    def __init__(self) -> None:
        self.address = ""
        self.streams: list[tuple[str, ...]] = []
        self.refusals: list[str] = []
        self.pings = 0
        self.broken_manners: list[str] = []
        self.refuse: int | None = None
        self.deaf = False
        self._socket: web.WebSocketResponse | None = None
        self._request: web.Request | None = None
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._told = datetime.fromtimestamp(0, UTC)

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def listen(self) -> None:
        """Listen; after a stop on the same port again."""
        app = web.Application()
        app.router.add_get("/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        assert self._runner.addresses
        self._port = self._runner.addresses[0][1]
        self.address = f"ws://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        """Drop everybody and listen no more."""
        await self.reset()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def connected(self, count: int = 1, within: float = 5) -> None:
        """Wait until so many connections have been made since the start, the last of them still open."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: len(self.streams) >= count and self._socket is not None)

    async def refused(self, count: int = 1, within: float = 5) -> None:
        """Wait until so many handshakes have been turned down."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: len(self.refusals) >= count)

    async def marks(
        self,
        prices: Mapping[str, str],
        at: datetime | None = None,
        *,
        rate: str = "0.00010000",
        due: datetime | None = None,
        **changed: object,
    ) -> None:
        """One message of mark prices at a time, index the same; `changed` replaces fields of every event."""
        at = at or self._now()
        events = [
            {
                "e": "markPriceUpdate",
                "E": milliseconds(at),
                "s": symbol,
                "p": price,
                "ap": price,
                "i": price,
                "P": price,
                "r": rate,
                "T": milliseconds(due or _next_funding(at)),
            }
            | changed
            for symbol, price in prices.items()
        ]
        await self.message(MARK, events)

    async def lasts(self, prices: Mapping[str, str], at: datetime | None = None, **changed: object) -> None:
        """One message of last prices at a time."""
        at = at or self._now()
        events = [
            {
                "e": "24hrMiniTicker",
                "E": milliseconds(at),
                "s": symbol,
                "c": price,
                "o": price,
                "h": price,
                "l": price,
                "v": "1000",
                "q": "1000",
            }
            | changed
            for symbol, price in prices.items()
        ]
        await self.message(LAST, events)

    async def prices(self, at: datetime | None = None, **prices: str) -> None:
        """Last and mark prices alike, in one message each."""
        await self.lasts(prices, at)
        await self.marks(prices, at)

    async def message(self, stream: str, data: Any) -> None:
        """One message of the combined stream; nothing for a connection that did not ask for it."""
        assert stream in KNOWN_STREAMS
        if self.streams and stream in self.streams[-1]:
            await self.text(json.dumps({"stream": stream, "data": data}))

    def _now(self) -> datetime:
        """The present, but a millisecond later than anything that was said of the present before."""
        self._told = max(datetime.now(UTC), self._told + timedelta(milliseconds=1))
        return self._told

    async def text(self, text: str) -> None:
        """Any text. Raises ConnectionError if nobody is connected."""
        await self._open().send_str(text)

    async def bytes(self, data: bytes) -> None:
        """Any bytes. Raises ConnectionError if nobody is connected."""
        await self._open().send_bytes(data)

    def _open(self) -> web.WebSocketResponse:
        if self._socket is None:
            raise ConnectionError("nobody is connected")
        return self._socket

    async def close(self) -> None:
        """Close in good order, as the exchange does after 24 hours."""
        if self._socket is not None:
            await self._socket.close(code=1008, message=b"disconnected")

    async def reset(self) -> None:
        """Break the connection off."""
        if self._request is not None and self._request.transport is not None:
            self._request.transport.abort()
        self._socket = self._request = None

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        streams = tuple(request.query.get("streams", "").split("/"))
        status = self.refuse
        if status is None and request.path != "/market/stream":
            status = 404
        if status is None and (set(request.query) != {"streams"} or not set(streams) <= set(KNOWN_STREAMS)):
            status = 400
        if status is not None:
            self.refusals.append(request.path_qs)
            await self._note()
            return web.Response(status=status)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        deaf = self.deaf
        self.streams.append(streams)
        self._socket, self._request = socket, request
        await self._note()
        async for message in socket:
            if message.type is WSMsgType.PING:
                self.pings += 1
                if not deaf:
                    await socket.pong(message.data)
            elif message.type is not WSMsgType.PONG:
                self.broken_manners.append(f"a client has nothing to say here: {message.type.name}")
                await socket.close(code=1008)
        if self._socket is socket:
            self._socket = self._request = None
        await self._note()
        return socket

    async def _note(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def milliseconds(at: datetime) -> int:
    """A time as the exchange writes it."""
    return int(at.timestamp() * 1000)


def _next_funding(at: datetime) -> datetime:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + ((at - midnight) // _SETTLE + 1) * _SETTLE
