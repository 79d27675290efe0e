"""What happens when something breaks: an answer in the person's language, and nothing half done."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.content.catalogue import load_languages
from bot.core.command import Command, Registry
from bot.core.reply import Answer
from bot.core.request import Said
from bot.core.router import ATTEMPTS, Router
from bot.core.turn import TryAgain
from bot.services.describe import describe
from bot.services.markets import Markets
from bot.services.turn import BotTurn, BotTurns
from bot.telemetry import Telemetry
from tests.harness import Talk, talking, text

ORDER = "/open btc long 10x isolated 500"
SPANISH = pytest.mark.skipif("es" not in load_languages(), reason="there is no Spanish catalogue")


class Broken(Exception):
    """Nobody foresaw this."""


class Trouble:
    """Handlers that break, after having changed something."""

    def __init__(self) -> None:
        self.runs = 0
        self.until = 0

    def commands(self) -> tuple[Command[BotTurn], ...]:
        return (
            Command(name="explode", summary="Break", handler=self.explode),
            Command(name="race", summary="Lose races", handler=self.race),
        )

    async def explode(self, turn: BotTurn, _: object) -> Answer:
        await turn.account()
        turn.set_pending("open btc")
        turn.keep_line("a" * 16, "open btc")
        raise Broken("secret words of a person")

    async def race(self, turn: BotTurn, _: object) -> Answer:
        self.runs += 1
        turn.set_pending("open btc")
        if self.runs <= self.until:
            raise TryAgain
        return Answer("cancelled", {"what": "question"})


@asynccontextmanager
async def troubled() -> AsyncIterator[tuple[Talk, Trouble, Telemetry]]:
    """A talk with a bot that has two commands more."""
    trouble = Trouble()
    async with talking(strict=False) as talk:
        bot = talk.bot
        registry = Registry((*bot.router.registry, *trouble.commands()))
        turns = BotTurns(bot.store, Markets(bot.feed.snapshot, dict), bot.clock, bot.wording, Decimal(10_000))
        broken = Router(registry, bot.router.binder, turns, bot.wording, describe, bot.telemetry)
        talk.bot = replace(bot, router=broken)
        yield talk, trouble, bot.telemetry


async def test_an_unknown_fault_gets_a_number_and_leaves_nothing() -> None:
    async with troubled() as (talk, _, telemetry):
        await talk.say("/start")
        reply = await talk.say("/explode")
        assert reply.answer.template == "fault"
        assert reply.answer.data["incident"] in text(reply)
        assert "secret" not in text(reply)
        assert (await talk.say("long")).answer.template == "unknown_command", "no question was kept"
        assert (await talk.account()).version == 1
        assert b'kind="Broken"' in telemetry.exposition()


async def test_a_fault_at_the_first_word_leaves_no_half_person() -> None:
    async with troubled() as (talk, _, _telemetry):
        assert (await talk.say("/explode", "ana")).answer.template == "fault"
        assert not await talk.known("ana")
        await talk.say("/start", "ana")
        assert (await talk.account("ana")).version == 1


async def test_a_lost_race_is_run_again() -> None:
    async with troubled() as (talk, trouble, _):
        trouble.until = ATTEMPTS - 1
        assert (await talk.say("/race")).answer.template == "cancelled"
        assert trouble.runs == ATTEMPTS


async def test_who_loses_every_race_is_asked_to_try_again() -> None:
    async with troubled() as (talk, trouble, _):
        trouble.until = 1000
        reply = await talk.say("/race")
        assert (reply.answer.template, reply.answer.ok) == ("busy", False)
        assert trouble.runs == ATTEMPTS
        assert (await talk.say("long")).answer.template == "unknown_command"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Another program that writes and does not end."""
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_a_locked_database_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    async with talking(database=f"sqlite+aiosqlite:///{path}?timeout=0.05") as talk:
        preview = await talk.say(ORDER)
        with writing(path):
            assert (await talk.say("/positions")).answer.template == "positions", "reading goes on"
            for act in (talk.say(ORDER), talk.press("Confirm", on=preview), talk.say("/start", "ana")):
                reply = await act
                assert (reply.answer.template, reply.answer.ok) == ("storage_fault", False)
                assert reply.answer.data["code"] == "database-locked"
        assert not await talk.known("ana")
        assert (await talk.press("Confirm", on=preview)).answer.template == "traded"


@SPANISH
async def test_a_newcomer_hears_of_a_locked_database_in_the_platforms_language(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    async with talking(database=f"sqlite+aiosqlite:///{path}?timeout=0.05", language="es-419") as talk:
        with writing(path):
            reply = await talk.say("/start")
            assert reply.language == "es"
            assert reply.answer.template == "storage_fault"


async def test_a_database_that_lost_its_tables_is_told(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    async with talking(database=f"sqlite+aiosqlite:///{path}") as talk:
        await talk.say("/start")
        other = sqlite3.connect(path)
        other.execute("ALTER TABLE identities RENAME TO gone")
        other.commit()
        assert (await talk.say("/positions")).answer.template == "storage_fault"
        other.execute("ALTER TABLE gone RENAME TO identities")
        other.commit()
        other.close()
        assert (await talk.say("/positions")).answer.template == "positions"


async def test_a_group_that_is_not_allowed_is_told_so_only_when_it_asks() -> None:
    async with talking(allowed=frozenset({"console:square"})) as talk:
        assert (await talk.say("/price", room="square")).answer.template == "prices"
        assert (await talk.say("/price", room="alley")).answer.template == "not_here"
        assert (await talk.say("/price")).answer.template == "prices", "a private chat is nobody's group"
        assert await talk.ask(talk.request(Said("good morning", addressed=False), room="alley")) is None


async def test_people_are_answered_one_after_the_other_and_together() -> None:
    async with talking() as talk:
        await talk.dialogue("/settings confirm off")
        orders = [talk.say("/open btc long 2x 100usdt") for _ in range(10)]
        others = [talk.say("/open eth short 2x 100usdt", f"p{number}") for number in range(10)]
        replies = await asyncio.gather(*orders, *others)
        assert [each.answer.template for each in replies] == ["traded"] * 10 + ["preview_open"] * 10
        held = (await talk.account()).position("BTCUSDT")
        assert held is not None
        assert held.quantity * 50_000 == 2000


async def test_a_text_of_ten_thousand_characters_and_one_of_many_words() -> None:
    async with talking() as talk:
        for line in ("x" * 10_000, "/open " + "9" * 10_000, "/open " + "btc " * 41):
            assert (await talk.say(line)).answer.template == "too_long"
        assert (await talk.call("open", {"symbol": "x" * 5000})).answer.template == "too_long"


@pytest.mark.parametrize(
    "word", ["<b>bold</b>", "&amp;", "%(word)s", "{word}", "%s %d", "\u202e", "'\"", "😀", "\x1b[31m", "\x00"]
)
async def test_what_a_person_wrote_comes_back_as_text(word: str) -> None:
    async with talking() as talk:
        for line in (f"/{word}", f"/open btc long {word}", f"/help {word}", f"/settings {word}", word):
            shown = text(await talk.say(line))
            if word.isprintable():
                assert word.casefold().split(maxsplit=1)[0] in shown
            else:
                assert all(each.isprintable() or each.isspace() for each in shown)
