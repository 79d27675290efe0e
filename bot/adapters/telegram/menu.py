"""The menu of commands that Telegram shows, in each language, for private chats and for groups."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError

from bot.adapters.telegram import limits
from bot.adapters.telegram.backoff import Backoff
from bot.adapters.telegram.errors import Flood
from bot.core.command import Command, Visibility
from bot.core.limits import cut
from bot.core.router import Router
from bot.telemetry import Telemetry

ATTEMPTS = 6


async def publish_menu(bot: Bot, router: Router[Any], telemetry: Telemetry, backoff: Backoff) -> None:
    """Set the menus; the first language also serves those that are not spoken. A failure is only logged."""
    listed = router.registry.listed
    public = tuple(each for each in listed if each.visibility is Visibility.PUBLIC)
    try:
        for language in router.wording.languages:
            code = None if language == router.wording.languages[0] else language
            for scope, commands in (
                (BotCommandScopeAllPrivateChats(), listed),
                (BotCommandScopeAllGroupChats(), public),
            ):
                menu = _worded(commands, router, language)
                await _patiently(partial(bot.set_my_commands, menu, scope, code), backoff)
    except TelegramError as fault:
        telemetry.log.warning("telegram_menu_failed", kind=type(fault).__name__)


def _worded(commands: Iterable[Command[Any]], router: Router[Any], language: str) -> list[BotCommand]:
    return [
        BotCommand(
            router.wording.command(each.name, language),
            cut(router.wording.text(each.summary, language), limits.DESCRIPTION),
        )
        for each in commands
    ]


async def _patiently(act: Callable[[], Awaitable[object]], backoff: Backoff) -> None:
    for attempt in range(ATTEMPTS):
        try:
            await act()
        except Flood as flood:
            await asyncio.sleep(flood.seconds)
        except (BadRequest, InvalidToken):
            raise
        except NetworkError:
            await asyncio.sleep(backoff.delay(attempt))
        else:
            return
