"""What a preview holds: the intents that a confirmation will carry out, and what it was shown against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from engine.account import MarginAccount
from engine.intents import ChangeMargin, Close, Open
from engine.market import MarketSnapshot
from engine.position import MarginMode, Side

LIFETIME = timedelta(seconds=60)
MOST_DRIFT = Decimal("0.005")

Planned: TypeAlias = Open | Close | ChangeMargin


@dataclass(frozen=True, slots=True)
class Plan:
    """`line` is the command that asks for the same again; `version` and `marks` are what the preview was shown at."""

    kind: str
    line: str
    intents: tuple[Planned, ...]
    version: int
    marks: Mapping[str, Decimal] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        kind: str,
        line: str,
        intents: tuple[Planned, ...],
        account: MarginAccount,
        market: MarketSnapshot,
    ) -> "Plan":
        """The plan of intents against the account and the marks as they are now."""
        marks = {each.symbol: market.quote(each.symbol).mark for each in intents}
        return cls(kind, line, intents, account.version, marks)

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
        )


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
            return {"type": "close", "symbol": intent.symbol, "quantity": quantity}
        case ChangeMargin():
            return {"type": "margin", "symbol": intent.symbol, "amount": str(intent.amount)}


def _from_json(kept: Mapping[str, Any]) -> Planned:
    match kept["type"]:
        case "open":
            mode = MarginMode(kept["mode"]) if kept["mode"] else None
            return Open(kept["symbol"], Side(kept["side"]), Decimal(kept["quantity"]), kept["leverage"], mode)
        case "close":
            quantity = None if kept["quantity"] is None else Decimal(kept["quantity"])
            return Close(kept["symbol"], quantity)
        case "margin":
            return ChangeMargin(kept["symbol"], Decimal(kept["amount"]))
        case other:
            raise ValueError(f"no such intent: {other}")
