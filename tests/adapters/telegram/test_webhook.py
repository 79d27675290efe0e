"""Updates posted by Telegram, through the project's own web server."""

import asyncio
import io
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.adapters.telegram import TelegramFront, WebhookRefused, WebhookSettings
from bot.adapters.telegram.webhook import SECRET_HEADER
from bot.adapters.web import WebServer
from bot.telemetry import Telemetry
from tests.adapters.telegram.conftest import Run
from tests.fakes.small_bot import SmallBot, small_router
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.turns import MemoryTurns

pytestmark = pytest.mark.timeout(20)

SETTINGS = WebhookSettings("https://bot.example/telegram/hook", "s3cret_-")


@pytest.fixture
async def hooked(run: Run, server: TelegramServer) -> AsyncIterator[TelegramFront]:
    """A front behind a web server that Telegram reaches."""
    async with run(webhook=SETTINGS) as front:
        web = WebServer(
            "127.0.0.1", 0, ready=lambda: True, metrics=bytes, posts={SETTINGS.path: front.webhook}
        )
        async with web.listening() as port:
            server.forward[SETTINGS.url] = f"http://127.0.0.1:{port}{SETTINGS.path}"
            await server.until(lambda: bool(server.webhook))
            yield front
    assert server.refused == []


async def post(server: TelegramServer, body: bytes | io.BytesIO, secret: str | None = SETTINGS.secret) -> int:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    async with (
        aiohttp.ClientSession() as client,
        client.post(server.forward[SETTINGS.url], data=body, headers=headers) as response,
    ):
        return response.status


@pytest.mark.usefixtures("hooked")
async def test_a_dialogue_over_the_webhook(server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, "/start")
    card = await server.message(ann)
    press = server.press(ann, card, "Count")
    assert (await server.message(ann)).text == "Counted\ncount: 1"
    await server.answered(press)
    await server.until(lambda: len(server.deliveries) == 2)
    assert {status for _, status in server.deliveries} == {200}
    assert server.webhook["secret_token"] == SETTINGS.secret
    assert server.webhook["allowed_updates"] == ["message", "callback_query", "poll_answer", "my_chat_member"]
    assert server.asked("getUpdates") == []


@pytest.mark.usefixtures("hooked")
@pytest.mark.parametrize("secret", ["wrong", "", None, "s3cret_-x", "ß"])
async def test_a_wrong_secret_is_forbidden(
    server: TelegramServer, secret: str | None, turns: MemoryTurns
) -> None:
    update = {
        "update_id": 1,
        "message": server._book.said(server.person("Ann"), server.bot, "/count", None, None),
    }
    assert await post(server, json.dumps(update).encode(), secret) == 403
    assert turns.opened == 0


@pytest.mark.usefixtures("hooked")
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b"{}", b'{"update_id":"1"}', b'{"update_id":true}', b"\xff\xfe", b"null"]
)
async def test_a_body_that_is_no_update_is_a_bad_request(server: TelegramServer, body: bytes) -> None:
    assert await post(server, body) == 400


@pytest.mark.usefixtures("hooked")
async def test_a_body_over_the_limit_is_refused(server: TelegramServer) -> None:
    assert await post(server, io.BytesIO(b" " * 2_000_000)) == 413


@pytest.mark.usefixtures("hooked")
async def test_the_same_update_posted_twice_counts_once(server: TelegramServer, turns: MemoryTurns) -> None:
    ann = server.person("Ann")
    update = server.say(ann, "/count")
    body = json.dumps(update).encode()
    statuses = await asyncio.gather(*(post(server, body) for _ in range(5)))
    assert set(statuses) == {200}
    assert turns.facts["person000001"] == {"count": 1}


@pytest.mark.usefixtures("hooked")
async def test_an_update_is_confirmed_only_once_it_is_answered(server: TelegramServer, bot: SmallBot) -> None:
    ann = server.person("Ann")
    server.say(ann, "/slow 1")
    await server.until(lambda: bot.ran == ["slow 1"] or bool(server.asked("sendChatAction")))
    assert server.deliveries == []
    bot.gate.set()
    await server.message(ann)
    await server.until(lambda: [status for _, status in server.deliveries] == [200])


async def test_a_front_that_does_not_run_asks_to_come_again(server: TelegramServer, bot: SmallBot) -> None:
    front = TelegramFront(
        server.token, small_router(bot), Telemetry(), base_url=server.base_url, webhook=SETTINGS
    )
    assert await front.webhook({SECRET_HEADER: SETTINGS.secret}, b'{"update_id": 1}') == 503
    assert await front.webhook({}, b'{"update_id": 1}') == 403


async def test_polling_takes_a_webhook_away_and_keeps_what_waits(server: TelegramServer, run: Run) -> None:
    server.webhook = {"url": "https://old.example/hook"}
    server.forward["https://old.example/hook"] = "http://127.0.0.1:9/"
    ann = server.person("Ann")
    async with run():
        await server.until(lambda: not server.webhook)
        server.say(ann, "/start")
        await server.message(ann)
    assert server.asked("deleteWebhook") == [{"drop_pending_updates": False}]


async def test_an_address_that_telegram_refuses_ends_the_front(server: TelegramServer, bot: SmallBot) -> None:
    settings = WebhookSettings("http://bot.example/hook", "s")
    front = TelegramFront(
        server.token, small_router(bot), Telemetry(), base_url=server.base_url, webhook=settings
    )
    with pytest.raises(WebhookRefused, match=r"(?i)https url"):
        await asyncio.wait_for(front.serve(), 5)


@pytest.mark.parametrize("secret", ["", "with space", "é", "x" * 257])
def test_a_secret_that_telegram_would_refuse_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        WebhookSettings("https://bot.example/hook", secret)


def test_the_secret_is_not_shown() -> None:
    assert SETTINGS.secret not in repr(SETTINGS)
