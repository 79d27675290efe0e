"""Properties of the liquidation price and of maintenance."""

from __future__ import annotations

from decimal import Decimal, localcontext
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import Bracket, Close, Contract, Side, solve_liquidation
from engine.events import PositionClosed
from engine.formulas import bankruptcy_price, initial_margin, maintenance, roe, unrealised_pnl
from engine.solver import BothLegs, both_legs_price, liquidation_price
from tests.engine.world import BTC, CONTRACTS, ISOLATED, LONG, SHORT, flat, world

TINY = Decimal("1e-20")

contracts = st.sampled_from(list(CONTRACTS.values()))
sides = st.sampled_from(Side)
quantities = st.decimals(min_value="0.001", max_value="100000", places=3)
entries = st.decimals(min_value="0.0001", max_value="100000", places=4)
shares = st.decimals(min_value="0.004", max_value="1.5", places=6)


def own_root(
    side: Side, q: Decimal, ep: Decimal, wb: Decimal, brackets: tuple[Bracket, ...]
) -> list[Decimal]:
    """The oracle: try every bracket, keep the roots that fall into the bracket they came from."""
    found = []
    for place, b in enumerate(brackets):
        if side is LONG:
            price = (q * ep - wb - b.amount) / (q * (1 - b.rate))
        else:
            price = (q * ep + wb + b.amount) / (q * (1 + b.rate))
        size = price * q
        last = place == len(brackets) - 1
        if price > 0 and b.floor < size and (size <= b.cap or last):
            found.append(price)
    return found


@given(contracts, sides, quantities, entries, shares)
def test_the_root_is_where_balance_equals_maintenance(
    contract: Contract, side: Side, quantity: Decimal, entry: Decimal, share: Decimal
) -> None:
    with localcontext(prec=60):
        wallet = (quantity * entry * share).quantize(Decimal("1e-8"))
        found = solve_liquidation(side, quantity, entry, wallet, contract.brackets)
        oracle = own_root(side, quantity, entry, wallet, contract.brackets)
        if found.price is None:
            assert found.status == "none"
            assert not oracle
            return
        assert found.bracket_index is not None
        bracket = contract.brackets[found.bracket_index]
        balance = wallet + side.sign * quantity * (found.price - entry)
        required = quantity * found.price * bracket.rate - bracket.amount
        assert abs(balance - required) <= TINY
        assert len(oracle) <= 1
        assert not oracle or abs(oracle[0] - found.price) <= TINY * 10**6


@given(
    contracts,
    sides,
    quantities,
    entries,
    st.data(),
    st.decimals(min_value="0.97", max_value="1.03", places=4),
)
def test_a_root_near_a_border_is_found_again(
    contract: Contract, side: Side, quantity: Decimal, entry: Decimal, data: st.DataObject, near: Decimal
) -> None:
    """Choose the root first, then the wallet that puts it there."""
    with localcontext(prec=60):
        place = data.draw(st.integers(0, len(contract.brackets) - 2))
        size = contract.brackets[place].cap * near
        required = max(size * b.rate - b.amount for b in contract.brackets)
        wallet = required - side.sign * (size - quantity * entry)
    found = solve_liquidation(side, quantity, entry, wallet, contract.brackets)
    assert found.price is not None
    assert abs(found.price * quantity / size - 1) < Decimal("1e-22")
    if near != 1:
        assert found.bracket_index is not None
        bracket = contract.brackets[found.bracket_index]
        assert bracket.floor < size <= bracket.cap


@given(
    contracts, sides, quantities, entries, shares, st.decimals(min_value="1e-6", max_value="0.5", places=6)
)
def test_adding_margin_moves_the_price_away(
    contract: Contract, side: Side, quantity: Decimal, entry: Decimal, share: Decimal, more: Decimal
) -> None:
    wallet = quantity * entry * share
    before = solve_liquidation(side, quantity, entry, wallet, contract.brackets).price
    after = solve_liquidation(
        side, quantity, entry, wallet + quantity * entry * more, contract.brackets
    ).price
    assume(before is not None)
    assert before is not None
    assert after is None or (after < before if side is LONG else after > before)


@given(
    sides, quantities, entries, shares, st.decimals("0.001", "0.5", places=4), st.decimals(0, 1000, places=2)
)
def test_short_is_long_with_rate_and_cushion_turned_over(
    side: Side, quantity: Decimal, entry: Decimal, share: Decimal, rate: Decimal, amount: Decimal
) -> None:
    """s → −s in q·P·(1 − s·mmr) = q·EP − s·(WB + amt) is the same as mmr → −mmr with (WB + amt) → −(WB + amt)."""
    wallet = quantity * entry * share
    price = liquidation_price(side, quantity, entry, wallet, rate, amount)
    assert price == liquidation_price(side.opposite, quantity, entry, -wallet, -rate, -amount)
    with localcontext(prec=60):
        left = quantity * price * (1 - side.sign * rate)
        assert abs(left - (quantity * entry - side.sign * (wallet + amount))) <= TINY


