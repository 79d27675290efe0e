"""Trouble on the way: floods, broken connections, blocks, conflicts, restarts, wrong tokens."""

import asyncio
import io
import time
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot.adapters.telegram import BadToken, TelegramFront
from bot.adapters.telegram.backoff import Backoff
from bot.core.identity import Identity, Platform
from bot.core.markup import parse
from bot.core.reply import Reply
from bot.core.sender import RetryLater, Unreachable
from bot.telemetry import Telemetry, set_up_logs
from tests.adapters.telegram.conftest import Run
from tests.fakes.small_bot import SmallBot, small_router
from tests.fakes.telegram_server import TOKEN, TelegramServer
from tests.fakes.turns import MemoryTurns

pytestmark = pytest.mark.timeout(20)


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """What is logged, of every level."""
    stream = io.StringIO()
    set_up_logs("DEBUG", stream)
    yield stream
    structlog.reset_defaults()


def notice(text: str = "News") -> Reply:
    return Reply(parse(f"<h1>{text}</h1>"))


def to(user: int) -> Identity:
    return Identity(Platform.TELEGRAM, str(user))


async def test_a_flood_is_waited_out(server: TelegramServer, run: Run) -> None:
    ann = server.person("Ann")
    async with run():
        server.flood("sendMessage", 1)
        started = time.monotonic()
        server.say(ann, "/start")
        await server.message(ann)
        assert time.monotonic() - started >= 1
    assert len(server.asked("sendMessage")) == 1


async def test_a_flood_on_a_press_is_waited_out(server: TelegramServer, run: Run) -> None:
    ann = server.person("Ann")
    async with run():
        server.say(ann, "/start")
        card = await server.message(ann)
        server.flood("answerCallbackQuery", 1)
        server.flood("editMessageText", 1)
        press = server.press(ann, card, "Count")
        assert (await server.message(ann)).edited
        await server.answered(press)


@pytest.mark.parametrize("method", ["sendMessage", "getUpdates", "setMyCommands", "getMe", "deleteWebhook"])
async def test_a_broken_connection_loses_nothing(server: TelegramServer, run: Run, method: str) -> None:
    ann = server.person("Ann")
    for _ in range(3):
        server.drop(method)
    server.say(ann, "/count")
    async with run():
        assert (await server.message(ann)).text == "Counted\ncount: 1"
        await server.until(lambda: len(server.menus) == 4)
    assert len(server.asked("sendMessage")) == 1


@pytest.mark.parametrize(("status", "text"), [(502, "Bad Gateway"), (500, "Internal Server Error")])
async def test_telegrams_own_trouble_is_waited_out(
    server: TelegramServer, run: Run, status: int, text: str
) -> None:
    ann = server.person("Ann")
    async with run():
        server.fail("sendMessage", status, text)
        server.fail("getUpdates", status, text)
        server.say(ann, "/start")
        assert (await server.message(ann)).text.startswith("Hello")


async def test_a_restarted_server_is_found_again(server: TelegramServer, run: Run) -> None:
    ann = server.person("Ann")
    async with run():
        server.say(ann, "/start")
        await server.message(ann)
        await server.stop()
        await asyncio.sleep(0.1)
        server.say(ann, "/start again")
        await server.listen()
        assert (await server.message(ann)).text.endswith("again")


async def test_another_poller_is_a_conflict_that_passes(
    server: TelegramServer, run: Run, logs: io.StringIO
) -> None:
    ann = server.person("Ann")
    async with run():
        for _ in range(2):
            server.fail("getUpdates", 409, "Conflict: terminated by other getUpdates request")
        server.say(ann, "/start")
        await server.message(ann)
    assert "telegram_conflict" in logs.getvalue()


async def test_somebody_who_blocked_the_bot_disturbs_nobody(server: TelegramServer, run: Run) -> None:
    ann, ben = server.person("Ann"), server.person("Ben")
    async with run():
        server.say(ann, "/start")
        await server.message(ann)
        server.block(ann)
        server.say(ann, "/start")
        server.say(ben, "/start")
        await server.message(ben)
        await server.settled()
    assert [each.description for each in server.refused] == ["Forbidden: bot was blocked by the user"]


async def test_notices_reach_who_can_be_reached(server: TelegramServer, run: Run) -> None:
    ann, ben = server.person("Ann"), server.person("Ben")
    async with run() as front:
        server.say(ann, "/start")
        await server.message(ann)
        await front.send(to(ann.id), notice())
        assert (await server.message(ann)).text == "News"
        with pytest.raises(Unreachable):
            await front.send(to(ben.id), notice())
        with pytest.raises(Unreachable):
            await front.send(to(999_999), notice())
        server.block(ann)
        with pytest.raises(Unreachable):
            await front.send(to(ann.id), notice())


