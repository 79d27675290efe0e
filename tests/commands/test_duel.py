"""Duels: nothing begins before both agree, and nobody accepts for another."""

from datetime import timedelta

import pytest

from bot.core.identity import ChatRef, Identity, Platform
from bot.core.request import Request, Said
from bot.services.challenges.duels import meant
from bot.storage import accounts, challenges
from bot.storage.challenges import Challenge, Member
from tests.harness import Talk, buttons, talking, text

DEN = "den"


async def duels_of(talk: Talk) -> list[tuple[Challenge, tuple[Member, ...]]]:
    async with talk.bot.store.unit() as unit:
        return [(each, await challenges.members_of(unit, each.id)) for each in await challenges.running(unit)]


async def test_a_duel_begins_when_the_invited_one_accepts() -> None:
    async with talking() as talk:
        invited = await talk.say("/duel @ada", "bob", DEN)
        assert "bob challenges @ada." in text(invited)
        assert buttons(invited) == ("Accept", "Decline")
        assert await duels_of(talk) == []
        begun = await talk.press("Accept", "ada", on=invited, room=DEN)
        assert "ada accepted the duel with bob." in text(begun)
        ((duel, members),) = await duels_of(talk)
        assert duel.kind == challenges.DUEL
        assert duel.chat_key is None
        assert {each.name for each in members} == {"ada", "bob"}
        for who in ("ada", "bob"):
            assert "DUEL ACCOUNT · hidden tape" in text(await talk.say("/portfolio", who)), who
            assert "DUEL" not in text(await talk.say("/portfolio", who, DEN))


async def test_both_play_the_same_hidden_tape_from_the_same_start() -> None:
    async with talking() as talk:
        invited = await talk.say("/duel @ada 5000", "bob", DEN)
        await talk.press("Accept", "ada", on=invited, room=DEN)
        ((duel, members),) = await duels_of(talk)
        async with talk.bot.store.unit() as unit:
            kept = [await accounts.load(unit, each.account_id) for each in members]
        assert {each.kind for each in kept} == {accounts.CHALLENGE}
        assert [each.state.wallet for each in kept] == [5000, 5000]
        assert len({each.market for each in kept}) == 2
        assert duel.body["rules"]["tape"] is not None


async def test_only_who_is_meant_accepts() -> None:
    async with talking() as talk:
        invited = await talk.say("/duel @ada", "bob", DEN)
        assert "for somebody else" in text(await talk.press("Accept", "eve", on=invited, room=DEN))
        assert "for somebody else" in text(await talk.press("Decline", "eve", on=invited, room=DEN))
        assert "with yourself" in text(await talk.press("Accept", "bob", on=invited, room=DEN))
        assert await duels_of(talk) == []
        begun = await talk.press("Accept", "ada", on=invited, room=DEN)
        assert begun.answer.ok
        assert "no longer stands" in text(await talk.press("Accept", "ada", on=invited, room=DEN))
        assert len(await duels_of(talk)) == 1


async def test_without_a_name_the_first_who_accepts_plays() -> None:
    async with talking() as talk:
        invited = await talk.say("/duel", "bob", DEN)
        assert "challenges anybody" in text(invited)
        assert "for somebody else" in text(await talk.press("Decline", "eve", on=invited, room=DEN))
        assert (await talk.press("Accept", "eve", on=invited, room=DEN)).answer.ok
        assert "no longer stands" in text(await talk.press("Accept", "ada", on=invited, room=DEN))


async def test_it_can_be_declined_and_taken_back() -> None:
    async with talking() as talk:
        for who in ("ada", "bob"):
            invited = await talk.say("/duel @ada", "bob", DEN)
            assert "does not take place" in text(await talk.press("Decline", who, on=invited, room=DEN))
            assert "no longer stands" in text(await talk.press("Accept", "ada", on=invited, room=DEN))
        assert await duels_of(talk) == []


async def test_an_invitation_ends_after_a_day() -> None:
    async with talking() as talk:
        invited = await talk.say("/duel @ada", "bob", DEN)
        await talk.bot.control.clock(timedelta(hours=24, minutes=1))
        assert "no longer stands" in text(await talk.press("Accept", "ada", on=invited, room=DEN))


async def test_three_at_once_are_enough() -> None:
    async with talking() as talk:
        for _ in range(3):
            assert (await talk.say("/duel @ada", "bob", DEN)).answer.ok
        assert "three invitations open" in text(await talk.say("/duel @ada", "bob", DEN))
        assert (await talk.say("/duel @bob", "ada", DEN)).answer.ok


@pytest.mark.parametrize(
    ("line", "room", "said"),
    [
        ("/duel @ada", None, "agreed in a group"),
        ("/duel @bob", DEN, "with yourself"),
        ("/duel @ada 1", DEN, "between 100.00 and 10,000,000.00 USDT"),
        ("/duelling accept by-000000000000-aaaaaaaaaaaa", DEN, "no longer stands"),
        ("/duelling decline by-000000000000-aaaaaaaaaaaa", DEN, "no longer stands"),
    ],
)
async def test_what_is_refused(line: str, room: str | None, said: str) -> None:
    async with talking() as talk:
        reply = await talk.say(line, "bob", room)
        assert said in text(reply)
        assert not reply.answer.ok
        assert await duels_of(talk) == []


async def test_a_live_duel_begins_a_minute_after_both_agreed() -> None:
    async with talking() as talk:
        invited = await talk.say("/duel @ada live", "bob", DEN)
        await talk.press("Accept", "ada", on=invited, room=DEN)
        assert "begins" in text(await talk.say("/open btc long 3x isolated 500usdt", "ada"))
        await talk.bot.control.clock(timedelta(minutes=2))
        await talk.say("/plan btc long stop 2% trend", "ada")
        await talk.say("/open btc long 3x isolated 500usdt", "ada")
        assert (await talk.press("Confirm", "ada")).answer.template == "traded"


@pytest.mark.parametrize(
    ("platform", "user", "handle", "invited", "is_meant"),
    [
        (Platform.TELEGRAM, "123456", "Ada_L", "ada_l", True),
        (Platform.TELEGRAM, "123456", "", "123456", False),
        (Platform.DISCORD, "123456", "ada", "123456", True),
        (Platform.DISCORD, "123456", "ada", "ada", True),
        (Platform.DISCORD, "123456", "ada", "bob", False),
        (Platform.TELEGRAM, "1", "", "", True),
    ],
)
def test_who_is_meant_by_a_mention(
    platform: Platform, user: str, handle: str, invited: str, is_meant: bool
) -> None:
    who = Identity(platform, user)
    request = Request("1", who, ChatRef(platform, "den", private=False), Said("x"), handle=handle)
    assert meant(invited, request) is is_meant
