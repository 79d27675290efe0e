"""Why each figure is what it is: its derivation with the learner's own numbers."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.commands.cards import base_of, derivation_data
from bot.commands.kinds import FIGURE, LEVERAGE, MARKED_LEVERAGE, MODE, SIDE, SYMBOL, TEXT
from bot.commands.legs import named
from bot.commands.what import FIGURES as TERMS
from bot.commands.what import ask_about
from bot.core.command import Command, Visibility
from bot.core.params import BadWord, param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.analysis import most
from bot.services.orders import Orders
from bot.services.turn import BotTurn
from engine.account import MarginAccount
from engine.errors import NoPosition
from engine.explain import FIGURES, MORE_FIGURES, Derivation, explain, explain_limit_cost
from engine.intents import Open
from engine.position import MarginMode, Side
from engine.resting import Order

OF_POSITION = frozenset(
    {
        "liquidation",
        "bankruptcy",
        "break-even",
        "maintenance",
        "initial",
        "pnl",
        "roe",
        "funding",
        "clearance-fee",
    }
)
OF_CONTRACT = OF_POSITION | {"margin-ratio", "max-open"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyWords:
    """What `/why` takes; leverage and margin mode belong to the most that can be opened."""

    figure: str = param(FIGURE, N_("Which figure to explain"))
    symbol: str | None = param(SYMBOL, N_("Of which position; the only one if you name none"), default=None)
    side: Side | None = param(SIDE, N_("Which leg, where both are open"), default=None)
    leverage: int | None = param(MARKED_LEVERAGE, N_("Leverage, for the most you can open"), default=None)
    mode: MarginMode | None = param(MODE, N_("Margin mode, for the most you can open"), default=None)
    preview: str | None = param(TEXT, N_("Of which preview"), default=None, hidden=True)


class WhyCommands:
    """The handler of `/why`."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declaration."""
        return (
            Command(
                name="why",
                summary=N_("The sum behind a figure, step by step with your own numbers"),
                handler=self.why,
                arguments=WhyWords,
                visibility=Visibility.PRIVATE,
                topic="learn",
                examples=(
                    "why liquidation btc",
                    "why margin-ratio",
                    "why roe eth",
                    "why funding btc",
                    "why clearance-fee btc",
                    "why max-open btc 10x",
                ),
            ),
        )

    async def why(self, turn: BotTurn, words: WhyWords) -> Answer:
        """The derivation of a figure."""
        state = (await turn.account()).state
        intent = await self._orders.previewed(turn, words.preview)
        symbol = words.symbol or (intent.symbol if intent else None)
        waiting = await self._orders.waiting(turn, words.preview) if intent is None else None
        if words.figure == "order-cost" and waiting is not None:
            return self._cost(turn, *waiting)
        if words.figure == "order-cost" and intent is None:
            return Answer("why_needs_order", ok=False)
        if words.figure == "max-open":
            return self._most(turn, words, state, intent)
        if words.leverage is not None or words.mode is not None:
            raise BadWord(
                "only-max-open", LEVERAGE.show(words.leverage) if words.leverage else MODE.show(words.mode)
            )
        if intent is not None and words.figure != "order-cost":
            _, state = await self._orders.trial(turn, (intent,))
        side = words.side or (intent.side if intent else None)
        meant = [
            each for each in state.in_order() if symbol in {None, each.symbol} and side in {None, each.side}
        ]
        if words.figure in OF_POSITION and len(meant) > 1:
            buttons = [
                Button(label, f"why {words.figure} {name}", values)
                for name, label, values in map(partial(named, state), meant)
            ]
            return Answer("ask_position", {"what": "why"}, rows_of(buttons))
        if symbol is None and words.figure == "margin-ratio" and len(state.positions) == 1:
            symbol = state.in_order()[0].symbol
        try:
            derivation = explain(words.figure, state, turn.market, symbol, intent, _leg(state, symbol, side))
        except NoPosition:
            return Answer("why_needs_position", {"base": base_of(symbol or "")}, ok=False)
        return Answer(
            "why",
            self._why_data(derivation, state, intent, side),
            self._other_figures(derivation, words.preview, words.side),
            fresh=intent is not None,  # the preview stays, to be confirmed
        )

    def _cost(self, turn: BotTurn, order: Order, state: MarginAccount) -> Answer:
        """What a limit order costs at its own price."""
        data = {
            **derivation_data(explain_limit_cost(order, state, turn.market)),
            "side": order.direction,
            "mode": state.settings_of(order.symbol).mode,
            "leverage": state.settings_of(order.symbol).leverage,
            "previewed": True,
        }
        row = (Button(FIGURE.labels["available"], "why available"),)
        return Answer("why", data, (row,), fresh=True)

    def _most(self, turn: BotTurn, words: WhyWords, state: MarginAccount, intent: Open | None) -> Answer:
        """The most that can be opened on one side, long unless the words or the preview name the other."""
        symbol = words.symbol or (intent.symbol if intent else None)
        if symbol is None:
            held = {each.symbol for each in state.in_order()}
            if len(held) != 1:
                return Answer("why_needs_contract", ok=False)
            symbol = held.pop()
        side = words.side or (intent.side if intent else Side.LONG)
        leverage = words.leverage or (intent.leverage if intent else None)
        mode = words.mode or (intent.mode if intent else None)
        found = most(state, turn.market, symbol, side, leverage, mode)
        data = {
            **derivation_data(found.derivation),
            "side": side,
            "mode": found.mode,
            "leverage": found.capacity.leverage,
            "previewed": False,
        }
        said = [LEVERAGE.show(leverage)] if leverage is not None else []
        said += [MODE.show(mode)] if mode is not None else []
        label = N_("Short instead") if side is Side.LONG else N_("Long instead")
        line = " ".join(("why max-open", SYMBOL.show(symbol), side.opposite.value, *said))
        return Answer("why", data, ((Button(label, line),),), fresh=intent is not None)

    def _why_data(
        self, derivation: Derivation, state: MarginAccount, intent: Open | None, side: Side | None
    ) -> dict[str, Any]:
        legs = state.legs(derivation.symbol) if derivation.symbol else ()
        held = next((each for each in legs if side in {None, each.side}), legs[0] if legs else None)
        return {
            **derivation_data(derivation),
            "side": intent.side if intent else held.side if held else None,
            "mode": held.mode if held else None,
            "leverage": state.settings_of(held.symbol).leverage if held else None,
            "previewed": intent is not None,
        }

    def _other_figures(
        self, derivation: Derivation, preview: str | None, side: Side | None
    ) -> tuple[tuple[Button, ...], ...]:
        name = f" {SYMBOL.show(derivation.symbol)}" if derivation.symbol else ""
        if name and side is not None:
            name = f"{name} {side.value}"
        of_one = OF_CONTRACT
        if preview is not None:
            name, of_one = f" preview={preview}", of_one | {"order-cost"}
        known = (*FIGURES, *MORE_FIGURES)
        shown = [each for each in known if each != derivation.figure and bool(name) == (each in of_one)]
        shown = [each for each in shown if each != "order-cost" or preview is not None]
        others = [Button(FIGURE.labels[each], f"why {each}{name}") for each in shown]
        return rows_of([*others, ask_about(f"{TERMS[derivation.figure]} card=why")], 3)


def _leg(state: MarginAccount, symbol: str | None, side: Side | None) -> Side | None:
    """The leg to explain; the side of an order says nothing where its position is on the other one."""
    return side if symbol is not None and (symbol, side) in state.positions else None
