"""The watch beside a Decimal loop and numpy scans, on one made-up book of a quarter of a million accounts.

All times are CPU time of the one thread that works, so that other programs on the machine weigh less.

python -m benchmarks.watch [--accounts N]
"""

from __future__ import annotations

import argparse
import gc
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from statistics import mean, median
from time import thread_time

import numpy as np

from benchmarks.engine import naive_mark
from benchmarks.watch_book import NOW, Floats, book, contracts, fill, snapshot
from benchmarks.watch_rivals import Scans, decimal_loop, loop
from engine import (
    Contract,
    MarginAccount,
    Order,
    OrderType,
    Position,
    Side,
    Watched,
    load_contracts,
)
from engine.decimals import exact
from engine.margin import leg_of
from engine.position import PositionKey
from engine.watch import Proposals, Watch

SIGMA = 0.0001
"""Standard deviation of a calm tick: one basis point."""
SAMPLE = 20_000
BATCH = 200


@dataclass
class Rivals:
    """Seconds of one tick, for the whole book or, `slice`, for one symbol's share of it."""

    decimal: float
    full: float
    slice: float


@dataclass
class Run:
    """What some ticks took and found; `spent` in seconds each."""

    spent: list[float] = field(default_factory=list)
    fired: int = 0
    evaluations: int = 0
    warned: int = 0
    due: int = 0


class Stage:
    """A filled watch with its market and the scans of the same book."""

    def __init__(self, accounts: int, *, adversarial: bool = False) -> None:
        self.known, self.levels = contracts()
        self.rng = np.random.default_rng(7)
        self.run = Run()
        self.watch = Watch(self.known, poll_every=256)
        scales = self.watch.scales
        rows = book(accounts, scales, self.levels, adversarial=adversarial)
        self.market = snapshot(self.known, self.levels)
        self.scans = Scans(rows, scales, self.marks())
        fill(self.watch, rows, scales.surface(Decimal("0.8")))
        start = thread_time()
        self.answer(self.watch.tick(self.market))
        self.loading = thread_time() - start

    def marks(self) -> Floats:
        return np.array([float(quote.mark) for quote in self.market.quotes.values()])

    def move(self, levels: Floats) -> list[str]:
        """Set the market; returns whose quote is another."""
        before = self.market.quotes
        self.levels = levels
        self.market = snapshot(self.known, levels, self.market)
        return [symbol for symbol, quote in self.market.quotes.items() if quote is not before[symbol]]

    def answer(self, found: Proposals) -> None:
        """Stand in for the service: take out what is due and what is reached, not timed."""
        watch, book_ = self.watch, self.watch.book
        for key in found.due:
            row = book_.numbers[key]
            for order in book_.orders_of(row):
                lane = book_.orders.lane.at[order]
                if book_.orders.edge.at[order] > watch.prices.units.at[lane]:
                    book_.remove_order(order)
            for unit in book_.units_of(row):
                if watch._certificates.health(unit, watch.scales.whole) <= 0:  # type: ignore[operator] # noqa: SLF001
                    watch._register.remove(unit)  # noqa: SLF001
            watch._pending.pop(row)  # noqa: SLF001
            watch._guard_all(row)  # noqa: SLF001

    def tick(self, changed: list[str] | None = None) -> Proposals:
        """One tick; its seconds, guards fired and evaluations are added to the `run`."""
        before = self.watch.counts
        start = thread_time()
        found = self.watch.tick(self.market, changed)
        self.run.spent.append(thread_time() - start)
        after = self.watch.counts
        self.run.fired += after.fired - before.fired
        self.run.evaluations += after.evaluations - before.evaluations
        self.run.warned += len(found.warned)
        self.run.due += len(found.due)
        return found

    def audit(self) -> int:
        faults = self.watch.audit(self.market)
        for fault in faults[:5]:
            print("AUDIT", fault)
        return len(faults)


def seconds(work: Callable[[], object], times: int) -> float:
    """Median of one call."""
    spent = []
    for _ in range(times):
        start = thread_time()
        work()
        spent.append(thread_time() - start)
    return median(spent)


def rivals(stage: Stage) -> Rivals:
    """Each on the same book; the loop on a sample of positions, scaled to all."""
    rows, brackets = decimal_loop(stage.known, SAMPLE)
    legs = len(stage.scans.unit)
    marks = stage.marks()
    return Rivals(
        decimal=seconds(lambda: loop(rows, brackets), 5) / SAMPLE * legs,
        full=seconds(lambda: stage.scans.full(marks), 7),
        slice=median(
            seconds(lambda n=n: stage.scans.slice(n, float(marks[n])), 5)  # type: ignore[misc]
            for n in range(len(marks))
        ),
    )


