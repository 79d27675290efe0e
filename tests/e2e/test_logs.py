"""Neither tokens nor what people write reach the log, at its most talkative and through faults of every kind."""

import sqlite3
from pathlib import Path

from tests.e2e.books import url_of
from tests.e2e.running import PATIENCE, bot, serving
from tests.e2e.test_serving import ADDRESS, SECRET, clean, discord_settings, polled, telegram_settings
from tests.fakes.discord_payloads import Person
from tests.fakes.discord_server import DiscordServer
from tests.fakes.telegram_objects import Person as TelegramPerson
from tests.fakes.telegram_objects import Shown
from tests.fakes.telegram_server import TelegramServer

WORD = "wombat4711"  # what people write, and what they are called
LINES = (
    f"/start {WORD}",
    f"/{WORD}",
    f"just {WORD} among people",
    f"/open {WORD} long 5x",
    f"/open btc long {WORD}",
    f"/opne btc lnog {WORD}",
    f"/settings zone Europe/{WORD}",
    f"/open btc long 5x {'9' * 400}{WORD}",
)


async def test_polling_and_the_gateway_through_all_kinds_of_trouble(tmp_path: Path) -> None:
    database = tmp_path / "paper.db"
    async with TelegramServer(validate=False) as telegram, DiscordServer() as discord:
        ann, dana = telegram.person(WORD.title()), Person(WORD.title())
        settings = telegram_settings(telegram) | discord_settings(discord)
        settings |= {"LOG_LEVEL": "DEBUG", "DATABASE_URL": f"{url_of(database)}?timeout=0.1"}
        async with serving(tmp_path, **settings) as run:
            await run.up("discord")
            await polled(telegram)
            for line in LINES:
                telegram.say(ann, line)
                await telegram.message(ann)
            telegram.fail("getUpdates", 502, f"Bad Gateway {WORD}")
            telegram.drop("getUpdates")
            telegram.fail("sendMessage", 400, f"Bad Request: {WORD}")
            telegram.say(ann, "/positions")
            telegram.drop("sendMessage")
            telegram.say(ann, "/portfolio")
            await telegram.message(ann)
            telegram.queue(telegram._book.next_update("message", {"text": WORD}))
            card = await _asked(telegram, ann, "/open btc long 5x")
            telegram.press_data(ann, card, f"1|||open btc long {WORD}")
            await telegram.answered(telegram.press_data(ann, card, WORD))

            for option in ("symbol", "size", "leverage"):
                options = {"symbol": "btc", "side": "long"} | {option: WORD}
                await discord.slash(dana, "open", None, wait=True, **options)
            discord.limit("POST /interactions", 0.05)
            act = await discord.slash(dana, "price", symbol=WORD)
            await discord.gateway.drop()
            await discord.until(lambda: discord.gateway.resumed == 1, PATIENCE)
            await discord.press_payload(
                dana, f"garbage {WORD}", (await discord.slash(dana, "start")).shown[0]
            )

            other = sqlite3.connect(database, isolation_level=None)
            other.execute("BEGIN EXCLUSIVE")
            await _asked(telegram, ann, f"/open btc long 5x {WORD}")
            await _asked(telegram, ann, "/open btc long 5x 500")
            other.execute("ROLLBACK")
            other.close()
            metrics = (await run.get("/metrics"))[1]
            assert await run.terminate() == 0
        secrets = (telegram.token, telegram.token.partition(":")[2], discord.token, act.token)
        discord.refusals.clear()
    assert "telegram_poll_failed" in run.log
    assert "incident" in run.log
    assert clean(run), run.log
    for kept in (run.log, metrics):
        for secret in (*secrets, WORD, WORD.title()):
            assert secret not in kept


async def _asked(telegram: TelegramServer, who: TelegramPerson, text: str) -> Shown:
    """The answer to a line."""
    await telegram.settled()
    seen = len(telegram.shown(who))
    telegram.say(who, text)
    await telegram.until(lambda: len(telegram.shown(who)) > seen)
    return telegram.shown(who)[-1]


async def test_the_webhook_and_its_secret(tmp_path: Path) -> None:
    async with TelegramServer(validate=False) as telegram:
        ann = telegram.person(WORD.title())
        settings = telegram_settings(telegram) | {
            "TELEGRAM_WEBHOOK_URL": ADDRESS,
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
            "LOG_LEVEL": "DEBUG",
        }
        async with serving(tmp_path, **settings) as run:
            telegram.forward[ADDRESS] = f"http://127.0.0.1:{run.port}/telegram"
            await run.up("telegram")
            for line in LINES:
                telegram.say(ann, line)
                await telegram.message(ann)
            header = "X-Telegram-Bot-Api-Secret-Token"
            for body in (
                b"{",
                WORD.encode(),
                b'{"update_id": 5, "message": {"text": "' + WORD.encode() + b'"}}',
            ):
                for secret in (SECRET, f"{SECRET}x", ""):
                    await run.request("POST", f"/telegram?{WORD}", body, **{header: secret})
            assert await run.terminate() == 0
    assert clean(run), run.log
    for secret in (telegram.token, telegram.token.partition(":")[2], SECRET, WORD, WORD.title()):
        assert secret not in run.log


def test_the_terminal_logs_nothing_of_what_is_written(tmp_path: Path) -> None:
    lines = "".join(
        f"{line}\n" for line in (*LINES, f"!press {WORD}", f"!price {WORD} 5", f"#{WORD} @bob /price")
    )
    done = bot(tmp_path, "console", "--json", stdin=lines, LOG_LEVEL="DEBUG")
    assert done.code == 0
    assert WORD in done.out
    assert WORD not in done.err


def test_secrets_are_not_shown_by_a_refusal_to_start(tmp_path: Path) -> None:
    done = bot(
        tmp_path,
        "run",
        TELEGRAM_TOKEN=f"1:{WORD}",
        TELEGRAM_WEBHOOK_SECRET=f"{WORD} with blanks",
        DISCORD_TOKEN=WORD,
        DISCORD_API_BASE=f"ftp://{WORD}",
        DATABASE_URL=f"postgresql+asyncpg://me:{WORD}@127.0.0.1:9/x",
        HTTP_PORT="none",
        LOG_LEVEL="DEBUG",
    )
    assert done.code == 2
    assert WORD not in done.err + done.out
