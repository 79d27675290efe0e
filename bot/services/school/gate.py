"""The mastery gate: how much leverage a learner may open with, by what they have shown to know (steps are ours).

5× at once; 20× once the skills liquidation and cross are mastered; what the contract allows once brackets is, too. It
holds on the main account only, and somebody who knows what they do can switch it off.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.content.skills import SKILL_NAMES, Skill
from bot.core.identity import Platform
from bot.core.reply import Button
from bot.core.texts import N_
from bot.services.school import mastery
from bot.services.school.learner import learner_of, save_learner
from bot.services.turn import BotTurn
from bot.storage import beliefs, study
from bot.storage.accounts import MAIN
from engine.account import MarginAccount
from engine.intents import ChangeLeverage, Intent, Open, Place
from engine.position import PositionMode

FIRST, SECOND = 5, 20
FOR_SECOND = (Skill.LIQUIDATION, Skill.CROSS)
FOR_ALL = (*FOR_SECOND, Skill.BRACKETS)
GATE = "gate"
"""Where a chat keeps what its admins decided."""
LESSONS = {
    Skill.LIQUIDATION: "liquidation-price",
    Skill.CROSS: "cross-piggy-bank",
    Skill.BRACKETS: "brackets",
}
"""Where each of these skills is taught."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The most leverage for now (None: what the contract allows), and the skills that lead to the next step."""

    most: int | None
    missing: tuple[Skill, ...]


class GateClosed(Exception):
    """An order or a setting with more leverage than the gate allows; nothing was done."""

    def __init__(self, leverage: int, limit: Limit) -> None:
        super().__init__(leverage)
        self.leverage = leverage
        self.limit = limit

    @property
    def data(self) -> dict[str, Any]:
        """What its answer needs."""
        after = SECOND if self.limit.most == FIRST else None
        missing = [{"name": SKILL_NAMES[each]} for each in self.limit.missing]
        return {"leverage": self.leverage, "most": self.limit.most, "missing": missing, "after": after}

    @property
    def buttons(self) -> tuple[tuple[Button, ...], ...]:
        """The lessons that open more, and the test for who knows it already."""
        first = self.limit.missing[0]
        lessons = tuple(Button(SKILL_NAMES[each], f"lesson {LESSONS[each]}") for each in self.limit.missing)
        return lessons, (Button(N_("I know this already: test me"), f"testout {first.value}"),)


def limit_of(mastered: frozenset[Skill]) -> Limit:
    """How much leverage goes with the skills that are mastered."""
    if not mastered.issuperset(FOR_SECOND):
        return Limit(FIRST, tuple(each for each in FOR_SECOND if each not in mastered))
    if not mastered.issuperset(FOR_ALL):
        return Limit(SECOND, tuple(each for each in FOR_ALL if each not in mastered))
    return Limit(None, ())


class Gate:
    """Refuses leverage that was not learnt; `console`: whether it holds for the console, too."""

    def __init__(self, *, console: bool = False) -> None:
        self._console = console

    async def holds(self, turn: BotTurn) -> bool:
        """Whether the gate is on for who asks, on the active account, in this chat."""
        if (await turn.account()).kind != MAIN:
            return False
        chosen = (await learner_of(turn.unit, turn.person_id)).gate
        if chosen is not None:
            return chosen
        request = turn.request
        if not request.chat.private:
            set_ = await study.of_chat(turn.unit, request.chat)
            if set_ is not None and set_.get(GATE) is False:
                return False
        return self._console or request.who.platform is not Platform.CONSOLE

    async def limit(self, turn: BotTurn) -> Limit:
        """How much leverage who asks may use; the skills count even where the gate does not hold."""
        believed = mastery.from_kept(await beliefs.of_person(turn.unit, turn.person_id))
        return limit_of(believed.mastered)

    async def choose(self, turn: BotTurn, *, on: bool) -> None:
        """Switch the gate on or off for who asks, wherever they are."""
        learner = await learner_of(turn.unit, turn.person_id)
        save_learner(turn.unit, turn.person_id, replace(learner, gate=on))

    async def choose_for_chat(self, turn: BotTurn, *, on: bool) -> None:
        """Switch the gate on or off for orders that are given in this group; who asks has to be one of its admins."""
        chat = turn.request.chat
        known = await study.of_chat(turn.unit, chat)
        study.save_chat(turn.unit, chat, {**(known or {}), GATE: on}, known=known is not None)

    async def check(self, turn: BotTurn, intents: Sequence[Intent]) -> None:
        """Let intents pass; raises GateClosed."""
        state = (await turn.account()).state
        wanted = max((_leverage(each, state) for each in intents), default=0)
        if wanted <= FIRST or not await self.holds(turn):
            return
        limit = await self.limit(turn)
        if limit.most is not None and wanted > limit.most:
            raise GateClosed(wanted, limit)


def _leverage(intent: Intent, account: MarginAccount) -> int:
    """The leverage that an intent would open or go on with; 0 for one that opens nothing."""
    match intent:
        case ChangeLeverage():
            current = account.settings_of(intent.symbol).leverage
            return intent.leverage if intent.leverage > current else 0
        case Open() if not _only_reduces(intent, account):
            settings = account.settings_of(intent.symbol)
            return settings.leverage if intent.leverage is None else intent.leverage
        case Place() if not intent.order.closes:
            return account.settings_of(intent.order.symbol).leverage
        case _:
            return 0


def _only_reduces(intent: Open, account: MarginAccount) -> bool:
    held = account.position(intent.symbol) if account.position_mode is PositionMode.ONE_WAY else None
    return held is not None and held.side is not intent.side and intent.quantity <= held.quantity
