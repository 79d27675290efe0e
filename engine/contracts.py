"""Perpetual contracts and their leverage brackets, read from contracts.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from importlib import resources
from itertools import pairwise
from types import MappingProxyType

from engine.decimals import ONE, ZERO, exact
from engine.errors import BracketAmounts, BracketGap, BracketRates, ContractError
from engine.reading import Fields

DEFAULT_LIQUIDATION_FEE = Decimal("0.0125")
"""Clearance rate assumed where the exchange's is not established: ours (docs/margin.md §Liquidation)."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """One step of the maintenance scale: floor < notional <= cap (USDT), rate a fraction, amount in USDT."""

    floor: Decimal
    cap: Decimal
    rate: Decimal
    amount: Decimal
    max_leverage: int


@dataclass(frozen=True, slots=True)
class Contract:
    """A USDT-margined perpetual. Prices in USDT, quantities in `base` coins, rates as fractions.

    `liquidation_fee_known` is False where the rate is DEFAULT_LIQUIDATION_FEE for want of a published one.
    """

    symbol: str
    base: str
    tick: Decimal
    step: Decimal
    min_notional: Decimal
    min_notional_confirmed: bool
    liquidation_fee: Decimal
    liquidation_fee_known: bool
    taker: Decimal
    maker: Decimal
    funding_interval_hours: int
    brackets: tuple[Bracket, ...]

    @property
    def max_leverage(self) -> int:
        return self.brackets[0].max_leverage

    def bracket_for(self, notional: Decimal) -> Bracket:
        """The bracket of a notional in USDT; above the last cap the last (docs/margin.md §Brackets)."""
        return self.brackets[bracket_index(self.brackets, notional)]

    def max_notional(self, leverage: int) -> Decimal:
        """Largest notional at a leverage: the highest cap among brackets that allow it; 0 if none does."""
        for bracket in reversed(self.brackets):
            if bracket.max_leverage >= leverage:
                return bracket.cap
        return ZERO

    @exact
    def floor_quantity(self, quantity: Decimal) -> Decimal:
        """Cut a quantity of coins down to the step."""
        return (quantity / self.step).to_integral_value(ROUND_FLOOR) * self.step

    @exact
    def ceil_quantity(self, quantity: Decimal) -> Decimal:
        """Raise a quantity of coins up to the step."""
        return (quantity / self.step).to_integral_value(ROUND_CEILING) * self.step

    @exact
    def round_price(self, price: Decimal, *, up: bool) -> Decimal:
        """Move a price to the tick, up or down, but never below one tick."""
        ticks = (price / self.tick).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR)
        return max(ticks, ONE) * self.tick


def bracket_index(brackets: tuple[Bracket, ...], notional: Decimal) -> int:
    """Place of the bracket that holds a notional, counted from 0; above the last cap the last."""
    for index, bracket in enumerate(brackets):
        if notional <= bracket.cap:
            return index
    return len(brackets) - 1


def load_contracts() -> Mapping[str, Contract]:
    """Read the package's own contract table.

    Raises ContractError (or a kind of it) if the table is malformed or its brackets are inconsistent.
    """
    return parse_contracts(resources.files("engine").joinpath("contracts.toml").read_text(encoding="utf-8"))


@exact
def parse_contracts(source: str) -> Mapping[str, Contract]:
    """Read contracts from TOML text. Raises ContractError with the place of the fault."""
    try:
        table = tomllib.loads(source)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ContractError("contracts", str(error)) from None
    top = Fields(table, "contracts", ContractError)
    fees = top.fields("fees")
    taker, maker = fees.decimal("taker"), fees.decimal("maker")
    fees.done()
    top.optional("about")
    found = {symbol: _contract(symbol, rows, taker, maker) for symbol, rows in top.each("contract")}
    top.done()
    return MappingProxyType(found)


def _contract(symbol: str, fields: Fields, taker: Decimal, maker: Decimal) -> Contract:
    fee = fields.decimal("liquidation_fee") if fields.has("liquidation_fee") else None
    rows = fields.rows("brackets")
    contract = Contract(
        symbol=symbol,
        base=fields.string("base"),
        tick=fields.positive("tick"),
        step=fields.positive("step"),
        min_notional=fields.positive("min_notional"),
        min_notional_confirmed=fields.boolean("min_notional_confirmed"),
        liquidation_fee=DEFAULT_LIQUIDATION_FEE if fee is None else fee,
        liquidation_fee_known=fee is not None,
        taker=taker,
        maker=maker,
        funding_interval_hours=fields.integer("funding_interval_hours"),
        brackets=tuple(_bracket(row) for row in rows),
    )
    fields.done()
    if not 1 <= contract.funding_interval_hours <= 24:
        raise ContractError(fields.where, "funding_interval_hours must be 1 to 24")
    if not ZERO <= contract.liquidation_fee < ONE:
        raise ContractError(fields.where, "liquidation_fee must be a fraction")
    check_brackets(contract.brackets, fields.where)
    return contract


def _bracket(row: Fields) -> Bracket:
    bracket = Bracket(
        floor=row.decimal("floor"),
        cap=row.decimal("cap"),
        rate=row.decimal("rate"),
        amount=row.decimal("amount"),
        max_leverage=row.integer("max_leverage"),
    )
    row.done()
    return bracket


@exact
def check_brackets(brackets: tuple[Bracket, ...], where: str = "brackets") -> None:
    """Refuse a table on which maintenance is not continuous and convex (docs/margin.md §Brackets).

    Raises BracketGap, BracketRates or BracketAmounts.
    """
    if not brackets:
        raise BracketGap(where, "no brackets")
    first = brackets[0]
    if first.floor != 0:
        raise BracketGap(where, "the first bracket does not start at 0")
    if first.amount != 0:
        raise BracketAmounts(where, "the first maintenance amount is not 0")
    for bracket in brackets:
        _check_bracket(bracket, where)
    for lower, upper in pairwise(brackets):
        if upper.floor != lower.cap:
            raise BracketGap(where, f"floor {upper.floor} does not continue cap {lower.cap}")
        if upper.rate <= lower.rate:
            raise BracketRates(where, f"rate {upper.rate} does not rise above {lower.rate}")
        if upper.max_leverage > lower.max_leverage:
            raise BracketRates(where, f"max_leverage rises to {upper.max_leverage}")
        if upper.amount != next_amount(lower.amount, upper.floor, lower.rate, upper.rate):
            raise BracketAmounts(where, f"amount {upper.amount} at floor {upper.floor} breaks the recurrence")


def _check_bracket(bracket: Bracket, where: str) -> None:
    """What a bracket must be by itself."""
    if bracket.cap <= bracket.floor:
        raise BracketGap(where, f"cap {bracket.cap} is not above floor {bracket.floor}")
    if bracket.max_leverage < 1:
        raise BracketRates(where, f"max_leverage {bracket.max_leverage} is below 1")
    if not ZERO < bracket.rate < ONE:
        raise BracketRates(where, f"rate {bracket.rate} is not between 0 and 1")
    if bracket.rate * bracket.max_leverage >= 1:
        raise BracketRates(where, f"rate {bracket.rate} leaves no room at {bracket.max_leverage}x")


@exact
def next_amount(amount: Decimal, floor: Decimal, rate: Decimal, next_rate: Decimal) -> Decimal:
    """Maintenance amount of the bracket that starts at `floor` (docs/margin.md §Brackets)."""
    return amount + floor * (next_rate - rate)
