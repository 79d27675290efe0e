"""The open orders, their cancellation, and the account's position mode."""

from dataclasses import dataclass
from typing import Any

from bot.commands.cards import base_of
from bot.commands.kinds import ALL_ORDERS, ORDER, SWITCH, SYMBOL
from bot.commands.results import CANCEL, confirm_row, done_answer
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.order_notices import order_data
from bot.services.orders import Orders
from bot.services.plans import Plan, Planned
from bot.services.resting import reserved, trails_at
from bot.services.turn import BotTurn
from engine.intents import CancelOrder, CancelOrders
from engine.margin import account_figures
from engine.position import PositionMode

BUTTONS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelWords:
    """What `/cancelorder` takes."""

    order: int | None = param(ORDER, N_("Which order: its number, or all"), default=None)
    symbol: str | None = param(SYMBOL, N_("All orders of a contract, such as btc"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeWords:
    """What `/hedge` takes."""

    switch: bool = param(SWITCH, N_("On: long and short side by side; off: one position a contract"))


class BookCommands:
    """Handlers of open orders and of the position mode."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        private = Visibility.PRIVATE
        return (
            Command(
                name="orders",
                summary=N_("Your open orders, and the margin they hold"),
                handler=self.orders,
                visibility=private,
                topic="look",
            ),
            Command(
                name="cancelorder",
                summary=N_("Take back an open order, those of a contract, or all"),
                handler=self.cancel,
                arguments=CancelWords,
                visibility=private,
                topic="trade",
                moves_money=True,
                examples=("cancelorder 3", "cancelorder btc", "cancelorder all"),
            ),
            Command(
                name="hedge",
                acts=True,
                summary=N_("Hold long and short of a contract side by side, or not"),
                handler=self.hedge,
                arguments=HedgeWords,
                visibility=private,
                topic="trade",
                examples=("hedge on", "hedge off"),
            ),
        )

    async def orders(self, turn: BotTurn, _: Any) -> Answer:
        """All open orders."""
        state = (await turn.account()).state
        rows = [{**order_data(each), "trails_at": trails_at(each)} for each in state.orders.values()]
        data = {
            "orders": rows,
            "reserved": reserved(state, turn.market),
            "available": account_figures(state, turn.market).available,
        }
        if not rows:
            return Answer("orders", data).with_buttons((Button(N_("Positions"), "positions"),))
        buttons = [
            Button(N_("Cancel #{number}"), f"cancelorder {number}", {"number": str(number)})
            for number in list(state.orders)[:BUTTONS]
        ]
        last = (
            Button(N_("Cancel all"), "cancelorder all"),
            Button(N_("Why this available?"), "why available"),
        )
        return Answer("orders", data, (*rows_of(buttons), last))

    async def cancel(self, turn: BotTurn, words: CancelWords) -> Answer:
        """Preview the cancellation of orders, or cancel at once if previews are off."""
        state = (await turn.account()).state
        if words.order is None and words.symbol is None:
            return await self.orders(turn, None)
        intent: Planned
        if words.order is None or words.order == ALL_ORDERS:
            intent = CancelOrders(words.symbol)
            wanted = [each for each in state.orders.values() if words.symbol in {None, each.symbol}]
            if not wanted:
                return Answer("no_orders", {"base": base_of(words.symbol or "")}, ok=False)
        else:
            intent = CancelOrder(words.order)
            wanted = [each for number, each in state.orders.items() if number == words.order]
        if not turn.previews:
            return await done_answer(turn, await self._orders.carry_out(turn, CANCEL, (intent,)))
        _, after = await self._orders.trial(turn, (intent,))
        said = [ORDER.show(words.order)] if words.order is not None else []
        line = " ".join(("cancelorder", *said, *([SYMBOL.show(words.symbol)] if words.symbol else [])))
        preview = await self._orders.keep(turn, Plan.of(CANCEL, line, (intent,), state, turn.market))
        data = {
            "reason": None,
            "orders": [{**order_data(each), "trails_at": trails_at(each)} for each in wanted],
            "released": reserved(state, turn.market) - reserved(after, turn.market),
            "available": account_figures(after, turn.market).available,
            "unprotected": [
                base_of(each.symbol) for each in wanted if order_data(each)["purpose"] in {"sl", "trail"}
            ],
        }
        why = Button(N_("Why what is available now?"), "why available")
        return Answer("preview_cancel", data).with_buttons((*confirm_row(preview), why))

    async def hedge(self, turn: BotTurn, words: HedgeWords) -> Answer:
        """Set the position mode."""
        mode = PositionMode.HEDGE if words.switch else PositionMode.ONE_WAY
        await self._orders.change_position_mode(turn, mode)
        return Answer("position_mode", {"mode": mode})
