"""Prices as an operator writes them: `BTC=50000,ETH=2500`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from bot.market.errors import BadPrice, BadPriceEntry, DuplicatePrice, UnknownContract
from engine.contracts import Contract
from engine.decimals import text as written

MOST = Decimal("1000000000")
FINEST_PLACES = 12
_LONGEST_TEXT = 40
_NUMBER = re.compile(r"\d+(\.\d*)?|\.\d+", re.ASCII)


def parse_prices(text: str, contracts: Mapping[str, Contract]) -> dict[str, Decimal]:
    """Symbol → price of a list NAME=PRICE separated by commas; the name is a base or a symbol, in any case.

    An empty text gives no prices. Prices are plain decimals (ASCII digits, no exponent, no sign).
    Raises BadPriceEntry, UnknownContract, BadPrice, DuplicatePrice.
    """
    prices: dict[str, Decimal] = {}
    if not text.strip():
        return prices
    for entry in text.split(","):
        name, separator, number = (part.strip() for part in entry.partition("="))
        if not separator or not name or not number:
            raise BadPriceEntry(entry=entry.strip()[:_LONGEST_TEXT])
        contract = find_contract(name, contracts)
        if contract.symbol in prices:
            raise DuplicatePrice(symbol=contract.symbol)
        prices[contract.symbol] = parse_price(number, contract)
    return prices


def find_contract(name: str, contracts: Mapping[str, Contract]) -> Contract:
    """The contract of a base (`btc`) or symbol (`BTCUSDT`, `btc/usdt`, `BTC-USDT`), exact match. Raises UnknownContract."""
    wanted = name.strip().upper().replace("/", "").replace("-", "")
    for contract in contracts.values():
        if wanted in (contract.symbol.upper(), contract.base.upper()):
            return contract
    raise UnknownContract(symbol=name[:_LONGEST_TEXT], known=tuple(sorted(contracts)))


def parse_price(text: str, contract: Contract) -> Decimal:
    """The price written in a text; plain decimals only. Raises BadPrice."""
    if len(text) > _LONGEST_TEXT or not _NUMBER.fullmatch(text):
        raise _bad(contract, text)
    return checked_price(contract, Decimal(text))


def checked_price(contract: Contract, price: Decimal) -> Decimal:
    """`price` itself if a market can stand at it: finite, from one tick to 10⁹, at most 12 places. Raises BadPrice.

    It need not be on the tick: a mark price seldom is, and a fill is rounded to it in any case.
    """
    if not price.is_finite() or not contract.tick <= price <= MOST:
        raise _bad(contract, str(price))
    exponent = price.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -FINEST_PLACES:
        raise _bad(contract, str(price))
    return price


def _bad(contract: Contract, price: str) -> BadPrice:
    return BadPrice(
        symbol=contract.symbol, price=price[:_LONGEST_TEXT], least=written(contract.tick), most=str(MOST)
    )
