"""The real declarations and the words of every language folder."""

import asyncio
import gettext
import tomllib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from bot.bootstrap import Plan, build
from bot.content.catalogue import LOCALES, Language
from bot.core.binder import Binder, Binding
from bot.core.command import Command, Registry
from bot.core.words import Lexicon, split_words
from bot.declared import build_lexicon
from bot.telemetry import Telemetry
from engine.contracts import load_contracts


def tables() -> Mapping[str, Mapping[str, Any]]:
    """Each language folder's words.toml, by its code."""
    found = sorted(LOCALES.glob("*/words.toml"))
    return {path.parent.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in found}


@cache
def lexicon() -> Lexicon:
    """All contracts, those with a price first, and the words of all folders, whether translated already or not."""
    languages = {
        code: Language(
            code,
            table["name"],
            gettext.NullTranslations(),
            {
                (kind, synonym.casefold()): canonical
                for kind, values in table["words"].items()
                for canonical, synonyms in values.items()
                for synonym in synonyms
            },
        )
        for code, table in tables().items()
    }
    return build_lexicon(load_contracts(), ("BTCUSDT", "ETHUSDT"), languages)


async def _declared() -> Registry[Any]:
    async with build(Plan("sqlite+aiosqlite://", "fixed"), Telemetry("CRITICAL")) as bot:
        return bot.router.registry


@cache
def registry() -> Registry[Any]:
    """All commands, as a bot declares them; in a thread of its own, since a loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(_declared())).result()


def command(name: str) -> Command[Any]:
    """A command by its name."""
    found = registry().find(name)
    assert found is not None, name
    return found


def bind(line: str, named: Mapping[str, str] | None = None) -> Binding:
    """The binding of a whole line, as the router splits it."""
    name, *words = split_words(line)
    return Binder(lexicon()).bind(command(name), words, named)
