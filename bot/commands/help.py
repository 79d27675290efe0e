"""Help, made from the registry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.commands.kinds import TEXT
from bot.core.command import Command
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.suggest import nearest
from bot.core.texts import N_
from bot.core.words import shown
from bot.services.turn import BotTurn

TOPICS = {
    "trade": N_("Trade on paper"),
    "look": N_("Look"),
    "learn": N_("Understand"),
    "compete": N_("Compete"),
    "more": N_("More"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpWords:
    """What `/help` takes."""

    command: str | None = param(TEXT, N_("Which command"), default=None)


class HelpCommands:
    """Handlers of help; `all_commands` tells the declarations once all are made."""

    def __init__(self, all_commands: Callable[[], Sequence[Command[BotTurn]]]) -> None:
        self._all = all_commands

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        return (
            Command(
                name="help",
                summary=N_("All commands, or one of them with examples"),
                handler=self.help,
                arguments=HelpWords,
                topic="more",
                examples=("help open",),
            ),
        )

    async def help(self, turn: BotTurn, words: HelpWords) -> Answer:
        """All commands by topic, or one in detail."""
        listed = [each for each in self._all() if each.listed]
        if words.command is None:
            topics = [
                {
                    "title": title,
                    "commands": [{"name": c.name, "summary": c.summary} for c in listed if c.topic == topic],
                }
                for topic, title in TOPICS.items()
            ]
            return Answer("help", {"topics": [each for each in topics if each["commands"]]})
        wanted = words.command.removeprefix("/").casefold()
        names = {name: each for each in listed for name in (each.name, *each.aliases)}
        if wanted not in names:
            near = nearest(wanted, tuple(names))
            buttons = (Button("{line}", f"help {near}", {"line": f"/help {near}"}),) if near else ()
            return Answer("unknown_command", {"word": shown(wanted)}, ok=False).with_buttons(buttons)
        return self._one(names[wanted])

    def _one(self, command: Command[BotTurn]) -> Answer:
        params: list[dict[str, Any]] = [
            {"name": each.name, "summary": each.summary, "required": each.required}
            for each in command.params
            if not each.hidden
        ]
        data = {
            "name": command.name,
            "summary": command.summary,
            "params": params,
            "examples": list(command.examples),
            "aliases": list(command.aliases),
        }
        buttons = [Button("{line}", line, {"line": f"/{line}"}, suggested=True) for line in command.examples]
        return Answer("help_command", data, rows_of(buttons, 1))
