"""Orders that wait: limit and stop orders to open, stop-loss, take-profit and trailing stop to close."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from bot.commands.cards import fills_data, position_data
from bot.commands.kinds import (
    BARE_PRICE,
    CALLBACK,
    FORCE,
    LEVERAGE,
    MODE,
    PRICE,
    SIDE,
    SIZE,
    SYMBOL,
    WATCHED,
)
from bot.commands.legs import is_late, named
from bot.commands.results import confirm_row, done_answer
from bot.commands.warnings import general_warnings
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.order_notices import order_data
from bot.services.orders import NothingOpen, Orders, OrderWords
from bot.services.plans import Plan, Planned
from bot.services.portfolio import closed_trades
from bot.services.resting import closing, leg_of, reserved, result_at, settings_first, trailing, trails_at
from bot.services.sizes import Size
from bot.services.turn import BotTurn
from engine.account import MarginAccount
from engine.errors import NoPosition
from engine.intents import Place
from engine.margin import PositionFigures, account_figures, position_figures
from engine.order_events import OrderAccepted
from engine.position import MarginMode, Position, Side
from engine.resting import Order, OrderType, TimeInForce, Watched

KIND = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitWords:
    """What `/limit` takes, in any order."""

    symbol: str = param(SYMBOL, N_("Which contract, such as btc"))
    side: Side = param(SIDE, N_("Long earns when the price rises, short when it falls"))
    price: Decimal = param(PRICE, N_("The limit price, such as @49000"))
    size: Size | None = param(SIZE, N_("Margin 500 or 2%, notional =5000, or coins 0.1btc"), default=None)
    leverage: int | None = param(LEVERAGE, N_("Leverage, such as 5x"), default=None)
    mode: MarginMode | None = param(MODE, N_("Isolated or cross margin"), default=None)
    force: TimeInForce | None = param(FORCE, N_("How long it lasts: gtc, ioc, fok or post"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWords:
    """What `/stop` takes, in any order."""

    symbol: str = param(SYMBOL, N_("Which contract, such as btc"))
    side: Side = param(SIDE, N_("Long earns when the price rises, short when it falls"))
    price: Decimal = param(PRICE, N_("The price that triggers, such as @51000"))
    size: Size | None = param(SIZE, N_("Margin 500 or 2%, notional =5000, or coins 0.1btc"), default=None)
    leverage: int | None = param(LEVERAGE, N_("Leverage, such as 5x"), default=None)
    mode: MarginMode | None = param(MODE, N_("Isolated or cross margin"), default=None)
    watched: Watched | None = param(WATCHED, N_("Which price triggers: mark or last"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingWords:
    """What `/sl` and `/tp` take."""

    price: Decimal = param(BARE_PRICE, N_("The price that closes it, such as 47000"))
    symbol: str | None = param(SYMBOL, N_("Of which position; the only one if you name none"), default=None)
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


class RestingCommands:
    """Handlers of orders that wait for their price, each with its preview."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        return (
            _command(
                "limit",
                N_("Buy or sell at a price of yours or a better one, with a preview"),
                self.limit,
                LimitWords,
                ("limit btc long @49000 500 5x isolated", "limit eth short @2600 2% post"),
            ),
            _command(
                "stop",
                N_("Open at the market once the price reaches a level, with a preview"),
                self.stop,
                StopWords,
                ("stop btc long @51000 500", "stop btc short @48000 2% last"),
            ),
            _command(
                "sl",
                N_("Stop-loss: close a position when the price goes against it that far"),
                self.stop_loss,
                EndingWords,
                ("sl btc 47000", "sl 47000 last"),
            ),
            _command(
                "tp",
                N_("Take-profit: close a position when the price reaches its target"),
                self.take_profit,
                EndingWords,
                ("tp btc 55000",),
            ),
            _command(
                "trail",
                N_("Trailing stop: close a position when the price falls back from its best"),
                self.trail,
                TrailWords,
                ("trail btc 1%", "trail btc 2% @52000"),
            ),
        )

    async def limit(self, turn: BotTurn, words: LimitWords) -> Answer:
        """Preview a limit order, or place it at once if previews are off."""
        order = OrderWords(words.symbol, words.side, words.size, words.leverage, words.mode)
        quantity = await self._orders.quantity(turn, order, words.price)
        state = (await turn.account()).state
        force = words.force or TimeInForce.GTC
        leg = leg_of(state, words.side)
        intent = Order(
            words.symbol,
            words.side,
            OrderType.LIMIT,
            quantity,
            words.price,
            leg=leg,
            time_in_force=force,
        )
        last = [] if words.force is None else [FORCE.show(words.force)]
        return await self._entry(turn, intent, order, _line("limit", order, words.price, last))

    async def stop(self, turn: BotTurn, words: StopWords) -> Answer:
        """Preview a stop order that opens, or place it at once if previews are off."""
        order = OrderWords(words.symbol, words.side, words.size, words.leverage, words.mode)
        quantity = await self._orders.quantity(turn, order, words.price)
        state = (await turn.account()).state
        intent = Order(
            words.symbol,
            words.side,
            OrderType.STOP_MARKET,
            quantity,
            trigger=words.price,
            leg=leg_of(state, words.side),
            watched=words.watched or Watched.MARK,
        )
        last = [] if words.watched is None else [WATCHED.show(words.watched)]
        return await self._entry(turn, intent, order, _line("stop", order, words.price, last))

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
        start, last = f"{name} {BARE_PRICE.show(words.price)}", _last(words.watched)
        held = _chosen(state, words.symbol, words.side, start, last)
        if isinstance(held, Answer):
            return held
        watched = words.watched or Watched.MARK
        order = closing(state, held.symbol, held.side, words.price, watched, profit=name == "tp")
        return await self._closing(turn, held, order, " ".join((start, named(state, held)[0], *last)))

    async def _entry(self, turn: BotTurn, order: Order, words: OrderWords, line: str) -> Answer:
        """An order that opens: what it holds, and what it stakes once filled."""
        account = await turn.account()
        state = account.state
        first = settings_first(state, order.symbol, words.leverage, words.mode)
        intents: tuple[Planned, ...] = (*first, Place(order))
        if not turn.previews:
            return await done_answer(turn, await self._orders.carry_out(turn, KIND, intents))
        events, after = await self._orders.trial(turn, intents)
        preview = await self._orders.keep(turn, Plan.of(KIND, line, intents, state, turn.market))
        figures, settings = account_figures(state, turn.market), after.settings_of(order.symbol)
        contract, quote = turn.market.contract(order.symbol), turn.market.quote(order.symbol)
        at, quantity = order.price or order.trigger or quote.mark, order.quantity or Decimal(0)
        fee = quantity * at * (contract.maker if order.price is not None else contract.taker)
        cross = settings.mode is MarginMode.CROSS
        margin = quantity * at / settings.leverage
        lost = max(figures.cross_balance, Decimal(0)) if cross else margin + fee
        trades = await closed_trades(turn.unit, account.id)
        opposite = (
            state.positions.get((order.symbol, order.direction.opposite)) if order.leg is None else None
        )
        data = {
            "reason": None,
            **order_data(order),
            "kind": "entry",
            "side": order.direction,
            "leverage": settings.leverage,
            "mode": settings.mode,
            "mark": quote.mark,
            "notional": quantity * at,
            "margin": margin,
            "fee": fee,
            "fills": fills_data(events),
            "rests": any(isinstance(each, OrderAccepted) for each in events) and bool(_resting(after, state)),
            "reserved": max(reserved(after, turn.market) - reserved(state, turn.market), Decimal(0)),
            "available": account_figures(after, turn.market).available,
            "opposite": None if opposite is None else opposite.quantity,
            "warnings": []
            if opposite is not None
            else general_warnings(
                settings.leverage, settings.mode, lost, figures.equity, trades, None, waits=True
            ),
        }
        why = Button(N_("Why this available?"), "why available")
        return Answer("preview_order", data).with_buttons((*confirm_row(preview), why))

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
            **await self._result(turn, figures, price),
        }
        why = Button(N_("Why this price?"), f"why liquidation {SYMBOL.show(held.symbol)}")
        return Answer("preview_ending", data).with_buttons((*confirm_row(preview), why))

    async def _result(self, turn: BotTurn, figures: PositionFigures, price: Decimal | None) -> dict[str, Any]:
        """What closing at a price comes to; None where the price is not known yet."""
        if price is None:
            return {"net": None, "share": None, "late": False}
        equity = account_figures((await turn.account()).state, turn.market).equity
        net = result_at(figures.position, price, turn.market.contract(figures.position.symbol))
        share = abs(net) / equity if equity > 0 else None
        return {"net": net, "share": share, "late": is_late(figures, price)}


def _command(
    name: str,
    summary: str,
    handler: Callable[[BotTurn, Any], Any],
    arguments: type[Any],
    examples: tuple[str, ...],
) -> Command[BotTurn]:
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


def _resting(after: MarginAccount, before: MarginAccount) -> bool:
    return bool(set(after.orders) - set(before.orders))


def _last(watched: Watched | None) -> list[str]:
    return [] if watched is None else [WATCHED.show(watched)]


def _line(name: str, order: OrderWords, price: Decimal, last: list[str]) -> str:
    """An order that opens as a line."""
    parts = [name, SYMBOL.show(order.symbol), order.side.value, PRICE.show(price)]
    if order.size is not None:
        parts.append(SIZE.show(order.size))
    if order.leverage is not None:
        parts.append(LEVERAGE.show(order.leverage))
    if order.mode is not None:
        parts.append(MODE.show(order.mode))
    return " ".join((*parts, *last))
