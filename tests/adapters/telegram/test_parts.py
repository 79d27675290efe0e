"""The parts that a dialogue does not show: transport, lanes, menu, waits."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from telegram import Bot, InputFile
from telegram.error import NetworkError, TelegramError, TimedOut

from bot.adapters.telegram.backoff import Backoff
from bot.adapters.telegram.errors import Flood
from bot.adapters.telegram.lanes import Lanes
from bot.adapters.telegram.transport import AiohttpRequest
from tests.adapters.telegram.conftest import Run
from tests.fakes.telegram_server import TelegramServer

pytestmark = pytest.mark.timeout(20)


async def test_the_menu_is_set_for_each_language_and_scope(server: TelegramServer, run: Run) -> None:
    async with run():
        await server.until(lambda: len(server.menus) == 4)
    private = [each["command"] for each in server.menus["all_private_chats", ""]]
    assert private == ["start", "count", "open", "secret", "card", "language"]
    in_groups = [each["command"] for each in server.menus["all_group_chats", "es"]]
    assert in_groups == ["start", "contar", "open", "card", "language"]
    assert server.menus["all_private_chats", "es"][1]["description"] == "Contar uno más"


async def test_the_transport_names_no_address_in_its_faults(server: TelegramServer) -> None:
    request = AiohttpRequest(server.base_url)
    url = f"{server.base_url}{server.token}/getMe"
    with pytest.raises(NetworkError, match="closed"):
        await request.post(url)
    async with request:
        server.flood("getMe", 3)
        with pytest.raises(Flood) as flood:
            await request.post(url)
        assert flood.value.seconds == 3
        server.drop("getMe")
        with pytest.raises(NetworkError) as dropped:
            await request.post(url)
        await server.stop()
        with pytest.raises(NetworkError) as refused:
            await request.post(url)
    for fault in (dropped.value, refused.value):
        assert server.token not in repr(fault)
        assert fault.__cause__ is None


@asynccontextmanager
async def answering(handle: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    """A server that answers every request by a function; gives its base address."""
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
    await runner.cleanup()


async def test_a_silent_server_times_out() -> None:
    async def silent(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with answering(silent) as base, AiohttpRequest(base) as request:
        with pytest.raises(TimedOut):
            await request.post(f"{base}1:secret/getMe", read_timeout=0.05)


async def test_an_answer_that_is_no_json_is_a_fault_that_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def odd(_: web.Request) -> web.Response:
        return web.Response(text="<html>")

    async with answering(odd) as base, AiohttpRequest(base) as request:
        with pytest.raises(TelegramError, match="Invalid server response"):
            await request.post(f"{base}1:secret/getMe")
    assert "<html>" not in caplog.text


async def test_files_go_as_multipart() -> None:
    bodies: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return web.json_response({"ok": False}, status=400)

    async with answering(take) as base, AiohttpRequest(base) as request:
        bot = Bot("1:x", base_url=base, request=request)
        with pytest.raises(TelegramError):
            await bot.send_document(5, InputFile(io.BytesIO(b"figures"), "chart.csv"), caption="é")
    assert b'name="document"; filename="chart.csv"' in bodies[0]
    assert b"figures" in bodies[0]
    assert "é".encode() in bodies[0]


async def test_lanes_keep_a_persons_order_and_their_width() -> None:
    done: list[str] = []
    running = most = 0

    async def work(name: str) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        done.append(name)
        if name == "a1":
            raise RuntimeError(name)

    faults: list[Exception] = []
    lanes = Lanes(3, faults.append)
    names = [f"{who}{number}" for number in range(5) for who in "abcd"]
    for number, name in enumerate(names):
        lanes.submit(number, name[0], lambda name=name: work(name))  # type: ignore[misc]
    assert lanes.submit(0, "a", lambda: work("a0")) is lanes.submit(0, "a", lambda: work("a0"))
    await lanes.idle(5)
    assert sorted(done) == sorted(names)
    for who in "abcd":
        assert [name for name in done if name[0] == who] == [f"{who}{number}" for number in range(5)]
    assert most == 3
    assert [str(fault) for fault in faults] == ["a1"]
    assert len(lanes) == 0


async def test_lanes_remember_what_they_had_to_cancel() -> None:
    lanes = Lanes(2, lambda fault: None)
    lanes.submit(1, "a", asyncio.Event().wait)  # type: ignore[arg-type]
    lanes.submit(2, "b", lambda: asyncio.sleep(0))
    lanes.submit(3, "a", lambda: asyncio.sleep(0))
    await lanes.close(0.01)
    assert lanes.numbers[0] == 1
    assert 2 not in lanes.numbers


def test_waits_double_up_to_a_limit_and_vary() -> None:
    backoff = Backoff(1, 8)
    for attempt, full in enumerate((1, 2, 4, 8, 8, 8)):
        waits = {backoff.delay(attempt) for _ in range(50)}
        assert all(full / 2 <= wait <= full for wait in waits)
        assert len(waits) > 1
    assert backoff.delay(10_000) <= 8
