"""A running tape as the data of its cards."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.commands.cards import base_of, position_data
from bot.services.deleveraging import fifth_of, lamps, rank_of
from bot.services.replay_run import Run
from engine.account import MarginAccount
from engine.margin import PositionFigures, account_figures

HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def status_data(run: Run, state: MarginAccount) -> dict[str, Any]:
    """Where the tape stands, its prices, and the account at them; amounts in USDT."""
    figures = account_figures(state, run.feed.snapshot())
    return {
        **run.place(),
        "gone": run.feed.position // HOUR,
        "hours": run.reel.tape.length // HOUR,
        "share": Decimal(run.feed.position // _MINUTE) / (run.reel.tape.length // _MINUTE),
        "prices": prices_of(run),
        "positions": [{**position_data(each), **_queue(each, state, run)} for each in figures.positions],
        "orders": len(state.orders),
        "cross_ratio": figures.cross_ratio,
        "has_cross": any(each.position.isolated_wallet is None for each in figures.positions),
        "wallet": figures.wallet,
        "equity": figures.equity,
        "balance": run.balance,
    }


def prices_of(run: Run) -> list[dict[str, Any]]:
    """Each coin's mark and its change since the first step of the tape, a fraction."""
    market, rows = run.feed.snapshot(), []
    for symbol, series in run.reel.tape.series.items():
        if symbol in market.quotes:
            mark, first = market.quote(symbol).mark, series.price(series.candles[0].open)
            rows.append({"symbol": symbol, "base": base_of(symbol), "mark": mark, "change": mark / first - 1})
    return rows


def _queue(figures: PositionFigures, account: MarginAccount, run: Run) -> dict[str, Any]:
    """A position's place in the queue of auto-deleveraging."""
    held, rank = figures.position, rank_of(figures, account)
    return {"rank": rank, "lamps": lamps(rank, fifth_of(run.reel.tape, held.symbol, held.side))}
