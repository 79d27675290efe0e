"""Scenes are played: people speak line by line, and all that is shown to them is taken down."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from bot.core.action import Action
from bot.core.identity import Platform
from bot.core.poll import Poll, poll_of
from bot.core.reply import Reply, ReplyButton
from bot.core.request import Input, Pressed, Said
from tests.harness import PRICES, START, Talk

_LINE = re.compile(r"(?:#(?P<room>\w+) )?(?:@(?P<who>\w+) )?(?P<said>.+)", re.DOTALL)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_ANA = "Ana"
_APART = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Scene:
    """What Ana says, after what she did `before`, which is not shown.

    A line is what is typed. `!press LABEL` presses a button by its English label, or by the beginning of the line
    behind it; `!price btc 47500` sets a price, `!wait 8h` lets time pass, `!admin` makes an admin of who says it.
    `#room` in front: in a group; `@bob`: another person.
    """

    lines: Sequence[str] = ()
    before: Sequence[str] = ()
    platform: Platform = Platform.CONSOLE


@dataclass(frozen=True, slots=True)
class Shown:
    """A reply under its heading: the line that was said, the button that was pressed, or who it went to unasked.

    There is none to a price that moves or time that passes. `poll` is how a front that has quiz polls asks it.
    """

    heading: str
    reply: Reply | None = None
    poll: Poll | None = None


@dataclass
class Stage:
    """A talk on whose market scenes are played one after the other, each by people of its own."""

    talk: Talk
    chance: Random
    _scene: str = ""
    _platform: Platform = Platform.CONSOLE
    _latest: dict[tuple[str, str | None], Reply] = field(default_factory=dict)
    _public: list[tuple[str, Reply]] = field(default_factory=list)

    async def play(self, name: str, scene: Scene) -> list[Shown]:
        """All that is shown, in order. Each begins at its own minute, with the same prices and lots."""
        self._scene, self._platform = name, scene.platform
        self._latest.clear()
        self._public.clear()
        self.chance.seed(name)
        self.talk.later(seconds=((START - self.talk.bot.clock.now()) % _APART).total_seconds())
        for symbol, price in PRICES.items():
            await self.talk.price(symbol.removesuffix("USDT").lower(), int(price))
        for line in scene.before:
            await self._act(line)
        return [shown for line in scene.lines for shown in await self._act(line)]

    async def _act(self, line: str) -> list[Shown]:
        """What a line leads to: an answer, then the latest message to the group, then notices."""
        self.talk.later(seconds=1)
        box = self.talk.postbox
        delivered, examined, posted = len(box.delivered), len(box.examined), len(box.posted)
        found = _LINE.fullmatch(line)
        assert found is not None, line
        room, who = found["room"], (found["who"] or _ANA).capitalize()
        shown = await self._done(line, found["said"], who, room)
        if room is not None or found["said"].startswith("!"):  # else nothing can be due
            await self.talk.bot.control.flush()
        if room is not None and len(box.posted) > posted:
            self._public.append((room, box.posted[-1]))
            shown.append(Shown("to the group", box.posted[-1]))
        for to, reply in (*box.delivered[delivered:], *box.examined[examined:]):
            scene, _, name = to.user.partition("-")
            if scene == self._scene:
                self._latest[name, None] = reply
                shown.append(Shown("notice" if name == _ANA else f"notice to {name}", reply))
        return shown

    async def _done(self, line: str, said: str, who: str, room: str | None) -> list[Shown]:
        command, _, rest = said.partition(" ")
        match command:
            case "!price":
                symbol, price = rest.split()
                await self.talk.bot.control.price(symbol, Decimal(price))
                return [Shown(said)]
            case "!wait":
                await self.talk.bot.control.clock(timedelta(**{_UNITS[rest[-1]]: int(rest[:-1])}))
                return [Shown(said)]
            case "!admin":
                self.talk.postbox.admins.add(f"{self._scene}-{who}")
                return []
            case "!press":
                pressed = self._button(rest, who, room)
                heading = line.replace(said, f"[{pressed.label}]")
                return await self._answered(heading, Pressed(pressed.payload), who, room)
            case _:
                return await self._answered(line, Said(said), who, room)

    async def _answered(self, heading: str, input_: Input, who: str, room: str | None) -> list[Shown]:
        place = None if room is None else f"{self._scene}-{room}"
        request = self.talk.request(input_, f"{self._scene}-{who}", place, platform=self._platform)
        reply = await self.talk.ask(replace(request, name=who, handle=who.casefold()))
        assert reply is not None, f"no answer to {heading!r}"
        self._latest[who, room] = reply
        if room is not None and not reply.private:
            self._public.append((room, reply))
        return [Shown(heading, reply, poll_of(reply, self.talk.bot.wording))]

    def _button(self, wanted: str, who: str, room: str | None) -> ReplyButton:
        """The first such button on the person's latest answer, else on the latest messages to the group."""
        replies = [self._latest[who, room]] if (who, room) in self._latest else []
        replies += [reply for where, reply in reversed(self._public) if where == room]
        for reply in replies:
            for made, given in zip(
                reply.all_buttons(), (each for row in reply.answer.buttons for each in row), strict=True
            ):
                behind = "" if made.deep else Action.decode(made.payload).line
                lines = (given.label.format(**given.values), given.line, behind)
                if any(each.startswith(wanted) for each in lines):
                    return made
        labels = [each.label for reply in replies for each in reply.all_buttons()]
        raise AssertionError(f"{self._scene}: no button {wanted!r} among {labels}")
