"""Figures of what is only imagined, as the data of cards."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bot.commands.cards import (
    base_of,
    derivation_data,
    fills_data,
    liquidation_data,
    position_data,
    refusal_data,
)
from bot.services.analysis import Imagined, Most, Sum, without_fee
from bot.services.ladder import Ladder
from bot.services.last_day import LastDay
from bot.services.scenarios import Changes, MarginMoved
from engine.account import MarginAccount
from engine.events import MarginChanged, PositionClosed
from engine.explain import Derivation
from engine.funding import funding_received
from engine.margin import AccountFigures, PositionFigures, position_figures
from engine.market import MarketSnapshot
from engine.position import MarginMode, PositionKey, Side
from engine.scenario import Outcome

EXAMPLE = Decimal(1000)
DAY = 24


def why_data(
    derivation: Derivation, *, side: Side | None, mode: MarginMode | None, imagined: bool
) -> dict[str, Any]:
    """A derivation as the `why` template takes it."""
    shown = {"side": side, "mode": mode, "leverage": None, "previewed": imagined}
    return {**derivation_data(derivation), **shown}


def sum_data(found: Sum, derivation: Derivation) -> dict[str, Any]:
    """A calculation: the modes beside each other, and the steps of the one that was asked for."""
    chosen = found.shown
    assert chosen.figures is not None
    held = chosen.figures.position
    modes = [each for each in (found.isolated, found.cross) if each is not None]
    return {
        "symbol": held.symbol,
        "base": base_of(held.symbol),
        "side": held.side,
        "leverage": found.intent.leverage,
        "quantity": held.quantity,
        "entry": held.entry_price,
        "notional": chosen.figures.notional,
        "mode": chosen.mode,
        "modes": [_mode_data(each, found.market) for each in modes],
        "fee": chosen.fee,
        "bracket_floor": chosen.figures.bracket.floor,
        "bracket_cap": chosen.figures.bracket.cap,
        "bracket_rate": chosen.figures.bracket.rate,
        "why": derivation_data(derivation),
    }


def _mode_data(outcome: Outcome, market: MarketSnapshot) -> dict[str, Any]:
    if outcome.figures is None:
        refusal = None if outcome.refusal is None else refusal_data(outcome.refusal)
        return {"mode": outcome.mode, "refusal": refusal, **liquidation_data(None)}
    figures = outcome.figures
    free = without_fee(outcome, market)
    return {
        **position_data(figures),
        "mode": outcome.mode,
        "refusal": None,
        "bankruptcy": figures.bankruptcy_price,
        "free": {"liquidation": free.price, "liquidation_status": free.status},
    }


def most_data(symbol: str, found: Sequence[Most], market: MarketSnapshot) -> dict[str, Any]:
    """The most that can be opened on each side."""
    mark = market.quote(symbol).mark
    rows = [
        {
            "side": each.side,
            "quantity": each.capacity.quantity,
            "notional": each.capacity.quantity * mark,
            "margin": (each.capacity.quantity - each.capacity.closes) * mark / each.capacity.leverage,
            "closes": each.capacity.closes,
            "bound": each.bound,
        }
        for each in found
    ]
    return {
        "symbol": symbol,
        "base": base_of(symbol),
        "leverage": found[0].capacity.leverage,
        "mode": found[0].mode,
        "available": found[0].capacity.available,
        "cap": found[0].capacity.cap,
        "rows": rows,
    }


def imagined_data(found: Imagined, market: MarketSnapshot, changes: Changes) -> dict[str, Any]:
    """An account before and after."""
    closed = {each.key for each in found.done if isinstance(each, PositionClosed)}
    keys = [each.position.key for each in found.before.positions]
    return {
        "moves": [
            {
                "symbol": each,
                "base": base_of(each),
                "now": market.quote(each).mark,
                "then": found.market.quote(each).mark,
                "fraction": found.market.quote(each).mark / market.quote(each).mark - 1,
            }
            for each in found.moved
        ],
        "margins": [
            {"base": base_of(each.symbol), "amount": each.amount}
            for each in found.done
            if isinstance(each, MarginChanged)
        ],
        "fills": fills_data(found.done),
        "first": any(isinstance(each, MarginMoved) for each in changes) or bool(closed),
        "before": _account_data(found.before),
        "after": _account_data(found.after),
        "positions": [_row(each, found, closed) for each in keys],
        "liquidated": [base_of(symbol) for symbol, _ in found.liquidated],
        "both": None,
    }


def _account_data(figures: AccountFigures) -> dict[str, Any]:
    return {
        "equity": figures.equity,
        "available": figures.available,
        "cross_ratio": figures.cross_ratio,
        "has_cross": any(each.position.mode is MarginMode.CROSS for each in figures.positions),
    }


def _row(key: PositionKey, found: Imagined, closed: set[PositionKey]) -> dict[str, Any]:
    before = _figures_of(key, found.before)
    then = _figures_of(key, found.after)
    assert before is not None
    fate = "open"
    if key in found.liquidated:
        fate = "liquidated" if then is None else "reduced"
    elif then is None:
        fate = "closed"
    return {
        "symbol": key[0],
        "base": base_of(key[0]),
        "side": key[1],
        "mode": before.position.mode,
        "leverage": before.settings.leverage,
        "fate": fate,
        "before": position_data(before),
        "after": None if then is None else position_data(then),
    }


def _figures_of(key: PositionKey, figures: AccountFigures) -> PositionFigures | None:
    return next((each for each in figures.positions if each.position.key == key), None)


def funding_data(symbol: str, account: MarginAccount, market: MarketSnapshot) -> dict[str, Any]:
    """The rate of a contract, and what it comes to for the positions held in it, or for an example."""
    quote, hours = market.quote(symbol), market.contract(symbol).funding_interval_hours
    times = Decimal(DAY) / hours
    rows = []
    for held in account.legs(symbol):
        figures = position_figures(account, held.key, market)
        amount = funding_received(held.side, held.quantity, [(quote.mark, quote.funding_rate)])
        rows.append(
            {
                "side": held.side,
                "mode": held.mode,
                "quantity": held.quantity,
                "notional": figures.notional,
                "amount": amount,
                "paid": abs(amount),
                "day": amount * times,
                "margin": figures.margin,
                "share": abs(amount) / figures.margin if figures.margin > 0 else None,
                "share_day": abs(amount) * times / figures.margin if figures.margin > 0 else None,
            }
        )
    paid = abs(quote.funding_rate) * EXAMPLE
    return {
        "symbol": symbol,
        "base": base_of(symbol),
        "rate": quote.funding_rate,
        "hours": hours,
        "day_rate": quote.funding_rate * times,
        "next": None if quote.next_funding is None else quote.next_funding.isoformat(),
        "positions": rows,
        "example": {"notional": EXAMPLE, "amount": paid, "day": paid * times},
    }


def ladder_data(ladder: Ladder, market: MarketSnapshot, day: LastDay | None, *, held: bool) -> dict[str, Any]:
    """Both modes along the same prices."""
    known = ladder.isolated or ladder.cross
    assert known is not None
    symbol, side = ladder.key
    return {
        "symbol": symbol,
        "base": base_of(symbol),
        "side": side,
        "held": held,
        "quantity": known.position.quantity,
        "entry": known.position.entry_price,
        "leverage": known.settings.leverage,
        "mark": market.quote(symbol).mark,
        "modes": [
            {
                "mode": mode,
                "possible": figures is not None,
                "margin": None if figures is None else figures.margin,
                "balance": None if figures is None else figures.balance,
                **liquidation_data(figures),
            }
            for mode, figures in ((MarginMode.ISOLATED, ladder.isolated), (MarginMode.CROSS, ladder.cross))
        ],
        "rungs": [
            {
                "mark": each.mark,
                "here": each.mark == known.mark,
                "isolated": each.isolated,
                "cross": each.cross,
                "isolated_gone": each.isolated_gone,
                "cross_gone": each.cross_gone,
            }
            for each in ladder.rungs
        ],
        "day": None if day is None else _day_data(day),
    }


def _day_data(day: LastDay) -> dict[str, Any]:
    return {
        "opened": day.opened.isoformat(),
        "price": day.price,
        "wallet": day.wallet,
        "modes": [
            {
                "mode": each.mode,
                "equity": each.equity,
                "code": None if each.refusal is None else each.refusal.code,
                "at": None if each.at is None else each.at.isoformat(),
                "mark": each.mark,
            }
            for each in day.modes
        ],
    }
