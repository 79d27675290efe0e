"""How a liquidation came about: its post-mortem, its timeline, and why its price was what it was."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.commands.cards import derivation_data
from bot.commands.kinds import TEXT
from bot.commands.pictured import pictured
from bot.core.command import Command, Visibility
from bot.core.params import Typed, param
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.core.words import Lexicon
from bot.services.case import NotThere
from bot.services.examiner import Examiner, account_asked
from bot.services.markets import MarketClosed
from bot.services.pictures.endings import postmortem_picture
from bot.services.postmortem_buttons import COMMAND, PICTURE, buttons_of
from bot.services.turn import BotTurn
from engine.market import MarketSnapshot

_NUMBER = re.compile(r"#([0-9]{1,9})")
_PAGE = re.compile(r"[0-9]{1,9}")
FIGURES = ("liquidation", "margin-ratio")
TIMELINE = "timeline"


@dataclass(frozen=True, slots=True)
class CountKind(Typed):
    """How many back: `3` or `#3`; 1 is the latest."""

    name: str = "count"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _NUMBER.fullmatch(word)
        return self.read_bare(Decimal(found[1]), lexicon) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return int(number) if number == number.to_integral_value() and number >= 1 else None

    def show(self, value: Any) -> str:
        return str(value)


COUNT = CountKind()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMortemWords:
    """What `/postmortem` takes: buttons name the liquidation by its place in the journal."""

    number: int | None = param(COUNT, N_("Which one: 1 is the latest, 2 the one before"), default=None)
    at: str | None = param(TEXT, N_("Which one"), default=None, hidden=True)
    show: str | None = param(TEXT, N_("Which part of it"), default=None, hidden=True)
    page: str | None = param(TEXT, N_("Which page"), default=None, hidden=True)


class PostMortemCommands:
    """The handler of `/postmortem`."""

    def __init__(self, examiner: Examiner) -> None:
        self._examiner = examiner

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declaration."""
        return (
            Command(
                name=COMMAND,
                summary=N_("How your latest liquidation came about, and what would have changed it"),
                handler=self.postmortem,
                arguments=PostMortemWords,
                visibility=Visibility.PRIVATE,
                topic="learn",
                examples=("postmortem", "postmortem 2"),
            ),
        )

    async def postmortem(self, turn: BotTurn, words: PostMortemWords) -> Answer:
        """The post-mortem of a liquidation, or what its buttons ask for."""
        number = words.number or 1
        try:
            if words.at is not None:
                return await self._part(turn, words.at, words)
            return await self._whole(turn, number)
        except NotThere:
            which = "place" if words.at is not None else "number" if number > 1 else "any"
            return Answer("no_liquidation", {"which": which}, ok=False)

    async def _whole(self, turn: BotTurn, number: int) -> Answer:
        account, _ = await account_asked(turn)
        seq, earlier = await self._examiner.numbered(turn.unit, account.id, number)
        market = await self._market(turn, account)
        data = await self._examiner.postmortem(turn.unit, account, seq, market)
        older = (Button(N_("The one before"), f"{COMMAND} {number + 1}"),) if earlier else ()
        return Answer("postmortem", data).with_buttons(*buttons_of(data), older)

    async def _part(self, turn: BotTurn, place: str, words: PostMortemWords) -> Answer:
        account, seq = await account_asked(turn, place)
        if words.show in FIGURES:
            market = await self._market(turn, account)
            case, derivation = await self._examiner.why(turn.unit, account, seq, market, words.show or "")
            symbol, side = case.keys[0]
            data = {
                **derivation_data(derivation),
                "side": side,
                "mode": case.started.mode,
                "leverage": case.before.settings_of(symbol).leverage,
                "previewed": False,
            }
            return Answer("why", data).with_buttons(_back(place))
        if words.show == TIMELINE:
            page = int(words.page) if words.page and _PAGE.fullmatch(words.page) else 1
            rows, page, pages = await self._examiner.timeline(turn.unit, account, seq, page)
            more = tuple(
                Button(label, f"{COMMAND} at={place} show={TIMELINE} page={other}")
                for label, other in ((N_("Earlier"), page - 1), (N_("Later"), page + 1))
                if 1 <= other <= pages
            )
            data = {"rows": rows, "page": page, "pages": pages}
            return Answer("postmortem_timeline", data).with_buttons(more, _back(place))
        market = await self._market(turn, account)
        data = await self._examiner.postmortem(turn.unit, account, seq, market)
        shown = words.show == PICTURE
        answer = Answer("postmortem", data).with_buttons(*buttons_of(data, picture=shown))
        if not shown:
            return answer
        drawn = await postmortem_picture(turn.unit, account, self._examiner, data)
        return await pictured(turn, answer, "postmortem", drawn)

    async def _market(self, turn: BotTurn, account: Any) -> MarketSnapshot:
        """The account's market, if it is open; else what is known of it."""
        try:
            return turn.market
        except MarketClosed:
            return await self._examiner.market(turn.unit, account)


def _back(place: str) -> tuple[Button, ...]:
    return (Button(N_("Back to the post-mortem"), f"{COMMAND} at={place}"),)
