"""Figures as the data of cards: plain values with stable names, no wording."""

from collections.abc import Iterable, Sequence
from typing import Any

from engine.errors import Refusal
from engine.events import (
    Event,
    ExcessCancelled,
    Fill,
    PositionClosed,
    PositionIncreased,
    PositionOpened,
    PositionReduced,
)
from engine.explain import Derivation
from engine.margin import AccountFigures, PositionFigures
from engine.market import MarketSnapshot
from engine.scenario import Outcome


def base_of(symbol: str) -> str:
    """The coin of a contract, as learners say it."""
    return symbol.removesuffix("USDT")


def position_data(figures: PositionFigures) -> dict[str, Any]:
    """An open position at its mark."""
    held = figures.position
    return {
        "symbol": held.symbol,
        "base": base_of(held.symbol),
        "side": held.side,
        "mode": held.mode,
        "leverage": figures.settings.leverage,
        "quantity": held.quantity,
        "entry": held.entry_price,
        "mark": figures.mark,
        "notional": figures.notional,
        "margin": figures.margin,
        "pnl": figures.pnl,
        "roe": figures.roe,
        "maintenance": figures.maintenance,
        "balance": figures.balance,
        "ratio": figures.ratio,
        "break_even": figures.break_even,
        **liquidation_data(figures),
    }


def liquidation_data(figures: PositionFigures | None) -> dict[str, Any]:
    """Where a position is liquidated: price, its distance from the mark as a fraction, and what the price means."""
    if figures is None:
        return {"liquidation": None, "liquidation_status": "flat", "distance": None}
    return {
        "liquidation": figures.liquidation.price,
        "liquidation_status": figures.liquidation.status,
        "distance": figures.distance,
    }


def account_data(figures: AccountFigures) -> dict[str, Any]:
    """An account at the marks, with its positions."""
    isolated = sum(
        (each.position.isolated_wallet or 0 for each in figures.positions), start=figures.wallet * 0
    )
    return {
        "wallet": figures.wallet,
        "cross_wallet": figures.cross_wallet,
        "isolated": isolated,
        "unrealised": figures.unrealised,
        "equity": figures.equity,
        "available": figures.available,
        "cross_balance": figures.cross_balance,
        "cross_maintenance": figures.cross_maintenance,
        "cross_ratio": figures.cross_ratio,
        "has_cross": any(each.position.isolated_wallet is None for each in figures.positions),
        "positions": [position_data(each) for each in figures.positions],
    }


def refusal_data(refusal: Refusal) -> dict[str, Any]:
    """A refusal as the `refused` template takes it."""
    return {"code": refusal.code, "exchange_code": refusal.exchange_code, "figures": dict(refusal.figures)}


def outcome_data(outcome: Outcome, equity: Any) -> dict[str, Any]:
    """One side of a preview: what the order comes to in one margin mode."""
    others = [key for key, held in outcome.account.positions.items() if held.isolated_wallet is None]
    if outcome.figures is not None:
        others = [key for key in others if key != outcome.figures.position.key]
    return {
        "mode": outcome.mode,
        "refusal": None if outcome.refusal is None else refusal_data(outcome.refusal),
        "cost": outcome.cost,
        "fee": outcome.fee,
        "most_lost": outcome.most_lost,
        "share": outcome.most_lost / equity if equity > 0 else None,
        "others": [base_of(symbol) for symbol, _ in others],
        "margin": None if outcome.figures is None else outcome.figures.margin,
        **liquidation_data(outcome.figures),
    }


def fills_data(events: Iterable[Event]) -> list[dict[str, Any]]:
    """What was bought and sold: one row a fill, and the rest that was refused."""
    rows: list[dict[str, Any]] = []
    for event in events:
        match event:
            case PositionOpened():
                rows.append({"what": "opened", **_fill(event), "leverage": event.leverage})
            case PositionIncreased():
                rows.append({"what": "increased", **_fill(event), "entry": event.entry_price})
            case PositionReduced():
                rows.append({"what": "reduced", **_fill(event), "released": event.released})
            case PositionClosed():
                rows.append({"what": "closed", **_fill(event), "released": event.released})
            case ExcessCancelled():
                rows.append(
                    {
                        "what": "cancelled",
                        "symbol": event.symbol,
                        "base": base_of(event.symbol),
                        "quantity": event.quantity,
                        "code": event.code,
                    }
                )
            case _:
                continue
    return rows


def _fill(event: Fill) -> dict[str, Any]:
    realised = event.realised if isinstance(event, PositionReduced | PositionClosed) else None
    return {
        "symbol": event.symbol,
        "base": base_of(event.symbol),
        "side": event.side,
        "mode": event.mode,
        "quantity": event.quantity,
        "price": event.price,
        "fee": event.fee,
        "realised": realised,
        "net": None if realised is None else realised - event.fee,
    }


def derivation_data(derivation: Derivation) -> dict[str, Any]:
    """A derivation, step by step; inputs that name another symbol (`pnl:ETHUSDT`) are taken apart."""
    data = derivation.to_json()
    inputs = []
    for given in derivation.inputs:
        name, _, of = given.name.partition(":")
        inputs.append(
            {
                "name": name,
                "of": base_of(of),
                "symbol": given.symbol,
                "value": given.value,
                "unit": given.unit,
            }
        )
    steps = []
    for step in derivation.steps:
        name, _, of = step.name.partition(":")
        steps.append(
            {
                "name": name,
                "of": base_of(of),
                "symbol": step.symbol,
                "formula": step.formula,
                "worked": step.worked,
                "value": step.value,
                "unit": step.unit,
            }
        )
    return {**data, "inputs": inputs, "steps": steps, "base": base_of(derivation.symbol or "")}


def prices_data(market: MarketSnapshot, symbols: Sequence[str]) -> list[dict[str, Any]]:
    """Prices of contracts as they are now."""
    rows = []
    for symbol in symbols:
        quote = market.quote(symbol)
        rows.append(
            {
                "symbol": symbol,
                "base": base_of(symbol),
                "mark": quote.mark,
                "last": quote.last,
                "index": quote.index,
                "funding_rate": quote.funding_rate,
                "next_funding": quote.next_funding.isoformat() if quote.next_funding else None,
            }
        )
    return rows
