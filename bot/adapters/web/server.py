"""A small aiohttp server. What it serves is passed in as plain callables, so it knows no front."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeAlias

from aiohttp import web

# Takes the headers and body of a POST and returns the HTTP status to answer with.
Post: TypeAlias = Callable[[Mapping[str, str], bytes], Awaitable[int]]

MAX_BODY = 1024 * 1024
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_CLOSING = 5.0


class WebServer:
    """Answers GET /healthz (the loop turns), /readyz (`ready`: 200 or 503), /metrics, and POST to each path of `posts`.

    Port 0 takes a free one. Bodies over 1 MiB are refused with 413.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        ready: Callable[[], bool],
        metrics: Callable[[], bytes],
        posts: Mapping[str, Post] | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._ready = ready
        self._metrics = metrics
        self._app = web.Application(client_max_size=MAX_BODY)
        self._app.router.add_get("/healthz", self._health)
        self._app.router.add_get("/readyz", self._readiness)
        self._app.router.add_get("/metrics", self._exposition)
        for path, post in (posts or {}).items():
            self._app.router.add_post(path, _handler(post))

    async def serve(self) -> None:
        """Serve until cancelled; raises OSError where the address is taken."""
        async with self.listening():
            await asyncio.Event().wait()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Serve within the block; gives the port."""
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=_CLOSING)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
            yield runner.addresses[0][1]
        finally:
            await runner.cleanup()

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def _readiness(self, _: web.Request) -> web.Response:
        return web.Response(text="ready") if self._ready() else web.Response(status=503, text="not ready")

    async def _exposition(self, _: web.Request) -> web.Response:
        return web.Response(body=self._metrics(), headers={"Content-Type": METRICS_TYPE})


def _handler(post: Post) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        return web.Response(status=await post(request.headers, await request.read()))

    return handle
