"""Orders that wait for a price and open then: limit and stop orders."""

from dataclasses import dataclass
from decimal import Decimal

from bot.commands.cards import fills_data
from bot.commands.endings import KIND, EndingCommands, resting_command
from bot.commands.kinds import (
    BARE_PRICE,
    FORCE,
    LEVERAGE,
    MODE,
    PRICE,
    SIDE,
    SIZE,
    SL,
    SYMBOL,
    TAG,
    TP,
    WATCHED,
)
from bot.commands.results import confirm_row, done_answer
from bot.commands.warnings import general_warnings
from bot.core.command import Command
from bot.core.params import BadWord, param
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.order_notices import order_data
from bot.services.orders import Orders, OrderWords
from bot.services.plans import Plan, Planned
from bot.services.portfolio import closed_trades
from bot.services.resting import leg_of, reserved, settings_first
from bot.services.sizes import Size
from bot.services.turn import BotTurn
from engine.account import MarginAccount
from engine.intents import Place
from engine.margin import account_figures
from engine.order_events import OrderAccepted
from engine.position import MarginMode, Side
from engine.resting import Order, OrderType, TimeInForce, Watched


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
    tag: str | None = param(TAG, N_("Name of a strategy, such as #breakout"), default=None)
    tp: Decimal | None = param(BARE_PRICE, N_("Take-profit price"), default=None, hidden=True)
    sl: Decimal | None = param(BARE_PRICE, N_("Stop-loss price"), default=None, hidden=True)


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
    tag: str | None = param(TAG, N_("Name of a strategy, such as #breakout"), default=None)
    tp: Decimal | None = param(BARE_PRICE, N_("Take-profit price"), default=None, hidden=True)
    sl: Decimal | None = param(BARE_PRICE, N_("Stop-loss price"), default=None, hidden=True)


class RestingCommands:
    """Handlers of orders that wait for their price, each with its preview."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        return (
            resting_command(
                "limit",
                N_("Buy or sell at a price of yours or a better one, with a preview"),
                self.limit,
                LimitWords,
                ("limit btc long @49000 500 5x isolated", "limit eth short @2600 2% post"),
            ),
            resting_command(
                "stop",
                N_("Open at the market once the price reaches a level, with a preview"),
                self.stop,
                StopWords,
                ("stop btc long @51000 500", "stop btc short @48000 2% last"),
            ),
            *EndingCommands(self._orders).commands(),
        )

    async def limit(self, turn: BotTurn, words: LimitWords) -> Answer:
        """Preview a limit order, or place it at once if previews are off."""
        _refuse_endings(words)
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
        last += [] if words.tag is None else [TAG.show(words.tag)]
        return await self._entry(turn, intent, order, _line("limit", order, words.price, last), words.tag)

    async def stop(self, turn: BotTurn, words: StopWords) -> Answer:
        """Preview a stop order that opens, or place it at once if previews are off."""
        _refuse_endings(words)
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
        last += [] if words.tag is None else [TAG.show(words.tag)]
        return await self._entry(turn, intent, order, _line("stop", order, words.price, last), words.tag)

    async def _entry(
        self, turn: BotTurn, order: Order, words: OrderWords, line: str, tag: str | None
    ) -> Answer:
        """An order that opens: what it holds, and what it stakes once filled."""
        account = await turn.account()
        state = account.state
        first = settings_first(state, order.symbol, words.leverage, words.mode)
        intents: tuple[Planned, ...] = (*first, Place(order))
        if not turn.previews:
            return await done_answer(turn, await self._orders.carry_out(turn, KIND, intents, tag))
        events, after = await self._orders.trial(turn, intents)
        preview = await self._orders.keep(turn, Plan.of(KIND, line, intents, state, turn.market, tag))
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
            "tag": tag,
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
        why = [Button(N_("Why this available?"), "why available")]
        if order.price is not None:
            why.insert(0, Button(N_("Why this much margin?"), f"why order-cost preview={preview}"))
        return Answer("preview_order", data).with_buttons(confirm_row(preview), tuple(why))


def _refuse_endings(words: LimitWords | StopWords) -> None:
    """The exchange takes a stop or a target only for a position that is open; raises BadWord."""
    for kind, price in ((SL, words.sl), (TP, words.tp)):
        if price is not None:
            line = f"/{kind.name} {SYMBOL.show(words.symbol)} {price:f}"
            raise BadWord("ending-before-fill", kind.show(price), line=line)


def _resting(after: MarginAccount, before: MarginAccount) -> bool:
    return bool(set(after.orders) - set(before.orders))


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
