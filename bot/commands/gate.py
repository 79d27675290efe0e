"""The mastery gate and predictions: switched on and off by those who know what that means."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.commands.cards import base_of, liquidation_data
from bot.commands.kinds import BARE_PRICE, SWITCH, TEXT
from bot.content.skills import SKILL_NAMES
from bot.core.command import Command, Visibility
from bot.core.params import ChoiceKind, param
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.services.groups.log import note_change
from bot.services.orders import Orders
from bot.services.school.gate import SECOND, Gate
from bot.services.school.learner import learner_of, save_learner
from bot.services.school.prediction import NEAR, reveal
from bot.services.turn import BotTurn

Admins = Callable[[BotTurn], Awaitable[bool]]
"""Whether who asks administers the chat they ask in."""
KNOWING = ChoiceKind("knowing", {"sure": True}, {"sure": N_("Yes, I know what it means")})


@dataclass(frozen=True, slots=True, kw_only=True)
class GateWords:
    """What `/gate` takes."""

    on: bool | None = param(SWITCH, N_("Whether leverage opens step by step: on or off"), default=None)
    sure: bool | None = param(KNOWING, N_("That you know what it means"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictWords:
    """What `/predict` takes."""

    on: bool | None = param(SWITCH, N_("Whether previews ask you to guess first: on or off"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessWords:
    """A guess at the liquidation price of a preview; none only shows it."""

    price: Decimal | None = param(BARE_PRICE, N_("Your guess, in USDT"), default=None)
    preview: str | None = param(TEXT, N_("Of which preview"), default=None, hidden=True)


class GateCommands:
    """Handlers of `/gate`, `/predict` and guesses."""

    def __init__(self, gate: Gate, orders: Orders, admins: Admins) -> None:
        self._gate = gate
        self._orders = orders
        self._admins = admins

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        private = Visibility.PRIVATE
        return (
            Command(
                name="gate",
                acts=True,
                summary=N_("How much leverage you may use so far, and what opens more"),
                handler=self.gate,
                arguments=GateWords,
                topic="learn",
                examples=("gate", "gate off"),
            ),
            Command(
                name="predict",
                acts=True,
                summary=N_("Guess the liquidation price before a preview shows it"),
                handler=self.predict,
                arguments=PredictWords,
                visibility=private,
                topic="learn",
                examples=("predict on",),
            ),
            Command(
                name="guessprice",
                summary=N_("Your guess at the liquidation price"),
                handler=self.guess,
                arguments=GuessWords,
                visibility=private,
                listed=False,
            ),
        )

    async def gate(self, turn: BotTurn, words: GateWords) -> Answer:
        """Show the gate, or switch it; off only after it was said what that means."""
        group = not turn.request.chat.private
        if words.on is None:
            return await self._shown(turn, None, group=group)
        if group and not await self._admins(turn):
            return Answer("gate", await self._data(turn, "admins", group=group), ok=False, private=True)
        if not words.on and not words.sure:
            yes = Button(N_("Yes, I know what it means"), "gate off sure=sure", style=Style.STOP)
            return Answer("gate", await self._data(turn, "knowing", group=group), ((yes,),))
        if group:
            await self._gate.choose_for_chat(turn, on=words.on)
            note_change(turn, "gate", *("off", "on") if words.on else ("on", "off"))
        else:
            await self._gate.choose(turn, on=words.on)
        return await self._shown(turn, words.on, group=group)

    async def _shown(self, turn: BotTurn, on: bool | None, *, group: bool) -> Answer:
        data = await self._data(turn, "shown" if on is None else "saved", group=group)
        data["on"] = data["on"] if on is None else on
        tests = [Button(each["skill"], f"testout {each['word']}") for each in data["missing"] if not group]
        switch = (
            Button(N_("Switch it off"), "gate off") if data["on"] else Button(N_("Switch it on"), "gate on")
        )
        return Answer("gate", data).with_buttons(tuple(tests), (switch,))

    async def _data(self, turn: BotTurn, what: str, *, group: bool) -> dict[str, Any]:
        limit = await self._gate.limit(turn)
        return {
            "what": what,
            "on": await self._gate.holds(turn),
            "group": group,
            "most": limit.most,
            "second": SECOND,
            "missing": [{"skill": SKILL_NAMES[each], "word": each.value} for each in limit.missing],
        }

    async def predict(self, turn: BotTurn, words: PredictWords) -> Answer:
        """Show whether previews ask for a guess first, or change it."""
        learner = await learner_of(turn.unit, turn.person_id)
        if words.on is not None:
            learner = replace(learner, predict=words.on)
            save_learner(turn.unit, turn.person_id, learner)
        other = (
            Button(N_("Switch it off"), "predict off")
            if learner.predict
            else Button(N_("Switch it on"), "predict on")
        )
        return Answer("predict", {"on": learner.predict, "saved": words.on is not None}, ((other,),))

    async def guess(self, turn: BotTurn, words: GuessWords) -> Answer:
        """Reveal what a preview hid, and how far off the guess was."""
        if words.preview is None:
            return Answer("preview_gone", ok=False)
        found = await reveal(turn, self._orders, words.preview, words.price)
        if found is None:
            return Answer("preview_gone", ok=False)
        held, error = found.figures.position, found.error
        data = {
            "symbol": held.symbol,
            "base": base_of(held.symbol),
            "side": held.side,
            "mode": held.mode,
            "leverage": found.figures.settings.leverage,
            "entry": held.entry_price,
            "it": liquidation_data(found.figures),
            "guess": found.guess,
            "error": error,
            "near": error is not None and abs(error) <= NEAR,
            "far": found.guess is not None and _too_far(found.guess, held.entry_price, found.truth),
        }
        return Answer("guessed", data).with_buttons(
            (Button(N_("Confirm"), f"confirm {words.preview}", style=Style.GO, once=True),),
            (
                Button(N_("Why this price?"), f"why liquidation preview={words.preview}"),
                Button(N_("Cancel"), f"drop {words.preview}", style=Style.STOP),
            ),
        )


def _too_far(guess: Decimal, entry: Decimal, truth: Decimal | None) -> bool:
    """Whether a guess puts liquidation farther from the entry than it is: the mistake that costs money."""
    return truth is not None and abs(guess - entry) > abs(truth - entry)
