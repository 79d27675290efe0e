"""What was sent before a restart still works after it, and whatever is repeated is done once."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.e2e.books import audited
from tests.e2e.fronts import OnDiscord, OnTelegram, running
from tests.e2e.running import serving
from tests.e2e.test_serving import clean, discord_settings, polled, telegram_settings
from tests.fakes.discord_payloads import Person, Place, snowflake
from tests.fakes.discord_server import DiscordServer
from tests.fakes.telegram_server import TelegramServer


async def test_a_button_from_before_a_restart_is_pressed_after_it(tmp_path: Path) -> None:
    async with TelegramServer(validate=False) as telegram, DiscordServer() as discord:
        ann, dana = telegram.person("Ann"), Person("Dana")
        settings = telegram_settings(telegram) | discord_settings(discord)
        async with serving(tmp_path, **settings) as run:
            await run.up("discord")
            await polled(telegram)
            telegram.say(ann, "/open btc long 5x isolated 500")
            card = await telegram.message(ann)
            shown = (
                await discord.slash(dana, "open", symbol="btc", side="long", leverage="5x", size="500")
            ).shown[0]
            assert await run.terminate() == 0
        await discord.until(lambda: not discord.gateway.connected)
        async with serving(tmp_path, **settings) as run:
            await run.up("discord")
            press = telegram.press(ann, card, "Confirm")
            traded = await telegram.message(ann)
            assert (traded.id, traded.edited) == (card.id, True)
            assert "Opened long" in traded.text
            assert (await telegram.answered(press)).text is None
            act = await discord.press(dana, "Confirm", shown)
            assert act.edited
            assert "Opened long" in shown.text
            # and once more, as a card that was not repainted lets one do
            telegram.press_data(ann, card, card.button("Confirm")["callback_data"])
            await telegram.settled()
            assert await run.terminate() == 0
        assert clean(run), run.log
    books = await audited(tmp_path / "data" / "marginalia.db")
    assert list(books.trades.values()) == [2]
    assert {len(state.positions) for state in books.states.values()} == {1}


async def test_an_update_that_comes_again_after_a_kill_is_one_trade(tmp_path: Path) -> None:
    async with TelegramServer(validate=False) as telegram:
        ann = telegram.person("Ann")
        async with serving(tmp_path, **telegram_settings(telegram)) as run:
            await polled(telegram)
            telegram.say(ann, "/settings confirm off")
            await telegram.message(ann)
            update = telegram.say(ann, "/open btc long 5x 500")
            first = await telegram.message(ann)
            await run.kill()
        if (
            update not in telegram.updates
        ):  # it had been confirmed before the end: Telegram sends it again all the same
            telegram.queue(update)
        async with serving(tmp_path, **telegram_settings(telegram)) as run:
            again = await telegram_message(telegram, ann)
            assert again.text == first.text
            await telegram.settled()
            assert await run.terminate() == 0
    books = await audited(tmp_path / "data" / "marginalia.db")
    assert list(books.trades.values()) == [1]


async def telegram_message(telegram: TelegramServer, who: Any) -> Any:
    """The next message, however long a start takes."""
    seen = len(telegram.shown(who))
    await telegram.until(lambda: len(telegram.shown(who)) > seen, 60)
    return telegram.shown(who)[seen]


async def test_a_double_press_at_the_same_moment_is_one_trade(tmp_path: Path) -> None:
    database = tmp_path / "paper.db"
    async with TelegramServer(validate=False) as telegram, DiscordServer() as discord:
        async with running(database, telegram, discord):
            ann, dana = OnTelegram(telegram, "en"), OnDiscord(discord, "en")
            await ann.say("open", order="btc long 5x 500")
            assert ann.card is not None
            presses = [telegram.press(ann.me, ann.card, "Confirm") for _ in range(3)]
            for each in presses:
                await telegram.answered(each)
            await dana.say("open", symbol="btc", side="long", leverage="5x", size="500")
            assert dana.card is not None
            payload = dana.card.buttons["Confirm"]
            acts = await asyncio.gather(
                *(discord.press_payload(dana.me, payload, dana.card, wait=False) for _ in range(3))
            )
            await discord.until(lambda: all(each.done for each in acts))
        assert {each.text.splitlines()[0] for each in telegram.shown(ann.me)[1:]} == {"PAPER · Done"}
    books = await audited(database)
    assert list(books.trades.values()) == [2]
    assert {len(events) for events in books.events.values()} == {len(books.events[f"telegram:{ann.me.id}"])}


async def test_a_preview_from_before_a_restart_that_grew_old_is_shown_anew(tmp_path: Path) -> None:
    database = tmp_path / "paper.db"
    async with TelegramServer(validate=False) as telegram, DiscordServer() as discord:
        ann, dana = OnTelegram(telegram, "en"), OnDiscord(discord, "en")
        async with running(database, telegram, discord):
            await ann.say("open", order="btc long 5x 500")
            await dana.say("open", symbol="btc", side="long", leverage="5x", size="500")
        async with running(database, telegram, discord) as world:
            await world.bot.control.clock(timedelta(seconds=61))
            for each in (ann, dana):
                assert "60 seconds" in await each.press("Confirm")
            assert (await audited(database)).trades == {}
            for each in (ann, dana):
                assert "Opened long" in await each.press("Confirm")
    assert list((await audited(database)).trades.values()) == [2]


async def test_a_stranger_cannot_press_somebody_elses_button(tmp_path: Path) -> None:
    database = tmp_path / "paper.db"
    telegram, discord = TelegramServer(validate=False), DiscordServer()
    async with telegram, discord, running(database, telegram, discord):
        ann, eve, group = telegram.person("Ann"), telegram.person("Eve"), telegram.group("Traders")
        telegram.say(ann, "/price btc", group)
        card = await telegram.message(group)
        answer = await telegram.answered(telegram.press(eve, card, card.labels[0][0]))
        assert answer.alert
        assert answer.text
        assert telegram.shown(eve) == []
        assert len(telegram.shown(group)) == 1

        dana, room = Person("Dana"), Place(guild=snowflake())
        shown = (await discord.slash(dana, "price", room, symbol="btc")).shown[0]
        before = shown.text
        act = await discord.press(Person("Mallory"), next(iter(shown.buttons)), shown, room)
        assert act.shown[0].ephemeral
        assert shown.text == before
    books = await audited(database)
    assert books.trades == {}
    assert all(state.version == 1 for state in books.states.values())


async def test_an_edited_message_and_what_is_not_ours_do_nothing(tmp_path: Path) -> None:
    database = tmp_path / "paper.db"
    telegram, discord = TelegramServer(validate=False), DiscordServer()
    async with telegram, discord, running(database, telegram, discord):
        ann = telegram.person("Ann")
        telegram.say(ann, "/settings confirm off")
        card = await telegram.message(ann)
        update = telegram.say(ann, "/positions")
        await telegram.message(ann)
        telegram.edit(update, "/open btc long 5x 500", unasked=True)
        for data in (
            "1|||confirm nothing",
            "garbage",
            "1|someone|abcdef|open btc long 5x 500",
            "\N{BOMB}",
        ):
            await telegram.answered(telegram.press_data(ann, card, data))
        await telegram.settled()
    assert (await audited(database)).trades == {}
