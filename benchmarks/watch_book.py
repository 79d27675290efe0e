"""A made-up market of fifty contracts, with accounts by the hundred thousand, as arrays and in a watch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from engine import FRICTIONLESS, Contract, MarketSnapshot, Quote, load_contracts
from engine.watch import Watch
from engine.watch.guards import ALWAYS, BLOCK
from engine.watch.scales import LANES, Scales

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SYMBOLS = 50
LEVELS = {
    "BTCUSDT": 60000.0,
    "ETHUSDT": 2500.0,
    "SOLUSDT": 150.0,
    "BNBUSDT": 600.0,
    "XRPUSDT": 0.6,
    "DOGEUSDT": 0.12,
    "ADAUSDT": 0.5,
    "LINKUSDT": 14.0,
    "AVAXUSDT": 28.0,
    "LTCUSDT": 70.0,
    "1000PEPEUSDT": 0.0093,
}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def contracts() -> tuple[dict[str, Contract], Floats]:
    """The package's contracts, repeated under other names, and a price for each."""
    real = load_contracts()
    names = list(real)
    found = dict(real)
    for number in range(len(names), SYMBOLS):
        copied = names[number % len(names)]
        found[f"C{number}USDT"] = replace(real[copied], symbol=f"C{number}USDT")
    return found, np.array([LEVELS[names[number % len(names)]] for number in range(SYMBOLS)])


@dataclass(frozen=True)
class Rows:
    """The book as arrays, rounded as the watch rounds. Units come by account, legs by unit, orders by account."""

    accounts: int
    unit_account: Ints
    unit_isolated: Ints
    unit_wallet: Ints
    leg_unit: Ints
    leg_lane: Ints
    leg_lots: Ints
    leg_basis: Ints
    order_account: Ints
    order_lane: Ints
    order_edge: Ints


def book(accounts: int, scales: Scales, levels: Floats, *, adversarial: bool, seed: int = 1) -> Rows:
    """Positions of 3 to 6 symbols an account; half of the accounts trade cross, the others isolated.

    Entries lie around the price by 2 %, leverage is 2 to 25, no margin ratio above 0.7; nine in ten positions have a
    stop or a target 0.5 to 12 % away, or the account a limit order. An adversarial book has all ratios between 0.5 and 0.79.
    """
    rng = np.random.default_rng(seed)
    count = rng.integers(3, 7, accounts)
    account = np.repeat(np.arange(accounts), count)
    place = np.arange(len(account)) - np.repeat(np.cumsum(count) - count, count)
    stride = rng.choice([1, 3, 7, 9, 11, 13, 17, 19], accounts)
    symbol = (rng.integers(0, SYMBOLS, accounts)[account] + place * stride[account]) % SYMBOLS
    rising = (rng.random(len(account)) < 0.45).astype(np.int64)
    sign = 1 - 2 * rising
    units = np.array([float(grid.unit) for grid in scales.grids])
    value, price = scales.value[symbol], levels[symbol]
    ticks = np.rint(price / units[symbol])
    worth = rng.lognormal(np.log(2000.0), 1.2, len(account)) * 1e6
    lots = np.maximum(1, worth / (value * ticks)).astype(np.int64)
    entry = ticks * np.exp(rng.normal(0, 0.02, len(account)))
    basis = np.ceil(sign * lots * value * entry).astype(np.int64)
    notional = lots * value * ticks
    rate = scales.rates[symbol, 0] / scales.whole
    profit = sign * notional - basis
    isolated = (rng.random(accounts) < 0.5)[account]
    unit = np.cumsum(isolated | (np.diff(account, prepend=-1) != 0)) - 1
    many = int(unit[-1]) + 1
    needed = np.bincount(unit, notional * rate * 1.3, many)
    margin = np.bincount(unit, notional / rng.uniform(2, 25, len(unit)), many)
    gained = np.bincount(unit, profit, many)
    ratio = rng.uniform(0.5, 0.79, many)
    if adversarial:
        needed = np.bincount(unit, _maintenance(scales, symbol, notional), many)
        wallet = needed / ratio - gained
    else:
        wallet = np.maximum(margin, needed / 0.7 - gained)
    first = np.flatnonzero(np.diff(unit, prepend=-1))
    orders = np.flatnonzero(rng.random(len(account)) < 0.85)
    order_rising = rng.integers(0, 2, len(orders))
    away = rng.uniform(0.005, 0.12, len(orders)) * np.where(order_rising == 1, 1, -1)
    at = np.rint(ticks[orders] * (1 + away)).astype(np.int64)
    last = 2 * (rng.random(len(orders)) < 0.4)
    return Rows(
        accounts=accounts,
        unit_account=account[first],
        unit_isolated=isolated[first].astype(np.int64),
        unit_wallet=wallet.astype(np.int64),
        leg_unit=unit,
        leg_lane=LANES * symbol + rising,
        leg_lots=lots,
        leg_basis=basis,
        order_account=account[orders],
        order_lane=LANES * symbol[orders] + last + order_rising,
        order_edge=np.where(order_rising == 1, -at, at) + 1,
    )


