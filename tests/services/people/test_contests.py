"""Challenges and those who are joined or forgotten in the middle of them, or long after."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot.core.identity import Identity, Platform, new_id
from bot.services.challenges.proof_file import read
from bot.services.challenges.verify import verify
from bot.storage import Store, accounts, challenges, forgetting, joining, linking, people, tables
from bot.storage.accounts import Account
from engine.account import MarginAccount
from tests.harness import START, Talk, talking, text
from tests.services.challenges.lives import file_of, proof_of, stored
from tests.storage.scene import AT

TELEGRAM, DISCORD = Platform.TELEGRAM, Platform.DISCORD
ROOM = "lounge"
OWN = "/challenge create tape own 10000 20x 1d"


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    opened = await Store.open("sqlite+aiosqlite://")
    yield opened
    await opened.close()


async def test_a_published_proof_still_verifies_and_can_be_made_again(store: Store) -> None:
    done = await stored(store, "mar-2020", 3, 5)
    before, published = await proof_of(store, done), await file_of(store, done)
    async with store.unit() as unit:
        forgetting.forget(unit, "person1", [("console", "person1")], "press", AT)
    assert await proof_of(store, done) == before
    assert verify(read(published)).differences == []
    assert "Member 1" not in published.decode("utf-8", "replace")
    async with store.unit() as unit:
        members = {each.account_id: each for each in await challenges.members_of(unit, done.id)}
        assert (members["account001"].person_id, members["account001"].name) == (tables.NO_ONE, "")
        assert members["account001"].left_at is None, "it was over: the table stays as it was"
        assert members["account000"].name == "Member 0"


async def joined_by_code(talk: Talk, maker: tuple[str, Platform], other: tuple[str, Platform]) -> Any:
    """The one takes in the other; the answer to the last press."""
    await talk.say("/start", maker[0], platform=maker[1])
    code = (await talk.say("/link", maker[0], platform=maker[1])).answer.data["code"]
    offer = await talk.say(f"/link {code}", other[0], platform=other[1])
    if not offer.answer.ok:
        return offer
    return await talk.press("Join them", other[0], platform=other[1])


async def person_of(talk: Talk, who: str, platform: Platform) -> str:
    async with talk.bot.store.unit() as unit:
        found = await people.find(unit, Identity(platform, who))
        assert found is not None
        return found.id


async def rows(talk: Talk, table: Any) -> list[Any]:
    async with talk.bot.store.unit() as unit:
        return list(await unit.fetch(select(table)))


async def test_a_challenge_comes_along_and_goes_on() -> None:
    async with talking() as talk:
        await talk.say(OWN, "ann", ROOM, platform=TELEGRAM)
        (member,) = await rows(talk, tables.members)
        await joined_by_code(talk, ("dana", DISCORD), ("ann", TELEGRAM))
        (after,) = await rows(talk, tables.members)
        assert (after.account_id, after.person_id) == (
            member.account_id,
            await person_of(talk, "dana", DISCORD),
        )
        assert after.name == member.name
        (run,) = await rows(talk, tables.replays)
        assert (run.person_id, run.finished_at) == (after.person_id, None)
        for who, platform in (("dana", DISCORD), ("ann", TELEGRAM)):
            assert (await talk.say("/replay step", who, platform=platform)).answer.ok
            assert (await talk.say("/portfolio", who, platform=platform)).answer.banner["kind"] == "challenge"
        (host,) = await rows(talk, tables.challenges)
        assert host.host_id == after.person_id


async def both_in(talk: Talk, left: bool) -> None:
    """Dana of Discord is in Ann's challenge, too, or was."""
    await talk.say(OWN, "ann", ROOM, platform=TELEGRAM)
    await talk.say("/start", "dana", platform=DISCORD)
    (member,) = await rows(talk, tables.members)
    dana, account_id = await person_of(talk, "dana", DISCORD), new_id()
    async with talk.bot.store.unit() as unit:
        market = f"replay:{account_id}"
        accounts.create(
            unit, Account(account_id, dana, accounts.CHALLENGE, market, MarginAccount.empty(), START)
        )
        row = {**member._mapping, "account_id": account_id, "person_id": dana, "name": "dana"}
        unit.write(insert(tables.members), {**row, "left_at": START if left else None})


async def test_nobody_takes_part_twice() -> None:
    async with talking() as talk:
        await both_in(talk, left=False)
        refused = await joined_by_code(talk, ("dana", DISCORD), ("ann", TELEGRAM))
        assert (refused.answer.ok, refused.answer.data["what"]) == (False, "challenge")
        assert refused.answer.data["name"] in text(refused)
        assert len(await rows(talk, tables.identities)) == 2


@pytest.mark.parametrize("maker_left", [True, False])
async def test_of_two_memberships_the_one_that_was_left_goes_to_nobody(maker_left: bool) -> None:
    async with talking() as talk:
        await both_in(talk, left=True)
        two = (("dana", DISCORD), ("ann", TELEGRAM))
        done = await joined_by_code(talk, *(two if maker_left else two[::-1]))
        assert done.answer.ok
        found = {each.person_id: each.name for each in await rows(talk, tables.members)}
        assert found == {await person_of(talk, "ann", TELEGRAM): "ann", tables.NO_ONE: ""}


async def test_of_two_memberships_in_one_that_is_over_one_goes_to_nobody(store: Store) -> None:
    done = await stored(store, "mar-2020", 3, 5)
    async with store.unit() as unit:
        assert await joining.both_in(unit, "person1", "person2") is None
        joining.take_in(unit, "person1", "person2", AT)
    async with store.unit() as unit:
        found = {each.account_id: each.person_id for each in await challenges.members_of(unit, done.id)}
        assert found == {"account000": "person0", "account001": tables.NO_ONE, "account002": "person2"}
        assert len(await people.identities(unit, "person2")) == 2
        assert await linking.tries(unit, "person1") is None


async def test_who_is_forgotten_in_a_running_challenge_has_left_it() -> None:
    async with talking() as talk:
        await talk.say(OWN, "ann", ROOM)
        await talk.say("/join", "bob", ROOM)
        card = await talk.say("/forget", "ann")
        await talk.press("Delete everything about me", "ann", on=card)
        found = {each.name: each for each in await rows(talk, tables.members)}
        assert (found[""].person_id, found[""].left_at is None) == (tables.NO_ONE, False)
        assert found["bob"].left_at is None
        await talk.bot.control.clock(timedelta(days=2))
        (over,) = await rows(talk, tables.challenges)
        assert over.ended_at is not None
        assert over.host_id is None
        found = {each.name: each for each in await rows(talk, tables.members)}
        assert (found["bob"].finished_at is None, found[""].equity) == (False, Decimal(10_000))
        assert "ann" not in str([dict(each._mapping) for each in (over, *found.values())])
