"""Accounts that the integers cannot hold: looked at in Decimal at every tick, and always proposed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.account import MarginAccount
from engine.decimals import ONE, exact
from engine.formulas import margin_ratio
from engine.legs import cross_legs, cross_totals, leg_of
from engine.market import MarketSnapshot
from engine.position import PositionKey
from engine.watch.proposals import Alert, Proposals
from engine.watch.scales import HYSTERESIS


@dataclass(slots=True)
class _Wide:
    account: MarginAccount
    threshold: Decimal | None
    warned: set[PositionKey | None]


class WideAccounts:
    """There should be none: prices and sizes of real contracts fit."""

    def __init__(self) -> None:
        self._held: dict[str, _Wide] = {}

    def __len__(self) -> int:
        return len(self._held)

    def put(
        self,
        key: str,
        account: MarginAccount,
        threshold: Decimal | None,
        warned: frozenset[PositionKey | None],
    ) -> None:
        before = self._held.get(key)
        told = set(warned) if before is None else before.warned | warned
        self._held[key] = _Wide(account, threshold, told)

    def drop(self, key: str) -> None:
        self._held.pop(key, None)

    def holders(self, symbol: str) -> list[str]:
        """Accounts with a position in a symbol."""
        return [
            key
            for key, held in self._held.items()
            if any(name == symbol for name, _ in held.account.positions)
        ]

    def tick(self, market: MarketSnapshot) -> Proposals:
        """All of them are due; warnings by the exact ratio."""
        warned, calmed = [], []
        for key, held in self._held.items():
            threshold = held.threshold
            if threshold is None:
                continue
            found = ratios(held.account, market)
            held.warned = {unit for unit in held.warned if unit in found or unit in held.account.positions}
            for unit, ratio in found.items():
                if unit in held.warned and ratio < threshold - HYSTERESIS:
                    held.warned.discard(unit)
                    calmed.append(Alert(key, unit, threshold))
                elif unit not in held.warned and threshold <= ratio < ONE:
                    held.warned.add(unit)
                    warned.append(Alert(key, unit, threshold))
        return Proposals(tuple(self._held), tuple(warned), tuple(calmed))


@exact
def ratios(account: MarginAccount, market: MarketSnapshot) -> dict[PositionKey | None, Decimal]:
    """Margin ratio of every isolated position, and of the cross account (None), whose prices are fresh."""
    found: dict[PositionKey | None, Decimal] = {}
    crossed = []
    for key, position in account.positions.items():
        if position.isolated_wallet is None:
            crossed.append(key[0])
        elif _fresh(key[0], market):
            leg = leg_of(account, position, market)
            found[key] = margin_ratio(leg.maintenance, position.isolated_wallet + leg.pnl)
    if crossed and all(_fresh(symbol, market) for symbol in crossed):
        totals = cross_totals(account, cross_legs(account, market))
        found[None] = margin_ratio(totals.maintenance, totals.balance)
    return found


def _fresh(symbol: str, market: MarketSnapshot) -> bool:
    return symbol in market.contracts and market.fresh(symbol)