def walk(stage: Stage, ticks: int, *, symbols: bool, told: bool = True) -> Run:
    """So many calm ticks, of one symbol each or of all; `told` which ones changed, or not."""
    stage.run = Run()
    for _ in range(ticks):
        moved = stage.levels * np.exp(stage.rng.normal(0, SIGMA, len(stage.levels)))
        if not symbols:
            one = stage.rng.integers(len(moved))
            kept = stage.levels.copy()
            kept[one] = moved[one]
            moved = kept
        changed = stage.move(moved)
        stage.answer(stage.tick(changed if told else None))
    return stage.run


def show(name: str, run: Run, against: Rivals) -> None:
    ticks = len(run.spent)
    middle, average, slow = median(run.spent), mean(run.spent), float(np.quantile(run.spent, 0.99))
    print(
        f"{name:<34}{middle * 1e6:>10,.1f}{average * 1e6:>11,.1f}{slow * 1e6:>12,.1f} µs"
        f"{against.decimal / middle:>12,.0f}{against.full / middle:>10,.1f}{against.slice / middle:>9,.1f}"
        f"{against.decimal / average:>12,.0f}{against.full / average:>10,.2f}{against.full / slow:>10,.2f}"
        f"{run.fired / ticks:>11,.2f}{run.evaluations / ticks:>10,.2f}"
    )


def calm(stage: Stage, against: Rivals) -> None:
    show("one symbol, named", walk(stage, 3000, symbols=False), against)
    show("one symbol, in a snapshot of all", walk(stage, 3000, symbols=False, told=False), against)
    show("all symbols", walk(stage, 600, symbols=True), against)


def crash(stage: Stage, against: Rivals, ticks: int = 600, fall: float = 0.15) -> int:
    """All symbols fall together, with noise; every twentieth tick the audit looks."""
    stage.run = Run()
    faults = 0
    drift = np.log(1 - fall) / ticks
    for number in range(ticks):
        changed = stage.move(stage.levels * np.exp(stage.rng.normal(drift, 2 * SIGMA, len(stage.levels))))
        found = stage.tick(changed)
        if number % 20 == 0:
            faults += stage.audit()
        stage.answer(found)
    show(f"crash, {fall:.0%} in {ticks} ticks", stage.run, against)
    print(
        f"    {stage.run.due:,} accounts proposed, {stage.run.warned:,} warnings; {faults} faults in audits"
    )
    return faults


def gap(stage: Stage, against: Rivals) -> int:
    stage.run = Run()
    found = stage.tick(stage.move(stage.levels * 0.8))
    faults = stage.audit()
    show("one gap of 20 %", stage.run, against)
    print(
        f"    {len(found.due):,} accounts proposed, {len(found.warned):,} warnings; {faults} faults in the audit"
    )
    stage.answer(found)
    return faults


def example(number: int = 0) -> MarginAccount:
    """Two cross and two isolated positions, three orders; each number has other wallets and triggers."""
    positions: dict[PositionKey, Position] = {}
    for symbol, entry, isolated in (
        ("BTCUSDT", "60000", None),
        ("ETHUSDT", "2500", None),
        ("SOLUSDT", "150", "300"),
        ("XRPUSDT", "0.6", "200"),
    ):
        wallet = None if isolated is None else Decimal(isolated) + number % 97
        quantity = load_contracts()[symbol].floor_quantity(Decimal(2000) / Decimal(entry))
        positions[symbol, Side.LONG] = Position(
            symbol, Side.LONG, quantity, Decimal(entry), wallet, Decimal("0.0005"), NOW
        )
    orders = {
        number: Order(
            symbol,
            Side.SHORT,
            OrderType.STOP_MARKET,
            None,
            trigger=Decimal(trigger) - number % 97,
            close_position=True,
            watched=Watched.MARK,
            number=number,
        )
        for number, (symbol, trigger) in enumerate(
            (("BTCUSDT", "50000"), ("ETHUSDT", "2000"), ("SOLUSDT", "120")), start=1
        )
    }
    return MarginAccount(wallet=Decimal(1500 + number), positions=positions, orders=orders, next_order=4)


def operations(known: dict[str, Contract]) -> None:
    """Microseconds of `put`, against the engine's re-mark of the same account, and a naive one of one position."""
    rows, brackets = decimal_loop(known, BATCH)
    naive = seconds(lambda: [naive_mark(row, brackets) for row in rows], 31) / BATCH
    _, levels = contracts()
    watch = Watch(known)
    market = snapshot(known, levels)
    watch.tick(market)
    account = example()
    sol = account.positions["SOLUSDT", Side.LONG]
    single = replace(account, positions={sol.key: sol}, orders={}, wallet=Decimal(500))
    new = iter(range(10**9))
    given = [example(number) for number in range(BATCH)]

    def remark(one: MarginAccount) -> None:
        for held in one.in_order():
            leg_of(one, held, market)

    def told(name: str, put: Callable[[MarginAccount], object], accounts: list[MarginAccount]) -> None:
        shown(name, each(put, accounts), each(exact(remark), accounts), naive)

    told("a new account, 4 positions 3 orders", lambda one: watch.put(f"new {next(new)}", one), given)
    few = [replace(one, positions={sol.key: one.positions[sol.key]}, orders={}) for one in given]
    told("a new account, its first position", lambda one: watch.put(f"first {next(new)}", one), few)
    variants = (
        ("one isolated position, its margin", single, _margin),
        ("4 positions 3 orders, one's margin", account, _margin),
        ("4 positions 3 orders, cross wallet", account, lambda a, n: replace(a, wallet=a.wallet + n % 7)),
    )
    for name, base, change in variants:
        changed = [change(base, number) for number in range(BATCH)]
        told(name, lambda one: watch.put("it", one), changed)


