"""How much can be opened at most, and by which bound (docs/margin.md §Orders and fills)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.account import MarginAccount
from engine.decimals import ZERO, exact
from engine.events import LeverageChanged, ModeChanged
from engine.fills import Trade, after, book
from engine.formulas import open_loss
from engine.legs import available
from engine.market import MarketSnapshot
from engine.orders import costed_price, fill_price
from engine.position import MarginMode, PositionMode, Side
from engine.reservations import exposure


@dataclass(frozen=True, slots=True)
class Capacity:
    """The greatest market order on one side, in coins, and what bounds it; money in USDT.

    `closes`: coins of an opposite position that go first and need no margin. What can be opened beyond them is the
    least of what `available` covers, of the `cap` at the leverage, and in isolated mode of what the `wallet` can
    fund at the price `fill`. `standing` is the size that already stands that way, `requirement` its margin now.
    """

    quantity: Decimal
    closes: Decimal
    available: Decimal
    requirement: Decimal
    standing: Decimal
    price: Decimal
    open_loss: Decimal
    cap: Decimal
    wallet: Decimal | None
    fill: Decimal
    fill_loss: Decimal
    leverage: int
    step: Decimal


@exact
def max_open(
    account: MarginAccount,
    market: MarketSnapshot,
    symbol: str,
    side: Side,
    leverage: int | None = None,
    mode: MarginMode | None = None,
) -> Capacity:
    """The greatest market order that would be accepted, at a leverage and mode or the symbol's own.

    Raises UnknownSymbol or PriceStale.
    """
    settings = account.settings_of(symbol)
    if leverage is not None and leverage != settings.leverage:
        account = account.apply(LeverageChanged(symbol, leverage, settings.leverage))
    if mode is not None and mode is not settings.mode and not account.legs(symbol):
        account = account.apply(ModeChanged(symbol, mode))
    found = _most(account, market, symbol, side, ZERO)
    if found.closes > ZERO:  # the whole order fills at one price, so the close is dearer than by itself
        found = _most(account, market, symbol, side, found.quantity)
    return found


def _most(
    account: MarginAccount, market: MarketSnapshot, symbol: str, side: Side, whole: Decimal
) -> Capacity:
    """The bounds, an opposite position being closed by an order of at least `whole` coins."""
    contract, quote, rule = market.contract(symbol), market.quote(symbol), market.fill_rule
    settings = account.settings_of(symbol)
    closes = ZERO
    held = account.positions.get((symbol, side.opposite))
    if held is not None and account.position_mode is PositionMode.ONE_WAY:
        closes = held.quantity
        out = fill_price(contract, quote, rule, side, max(closes, whole))
        account = after(account, book(Trade(symbol, side, closes, out), account, market))
    stands = exposure(account, market, symbol, side)
    price = costed_price(contract, quote, rule, side)
    loss = open_loss(side, Decimal(1), price, quote.mark)
    spare = available(account, market)
    standing = stands.position + stands.bids if side is Side.LONG else stands.asks - stands.position
    requirement = stands.requirement(settings.leverage)
    cap = contract.max_notional(settings.leverage)
    bounds = [
        (spare + requirement - standing / settings.leverage) / (price / settings.leverage + loss),
        (cap - standing) / price,
    ]
    if loss > ZERO:
        bounds.append(spare / loss)
    # What moves into an isolated wallet is largest a coin at the worst fill or, for a sale above the mark, the best.
    fills = (fill_price(contract, quote, rule, side, at) for at in (closes + max(ZERO, min(bounds)), ZERO))
    fill = max(fills, key=lambda at: at / settings.leverage + open_loss(side, Decimal(1), at, quote.mark))
    fill_loss = open_loss(side, Decimal(1), fill, quote.mark)
    wallet = account.cross_wallet if settings.mode is MarginMode.ISOLATED else None
    if wallet is not None:
        bounds.append(wallet / (fill / settings.leverage + fill_loss))
    return Capacity(
        quantity=closes + contract.floor_quantity(max(ZERO, min(bounds))),
        closes=closes,
        available=spare,
        requirement=requirement,
        standing=standing,
        price=price,
        open_loss=loss,
        cap=cap,
        wallet=wallet,
        fill=fill,
        fill_loss=fill_loss,
        leverage=settings.leverage,
        step=contract.step,
    )