def _maintenance(scales: Scales, symbol: Ints, notional: Floats) -> Floats:
    lines = scales.rates[symbol] * notional[:, None] - scales.amounts[symbol]
    found: Floats = lines.max(axis=1) / scales.whole
    return found


def fill(watch: Watch, rows: Rows, surface: int) -> None:
    """Write the rows into an empty watch; every leg is guarded so that its first price fires it."""
    book_ = watch.book
    book_.keys.extend(f"account-{number:08}" for number in range(rows.accounts))
    book_.numbers.update((key, number) for number, key in enumerate(book_.keys))
    tables = (
        (book_.accounts, rows.accounts),
        (book_.units, len(rows.unit_account)),
        (book_.legs, len(rows.leg_unit)),
        (book_.orders, len(rows.order_account)),
    )
    for table, many in tables:
        table.reserve(many)
        table.used = many
    book_.accounts.unit.all[: rows.accounts] = _first(rows.unit_account, rows.accounts)
    book_.accounts.order.all[: rows.accounts] = _first(rows.order_account, rows.accounts)
    units, legs, orders = book_.units, book_.legs, book_.orders
    many = len(rows.unit_account)
    units.account.all[:many], units.isolated.all[:many] = rows.unit_account, rows.unit_isolated
    units.wallet.all[:many], units.next.all[:many] = rows.unit_wallet, _next(rows.unit_account)
    units.threshold.all[:many] = units.surface.all[:many] = surface
    units.leg.all[:many] = _first(rows.leg_unit, many)
    many = len(rows.leg_unit)
    legs.unit.all[:many], legs.lane.all[:many], legs.next.all[:many] = (
        rows.leg_unit,
        rows.leg_lane,
        _next(rows.leg_unit),
    )
    legs.lots.all[:many], legs.basis.all[:many] = rows.leg_lots, rows.leg_basis
    many = len(rows.order_account)
    orders.account.all[:many], orders.lane.all[:many] = rows.order_account, rows.order_lane
    orders.edge.all[:many], orders.next.all[:many] = rows.order_edge, _next(rows.order_account)
    _guard(watch, rows)


def _first(owner: Ints, owners: int) -> Ints:
    """Row of each owner's first thing, -1 for none."""
    found = np.full(owners, -1)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    found[owner[starts]] = starts
    return found


def _next(owner: Ints) -> Ints:
    rows = np.arange(1, len(owner) + 1)
    rows[np.flatnonzero(np.diff(owner, append=-1))] = -1
    return rows


def _guard(watch: Watch, rows: Rows) -> None:
    """Put all edges into their lanes at once."""
    guards = watch.book.guards
    lanes = np.concatenate([rows.leg_lane, rows.order_lane])
    owners = np.concatenate([np.arange(len(rows.leg_lane)), ~np.arange(len(rows.order_lane))])
    edges = np.concatenate([np.full(len(rows.leg_lane), ALWAYS), rows.order_edge])
    slots = np.empty(len(lanes), np.int64)
    order = np.argsort(lanes, kind="stable")
    starts = np.searchsorted(lanes[order], np.arange(len(guards.blocks) + 1))
    for lane in range(len(guards.blocks)):
        mine = order[starts[lane] : starts[lane + 1]]
        for first in range(0, len(mine), BLOCK):
            part = mine[first : first + BLOCK]
            slots[part] = guards.slot(lane, first) + np.arange(len(part))
        guards.counts[lane] = len(mine)
    guards.owners.all[slots] = owners
    watch.book.legs.slot.all[: len(rows.leg_lane)] = slots[: len(rows.leg_lane)]
    watch.book.orders.slot.all[: len(rows.order_lane)] = slots[len(rows.leg_lane) :]
    guards.move_many(slots, edges)


def snapshot(
    known: Mapping[str, Contract], levels: Floats, before: MarketSnapshot | None = None
) -> MarketSnapshot:
    """A market at prices rounded to ticks, the mark half a tick off; quotes that do not change stay the same objects."""
    quotes = {} if before is None else dict(before.quotes)
    for symbol, level in zip(known, levels.tolist(), strict=True):
        tick = known[symbol].tick
        last = (Decimal(level) / tick).to_integral_value() * tick
        held = quotes.get(symbol)
        if held is None or held.last != last:
            quotes[symbol] = Quote(symbol, last + tick / 2, last, last, Decimal(0), None, NOW)
    return MarketSnapshot("made up", NOW, quotes, known, FRICTIONLESS)
