"""`python -m bot run` against both platforms' servers: who is served, who is not, and how it ends."""

import asyncio
import io
import json
import socket
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.books import audited, url_of
from tests.e2e.running import PATIENCE, Served, free_port, serving
from tests.fakes.discord_payloads import Person
from tests.fakes.discord_server import DiscordServer
from tests.fakes.telegram_server import TelegramServer

WRONG = "987654:AAE-a-token-that-nobody-knows"
SECRET = "a-secret_of-the-webhook"
ADDRESS = "https://bot.example/telegram"


def telegram_settings(server: TelegramServer, token: str | None = None) -> dict[str, str]:
    return {
        "TELEGRAM_TOKEN": token or server.token,
        "TELEGRAM_BASE_URL": server.base_url,
        "TELEGRAM_BASE_FILE_URL": server.base_file_url,
    }


def discord_settings(server: DiscordServer, token: str | None = None) -> dict[str, str]:
    return {
        "DISCORD_TOKEN": token or server.token,
        "DISCORD_API_BASE": server.api_base,
        "DISCORD_GATEWAY_URL": server.gateway_url,
    }


async def polled(server: TelegramServer) -> None:
    """Wait until a bot that was just started asks for news."""
    await server.until(lambda: bool(server.asked("deleteWebhook")), PATIENCE)


def clean(run: Served) -> bool:
    """Whether nothing was printed that a programmer would have to look at."""
    return not any(word in run.log for word in ("Traceback", "Exception ignored", "never awaited", "Warning"))


async def test_both_fronts_in_one_process_and_a_quick_clean_end(tmp_path: Path) -> None:
    async with TelegramServer(validate=False) as telegram, DiscordServer() as discord:
        ann, dana = telegram.person("Ann"), Person("Dana")
        async with serving(tmp_path, **telegram_settings(telegram), **discord_settings(discord)) as run:
            await run.up("discord")
            await polled(telegram)
            assert await run.get("/healthz") == (200, "ok")
            assert await run.get("/readyz") == (200, "ready")
            assert (await run.get("/nothing"))[0] == 404
            telegram.say(ann, "/start")
            assert "10,000" in (await telegram.message(ann)).text
            assert "10,000" in (await discord.slash(dana, "start")).text
            await run.up("telegram", "discord")
            status, metrics = await run.get("/metrics")
            assert status == 200
            assert 'marginalia_answers_total{platform="telegram",template="start"} 1.0' in metrics
            assert 'marginalia_answers_total{platform="discord",template="start"} 1.0' in metrics
            started = time.monotonic()
            assert await run.terminate() == 0
            assert time.monotonic() - started < 5
            assert clean(run), run.log
        assert telegram.updates == telegram.updates.__class__()
        assert telegram.refused == []
    books = await audited(tmp_path / "data" / "marginalia.db")
    assert set(books.states) == {f"telegram:{ann.id}", f"discord:{dana.id}"}


async def test_a_quiet_telegram_bot_is_ready(tmp_path: Path) -> None:
    telegram = TelegramServer(validate=False)
    async with telegram, serving(tmp_path, **telegram_settings(telegram)) as run:
        await polled(telegram)
        await asyncio.sleep(1)
        assert await run.get("/readyz") == (200, "ready")


async def test_a_wrong_telegram_token_ends_it_with_a_line_that_names_the_setting(tmp_path: Path) -> None:
    async with TelegramServer(validate=False) as telegram:
        settings = telegram_settings(telegram, WRONG)
        async with serving(tmp_path, **settings) as run:
            assert await run.ended() == 1
    assert "TELEGRAM_TOKEN" in run.log
    assert WRONG not in run.log
    assert WRONG.partition(":")[2] not in run.log
    assert clean(run), run.log


async def test_a_wrong_discord_token_ends_it_with_a_line_that_names_the_setting(tmp_path: Path) -> None:
    async with DiscordServer() as discord:
        async with serving(tmp_path, **discord_settings(discord, "MTAx.wrong.token")) as run:
            assert await run.ended() == 1
        discord.refusals.clear()
    assert "DISCORD_TOKEN" in run.log
    assert "MTAx.wrong.token" not in run.log
    assert clean(run), run.log


@pytest.mark.parametrize("wrong", ["telegram", "discord"])
async def test_a_front_with_a_wrong_token_leaves_the_other_one_serving(tmp_path: Path, wrong: str) -> None:
    async with TelegramServer(validate=False) as telegram, DiscordServer() as discord:
        ann, dana = telegram.person("Ann"), Person("Dana")
        settings = telegram_settings(telegram, WRONG if wrong == "telegram" else None)
        settings |= discord_settings(discord, "MTAx.wrong.token" if wrong == "discord" else None)
        async with serving(tmp_path, **settings) as run:
            await run.logged("front_stopped")
            if wrong == "telegram":
                await run.up("discord")
                assert "BTC" in (await discord.slash(dana, "price", symbol="btc")).text
            else:
                await polled(telegram)
                telegram.say(ann, "/price btc")
                assert "BTC" in (await telegram.message(ann)).text
                await run.up("telegram")
            assert await run.get("/readyz") == (200, "ready")
            assert await run.terminate() == 0
        discord.refusals.clear()
    assert f"{wrong.upper()}_TOKEN" in run.log
    assert WRONG not in run.log
    assert "MTAx.wrong.token" not in run.log
    assert clean(run), run.log