@given(quantities, entries, shares, st.decimals("0.001", "0.9", places=4), st.integers(1, 150))
def test_a_long_and_a_short_mirrored_about_the_entry(
    quantity: Decimal, entry: Decimal, share: Decimal, move: Decimal, leverage: int
) -> None:
    """Profit, the return of the closed trade and the way to bankruptcy are the same at prices mirrored about EP."""
    up, down = entry * (1 + move), entry * (1 - move)
    pnl = unrealised_pnl(LONG, quantity, entry, up)
    assert pnl == unrealised_pnl(SHORT, quantity, entry, down)
    margin = initial_margin(quantity, entry, leverage)
    assert roe(pnl, margin) == roe(unrealised_pnl(SHORT, quantity, entry, down), margin)
    wallet = quantity * entry * share
    below = entry - bankruptcy_price(LONG, quantity, entry, wallet)
    assert below == bankruptcy_price(SHORT, quantity, entry, wallet) - entry


def test_both_bases_of_the_return() -> None:
    """Open: over the margin at mark; closed: over the margin at entry (docs/margin.md §State and rounding)."""
    case = world("10000", flat(BTC), BTC="50000")
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    case.price(BTC, "62500")
    assert case.figures(BTC).roe == Decimal(1250) / Decimal(625)
    (closed,) = case.do(Close(BTC))
    assert isinstance(closed, PositionClosed)
    assert roe(closed.realised, initial_margin(closed.quantity, closed.entry_price, 10)) == Decimal(
        1250
    ) / Decimal(500)


@given(contracts, st.data(), quantities, entries, shares)
def test_with_one_leg_missing_both_legs_are_one_way(
    contract: Contract, data: st.DataObject, quantity: Decimal, entry: Decimal, share: Decimal
) -> None:
    """The formula of both legs with QS = 0 is the long's, with QL = 0 the short's; an empty leg is in bracket 1."""
    bracket, empty = data.draw(st.sampled_from(contract.brackets)), contract.brackets[0]
    wallet, nothing = quantity * entry * share, Decimal(0)
    long = liquidation_price(LONG, quantity, entry, wallet, bracket.rate, bracket.amount)
    assert both_legs_price(BothLegs(quantity, entry, nothing, entry), wallet, bracket, empty) == long
    short = liquidation_price(SHORT, quantity, entry, wallet, bracket.rate, bracket.amount)
    assert both_legs_price(BothLegs(nothing, entry, quantity, entry), wallet, empty, bracket) == short


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.symbol)
def test_neighbouring_brackets_agree_at_their_border(contract: Contract) -> None:
    for lower, upper in pairwise(contract.brackets):
        assert lower.cap * lower.rate - lower.amount == upper.floor * upper.rate - upper.amount


@given(contracts)
def test_maintenance_is_continuous_and_rises_at_borders(contract: Contract) -> None:
    for bracket in contract.brackets[:-1]:
        at = maintenance(contract.brackets, bracket.cap)
        above = maintenance(contract.brackets, bracket.cap + Decimal("1e-15"))
        assert 0 < above - at < Decimal("1e-15")


@given(contracts, st.lists(st.decimals(min_value=0, max_value=10**9, places=2), min_size=3, max_size=3))
def test_maintenance_is_convex(contract: Contract, sizes: list[Decimal]) -> None:
    low, middle, high = sorted(sizes)
    assume(low < middle < high)
    at = [maintenance(contract.brackets, size) for size in (low, middle, high)]
    assert (at[1] - at[0]) * (high - middle) <= (at[2] - at[1]) * (middle - low)


def test_the_bracket_is_that_of_the_price_not_of_the_entry() -> None:
    btc = CONTRACTS["BTCUSDT"]
    wallet = Decimal(60_000)
    found = solve_liquidation(LONG, Decimal("6.4"), Decimal(50_000), wallet, btc.brackets)
    assert found.bracket_index == 0  # entry notional 320,000 lies in the second
    assert found.price is not None
    assert found.price * Decimal("6.4") < 300_000


def test_above_the_last_cap_the_last_bracket_counts() -> None:
    btc = CONTRACTS["BTCUSDT"]
    found = solve_liquidation(Side.SHORT, Decimal(40_000), Decimal(50_000), Decimal(10**9), btc.brackets)
    assert found.bracket_index == len(btc.brackets) - 1


def test_no_price_and_now() -> None:
    btc = CONTRACTS["BTCUSDT"].brackets
    fully_paid = solve_liquidation(LONG, Decimal(1), Decimal(100), Decimal(100), btc)
    assert (fully_paid.price, fully_paid.status) == (None, "none")
    hopeless = solve_liquidation(Side.SHORT, Decimal(1), Decimal(100), Decimal(-200), btc)
    assert (hopeless.price, hopeless.status) == (None, "now")
    past = solve_liquidation(LONG, Decimal(1), Decimal(100), Decimal(10), btc, mark=Decimal(80))
    assert past.status == "now"
    ahead = solve_liquidation(LONG, Decimal(1), Decimal(100), Decimal(10), btc, mark=Decimal(95))
    assert ahead.status == "price"
