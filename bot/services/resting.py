"""Orders that rest, from what a learner says; what they hold, and what a stop comes to."""

from decimal import Decimal

from bot.services.plans import Planned
from bot.services.sizes import Coins, OtherCoin
from engine.account import MarginAccount
from engine.contracts import Contract
from engine.decimals import exact
from engine.errors import QuantityStep
from engine.intents import ChangeLeverage, ChangeMode
from engine.market import MarketSnapshot
from engine.position import MarginMode, Position, PositionMode, Side
from engine.reservations import reservations
from engine.resting import Order, OrderType, Watched


def leg_of(account: MarginAccount, side: Side) -> Side | None:
    """The leg that an order names: none in one-way mode."""
    return side if account.position_mode is PositionMode.HEDGE else None


def settings_first(
    account: MarginAccount, symbol: str, leverage: int | None, mode: MarginMode | None
) -> tuple[Planned, ...]:
    """The changes of a symbol's settings that an order names and that are changes."""
    settings = account.settings_of(symbol)
    changes: list[Planned] = []
    if mode not in {None, settings.mode}:
        changes.append(ChangeMode(symbol, MarginMode(mode)))
    if leverage is not None and leverage != settings.leverage:
        changes.append(ChangeLeverage(symbol, leverage))
    return tuple(changes)


def closing(
    account: MarginAccount,
    symbol: str,
    side: Side,
    trigger: Decimal,
    watched: Watched = Watched.MARK,
    *,
    profit: bool,
    quantity: Decimal | None = None,
) -> Order:
    """A stop-loss or take-profit that closes the position of a side, the whole of it without a quantity."""
    kind = OrderType.TAKE_PROFIT_MARKET if profit else OrderType.STOP_MARKET
    return Order(
        symbol,
        side.opposite,
        kind,
        quantity,
        trigger=trigger,
        leg=leg_of(account, side),
        watched=watched,
        reduce_only=quantity is not None,
        close_position=quantity is None,
    )


@exact
def part_of(held: Position, part: Decimal | Coins, contract: Contract) -> Decimal | None:
    """The coins that a fraction of a position or a number of coins comes to, cut to the step; None for all of it.

    Raises OtherCoin, or QuantityStep for coins below one step.
    """
    if isinstance(part, Coins):
        if part.symbol != held.symbol:
            raise OtherCoin(held.symbol, part.symbol)
        quantity = contract.floor_quantity(part.quantity)
        if not quantity:
            raise QuantityStep(symbol=held.symbol, quantity=part.quantity, step=contract.step)
    else:
        quantity = max(contract.floor_quantity(held.quantity * part), contract.step)
    return quantity if quantity < held.quantity else None


def trailing(
    account: MarginAccount,
    held: Position,
    callback: Decimal,
    activation: Decimal | None,
    watched: Watched = Watched.MARK,
) -> Order:
    """A trailing stop that closes a whole position."""
    return Order(
        held.symbol,
        held.side.opposite,
        OrderType.TRAILING_STOP,
        None,
        trigger=activation,
        callback=callback,
        leg=leg_of(account, held.side),
        watched=watched,
        close_position=True,
    )


@exact
def trails_at(order: Order) -> Decimal | None:
    """The price at which a trailing stop closes now; None while it is not active."""
    if order.extreme is None or order.callback is None:
        return None
    return order.extreme * (1 + order.direction.sign * order.callback)


def stop_of(account: MarginAccount, symbol: str, side: Side) -> Decimal | None:
    """The price of the first stop that closes a whole position as its price goes against it; None without one."""
    found = []
    for order in account.orders.values():
        if not order.closes or not order.waits or order.against != (symbol, side) or order.kind.takes_profit:
            continue
        whole = order.quantity is None or order.quantity >= account.positions[order.against].quantity
        price = order.trigger if order.callback is None else trails_at(order)
        if whole and price is not None:
            found.append(price)
    if not found:
        return None
    return max(found) if side is Side.LONG else min(found)


@exact
def result_at(held: Position, price: Decimal, contract: Contract) -> Decimal:
    """What closing a whole position at a price comes to, the closing fee taken off, in USDT; below zero a loss."""
    return (
        held.side.sign * held.quantity * (price - held.entry_price) - held.quantity * price * contract.taker
    )


@exact
def reserved(account: MarginAccount, market: MarketSnapshot) -> Decimal:
    """Margin that all resting orders hold, in USDT."""
    held = reservations(account, market)
    return sum((amount for _, amount in (*held.cross, *held.isolated)), Decimal(0))
