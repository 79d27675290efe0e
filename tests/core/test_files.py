"""Files of answers: made after the turn, kept as data, missing where they fail."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.core.identity import ChatRef, Identity, Platform
from bot.core.reply import Answer
from bot.core.request import Request, Said
from bot.services.files import FileMakers
from bot.telemetry import Telemetry
from tests.fakes.pictures import Makers, png
from tests.fakes.small_bot import SmallBot, small_router
from tests.fakes.turns import MemoryTurns


def said(line: str, update: str = "1") -> Request:
    who = Identity(Platform.CONSOLE, "ann")
    return Request(update, who, ChatRef(Platform.CONSOLE, "ann", private=True), Said(line), language="es")


def test_what_is_wanted_is_kept_with_the_answer() -> None:
    wanted = {"kind": "chart", "price": "50000", "rows": ["1", None]}
    answer = Answer("start", files=(wanted,))
    assert Answer.from_json(answer.to_json()).files == (wanted,)
    kept = {name: value for name, value in answer.to_json().items() if name != "files"}
    assert Answer.from_json(kept).files == ()


async def test_files_are_made_for_the_person_in_their_language_once_the_turn_is_over() -> None:
    bot, turns = SmallBot(), MemoryTurns()
    kept: list[int] = []

    async def made(wanted: Mapping[str, Any], person_id: str, language: str, zone: str) -> Any:
        kept.append(turns.facts[person_id]["pictures"])
        return await Makers.png(bot.makers, wanted, person_id, language, zone)

    bot.makers.png = made  # type: ignore[method-assign]
    reply = await small_router(bot, turns).handle(said("/picture"))
    assert reply is not None
    assert [(each.name, each.content) for each in reply.files] == [("grey.png", png(1))]
    assert kept == [1]
    assert bot.makers.made == [({"kind": "png", "number": 1}, "person000001", "en")]


async def test_an_act_that_comes_again_gets_the_same_file() -> None:
    bot, turns = SmallBot(), MemoryTurns()
    router = small_router(bot, turns)
    replies = [await router.handle(said("/picture", update)) for update in ("1", "2", "1")]
    assert [each.files[0].content for each in replies if each] == [png(1), png(2), png(1)]
    assert {person for _, person, _ in bot.makers.made} == {"person000001"}


@pytest.mark.parametrize(
    ("wanted", "kind"), [({"kind": "broken"}, "Broken"), ({"kind": "x"}, "KeyError"), ({}, "KeyError")]
)
async def test_a_file_that_fails_is_an_incident_and_missing(wanted: Mapping[str, Any], kind: str) -> None:
    telemetry = Telemetry("CRITICAL")
    files = FileMakers(Makers().kinds(), telemetry)
    assert await files.make(wanted, "p", "en", "UTC") is None
    assert f'marginalia_incidents_total{{kind="{kind}"}} 1.0'.encode() in telemetry.exposition()
