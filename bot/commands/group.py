"""`/group`: what a group's admins set, on one card with buttons."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.commands.gate import GateCommands, GateWords
from bot.commands.group_words import NONE, SETTING, NotUnderstood, changed, hours_of, shown
from bot.commands.kinds import SWITCH, TEXT
from bot.core.command import Command
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.request import Pressed
from bot.core.texts import N_
from bot.core.words import shown as shown_word
from bot.services.groups import log
from bot.services.groups.settings import COOLDOWNS, Settings, Starters, chat_of, save_settings
from bot.services.school.gate import GATE
from bot.services.turn import BotTurn

OFFERED_HOURS = "22:00-07:00"
Admins = Callable[[BotTurn], Awaitable[bool]]
"""Whether who asks administers the chat they ask in, as its platform says now."""
Panel = Callable[[BotTurn], Answer | None]
"""What is shown to operators in their private chat instead; None for others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWords:
    """What `/group` takes."""

    setting: str | None = param(SETTING, N_("Which setting: language, topic, quiet, …"), default=None)
    value: str | None = param(TEXT, N_("What it is to be, such as off"), default=None)


class GroupCommands:
    """The handler of `/group`; `languages` are codes with their own names."""

    def __init__(
        self, admins: Admins, gates: GateCommands, languages: Mapping[str, str], panel: Panel
    ) -> None:
        self._admins = admins
        self._gates = gates
        self._languages = languages
        self._panel = panel

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declaration."""
        return (
            Command(
                name="group",
                acts=True,
                summary=N_("For admins of a group: its language, topic, quiet hours, games"),
                handler=self.group,
                arguments=GroupWords,
                topic="more",
                examples=("group", "group language es", "group quiet 22:00-07:00", "group cooldown 15m"),
            ),
        )

    async def group(self, turn: BotTurn, words: GroupWords) -> Answer:
        """Show the settings, or change one; whoever is no admin at this moment changes nothing and sees nothing."""
        chat = turn.request.chat
        if chat.private:
            return self._panel(turn) or Answer("group_refused", {"why": "private"}, ok=False)
        if not await self._admins(turn):
            return _refused(turn, "admins")
        match words.setting, words.value:
            case "log", _:
                return await self._log(turn)
            case "gate", value if value is not None:
                on = SWITCH.values.get(value)
                if not isinstance(on, bool):
                    return _refused(turn, "unclear", value)
                return await self._gates.gate(turn, GateWords(on=on))
            case "language", value if value is not None:
                return await self._speak(turn, value)
            case str(setting), str(value):
                return await self._change(turn, setting, value)
            case None, str(value):
                return _refused(turn, "unclear", value)
            case _:
                return await self._card(turn, None)

    async def _speak(self, turn: BotTurn, value: str) -> Answer:
        """Set the language that everybody in the group is answered in, or let each be answered in theirs."""
        if value not in self._languages and value not in NONE:
            return _refused(turn, "unclear", value)
        await turn.unit.lock(f"chat:{turn.request.chat.key}")
        kept = await chat_of(turn.unit, turn.request.chat)
        language = value if value in self._languages else None
        if language != kept.language:
            log.note_change(turn, "language", kept.language or "off", language or "off")
            kept = replace(kept, language=language)
            save_settings(turn.unit, kept, Settings.from_json(kept.body))
            turn.language = language or turn.language
            turn.once = True
        return await self._card(turn, "language", kept.language, Settings.from_json(kept.body))

    async def _change(self, turn: BotTurn, setting: str, value: str) -> Answer:
        chat = turn.request.chat
        await turn.unit.lock(f"chat:{chat.key}")
        kept = await chat_of(turn.unit, chat)
        before = Settings.from_json(kept.body)
        try:
            after = changed(before, setting, value, chat, turn.time_zone)
        except NotUnderstood:
            return _refused(turn, "unclear", value)
        if after != before:
            log.note_change(turn, setting, shown(before, setting), shown(after, setting))
            save_settings(turn.unit, kept, after)
            turn.once = True
        return await self._card(turn, setting, kept.language, after)

    async def _card(
        self,
        turn: BotTurn,
        note: str | None,
        language: str | None = None,
        settings: Settings | None = None,
    ) -> Answer:
        """The settings, as they will be where some were changed just now."""
        kept = await chat_of(turn.unit, turn.request.chat)
        if settings is None:
            language, settings = kept.language, Settings.from_json(kept.body)
        gate = kept.body.get(GATE) is not False
        data: dict[str, Any] = {
            "saved": note is not None,
            "language": None if language is None else self._languages.get(language, language),
            "bound": settings.bound,
            "topic": settings.thread is not None,
            "here": settings.holds_here(turn.request.chat),
            "quiet": hours_of(settings),
            "quiet_now": settings.is_quiet(turn.now),
            "gate": gate,
            "cooldown": settings.cooldown // timedelta(minutes=1),
            "starters": settings.starters,
            "announcements": settings.announcements,
        }
        return Answer("group", data, rows_of(self._buttons(language, settings, gate=gate), 2))

    def _buttons(self, language: str | None, settings: Settings, *, gate: bool) -> list[Button]:
        speak = [
            Button("{name}", f"group language {code}", {"name": name}, anyone=True)
            for code, name in self._languages.items()
            if code != language
        ]
        if language is not None:
            speak.append(_button(N_("Each in their own language"), "language off"))
        hours = {"hours": OFFERED_HOURS.replace("-", "–")}
        following = [each for each in COOLDOWNS if each > settings.cooldown]
        cooldown = (following[0] if following else COOLDOWNS[0]) // timedelta(minutes=1)
        admins = settings.starters is Starters.ADMINS
        return [
            *speak,
            _button(N_("Games everywhere"), "topic off")
            if settings.bound
            else _button(N_("Games only here"), "topic here"),
            _button(N_("No quiet hours"), "quiet off")
            if settings.quiet
            else Button(N_("Quiet {hours}"), f"group quiet {OFFERED_HOURS}", hours, anyone=True),
            _button(N_("Leverage steps off"), "gate off")
            if gate
            else _button(N_("Leverage steps on"), "gate on"),
            Button(
                N_("Cooldown {minutes} min"),
                f"group cooldown {cooldown}m",
                {"minutes": str(cooldown)},
                anyone=True,
            )
            if cooldown
            else _button(N_("No cooldown"), "cooldown off"),
            _button(N_("Everybody starts games"), "games everybody")
            if admins
            else _button(N_("Only admins start games"), "games admins"),
            _button(N_("No announcements"), "announcements off")
            if settings.announcements
            else _button(N_("Announcements"), "announcements on"),
            _button(N_("What was changed"), "log"),
        ]

    async def _log(self, turn: BotTurn) -> Answer:
        rows = [
            {**each.body, "what": each.what, "at": each.at.isoformat(), "own": each.own}
            for each in await log.of_chat(turn)
        ]
        return Answer("group_log", {"rows": rows}, ((Button(N_("Settings"), "group", anyone=True),),))


def _button(label: str, rest: str) -> Button:
    """For any admin to press: who may is asked at the press."""
    return Button(label, f"group {rest}", anyone=True)


def _refused(turn: BotTurn, why: str, value: str = "") -> Answer:
    """To the one who asked alone, where the platform can."""
    private = turn.request.whispers or isinstance(turn.request.input, Pressed)
    return Answer("group_refused", {"why": why, "word": shown_word(value)}, ok=False, private=private)
