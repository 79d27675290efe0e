"""The picture of where the money is."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.charts.spec import PartKind


def money_data(account: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of an account from the data of its card; those of zero are left out, but for the cross wallet.

    All of the cross wallet stands behind cross positions, and all of an isolated wallet behind its own.
    """
    parts = [
        {"kind": PartKind.WALLET, "amount": account["cross_wallet"], "at_risk": account["has_cross"]},
        {"kind": PartKind.ISOLATED, "amount": account["isolated"], "at_risk": True},
        {"kind": PartKind.PROFIT, "amount": max(account["unrealised"], Decimal(0)), "at_risk": True},
    ]
    shown = [each for each in parts if each["amount"] > 0 or each["kind"] is PartKind.WALLET]
    loss = account["unrealised"] if account["unrealised"] < 0 else None
    return {"equity": account["equity"], "parts": shown, "loss": loss}
