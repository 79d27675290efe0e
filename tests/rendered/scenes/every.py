"""What is said to each command: its name alone, its own examples, and what the tables add."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.core.command import Command
from tests.rendered.playing import Scene
from tests.rendered.scenes.compete import COMPETE
from tests.rendered.scenes.learn import LEARN
from tests.rendered.scenes.look import LOOK
from tests.rendered.scenes.more import MORE
from tests.rendered.scenes.trade import TRADE

SCENES: Mapping[str, Scene] = {**TRADE, **LOOK, **LEARN, **COMPETE, **MORE}


def played_in(commands: Iterable[Command[Any]]) -> Sequence[Command[Any]]:
    """The commands in the order of the tables, the others after them: what comes last moves no date of the rest."""
    places = {name: place for place, name in enumerate(SCENES)}
    return sorted(commands, key=lambda each: places.get(each.name, len(places)))


def scene_of(command: Command[Any]) -> Scene:
    """The scene of a command; one that stands in no table says its name and its examples.

    An example that changes the language comes last.
    """
    more = SCENES.get(command.name, Scene())
    first = dict.fromkeys((command.name, *command.examples))
    last = [each for each in first if each.startswith(f"{command.name} language ")]
    lines = (*(f"/{each}" for each in first if each not in last), *more.lines, *(f"/{each}" for each in last))
    return replace(more, lines=lines)
