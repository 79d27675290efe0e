"""An answer that takes its time: announced by a defer, shown when it is there, within Discord's rules."""

import asyncio

import pytest

from tests.fakes.discord_payloads import Person, Place
from tests.fakes.discord_run import DiscordBot, serving
from tests.fakes.discord_server import DiscordServer

PATIENCE = 0.05


async def test_after_two_seconds_an_answer_is_announced(
    server: DiscordServer, bot: DiscordBot, dana: Person
) -> None:
    async with serving(server, bot):
        act = await server.slash(dana, "slow", word="one", wait=False)
        await server.until(lambda: act.answer is not None)
        assert act.answer == 5
        assert 1.9 < act.answered_after < 2.9
        bot.gate.set()
        await server.answered(act)
    assert "**word**: one" in act.text
    assert bot.ran == ["slow one", "done one"]


async def test_a_quick_answer_is_not_announced(server: DiscordServer, bot: DiscordBot, dana: Person) -> None:
    async with serving(server, bot):
        assert (await server.slash(dana, "count")).answer == 4


async def test_a_slow_press_edits_its_message_in_the_end(
    server: DiscordServer, bot: DiscordBot, dana: Person, room: Place
) -> None:
    async with serving(server, bot, patience=PATIENCE):
        card = (await server.slash(dana, "start", room)).shown[0]
        act = await server.press_payload(dana, "1|||slow two", card, room, wait=False)
        await server.until(lambda: act.answer is not None)
        assert act.answer == 6
        bot.gate.set()
        await server.until(lambda: act.done)
    assert "**word**: two" in card.text
    assert not act.shown


async def test_a_slow_press_may_end_in_a_murmur(
    server: DiscordServer, bot: DiscordBot, dana: Person, room: Place
) -> None:
    async with serving(server, bot, patience=PATIENCE):
        card = (await server.slash(dana, "start", room)).shown[0]
        act = await server.press_payload(dana, "1|||murmur", card, room, wait=False)
        await server.until(lambda: act.answer == 6)
        bot.gate.set()
        await server.answered(act)
    assert act.shown[0].ephemeral
    assert card.edits == 0


async def test_a_whisper_after_a_public_announcement_stays_a_murmur(
    server: DiscordServer, bot: DiscordBot, dana: Person, room: Place
) -> None:
    async with serving(server, bot, patience=PATIENCE):
        act = await server.slash(dana, "murmur", room, wait=False)
        await server.until(lambda: act.answer == 5)
        assert not act.messages[0].ephemeral
        bot.gate.set()
        await server.answered(act)
    assert [each.ephemeral for each in act.shown] == [True]
    assert act.messages[0].deleted


@pytest.mark.parametrize(("name", "in_group", "hidden"), [("secret", True, True), ("secret", False, False)])
async def test_a_private_command_is_announced_in_private(
    dana: Person, room: Place, name: str, *, in_group: bool, hidden: bool
) -> None:
    class Waiting(DiscordBot):
        async def _secret(self, turn, given):  # type: ignore[no-untyped-def]
            await self.gate.wait()
            return await super()._secret(turn, given)

    async with DiscordServer() as server:
        bot = Waiting()
        async with serving(server, bot, patience=PATIENCE):
            act = await server.slash(dana, name, room if in_group else None, wait=False)
            await server.until(lambda: act.answer == 5)
            bot.gate.set()
            await server.answered(act)
    assert act.shown[0].ephemeral is hidden


async def test_a_slow_form_is_announced_where_it_was_opened(
    server: DiscordServer, dana: Person, eve: Person
) -> None:
    class Slow(DiscordBot):
        async def _note(self, turn, given):  # type: ignore[no-untyped-def]
            await self.gate.wait()
            return await super()._note(turn, given)

    slow = Slow()
    async with serving(server, slow, patience=PATIENCE):
        from_slash = await server.submit(await server.slash(dana, "note"), text="a", wait=False)
        card = (await server.slash(eve, "start")).shown[0]
        opened = await server.press_payload(eve, "1|||note", card)
        from_button = await server.submit(opened, text="b", wait=False)
        await server.until(lambda: from_slash.answer is not None and from_button.answer is not None)
        assert (from_slash.answer, from_button.answer) == (5, 6)
        slow.gate.set()
        await server.answered(from_slash)
        await server.answered(from_button)
    assert "**text**: b" in from_button.shown[0].text


async def test_what_comes_too_late_is_done_and_refused_without_a_crash(bot: DiscordBot, dana: Person) -> None:
    async with DiscordServer(first_answer_within=0.05) as server:
        async with serving(server, bot, patience=0.2):
            act = await server.slash(dana, "slow", word="late", wait=False)
            await server.until(lambda: bool(server.refusals))
            bot.gate.set()
        assert [each.code for each in server.refusals] == [10062]
        server.refusals.clear()
    assert bot.ran == ["slow late", "done late"]
    assert act.answer is None


async def test_an_expired_token_is_no_crash(server: DiscordServer, bot: DiscordBot, dana: Person) -> None:
    async with serving(server, bot, patience=PATIENCE):
        act = await server.slash(dana, "slow", word="x", wait=False)
        await server.until(lambda: act.deferred)
        act.expired = True
        bot.gate.set()
        await server.until(lambda: bool(server.refusals))
        assert [each.code for each in server.refusals] == [50027]
        server.refusals.clear()
        assert (await server.slash(dana, "count")).shown


async def test_an_answer_under_way_is_finished_at_the_end(
    server: DiscordServer, bot: DiscordBot, dana: Person
) -> None:
    async with serving(server, bot, patience=PATIENCE):
        act = await server.slash(dana, "slow", word="x", wait=False)
        await server.until(lambda: act.deferred)
        asyncio.get_running_loop().call_later(0.05, bot.gate.set)
    assert act.shown
