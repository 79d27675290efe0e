"""Telling Discord about the commands, only when they changed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from discord import app_commands
from discord.http import Route

from bot.adapters.discord.errors import BadCommands
from bot.adapters.discord.limits import (
    CHOICE_NAME,
    CHOICES,
    COMMAND_CHARACTERS,
    COMMAND_DESCRIPTION,
    COMMANDS,
    OPTIONS,
    length,
)

Payload = Mapping[str, Any]
_SETTLED: Final = ("name", "description", "type", "required", "autocomplete", "value")
_SETS: Final = ("contexts", "integration_types")
_LOCALISED: Final = ("name_localizations", "description_localizations")


async def synchronise(tree: app_commands.CommandTree[Any]) -> bool:
    """Send the commands if Discord has others; returns whether it was necessary. Raises BadCommands."""
    translator, client = tree.translator, tree.client
    assert translator is not None
    payload = [await each.get_translated_payload(tree, translator) for each in tree.get_commands()]
    faults = tuple(faults_of(payload))
    if faults:
        raise BadCommands(faults)
    # The library's own fetch leaves the translations out, and so would not see that one changed.
    known = await client.http.request(
        Route("GET", "/applications/{application_id}/commands", application_id=client.application_id),
        params={"with_localizations": "true"},
    )
    if essence(known) == essence(payload):
        return False
    await tree.sync()
    return True


def essence(commands: Iterable[Payload]) -> list[Payload]:
    """What makes commands different, without ids, versions, defaults and order of commands."""
    return sorted((_essence(each) for each in commands), key=lambda each: str(each["name"]))


def _essence(part: Payload) -> dict[str, Any]:
    kept = {name: part[name] for name in _SETTLED if part.get(name)}
    kept |= {name: sorted(part[name]) for name in _SETS if part.get(name)}
    kept |= {name: dict(sorted(part[name].items())) for name in _LOCALISED if part.get(name)}
    for name in ("options", "choices"):
        if part.get(name):
            kept[name] = [_essence(each) for each in part[name]]
    return kept


def faults_of(commands: list[Any]) -> Iterator[str]:
    """What Discord would refuse, in every language."""
    if len(commands) > COMMANDS:
        yield f"over {COMMANDS} commands"
    for command in commands:
        name = command["name"]
        options = command.get("options", ())
        if len(options) > OPTIONS:
            yield f"{name}: over {OPTIONS} options"
        parts = [(name, command), *((f"{name}.{each['name']}", each) for each in options)]
        for where, part in parts:
            if any(not 1 <= length(text) <= COMMAND_DESCRIPTION for text in _texts(part, "description")):
                yield f"{where}: a description without 1 to {COMMAND_DESCRIPTION} characters"
            choices = part.get("choices", ())
            if len(choices) > CHOICES:
                yield f"{where}: over {CHOICES} choices"
            if any(not 1 <= length(text) <= CHOICE_NAME for each in choices for text in _texts(each, "name")):
                yield f"{where}: a choice without 1 to {CHOICE_NAME} characters"
        if _size(command) > COMMAND_CHARACTERS:
            yield f"{name}: over {COMMAND_CHARACTERS} characters in all"


def _texts(part: Payload, name: str) -> tuple[str, ...]:
    return (part.get(name, ""), *part.get(f"{name}_localizations", {}).values())


def _size(part: Payload) -> int:
    """Names, descriptions and values of a command and all in it, each in its longest language."""
    own = sum(max(map(length, _texts(part, name))) for name in ("name", "description"))
    inner = (*part.get("options", ()), *part.get("choices", ()))
    return own + length(str(part.get("value", ""))) + sum(_size(each) for each in inner)
