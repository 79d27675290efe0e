"""Declarations: one of each command, within the limits that all fronts share."""

from dataclasses import dataclass
from typing import Any

import pytest

from bot.core.binder import Bound
from bot.core.command import Command, NoArguments, Registry, RegistryFault, Visibility
from bot.core.params import SymbolKind, TextKind, param
from bot.core.reply import Answer
from tests.fakes.spoken import bind, registry

LISTED = {
    *(
        "start",
        "help",
        "price",
        "open",
        "close",
        "positions",
        "portfolio",
        "margin",
        "leverage",
        "mode",
        "history",
    ),
    *("plan", "plans", "season", "badges", "duel", "costs", "why", "settings", "reset", "cancel", "privacy"),
    *("export", "forget", "link", "unlink"),
    *("limit", "stop", "sl", "tp", "trail", "orders", "cancelorder", "hedge"),
    *("liq", "max", "whatif", "funding", "compare", "twin"),
    *("alert", "alerts", "chart", "quiet", "sleep", "postmortem", "replay"),
    *("learn", "lesson", "next", "what", "practice", "choose"),
    *("challenge", "join", "leave", "standings", "score", "finish", "main", "proof"),
    *("quiz", "testout", "report", "progress", "review", "snooze", "gate", "predict", "quiznight"),
    *("group", "classreport", "share"),
}


def test_the_commands_of_the_bot() -> None:
    assert {each.name for each in registry().listed} == LISTED


def test_whatever_shows_an_account_is_private() -> None:
    public = {each.name for each in registry() if each.visibility is Visibility.PUBLIC}
    assert public == {
        *("start", "help", "price", "privacy", "liq", "what"),
        *("quiz", "gate", "polled", "quiznight", "night", "challenge", "newchallenge", "join", "standings"),
        *("group", "classreport", "share", "season", "duel", "duelling", "challengequiz"),
    }


@pytest.mark.parametrize("command", list(registry()), ids=lambda each: each.name)
def test_every_example_is_understood(command: Command[Any]) -> None:
    for line in command.examples:
        assert isinstance(bind(line), Bound), line


@pytest.mark.parametrize("command", [each for each in registry() if each.listed], ids=lambda each: each.name)
def test_every_listed_command_with_parameters_has_an_example(command: Command[Any]) -> None:
    shown = [each for each in command.params if not each.hidden]
    assert bool(command.examples) == bool(shown)


async def answer(_: Any, __: Any) -> Answer:
    return Answer("empty")


def declared(name: str = "one", **more: Any) -> Command[Any]:
    return Command(name=name, summary="Do it", handler=answer, **more)


@dataclass(frozen=True)
class TwoTexts:
    first: str = param(TextKind(), "One")
    second: str = param(TextKind(), "Two")


@dataclass(frozen=True)
class SymbolAndText:
    symbol: str = param(SymbolKind(), "One")
    text: str = param(TextKind(), "Two")


@dataclass(frozen=True)
class Capital:
    Name: str = param(TextKind(), "One")


FAULTS: list[tuple[list[Command[Any]], str]] = [
    ([declared(), declared()], "one: declared twice"),
    ([declared(), declared("two", aliases=("one",))], "one: declared twice"),
    ([declared("Upper")], "Upper: not a name that every front takes"),
    ([declared("with-dash")], "with-dash: not a name that every front takes"),
    ([declared("")], ": not a name that every front takes"),
    ([declared("a" * 33)], f"{'a' * 33}: not a name that every front takes"),
    ([declared(f"c{number}") for number in range(101)], "over 100 commands"),
    ([declared(arguments=TwoTexts)], "one: more than one free parameter: first, second"),
    ([declared(arguments=Capital)], "one.Name: not a name that every front takes"),
]


@pytest.mark.parametrize(("commands", "fault"), FAULTS)
def test_declarations_that_a_front_would_refuse(commands: list[Command[Any]], fault: str) -> None:
    with pytest.raises(RegistryFault) as caught:
        Registry(commands)
    assert fault in caught.value.faults


def test_a_symbol_may_stand_before_a_text() -> None:
    Registry([declared(arguments=SymbolAndText)])


def test_unlisted_commands_do_not_count_against_the_menu() -> None:
    assert len(Registry([declared(f"c{number}", listed=False) for number in range(200)]).listed) == 0


@pytest.mark.parametrize("text", ["", "x" * 101])
def test_a_summary_that_a_front_would_refuse(text: str) -> None:
    with pytest.raises(RegistryFault):
        Registry([declared(arguments=NoArguments)]).check_texts({"xx": lambda _: text})
