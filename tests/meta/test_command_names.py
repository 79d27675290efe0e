"""Languages' own names of commands: typed by anybody, shown where a platform can, never two things at once."""

from typing import Any

import pytest

from bot.core.command import Command, Registry, RegistryFault
from bot.core.reply import Answer
from tests.fakes.spoken import registry, tables
from tests.harness import talking, text


async def answer(_: Any, __: Any) -> Answer:
    return Answer("empty")


def declared(*names: str) -> list[Command[Any]]:
    return [Command(name=each, summary="Do it", handler=answer) for each in names]


@pytest.mark.parametrize("language", sorted(tables()))
def test_every_own_name_leads_to_its_command(language: str) -> None:
    for name, called in tables()[language].get("commands", {}).items():
        found = registry().find(called)
        assert found is not None
        assert found.name == name


def test_spanish_names_what_people_use() -> None:
    own = tables()["es"]["commands"]
    assert {"open", "close", "positions", "portfolio", "why", "help", "challenge"} <= own.keys()
    assert len(set(own.values())) == len(own)


@pytest.mark.parametrize(
    "names",
    [
        {"es": {"one": "two"}},  # another command
        {"es": {"one": "uno"}, "pt": {"two": "uno"}},  # two languages, two meanings
        {"es": {"three": "tres"}},  # no such command
        {"es": {"one": "Uno"}},
        {"es": {"one": "única"}},
        {"es": {"one": "u" * 33}},
    ],
)
def test_a_name_that_cannot_be_is_refused_at_the_start(names: dict[str, dict[str, str]]) -> None:
    with pytest.raises(RegistryFault):
        Registry(declared("one", "two"), names)


def test_two_languages_may_share_a_name_of_one_command() -> None:
    both = Registry(declared("one", "two"), {"es": {"one": "uno"}, "it": {"one": "uno"}})
    found = both.find("uno")
    assert found is not None
    assert found.name == "one"


async def test_they_can_be_typed_whatever_language_is_spoken() -> None:
    async with talking() as talk:
        assert (await talk.say("/abrir btc long 5x isolated 500usdt")).answer.template == "preview_open"
        assert (await talk.say("/cartera")).answer.template == "portfolio"
        assert "/help" in text(await talk.say("/ayuda"))
