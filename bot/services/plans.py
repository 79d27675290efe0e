"""What a preview holds: the intents that a confirmation will carry out, and what it was shown against."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from engine.account import MarginAccount
from engine.intents import (
    CancelOrder,
    CancelOrders,
    ChangeLeverage,
    ChangeMargin,
    ChangeMode,
    Close,
    Open,
    Place,
)
from engine.market import MarketSnapshot
from engine.position import MarginMode, Side
from engine.reading import Fields
from engine.stored import order_json, read_order

LIFETIME = timedelta(seconds=60)
MOST_DRIFT = Decimal("0.005")

Planned: TypeAlias = (
    Open | Close | ChangeMargin | ChangeLeverage | ChangeMode | Place | CancelOrder | CancelOrders
)


@dataclass(frozen=True, slots=True)
class Plan:
    """`line` is the command that asks for the same again; `version` and `marks` are what the preview was shown at.

    `tag` is the strategy that the trade is kept under.
    """

    kind: str
    line: str
    intents: tuple[Planned, ...]
    version: int
    marks: Mapping[str, Decimal] = field(default_factory=dict)
    tag: str | None = None

    @classmethod
    def of(
        cls,
        kind: str,
        line: str,
        intents: tuple[Planned, ...],
        account: MarginAccount,
        market: MarketSnapshot,
        tag: str | None = None,
    ) -> "Plan":
        """The plan of intents against the account and the marks as they are now."""
        symbols = {symbol for symbol in map(symbol_of, intents) if symbol is not None}
        marks = {symbol: market.quote(symbol).mark for symbol in sorted(symbols)}
        return cls(kind, line, intents, account.version, marks, tag)

    def drifted(self, market: MarketSnapshot) -> bool:
        """Whether a mark moved by more than 0.5 % since the preview."""
        return any(
            abs(market.quote(symbol).mark / mark - 1) > MOST_DRIFT for symbol, mark in self.marks.items()
        )

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON values."""
        return {
            "kind": self.kind,
            "line": self.line,
            "intents": [_to_json(each) for each in self.intents],
            "version": self.version,
            "marks": {symbol: str(mark) for symbol, mark in self.marks.items()},
            "tag": self.tag,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Plan":
        """The plan that to_json wrote; raises KeyError or ValueError on anything else."""
        return cls(
            kept["kind"],
            kept["line"],
            tuple(_from_json(each) for each in kept["intents"]),
            kept["version"],
            {symbol: Decimal(mark) for symbol, mark in kept["marks"].items()},
            kept.get("tag"),
        )


def symbol_of(intent: Planned) -> str | None:
    """The contract that an intent is about; None where it is about the account."""
    match intent:
        case Place():
            return intent.order.symbol
        case CancelOrder():
            return None
        case _:
            return intent.symbol


def _to_json(intent: Planned) -> dict[str, Any]:
    match intent:
        case Open():
            return {
                "type": "open",
                "symbol": intent.symbol,
                "side": intent.side.value,
                "quantity": str(intent.quantity),
                "leverage": intent.leverage,
                "mode": intent.mode.value if intent.mode else None,
            }
        case Close():
            quantity = None if intent.quantity is None else str(intent.quantity)
            return {"type": "close", "symbol": intent.symbol, "quantity": quantity, "side": intent.side}
        case ChangeMargin():
            amount = str(intent.amount)
            return {"type": "margin", "symbol": intent.symbol, "amount": amount, "side": intent.side}
        case ChangeLeverage():
            return {"type": "leverage", "symbol": intent.symbol, "leverage": intent.leverage}
        case ChangeMode():
            return {"type": "mode", "symbol": intent.symbol, "mode": intent.mode.value}
        case Place():
            # The exchange gives the number; until then any stands in its place.
            return {"type": "place", "order": order_json(replace(intent.order, number=1))}
        case CancelOrder():
            return {"type": "cancel", "number": intent.number}
        case CancelOrders():
            return {"type": "cancel-all", "symbol": intent.symbol}


def _from_json(kept: Mapping[str, Any]) -> Planned:
    match kept["type"]:
        case "open":
            mode = MarginMode(kept["mode"]) if kept["mode"] else None
            return Open(kept["symbol"], Side(kept["side"]), Decimal(kept["quantity"]), kept["leverage"], mode)
        case "close":
            quantity = None if kept["quantity"] is None else Decimal(kept["quantity"])
            return Close(kept["symbol"], quantity, _side(kept))
        case "margin":
            return ChangeMargin(kept["symbol"], Decimal(kept["amount"]), _side(kept))
        case "leverage":
            return ChangeLeverage(kept["symbol"], kept["leverage"])
        case "mode":
            return ChangeMode(kept["symbol"], MarginMode(kept["mode"]))
        case "place":
            return Place(replace(read_order(Fields(kept["order"], "order")), number=0))
        case "cancel":
            return CancelOrder(kept["number"])
        case "cancel-all":
            return CancelOrders(kept["symbol"])
        case other:
            raise ValueError(f"no such intent: {other}")


def _side(kept: Mapping[str, Any]) -> Side | None:
    side = kept.get("side")
    return None if side is None else Side(side)
