"""The engine by itself: an open on accounts of several sizes, a re-mark, a liquidation price; each beside its rivals.

The first rival is naive code with Decimal: formulas written down where they are needed, no values, no checks; for an
open there is a second one that makes the engine's checks and books what it books. The others work as public projects
describe their way, in our own words. Rivals take turns with the engine, and the factor is the median of the turns', so
that a machine that slows down does so for both.
python -m benchmarks.engine
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

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
from engine.formulas import unrealised_pnl
from engine.margin import leg_of, position_figures

Work = Callable[[], object]
SIZES = (0, 7, 50)
ROUNDS = 31
NOW = datetime(2026, 1, 1, tzinfo=UTC)
BTC = load_contracts()["BTCUSDT"]
NEW = "NEWUSDT"
D = Decimal


def turns(times: int, ours: Work, rival: Work) -> tuple[float, float, float]:
    """Microseconds of one call of each, and how many times longer ours takes: medians over the turns."""
    spent: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        start = perf_counter()
        for _ in range(times):
            ours()
        middle = perf_counter()
        for _ in range(times):
            rival()
        spent.append(((middle - start) / times * 1e6, (perf_counter() - middle) / times * 1e6))
    return median(a for a, _ in spent), median(b for _, b in spent), median(a / b for a, b in spent)


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


def thorough_open(
    account: dict[str, Any], symbol: str, quantity: Decimal, leverage: Decimal, brackets: list[Row]
) -> dict[str, Any]:
    """The same with what the engine checks and books too: step, cap, minimum, fill, open loss, fee, postings, journal."""
    rows, mark = account["rows"], Decimal(50000)
    if quantity <= 0 or quantity % BTC.step or leverage > brackets[0]["leverage"]:
        raise ValueError
    if quantity * mark < BTC.min_notional:
        raise ValueError
    wallet: Decimal = account["wallet"]
    balance, used, bound = wallet, Decimal(0), Decimal(0)
    for row in rows.values():
        pnl, initial, required = naive_mark(row, brackets)
        balance, used, bound = balance + pnl, used + initial, bound + required
    if rows and balance <= bound:
        raise ValueError
    price = (mark / BTC.tick).to_integral_value(ROUND_CEILING) * BTC.tick
    assumed = price * Decimal("1.0005")
    if quantity * assumed > max(b["cap"] for b in brackets if b["leverage"] >= leverage):
        raise ValueError
    if quantity * assumed / leverage + quantity * max(Decimal(0), assumed - mark) > balance - used:
        raise ValueError
    fee = (quantity * price * BTC.taker).quantize(Decimal("1e-8"), ROUND_DOWN)
    new = {"q": quantity, "entry": price, "mark": mark, "leverage": leverage, "side": Decimal(1)}
    events = ({"set": symbol, "leverage": leverage}, {"opened": symbol, "price": price, "fee": fee})
    return {
        "wallet": wallet - fee,
        "rows": {**rows, symbol: new},
        "settings": {**account["settings"], symbol: leverage},
        "journal": events,
    }


def naive_liquidation(row: Row, wallet: Decimal, brackets: list[Row]) -> Decimal:
    """Try every bracket until one accepts its own price."""
    for bracket in brackets:
        above = row["q"] * row["entry"] - wallet - bracket["amount"]
        price = above / (row["q"] * (1 - bracket["rate"]))
        if bracket["floor"] < row["q"] * price <= bracket["cap"]:
            return price
    return Decimal(0)


def freqtrade_liquidation(row: dict[str, float], wallet: float, stake: float, brackets: list[Row]) -> float:
    """freqtrade, dry run on Binance: the exchange's formula in floats, its bracket chosen by the stake."""
    bracket = next(b for b in brackets if stake <= b["cap"])
    rate, amount = float(bracket["rate"]), float(bracket["amount"])
    q, side = row["q"], row["side"]
    return (wallet + amount - side * q * row["entry"]) / (q * rate - side * q)


def ccxt_liquidation(row: dict[str, str], wallet: str, rate: str) -> str:
    """ccxt, Binance positions: text in and out, the rate of the position's own bracket, no maintenance amount."""
    sign = -1 if row["side"] == "1" else 1
    divisor = Decimal(rate) + sign
    left = Decimal(wallet) / (Decimal(row["q"]) * divisor)
    return str(left + sign * Decimal(row["entry"]) / divisor)


def hummingbot_pnl(row: Row, fees: Decimal) -> Decimal:
    """hummingbot, position executor: the price's share of change times what was put in, less fees."""
    share = (row["mark"] - row["entry"]) / row["entry"] * row["side"]
    return share * row["q"] * row["entry"] - fees


def line(name: str, rival: str, times: int, ours: Work, theirs: Work) -> None:
    mine, other, factor = turns(times, ours, theirs)
    print(f"{name:<44}{mine:>8.1f} µs   {rival:<10}{other:>7.1f} µs   {factor:>5.1f} ×")


def main() -> None:
    brackets = [
        {"floor": b.floor, "cap": b.cap, "rate": b.rate, "amount": b.amount, "leverage": D(b.max_leverage)}
        for b in BTC.brackets
    ]
    row = {"q": D("0.1"), "entry": D(50000), "mark": D("50123.4"), "leverage": D(10), "side": D(1)}
    order = Open(NEW, Side.LONG, D("0.1"), 10)
    for positions in SIZES:
        account, market = scene(positions)
        rows = [dict(row) for _ in range(positions)]
        opened = partial(after, account, market, order)
        name = f"decide + apply of an open, {positions} positions"
        line(name, "naive", 40, opened, partial(naive_open, rows, brackets, D(10**6)))
        kept = {"wallet": D(10**6), "rows": dict(enumerate(rows)), "settings": {}}
        line(name, "thorough", 40, opened, partial(thorough_open, kept, NEW, D("0.1"), D(10), brackets))
    for positions in SIZES[1:]:
        account, market = scene(positions)
        rows = [dict(row) for _ in range(positions)]
        settled = partial(decide, Settle(), account, market)
        name = f"a tick that changes nothing, {positions} positions"
        line(name, "naive", 40, settled, lambda r=rows: [naive_mark(one, brackets) for one in r])  # type: ignore[misc]
    account, market = scene(1)
    held = account.in_order()[0]
    bare = partial(naive_mark, row, brackets)
    line("re-mark of one position", "naive", 1000, partial(leg_of, account, held, market), bare)
    line(
        "all figures of one position",
        "naive",
        200,
        partial(position_figures, account, held.key, market),
        bare,
    )
    pnl = partial(unrealised_pnl, Side.LONG, row["q"], row["entry"], row["mark"])
    line("unrealised profit", "hummingbot", 1000, pnl, partial(hummingbot_pnl, row, D(0)))
    wallet = D(500)
    solved = partial(solve_liquidation, Side.LONG, row["q"], row["entry"], wallet, BTC.brackets)
    rough = {name: float(value) for name, value in row.items()}
    words = {name: str(value) for name, value in row.items()}
    for rival, theirs in (
        ("naive", partial(naive_liquidation, row, wallet, brackets)),
        ("freqtrade", partial(freqtrade_liquidation, rough, 500.0, 500.0, brackets)),
        ("ccxt", partial(ccxt_liquidation, words, "500", "0.004")),
    ):
        line("liquidation price", rival, 500, solved, theirs)


if __name__ == "__main__":
    main()
