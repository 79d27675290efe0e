"""What operators of the bot do, in their private chat: bar people, and write to groups that want to hear from them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.commands.alert_words import LINE
from bot.commands.kinds import TEXT
from bot.core.command import Command, Visibility
from bot.core.identity import Identity, Platform, new_id
from bot.core.params import param
from bot.core.reply import Answer, Button, Style
from bot.core.request import Called, Said
from bot.core.texts import N_
from bot.core.words import cleaned
from bot.services.groups import log
from bot.services.groups.operating import Operating
from bot.services.turn import BotTurn

LONGEST = 900
"""The most characters of an announcement; ours."""
_WHO = re.compile(r"(?:(telegram|discord|console):)?([\w.-]{1,32})")
_TOKEN = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoWords:
    """What `/ban` and `/unban` take."""

    user: str | None = param(TEXT, N_("Whom, such as telegram:123456789"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceWords:
    """What `/announce` takes; what was written is read as it was written."""

    text: str | None = param(LINE, N_("What to tell the groups that want to hear it"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendWords:
    """Under which token the text of a preview is kept."""

    token: str = param(TEXT, N_("Which announcement"))


class OperatorCommands:
    """Handlers of the operator's commands; `operators` tells who is one."""

    def __init__(self, operating: Operating, operators: Callable[[BotTurn], bool]) -> None:
        self._operating = operating
        self._operators = operators

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations; none of them is listed."""

        def command(name: str, summary: str, handler: Any, arguments: type[Any]) -> Command[BotTurn]:
            return Command(
                name=name,
                acts=True,
                summary=summary,
                handler=handler,
                arguments=arguments,
                visibility=Visibility.PRIVATE,
                listed=False,
            )

        return (
            command("ban", N_("Bar somebody from the bot"), self.ban, WhoWords),
            command("unban", N_("Let somebody in again"), self.unban, WhoWords),
            command("announce", N_("Write to the groups that want to hear it"), self.announce, AnnounceWords),
            command("announcenow", N_("Send an announcement"), self.send, SendWords),
            Command(
                name="operatorlog",
                summary=N_("What operators did"),
                handler=self.log,
                visibility=Visibility.PRIVATE,
                listed=False,
            ),
        )

    def panel(self, turn: BotTurn) -> Answer | None:
        """What operators are shown of their commands; None for anybody else."""
        if not self._operators(turn):
            return None
        rows = ((Button(N_("What operators did"), "operatorlog"), Button(N_("Reports"), "reports")),)
        return _said("panel").with_buttons(*rows)

    async def ban(self, turn: BotTurn, words: WhoWords) -> Answer:
        """Bar somebody, under all platforms that they are known on."""
        return await self._judged(turn, words, bar=True)

    async def unban(self, turn: BotTurn, words: WhoWords) -> Answer:
        """Let somebody in again."""
        return await self._judged(turn, words, bar=False)

    async def _judged(self, turn: BotTurn, words: WhoWords, *, bar: bool) -> Answer:
        if not self._operators(turn):
            return _refused("not-operator")
        found = _WHO.fullmatch(words.user or "")
        if found is None:
            return _refused("who")
        who = Identity(Platform(found[1] or turn.request.who.platform), found[2])
        if bar and self._operating.is_operator(who):
            return _refused("operator")
        if bar:
            done = await self._operating.bar(turn, who)
            return _said("barred" if done else "barred-already", ok=done)
        done = await self._operating.let_in(turn, who)
        return _said("let-in" if done else "not-barred", ok=done)

    async def announce(self, turn: BotTurn, words: AnnounceWords) -> Answer:
        """Show what would be sent, and to how many groups."""
        if not self._operators(turn):
            return _refused("not-operator")
        text = _written(turn, words)
        if not text:
            return _refused("no-text")
        if len(text) > LONGEST:
            return _refused("too-long", most=LONGEST)
        hindered = await self._hindered(turn)
        if hindered is not None:
            return hindered
        token = new_id(_TOKEN)
        turn.keep_line(token, text)
        chats = await self._operating.audience(turn)
        send = Button(N_("Send it"), f"announcenow {token}", style=Style.GO, once=True)
        return _said("preview", chats=chats, lines=text.splitlines()).with_buttons((send,))

    async def send(self, turn: BotTurn, words: SendWords) -> Answer:
        """Send what was shown."""
        if not self._operators(turn):
            return _refused("not-operator")
        text = await turn.kept_line(words.token)
        if text is None:
            return _refused("gone")
        hindered = await self._hindered(turn)
        if hindered is not None:
            return hindered
        chats = await self._operating.announce(turn, words.token, text.splitlines())
        return _said("sent", chats=chats)

    async def _hindered(self, turn: BotTurn) -> Answer | None:
        following = await self._operating.next_announcement(turn)
        if following is not None:
            return _refused("today", next=following.isoformat())
        return None if await self._operating.audience(turn) else _refused("nobody")

    async def log(self, turn: BotTurn, _: Any) -> Answer:
        """What operators did last."""
        if not self._operators(turn):
            return _refused("not-operator")
        rows = [
            {**each.body, "what": each.what, "at": each.at.isoformat(), "own": each.own}
            for each in await log.of_bot(turn)
        ]
        return _said("log", rows=rows)


def _written(turn: BotTurn, words: AnnounceWords) -> str:
    """The text in the letters and lines in which it was written."""
    match turn.request.input:
        case Said(text):
            first, _, rest = text.strip().partition(" ")
            command = first.startswith("/") or first.casefold() == "announce"
            written = rest if command else text
        case Called(_, values):
            written = values.get("text", "")
        case _:
            written = words.text or ""
    return cleaned(written).strip()


def _said(what: str, *, ok: bool = True, **data: Any) -> Answer:
    return Answer("operator", {"what": what, **data}, ok=ok)


def _refused(what: str, **data: Any) -> Answer:
    return _said(what, ok=False, **data)
