"""A liquidation as data for its notice: what met the condition, what was closed, where the money went, what is left."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.account import MarginAccount
from engine.events import Event, LiquidationStarted, PositionLiquidated
from engine.market import MarketSnapshot


def liquidation_data(
    events: Sequence[Event],
    before: MarginAccount,
    after: MarginAccount,
    market: MarketSnapshot,
    now: datetime,
) -> dict[str, Any]:
    """The data of the `liquidated` template; amounts in USDT."""
    closed = [each for each in events if isinstance(each, PositionLiquidated)]
    tested = [each for each in events if isinstance(each, LiquidationStarted)]
    return {
        "at": now.isoformat(),
        "conditions": [
            {
                "mode": each.mode,
                "symbol": each.symbol,
                "balance": each.balance,
                "maintenance": each.maintenance,
            }
            for each in tested
        ],
        "closed": [
            _closed(each, before, market, first=each.key not in {one.key for one in closed[:number]})
            for number, each in enumerate(closed)
        ],
        "fees": sum((each.clearance_fee for each in closed), Decimal(0)),
        "waived": sum((each.waived_fee for each in closed), Decimal(0)),
        "fund": sum((each.fund_gap for each in closed), Decimal(0)),
        "wallet_before": before.wallet,
        "wallet": after.wallet,
        "lost": before.wallet - after.wallet,
        "left_open": len(after.positions),
    }


def _closed(
    event: PositionLiquidated, before: MarginAccount, market: MarketSnapshot, *, first: bool
) -> dict[str, Any]:
    contract = market.contract(event.symbol)
    held = before.positions.get((event.symbol, event.side))
    return {
        "symbol": event.symbol,
        "base": event.symbol.removesuffix("USDT"),
        "side": event.side,
        "mode": event.mode,
        "quantity": event.quantity,
        "entry": event.entry_price,
        "mark": event.mark,
        "last": market.quote(event.symbol).last,
        "price": event.price,
        "realised": event.realised,
        "fee": event.clearance_fee,
        "waived": event.waived_fee,
        "fee_rate": contract.liquidation_fee,
        "fee_rate_known": contract.liquidation_fee_known,
        "fund": event.fund_gap,
        "left": event.left,
        "whole": event.whole,
        "isolated_wallet": held.isolated_wallet if held is not None and first else None,
    }
