"""Orders that close a position at a price, all of it or a part: stop-loss, take-profit, trailing stop."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from bot.commands.amounts import Part
from bot.commands.cards import position_data
from bot.commands.kinds import BARE_PRICE, CALLBACK, PART, PRICE, SIDE, SYMBOL, WATCHED
from bot.commands.legs import is_late, named
from bot.commands.results import confirm_row, done_answer
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.order_notices import order_data
from bot.services.orders import NothingOpen, Orders
from bot.services.plans import Plan
from bot.services.resting import closing, part_of, result_at, trailing, trails_at
from bot.services.sizes import Coins
from bot.services.turn import BotTurn
from engine.account import MarginAccount
from engine.errors import NoPosition
from engine.intents import Place
from engine.margin import PositionFigures, account_figures, position_figures
from engine.position import Position, Side
from engine.resting import Order, Watched

KIND = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingWords:
    """What `/sl` and `/tp` take."""

    price: Decimal = param(BARE_PRICE, N_("The price that closes it, such as 47000"))
    symbol: str | None = param(SYMBOL, N_("Of which position; the only one if you name none"), default=None)
    part: Part | None = param(PART, N_("How much of it: 50%, half or 0.05btc; all if left out"), default=None)
    side: Side | None = param(SIDE, N_("Which leg, where both are open"), default=None)
    watched: Watched | None = param(WATCHED, N_("Which price triggers: mark or last"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailWords:
    """What `/trail` takes."""

    callback: Decimal = param(CALLBACK, N_("How far the price may fall back, such as 1%"))
    symbol: str | None = param(SYMBOL, N_("Of which position; the only one if you name none"), default=None)
    side: Side | None = param(SIDE, N_("Which leg, where both are open"), default=None)
    price: Decimal | None = param(PRICE, N_("From which price on it follows, such as @52000"), default=None)
    watched: Watched | None = param(WATCHED, N_("Which price triggers: mark or last"), default=None)


class EndingCommands:
    """Handlers of orders that close, each with its preview."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        return (
            resting_command(
                "sl",
                N_("Stop-loss: close a position when the price goes against it that far"),
                self.stop_loss,
                EndingWords,
                ("sl btc 47000", "sl btc 47000 50%", "sl 47000 last"),
            ),
            resting_command(
                "tp",
                N_("Take-profit: close a position when the price reaches its target"),
                self.take_profit,
                EndingWords,
                ("tp btc 55000", "tp btc 55000 half"),
            ),
            resting_command(
                "trail",
                N_("Trailing stop: close a position when the price falls back from its best"),
                self.trail,
                TrailWords,
                ("trail btc 1%", "trail btc 2% @52000"),
            ),
        )

    async def stop_loss(self, turn: BotTurn, words: EndingWords) -> Answer:
        """Preview a stop-loss on an open position."""
        return await self._ending(turn, words, "sl")

    async def take_profit(self, turn: BotTurn, words: EndingWords) -> Answer:
        """Preview a take-profit on an open position."""
        return await self._ending(turn, words, "tp")

    async def trail(self, turn: BotTurn, words: TrailWords) -> Answer:
        """Preview a trailing stop on an open position."""
        state = (await turn.account()).state
        start = f"trail {CALLBACK.show(words.callback)}"
        last = (
            _last(words.watched) if words.price is None else [PRICE.show(words.price), *_last(words.watched)]
        )
        held = _chosen(state, words.symbol, words.side, start, last)
        if isinstance(held, Answer):
            return held
        order = trailing(state, held, words.callback, words.price, words.watched or Watched.MARK)
        return await self._closing(turn, held, order, " ".join((start, named(state, held)[0], *last)))

    async def _ending(self, turn: BotTurn, words: EndingWords, name: str) -> Answer:
        state = (await turn.account()).state
        part = words.part
        start = f"{name} {BARE_PRICE.show(words.price)}"
        last = [*([PART.show(part)] if part is not None else []), *_last(words.watched)]
        symbol = part.symbol if isinstance(part, Coins) and words.symbol is None else words.symbol
        held = _chosen(state, symbol, words.side, start, last)
        if isinstance(held, Answer):
            return held
        watched = words.watched or Watched.MARK
        quantity = None if part is None else part_of(held, part, turn.market.contract(held.symbol))
        order = closing(
            state, held.symbol, held.side, words.price, watched, profit=name == "tp", quantity=quantity
        )
        return await self._closing(turn, held, order, " ".join((start, named(state, held)[0], *last)))

    async def _closing(self, turn: BotTurn, held: Position, order: Order, line: str) -> Answer:
        """An order that closes a position: what it comes to there."""
        state = (await turn.account()).state
        if not turn.previews:
            return await done_answer(turn, await self._orders.carry_out(turn, KIND, (Place(order),)))
        _, after = await self._orders.trial(turn, (Place(order),))
        accepted = after.orders[max(after.orders)]
        preview = await self._orders.keep(turn, Plan.of(KIND, line, (Place(order),), state, turn.market))
        figures = position_figures(state, held.key, turn.market)
        price = trails_at(accepted) if order.callback is not None else order.trigger
        data: dict[str, Any] = {
            "reason": None,
            **order_data(accepted),
            "kind": "closing",
            "position": position_data(figures),
            "at": price,
            **await self._result(turn, figures, price, order.quantity),
        }
        why = Button(N_("Why this liquidation price?"), f"why liquidation {named(state, held)[0]}")
        look = Button(N_("Picture"), f"chart preview={preview}")
        return Answer("preview_ending", data).with_buttons((*confirm_row(preview), why, look))

    async def _result(
        self, turn: BotTurn, figures: PositionFigures, price: Decimal | None, part: Decimal | None
    ) -> dict[str, Any]:
        """What closing all or a part at a price comes to; None where the price is not known yet."""
        if price is None:
            return {"net": None, "share": None, "late": False}
        equity = account_figures((await turn.account()).state, turn.market).equity
        held = figures.position if part is None else replace(figures.position, quantity=part)
        net = result_at(held, price, turn.market.contract(held.symbol))
        share = abs(net) / equity if equity > 0 else None
        return {"net": net, "share": share, "late": is_late(figures, price)}


def resting_command(
    name: str,
    summary: str,
    handler: Callable[[BotTurn, Any], Any],
    arguments: type[Any],
    examples: tuple[str, ...],
) -> Command[BotTurn]:
    """The declaration of a command whose order waits."""
    return Command(
        name=name,
        summary=summary,
        handler=handler,
        arguments=arguments,
        visibility=Visibility.PRIVATE,
        topic="trade",
        form=True,
        moves_money=True,
        examples=examples,
    )


def _chosen(
    state: MarginAccount, symbol: str | None, side: Side | None, start: str, last: list[str]
) -> Position | Answer:
    """The position that is meant, or the question which; raises NothingOpen or NoPosition."""
    if not state.positions:
        raise NothingOpen
    found = [each for each in state.in_order() if symbol in {None, each.symbol} and side in {None, each.side}]
    if not found:
        raise NoPosition(symbol=symbol or "")
    if len(found) == 1:
        return found[0]
    buttons = [
        Button(label, " ".join((start, name, *last)), values)
        for name, label, values in map(partial(named, state), found)
    ]
    return Answer("ask_position", {"what": "order"}, rows_of(buttons))


def _last(watched: Watched | None) -> list[str]:
    return [] if watched is None else [WATCHED.show(watched)]