def shown(name: str, spent: float, remark: float, naive: float) -> None:
    print(
        f"put: {name:<40}{spent * 1e6:>8.1f} µs  {spent / remark:>6.1f} re-marks of that account by the engine"
        f" ({remark * 1e6:.1f} µs)  {spent / naive:>6.1f} naive ones of one position ({naive * 1e6:.2f} µs)"
    )


def each(work: Callable[[MarginAccount], object], given: list[MarginAccount]) -> float:
    """Seconds of one call: the median of batches."""
    spent = []
    for _ in range(31):
        start = thread_time()
        for one in given:
            work(one)
        spent.append((thread_time() - start) / len(given))
    return median(spent)


def _margin(account: MarginAccount, number: int) -> MarginAccount:
    held = account.positions["SOLUSDT", Side.LONG]
    assert held.isolated_wallet is not None
    wallet = held.isolated_wallet + number % 7
    return replace(account, positions={**account.positions, held.key: replace(held, isolated_wallet=wallet)})


def memory(stage: Stage) -> None:
    """Bytes of the watch, and of the same accounts as the engine's values (a sample)."""
    tracemalloc.start()
    held = [_fresh(number) for number in range(500)]
    traced, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    values = traced / (len(held) * 4)
    keys = sum(map(sys.getsizeof, stage.watch.book.keys)) + sys.getsizeof(stage.watch.book.keys)
    numbers = sys.getsizeof(stage.watch.book.numbers) + 32 * len(stage.watch.book.numbers)
    ours = (stage.watch.counts.size + keys + numbers) / max(1, stage.watch.counts.legs)
    print(
        f"memory a position: {ours:,.0f} B with orders, keys and room to grow; as Decimal values {values:,.0f} B,"
        f" {values / ours:.1f} times as much"
    )


def _fresh(number: int) -> MarginAccount:
    """An account none of whose decimals is shared with another."""
    base, shift = example(), Decimal(number) / 10**8
    positions = {
        key: replace(
            each,
            quantity=each.quantity + shift,
            entry_price=each.entry_price + shift,
            isolated_wallet=None if each.isolated_wallet is None else each.isolated_wallet + shift,
        )
        for key, each in base.positions.items()
    }
    orders = {
        n: replace(each, trigger=(each.trigger or Decimal(0)) + shift) for n, each in base.orders.items()
    }
    return replace(base, wallet=base.wallet + shift, positions=positions, orders=orders)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=250_000)
    given = parser.parse_args()
    stage = Stage(given.accounts)
    gc.collect()
    gc.freeze()
    counts = stage.watch.counts
    print(
        f"{counts.accounts:,} accounts, {counts.legs:,} positions in {counts.units:,} units, {counts.orders:,} triggers,"
        f" {len(stage.known)} symbols; all guarded anew in {stage.loading:.2f} s"
    )
    against = rivals(stage)
    print(
        f"a tick of rivals: Decimal loop {against.decimal:.2f} s (from {SAMPLE:,} positions), numpy full scan"
        f" {against.full * 1e3:.1f} ms, numpy scan of one symbol's slice {against.slice * 1e6:,.0f} µs"
    )
    print(
        f"{'':<34}{'median':>10}{'mean':>11}{'p99':>12}{'× Decimal':>15}{'× full':>10}{'× slice':>9}"
        f"{'Decimal':>12}{'full':>10}{'full':>10}{'events':>11}{'evals':>10}"
    )
    print(f"{'':<67}{'(by the median)':>34}{'(by the mean)':>22}{'(p99)':>10}{'(a tick)':>21}")
    calm(stage, against)
    faults = stage.audit()
    memory(stage)
    faults += crash(stage, against)
    faults += gap(stage, against)
    del stage
    operations(contracts()[0])
    stage = Stage(given.accounts, adversarial=True)
    print(f"adversarial book: all ratios 0.5 to 0.79, {stage.watch.counts.legs:,} positions")
    against = rivals(stage)
    show("adversarial, all symbols, calm", walk(stage, 300, symbols=True), against)
    faults += stage.audit()
    print(f"{faults} faults found by audits")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
