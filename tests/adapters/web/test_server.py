import io
from collections.abc import AsyncIterator, Mapping

import aiohttp
import pytest

from bot.adapters.web import WebServer
from bot.telemetry import Telemetry

pytestmark = pytest.mark.timeout(20)


class Site:
    """A running server, what its callables answer and what was posted."""

    def __init__(self) -> None:
        self.ready = False
        self.status = 200
        self.posted: list[tuple[str | None, bytes]] = []
        self.telemetry = Telemetry()
        self.url = ""

    async def take(self, headers: Mapping[str, str], body: bytes) -> int:
        if self.status == 0:
            raise RuntimeError("broken on purpose")
        self.posted.append((headers.get("x-who"), body))
        return self.status

    async def ask(self, method: str, path: str, data: bytes | io.BytesIO | None = None) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession() as client,
            client.request(method, self.url + path, data=data, headers={"X-Who": "me"}) as response,
        ):
            return response.status, await response.text()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    server = WebServer(
        "127.0.0.1",
        0,
        ready=lambda: made.ready,
        metrics=made.telemetry.exposition,
        posts={"/hook": made.take},
    )
    async with server.listening() as port:
        made.url = f"http://127.0.0.1:{port}"
        yield made


async def test_health_is_about_the_loop_and_readiness_about_the_bot(site: Site) -> None:
    assert await site.ask("GET", "/healthz") == (200, "ok")
    assert (await site.ask("GET", "/readyz"))[0] == 503
    site.ready = True
    assert (await site.ask("GET", "/readyz"))[0] == 200


async def test_metrics_are_in_the_text_format(site: Site) -> None:
    site.telemetry.answered("telegram", "hello", 0.1)
    status, text = await site.ask("GET", "/metrics")
    assert status == 200
    assert 'marginalia_answers_total{platform="telegram",template="hello"} 1.0' in text


async def test_a_post_is_handed_over_with_its_headers(site: Site) -> None:
    assert (await site.ask("POST", "/hook", b"body"))[0] == 200
    site.status = 403
    assert (await site.ask("POST", "/hook", b""))[0] == 403
    assert site.posted == [("me", b"body"), ("me", b"")]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/hook", 405), ("GET", "/", 404), ("POST", "/x", 404)]
)
async def test_nothing_else_is_served(site: Site, method: str, path: str, status: int) -> None:
    assert (await site.ask(method, path))[0] == status


async def test_a_body_over_a_mebibyte_is_refused(site: Site) -> None:
    most = 1024 * 1024
    assert (await site.ask("POST", "/hook", io.BytesIO(bytes(most))))[0] == 200
    assert (await site.ask("POST", "/hook", io.BytesIO(bytes(most + 1))))[0] == 413


async def test_a_handler_that_breaks_answers_500_and_the_server_lives(site: Site) -> None:
    site.status = 0
    assert (await site.ask("POST", "/hook", b"x"))[0] == 500
    assert (await site.ask("GET", "/healthz"))[0] == 200
