"""The same dialogue on three fronts gives the same facts: what is printed on each is compared figure by figure."""

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import Bot
from bot.market import FixedFeed
from tests.e2e.books import audit
from tests.e2e.fronts import AtTheTerminal, OnDiscord, OnTelegram, Speaker, running
from tests.fakes.discord_server import DiscordServer
from tests.fakes.telegram_server import TelegramServer

_NUMBER = re.compile(r"[−-]?\d[\d.,]*\d|\d")
_WHEN = re.compile(r"\d{1,2} \w+ \d\d:\d\d")
LABELS = {
    "en": {"confirm": "Confirm", "knowing": "Yes, I know what it means", "thousands": ",", "point": "."},
    "es": {"confirm": "Confirmar", "knowing": "Sí, sé lo que significa", "thousands": ".", "point": ","},
}


def figures(text: str, language: str) -> Counter[Decimal]:
    """How often each figure is printed, whatever stands around it; times of day are no figures."""
    thousands, point = LABELS[language]["thousands"], LABELS[language]["point"]
    plain = _WHEN.sub(" ", text.replace("\N{NO-BREAK SPACE}", " "))
    words = (
        each.replace("−", "-").replace(thousands, "").replace(point, ".") for each in _NUMBER.findall(plain)
    )
    return Counter(Decimal(each) for each in words)


def _timeless(event: object) -> str:
    """An event without the moment that its funding counts from: the three dialogues are not held at once."""
    return re.sub(r"\w+=datetime\.datetime\(.*?utc\)", "", repr(event))


async def fallen(bot: Bot) -> None:
    """BTC falls to 45,000, and whoever is liquidated is told; the post-mortem is left for later."""
    feed = bot.feed
    assert isinstance(feed, FixedFeed)
    await bot.settlement.tick(feed.set_price("BTCUSDT", Decimal(45_000)))
    while await bot.notifier.flush():
        pass


@pytest.mark.parametrize("language", ["en", "es"])
async def test_one_dialogue_has_the_same_facts_everywhere(tmp_path: Path, language: str) -> None:
    confirm = LABELS[language]["confirm"]
    async with TelegramServer() as telegram, DiscordServer() as discord:
        async with running(tmp_path / "paper.db", telegram, discord) as world:
            terminal = AtTheTerminal(world.bot, language)
            world.bot.notifier.serve_through((*world.fronts, terminal.front))
            speakers: dict[str, Speaker] = {
                "terminal": terminal,
                "telegram": OnTelegram(telegram, language),
                "discord": OnDiscord(discord, language),
            }
            seen: dict[str, list[str]] = {name: [] for name in speakers}
            for name, speaker in speakers.items():
                await speaker.say("settings", language=language)
                if name != "terminal":  # there all leverage is open from the first day
                    await speaker.say("gate", on="off")
                    await speaker.press(LABELS[language]["knowing"])
                order = {
                    "symbol": "btc",
                    "side": "long",
                    "leverage": "10x",
                    "mode": "isolated",
                    "size": "500",
                }
                seen[name] += [
                    await speaker.say("open", **order),
                    await speaker.press(confirm),
                    await speaker.say("positions"),
                    await speaker.say("why", figure="liquidation", symbol="btc"),
                ]
            await fallen(world.bot)
            for name, speaker in speakers.items():
                seen[name].append(await speaker.notice())
            for name, speaker in reversed(
                speakers.items()
            ):  # the terminal last: with its line post-mortems are sent
                seen[name].append(await speaker.say("portfolio"))
            books = await audit(world.bot.store)
        assert telegram.refused == []
    assert {owner.partition(":")[0] for owner in books.states} == {"console", "telegram", "discord"}
    assert {state.wallet for state in books.states.values()} == {500}
    assert len({tuple(_timeless(each) for each in events) for events in books.events.values()}) == 1
    for step, expected in enumerate(seen["terminal"]):
        for name in ("telegram", "discord"):
            assert figures(seen[name][step], language) == figures(expected, language), (
                name,
                seen[name][step],
            )
            assert words(seen[name][step]) == words(expected), name
    for message, text in zip(terminal.objects[1:], seen["terminal"], strict=True):
        shown = figures(text, language)
        for figure in promised(message):
            assert any(figure == each for each in shown), (figure, text)


async def test_a_notice_speaks_the_language_of_the_dialogue_before_it(tmp_path: Path) -> None:
    async with TelegramServer(validate=False) as telegram, DiscordServer() as discord:
        database = tmp_path / "paper.db"
        async with running(database, telegram, discord) as world:
            ana = OnTelegram(telegram, "es")
            await ana.say("gate", on="off")
            await ana.press(LABELS["es"]["knowing"])
            assert "SIMULADO" in await ana.say("open", order="btc long 10x isolated 500")
            await ana.press("Confirmar")
            await fallen(world.bot)
            assert "SIMULADO" in await ana.notice()


def words(text: str) -> Counter[str]:
    """The words of a text, whatever stands around them."""
    return Counter(re.findall(r"[^\W\d_]{3,}", text))


def promised(message: dict[str, Any]) -> list[Decimal]:
    """Figures of an answer's data that its message has to print, to two places."""
    data = message["data"]
    exact: list[Any]
    match message["template"]:
        case "preview_open":
            exact = [
                data[mode][name]
                for mode in ("isolated", "cross")
                for name in ("liquidation", "most_lost", "fee")
            ]
        case "traded":
            exact = [data["wallet"], data["position"]["liquidation"], data["fills"][0]["fee"]]
        case "positions":
            exact = [data["positions"][0][name] for name in ("liquidation", "entry", "mark", "margin")]
        case "why":
            exact = [data["result"]]
        case "liquidated":
            exact = [data["wallet"], data["lost"], data["closed"][0]["price"], data["closed"][0]["realised"]]
        case "portfolio":
            exact = [data["wallet"], data["equity"], data["available"]]
        case other:
            raise AssertionError(other)
    return [round(Decimal(each), 2) for each in exact]
