"""How a learner says how much, and the quantity it comes to."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias, assert_never

from engine.account import MarginAccount
from engine.margin import account_figures
from engine.market import MarketSnapshot
from engine.orders import check_minimum, quantity_for_margin, quantity_for_notional


@dataclass(frozen=True, slots=True)
class Margin:
    """So much margin, in USDT."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class EquityShare:
    """A fraction of equity (wallet plus all unrealised PnL) as margin: 0.02 is 2 %."""

    fraction: Decimal


@dataclass(frozen=True, slots=True)
class Notional:
    """A position worth so much, in USDT."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class Coins:
    """So many coins of a contract's base; `symbol` is the contract that was named."""

    quantity: Decimal
    symbol: str


Size: TypeAlias = Margin | EquityShare | Notional | Coins


class OtherCoin(Exception):
    """A size in coins of one contract for an order in another."""

    def __init__(self, symbol: str, coin: str) -> None:
        super().__init__(symbol)
        self.symbol = symbol
        self.coin = coin


def quantity_of(
    size: Size,
    symbol: str,
    leverage: int,
    account: MarginAccount,
    market: MarketSnapshot,
    price: Decimal | None = None,
) -> Decimal:
    """The quantity in coins, cut to the contract's step, at a price, or else at the last one.

    Raises OtherCoin, UnknownSymbol, PriceStale, BadAmount, and BelowMinimum with the least margin that works.
    """
    contract, quote = market.contract(symbol), market.quote(symbol)
    at = quote.last if price is None else price
    match size:
        case Margin(amount):
            quantity = quantity_for_margin(amount, leverage, at, contract)
        case EquityShare(fraction):
            equity = max(account_figures(account, market).equity, Decimal(0))
            quantity = quantity_for_margin(equity * fraction, leverage, at, contract)
        case Notional(amount):
            quantity = quantity_for_notional(amount, at, contract)
        case Coins(coins, of):
            if of != symbol:
                raise OtherCoin(symbol, of)
            quantity = contract.floor_quantity(coins)
        case _:
            assert_never(size)
    check_minimum(contract, quantity, quote.mark if price is None else price, leverage)
    return quantity
