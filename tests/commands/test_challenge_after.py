"""The proof of a challenge for everybody, and the question that follows its debrief."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.charts.spec import ChartSpec, Standings
from bot.commands.challenge_after import ChallengeAfterCommands
from bot.core.command import Registry
from bot.services.challenges.debrief import Debriefs
from bot.services.challenges.proof import ProofMaker
from bot.services.challenges.proof_file import read
from bot.services.files import FileMakers
from bot.services.pictures.maker import PictureMaker
from engine.contracts import load_contracts
from tests.fakes.contests import LIVE, ROOM, ContestTalk, contesting
from tests.harness import places, text


@pytest.fixture
async def talk() -> AsyncIterator[ContestTalk]:
    """A talk in which these commands belong to the challenges that are played."""
    async with contesting() as found:
        assert found.contests is not None
        router, bot = found.bot.router, found.bot
        mine = ChallengeAfterCommands(found.contests.contests, bot.school.quizzes).commands()
        names = {each.name for each in mine}
        router.registry = Registry([*(each for each in router.registry if each.name not in names), *mine])
        maker = ProofMaker(bot.store.unit, found.contests.reels, load_contracts())
        router._files = FileMakers({"proof": maker}, bot.telemetry)
        found.bot = replace(bot, router=router)
        yield found


async def over(talk: ContestTalk) -> str:
    """A live challenge of two that is over; its id."""
    await talk.say(LIVE, "ann", ROOM)
    await talk.say("/join", "ben", ROOM)
    await talk.settle(minutes=5)
    for who in ("ann", "ben"):
        await talk.say("/settings confirm off", who)
        await talk.say("/open btc long 3x", who)
    for _ in range(7):
        await talk.settle(minutes=10)
    return (await talk.challenge()).id


async def test_before_the_end_only_the_commitment_is_told(talk: ContestTalk) -> None:
    assert "no challenge here" in text(await talk.say("/proof", "ann", ROOM))
    await talk.say(LIVE, "ann", ROOM)
    reply = await talk.say("/proof", "ann", ROOM)
    assert (await talk.challenge()).body["commitment"] in text(reply)
    assert not reply.files


async def test_after_the_end_anybody_gets_the_file(talk: ContestTalk) -> None:
    which = await over(talk)
    for reply in (await talk.say("/proof", "ann"), await talk.say(f"/proof which={which}", "stranger")):
        assert reply.answer.ok
        (file,) = reply.files
        assert read(file.content).head.challenge == which
    assert (await talk.challenge()).body["actions_hash"] in text(
        await talk.say(f"/proof which={which}", "ben")
    )


async def test_forged_ids_get_nothing(talk: ContestTalk) -> None:
    for each in ("x" * 20, "a" * 64, "0"):
        reply = await talk.say(f"/proof which={each}", "ann")
        assert not reply.answer.ok
        assert not reply.files


async def test_the_question_stands_below_the_debrief(talk: ContestTalk) -> None:
    await over(talk)
    assert talk.contests is not None
    async with talk.bot.store.unit() as unit:
        told = await Debriefs(talk.contests.reels)(unit, await talk.challenge())
    line = told.buttons[0][0].line
    assert line == "challengequiz choosing"
    assert all(len(each.payload.encode()) <= 64 for row in told.buttons for each in row)
    reply = await talk.say(f"/{line}", "ben", ROOM)
    assert reply.answer.template == "quiz_question"
    assert reply.answer.fresh
    assert all(button.anyone for row in reply.answer.buttons for button in row)


async def never(spec: ChartSpec) -> bytes:
    raise AssertionError("nothing is drawn here")


async def test_the_table_as_a_picture_has_the_figures_of_the_text(talk: ContestTalk) -> None:
    which = await over(talk)
    reply = await talk.say(f"/tablepicture which={which}", "ann")
    (wanted,) = reply.answer.files
    assert (wanted["kind"], wanted["what"]) == ("chart", "standings")
    rows = reply.answer.data["rows"]
    drawn = [(each["place"], each["name"], Decimal(each["score"])) for each in wanted["rows"]]
    assert drawn == [(each["rank"], each["name"], Decimal(each["score"])) for each in rows]
    assert len(rows) == 2
    spec = PictureMaker(never, lambda spec: (), talk.bot.wording, places()).spec(wanted, "en", "UTC")
    assert isinstance(spec, Standings)
    assert [each.place for each in spec.rows] == [1, 1]
    assert not (await talk.say(f"/tablepicture which={which}", "stranger")).answer.files