async def test_notices_are_put_off_while_telegram_asks_to_wait(server: TelegramServer, run: Run) -> None:
    ann = server.person("Ann")
    async with run() as front:
        server.say(ann, "/start")
        await server.message(ann)
        server.flood("sendMessage", 7)
        with pytest.raises(RetryLater) as asked:
            await front.send(to(ann.id), notice())
        assert asked.value.seconds == 7
        with pytest.raises(RetryLater) as remembered:
            await front.send(to(ann.id), notice())
        assert 6 < remembered.value.seconds <= 7
        server.drop("sendMessage")
        with pytest.raises(RetryLater):
            await front.send(to(1), notice())
    with pytest.raises(RetryLater):
        await front.send(to(ann.id), notice())


async def test_what_was_not_answered_at_the_end_comes_again(
    server: TelegramServer, run: Run, bot: SmallBot, turns: MemoryTurns
) -> None:
    ann, ben = server.person("Ann"), server.person("Ben")
    server.say(ann, "/count")
    server.say(ben, "/slow 1")
    async with run(grace=0.01):
        await server.message(ann)
        await server.until(lambda: bot.ran == ["slow 1"])
    bot.gate.set()
    async with run():
        assert (await server.message(ben)).text.startswith("Slept")
    assert turns.facts["person000001"] == {"count": 1}


async def test_an_update_that_comes_twice_gets_the_same_answer(
    server: TelegramServer, run: Run, turns: MemoryTurns
) -> None:
    ann = server.person("Ann")
    async with run():
        update = server.say(ann, "/count")
        await server.message(ann)
        await server.settled()
    async with run():
        server.queue(update)
        assert (await server.message(ann)).text == "Counted\ncount: 1"
    assert turns.facts["person000001"] == {"count": 1}


async def test_what_is_under_way_at_the_end_is_finished_and_confirmed(
    server: TelegramServer, run: Run, bot: SmallBot
) -> None:
    ann = server.person("Ann")
    async with run():
        server.say(ann, "/slow 1")
        await server.until(lambda: bot.ran == ["slow 1"])
        asyncio.get_running_loop().call_later(0.05, bot.gate.set)
    assert (await server.message(ann)).text.startswith("Slept")
    await server.settled()


async def test_an_update_that_cannot_be_read_does_not_stop_the_rest(server: TelegramServer, run: Run) -> None:
    ann = server.person("Ann")
    async with run():
        junk: dict[str, Any]
        for junk in ({"message": 7}, {"message": {"poll": {}}}, {"callback_query": {}}, {"unheard_of": {}}):
            server.queue(server._book.next_update("x", {}) | junk)
        server.say(ann, "/start")
        assert (await server.message(ann)).text.startswith("Hello")
        await server.settled()


async def test_a_token_revoked_while_running_ends_the_front(server: TelegramServer, bot: SmallBot) -> None:
    telemetry = Telemetry()
    front = TelegramFront(server.token, small_router(bot), telemetry, base_url=server.base_url)
    serving = asyncio.create_task(front.serve())
    await server.until(lambda: len(server.menus) == 4)
    server.fail("getUpdates", 401, "Unauthorized")
    server.say(server.person("Ann"), "/start")
    with pytest.raises(BadToken):
        await serving


@pytest.mark.parametrize("token", [f"{TOKEN}x", "123456:", "nonsense", "a b/../c", "é", TOKEN + "\n/x"])
async def test_a_wrong_token_ends_the_front_with_a_line_that_does_not_quote_it(
    server: TelegramServer, bot: SmallBot, logs: io.StringIO, token: str
) -> None:
    front = TelegramFront(
        token, small_router(bot), Telemetry(), base_url=server.base_url, backoff=Backoff(0.01, 0.05)
    )
    with pytest.raises(BadToken) as raised:
        await asyncio.wait_for(front.serve(), 5)
    said = logs.getvalue()
    assert "telegram_token_refused" in said
    assert "TELEGRAM_TOKEN" in said
    assert token not in said
    assert token not in str(raised.value)
    assert raised.value.__cause__ is None


def test_an_empty_token_is_refused_at_once(bot: SmallBot) -> None:
    with pytest.raises(BadToken):
        TelegramFront(" \n", small_router(bot), Telemetry())


async def test_logs_hold_neither_text_nor_token(
    server: TelegramServer,
    run: Run,
    logs: io.StringIO,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    ann = server.person("Ann")
    async with run():
        server.fail("getUpdates", 502, "Bad Gateway")
        server.drop("getUpdates")
        server.fail("sendMessage", 400, "Bad Request: classified words of Ann")
        server.say(ann, "/start classified")
        server.say(ann, "/fail classified")
        await server.message(ann)
        server.queue(server._book.next_update("message", {"text": "classified"}))
        server.say(ann, "/start")
        await server.message(ann)
    said = "".join((*capfd.readouterr(), logs.getvalue()))
    said += "".join(each.getMessage() for each in caplog.records if each.levelname != "DEBUG")
    assert "incident" in said
    assert "classified" not in said
    assert TOKEN not in said