async def test_telegram_goes_away_and_comes_back(tmp_path: Path) -> None:
    async with TelegramServer(validate=False) as telegram:
        ann = telegram.person("Ann")
        async with serving(tmp_path, **telegram_settings(telegram)) as run:
            await polled(telegram)
            telegram.say(ann, "/settings confirm off")
            await telegram.message(ann)
            await telegram.stop()
            telegram.say(ann, "/open btc long 5x 500")
            await run.logged("telegram_poll_failed")
            assert (await run.get("/readyz"))[0] == 503
            assert (await run.get("/healthz"))[0] == 200
            await telegram.listen()
            await telegram.until(lambda: len(telegram.shown(ann)) == 2, PATIENCE)
            await run.up("telegram")
            assert await run.terminate() == 0
        assert clean(run), run.log
    books = await audited(tmp_path / "data" / "marginalia.db")
    assert list(books.trades.values()) == [1]


async def test_discord_is_found_when_it_comes_later_than_the_bot(tmp_path: Path) -> None:
    discord = DiscordServer(port=free_port())
    settings = {
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_BASE": f"http://127.0.0.1:{discord.port}/api/v10",
        "DISCORD_GATEWAY_URL": f"ws://127.0.0.1:{discord.port}/gateway/",
    }
    async with serving(tmp_path, **settings) as run:
        await run.logged("discord_out_of_reach")
        async with discord:
            assert discord_settings(discord) == settings
            await run.up("discord")
            assert (await discord.slash(Person("Dana"), "start")).shown
            assert await run.terminate() == 0
    assert clean(run), run.log


async def test_an_address_that_is_taken_is_a_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        async with TelegramServer(validate=False) as telegram:
            settings = telegram_settings(telegram) | {"HTTP_PORT": port}
            async with serving(tmp_path, **settings) as run:
                assert await run.ended() == 1
    assert f"marginalia: HTTP_HOST, HTTP_PORT: cannot listen on 127.0.0.1:{port}" in run.log
    assert clean(run), run.log


async def test_the_webhook_takes_what_carries_the_secret_and_nothing_else(tmp_path: Path) -> None:
    async with TelegramServer(validate=False) as telegram:
        ann = telegram.person("Ann")
        settings = telegram_settings(telegram) | {
            "TELEGRAM_WEBHOOK_URL": ADDRESS,
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
        }
        async with serving(tmp_path, **settings) as run:
            telegram.forward[ADDRESS] = f"http://127.0.0.1:{run.port}/telegram"
            await run.up("telegram")
            assert telegram.webhook["secret_token"] == SECRET
            telegram.say(ann, "/settings confirm off")
            assert (await telegram.message(ann)).text
            update = telegram.say(ann, "/open btc long 5x 500")
            card = await telegram.message(ann)
            assert card.text.startswith("PAPER")
            await telegram.until(lambda: len(telegram.deliveries) == 2)
            assert [status for _, status in telegram.deliveries] == [200, 200]

            header = "X-Telegram-Bot-Api-Secret-Token"
            forged: dict[str, Any] = update | {"update_id": update["update_id"] + 1000}
            body = json.dumps(forged).encode()
            for headers in ({}, {header: "wrong"}, {header: ""}, {header: SECRET + "x"}):
                assert (await run.request("POST", "/telegram", body, **headers))[0] == 403
            assert (await run.request("POST", "/telegram", b"{", **{header: SECRET}))[0] == 400
            large = await run.request("POST", "/telegram", io.BytesIO(b"x" * 1_100_000), **{header: SECRET})
            assert large[0] == 413
            assert (await run.request("POST", "/elsewhere", body, **{header: SECRET}))[0] == 404
            assert (await run.request("GET", "/telegram"))[0] in {404, 405}
            telegram.queue(update)  # Telegram lost our answer and posts it once more
            assert (await telegram.message(ann)).text == card.text
            assert (await run.get("/healthz"))[0] == 200
            assert await run.terminate() == 0
        assert clean(run), run.log
        assert SECRET not in run.log
    books = await audited(tmp_path / "data" / "marginalia.db")
    assert list(books.trades.values()) == [1]


async def test_a_database_in_trouble_is_said_to_whoever_asks_and_passes(tmp_path: Path) -> None:
    database = tmp_path / "paper.db"
    async with TelegramServer(validate=False) as telegram:
        ann = telegram.person("Ann", "es")
        url = f"{url_of(database)}?timeout=0.2"
        async with serving(tmp_path, **telegram_settings(telegram), DATABASE_URL=url) as run:
            await polled(telegram)
            telegram.say(ann, "/settings confirm off")
            await telegram.message(ann)
            other = sqlite3.connect(database, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            try:
                telegram.say(ann, "/open btc long 5x 500")
                refusal = await telegram.message(ann)
                telegram.say(ann, "/positions")
                await telegram.message(ann)  # reading goes on
            finally:
                other.execute("ROLLBACK")
                other.close()
            telegram.say(ann, "/open btc long 5x 500")
            assert (await telegram.message(ann)).text.startswith("SIMULADO")
            assert await run.terminate() == 0
        assert "No se hizo nada" in refusal.text
        assert clean(run), run.log
    assert list((await audited(database)).trades.values()) == [1]
