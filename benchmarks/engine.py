"""The engine by itself: an open on accounts of several sizes, a re-mark, a liquidation price; each beside its rival.

The rival is naive code with Decimal: formulas written down where they are needed, no values, no checks.
python -m benchmarks.engine
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from statistics import median
from time import perf_counter

from engine import (
    FRICTIONLESS,
    ChangeMode,
    Deposit,
    Intent,
    MarginAccount,
    MarginMode,
    MarketSnapshot,
    Open,
    Settle,
    Side,
    load_contracts,
    solve_liquidation,
)
from engine.contracts import Contract
from engine.exchange import decide
from engine.margin import leg_of, position_figures

SIZES = (0, 7, 50)
ROUNDS = 7
NOW = datetime(2026, 1, 1, tzinfo=UTC)
BTC = load_contracts()["BTCUSDT"]
NEW = "NEWUSDT"


def microseconds(work: Callable[[], object], times: int) -> float:
    """Median over rounds, of one call."""
    rounds = []
    for _ in range(ROUNDS):
        start = perf_counter()
        for _ in range(times):
            work()
        rounds.append((perf_counter() - start) / times * 1e6)
    return median(rounds)


def after(account: MarginAccount, market: MarketSnapshot, intent: Intent) -> MarginAccount:
    for event in decide(intent, account, market):
        account = account.apply(event)
    return account


def scene(positions: int) -> tuple[MarginAccount, MarketSnapshot]:
    """A rich account with that many cross positions, each in a contract of its own."""
    symbols = [f"C{number:02}USDT" for number in range(positions)] + [NEW]
    contracts: dict[str, Contract] = {symbol: replace(BTC, symbol=symbol) for symbol in symbols}
    market = MarketSnapshot("benchmark", NOW, {}, contracts, FRICTIONLESS)
    for symbol in symbols:
        market = market.with_mark(symbol, Decimal(50000))
    account = after(MarginAccount.empty(), market, Deposit(Decimal(1_000_000)))
    for symbol in symbols[:-1]:
        account = after(account, market, Open(symbol, Side.LONG, Decimal("0.1"), 10, MarginMode.CROSS))
    return after(account, market, ChangeMode(NEW, MarginMode.CROSS)), market


Row = dict[str, Decimal]


def naive_mark(row: Row, brackets: list[Row]) -> tuple[Decimal, Decimal, Decimal]:
    """Profit, initial margin and maintenance of one position."""
    size = row["q"] * row["mark"]
    for bracket in brackets:
        if size <= bracket["cap"]:
            break
    pnl = row["side"] * row["q"] * (row["mark"] - row["entry"])
    return pnl, size / row["leverage"], size * bracket["rate"] - bracket["amount"]


def naive_open(rows: list[Row], brackets: list[Row], wallet: Decimal) -> list[Row]:
    """What an open comes to: sums over all positions, is there enough, and the new row."""
    quantity, price, leverage = Decimal("0.1"), Decimal(50000), Decimal(10)
    balance = used = bound = Decimal(0)
    for row in rows:
        pnl, initial, required = naive_mark(row, brackets)
        balance, used, bound = balance + pnl, used + initial, bound + required
    cost = quantity * price * Decimal("1.0005") / leverage
    if wallet + balance <= bound or cost > wallet + balance - used:
        raise ValueError
    new = {"q": quantity, "entry": price, "mark": price, "leverage": leverage, "side": Decimal(1)}
    return [*rows, new]


def naive_liquidation(row: Row, wallet: Decimal, brackets: list[Row]) -> Decimal:
    """Try every bracket until one accepts its own price."""
    for bracket in brackets:
        above = row["q"] * row["entry"] - wallet - bracket["amount"]
        price = above / (row["q"] * (1 - bracket["rate"]))
        if bracket["floor"] < row["q"] * price <= bracket["cap"]:
            return price
    return Decimal(0)


def line(name: str, ours: float, rival: float) -> None:
    print(f"{name:<44}{ours:>10.1f} µs   naive {rival:>8.1f} µs   {ours / rival:>5.1f} ×")


def main() -> None:
    brackets = [{"floor": b.floor, "cap": b.cap, "rate": b.rate, "amount": b.amount} for b in BTC.brackets]
    row = {
        "q": Decimal("0.1"),
        "entry": Decimal(50000),
        "mark": Decimal("50123.4"),
        "leverage": Decimal(10),
        "side": Decimal(1),
    }
    order = Open(NEW, Side.LONG, Decimal("0.1"), 10)
    for positions in SIZES:
        account, market = scene(positions)
        rows = [dict(row) for _ in range(positions)]
        ours = microseconds(lambda a=account, m=market: after(a, m, order), 200)  # type: ignore[misc]
        rival = microseconds(lambda r=rows: naive_open(r, brackets, Decimal(10**6)), 200)  # type: ignore[misc]
        line(f"decide + apply of an open, {positions} positions", ours, rival)
    for positions in SIZES[1:]:
        account, market = scene(positions)
        rows = [dict(row) for _ in range(positions)]
        ours = microseconds(lambda a=account, m=market: decide(Settle(), a, m), 200)  # type: ignore[misc]
        rival = microseconds(lambda r=rows: [naive_mark(one, brackets) for one in r], 200)  # type: ignore[misc]
        line(f"a tick that changes nothing, {positions} positions", ours, rival)
    account, market = scene(1)
    held = account.in_order()[0]
    rival = microseconds(lambda: naive_mark(row, brackets), 2000)
    line("re-mark of one position", microseconds(lambda: leg_of(account, held, market), 2000), rival)
    every = microseconds(lambda: position_figures(account, held.key, market), 500)
    line("all figures of one position", every, rival)
    wallet = Decimal(500)
    solved = microseconds(
        lambda: solve_liquidation(Side.LONG, row["q"], row["entry"], wallet, BTC.brackets), 2000
    )
    line("liquidation price", solved, microseconds(lambda: naive_liquidation(row, wallet, brackets), 2000))


if __name__ == "__main__":
    main()
