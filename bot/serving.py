"""The entry points of the server: all fronts whose tokens are set, in one event loop; and the backup."""

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from bot.adapters.web import Post, WebServer
from bot.bootstrap import Bot, Plan, build
from bot.content.catalogue import LOCALES, load_languages
from bot.core.sender import Front
from bot.faults import explained, market_fault
from bot.market import MarketError, load_tape, parse_prices
from bot.settings import Settings
from bot.storage import Store
from bot.telemetry import Telemetry, set_up_logs
from engine.contracts import load_contracts

if TYPE_CHECKING:
    from bot.adapters.telegram import TelegramFront

TELEGRAM_API = "https://api.telegram.org/bot"
TELEGRAM_FILES = "https://api.telegram.org/file/bot"
NO_TOKEN = "marginalia: set TELEGRAM_TOKEN or DISCORD_TOKEN (see .env.example), or try: python -m bot console"  # noqa: S105
NO_FRONT = "marginalia: no front is left; the lines above say why"


class AddressRefused(Exception):
    """The web server cannot listen; the text says why."""


async def run_fronts(*, check: bool) -> int:
    """Serve until stopped; 0 after a signal, 1 for a fault, 2 without a token."""
    settings = _settings()
    if settings is None:
        return 2
    set_up_logs(settings.log_level)
    telemetry = Telemetry()
    try:
        async with build(_plan(settings), telemetry, load_languages(thorough=check)) as bot:
            bot.lessons.check()
            fronts, posts = _fronts(settings, bot)
            if check:
                print("marginalia: settings, texts, market and database are in order")
                return 0
            if not fronts:
                print(NO_TOKEN, file=sys.stderr)
                return 2
            bot.notifier.serve_through(fronts)
            bot.quiz_nights.posting.serve_through(fronts)
            web = WebServer(
                settings.http_host,
                settings.http_port,
                ready=telemetry.ready,
                metrics=telemetry.exposition,
                posts=posts,
            )
            gc.collect()  # what the start left behind; from here on the collector looks as often as usual
            gc.freeze()
            gc.set_threshold(700)
            return await _serve(bot, fronts, web)
    except AddressRefused as refused:
        where = f"{settings.http_host}:{settings.http_port}"
        print(f"marginalia: HTTP_HOST, HTTP_PORT: cannot listen on {where}: {refused}", file=sys.stderr)
        return 1
    except Exception as fault:
        line = explained(fault, "DATABASE_URL")
        if line is None:
            raise
        print(line, file=sys.stderr)
        return 1


async def run_backup(path: str) -> int:
    """Copy the database to a path."""
    settings = _settings()
    if settings is None:
        return 2
    try:
        store = await Store.open(settings.database_url, create=False)
        try:
            await store.backup(Path(path))
        finally:
            await store.close()
    except Exception as fault:
        line = explained(fault, "DATABASE_URL")
        if line is None:
            raise
        print(line, file=sys.stderr)
        return 1
    return 0


async def _serve(bot: Bot, fronts: Sequence[Front], web: WebServer) -> int:
    """Run everything until a signal, or until no front is left; one that fails leaves the others running."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    serving = {asyncio.create_task(_front(bot, each)) for each in fronts}
    background = {asyncio.create_task(bot.live()), asyncio.create_task(_listen(web))}
    stopped = asyncio.create_task(stop.wait())
    left = set(serving)
    try:
        while left:
            watched = {*left, *background, stopped}
            done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            if stopped in done:
                return 0
            for task in done & background:
                task.result()
            left -= done
        print(NO_FRONT, file=sys.stderr)
        return 1
    finally:
        tasks: set[asyncio.Task[Any]] = {*serving, *background, stopped}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _front(bot: Bot, front: Front) -> None:
    """Serve one front; its fault is logged and ends it alone."""
    try:
        await front.serve()
    except Exception as fault:  # noqa: BLE001 - the other fronts go on
        number = bot.telemetry.incident(fault)
        bot.telemetry.log.critical("front_stopped", platform=front.platform.value, incident=number)


async def _listen(web: WebServer) -> None:
    try:
        await web.serve()
    except OSError as fault:
        raise AddressRefused(fault.strerror or type(fault).__name__) from fault


def _fronts(settings: Settings, bot: Bot) -> tuple[list[Front], dict[str, Post]]:
    """The fronts whose tokens are set; each platform's library is imported only for its own."""
    fronts: list[Front] = []
    posts: dict[str, Post] = {}
    if settings.telegram_token is not None:
        telegram = _telegram(settings, settings.telegram_token.get_secret_value(), bot)
        fronts.append(telegram)
        if settings.telegram_webhook_url is not None:
            posts[urlsplit(settings.telegram_webhook_url).path or "/"] = telegram.webhook
    if settings.discord_token is not None:
        from bot.adapters.discord import DiscordFront

        fronts.append(
            DiscordFront(
                settings.discord_token.get_secret_value(),
                bot.router,
                bot.telemetry,
                api_base=settings.discord_api_base,
                gateway_url=settings.discord_gateway_url,
                chats=bot.groups.life,
            )
        )
    return fronts, posts


def _telegram(settings: Settings, token: str, bot: Bot) -> "TelegramFront":
    from bot.adapters.telegram import TelegramFront, WebhookSettings

    webhook = None
    if settings.telegram_webhook_url is not None and settings.telegram_webhook_secret is not None:
        webhook = WebhookSettings(
            settings.telegram_webhook_url, settings.telegram_webhook_secret.get_secret_value()
        )
    return TelegramFront(
        token,
        bot.router,
        bot.telemetry,
        base_url=settings.telegram_base_url or TELEGRAM_API,
        base_file_url=settings.telegram_base_file_url or TELEGRAM_FILES,
        webhook=webhook,
        chats=bot.groups.life,
    )


def _settings() -> Settings | None:
    """The settings; None after a line for each that cannot be."""
    try:
        settings = Settings()
    except ValidationError as faults:
        lines = [
            f"{'.'.join(str(part) for part in each['loc']).upper() or 'settings'}: "
            f"{each['msg'].removeprefix('Value error, ')}"
            for each in faults.errors()
        ]
    else:
        lines = _unknown(settings)
        if not lines:
            return settings
    for line in lines:
        print(f"marginalia: {line}", file=sys.stderr)
    return None


def _unknown(settings: Settings) -> list[str]:
    """A line for each setting that names what does not exist."""
    codes = sorted(path.parent.name for path in LOCALES.glob("*/messages.po"))
    lines = []
    if settings.default_lang not in codes:
        lines.append(f"DEFAULT_LANG: one of {', '.join(codes)}")
    tests: dict[str, Callable[[], object]] = {
        "MARKET_PRICES": lambda: parse_prices(settings.market_prices or "", load_contracts()),
        "MARKET_TAPE": lambda: load_tape(settings.market_tape) if settings.market_tape else None,
    }
    for name, test in tests.items():
        try:
            test()
        except MarketError as fault:
            lines.append(f"{name}: {market_fault(fault)}")
    return lines


def _plan(settings: Settings) -> Plan:
    return Plan(
        database=settings.database_url,
        market=settings.market,
        prices=parse_prices(settings.market_prices or "", load_contracts()),
        tape=settings.market_tape,
        speed=settings.market_speed,
        seed=settings.market_seed,
        ws_url=settings.market_ws_url,
        flood=True,
        watch=True,
        stale_after=None if settings.stale_after is None else timedelta(seconds=settings.stale_after),
        balance=settings.paper_balance,
        language=settings.default_lang,
        admins=frozenset(settings.admins),
        allowed=frozenset(settings.allowed_chats),
    )
