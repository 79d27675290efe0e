"""Alerts: margin warnings, price alerts and funding reminders, each decided on a tick and posted with what it changes."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.core.clock import Clock
from bot.core.identity import new_id
from bot.core.reply import plain
from bot.services.attention import STAGES, Listener, Manner, Subject, Thresholds, listeners
from bot.services.challenges.banners import notice_banner
from bot.services.funding_reminders import next_due, reminder_data
from bot.services.margin_warnings import judge, ratios, warning_data
from bot.services.price_alerts import PriceAlerts
from bot.storage import Store, UnitOfWork, VersionConflict, accounts, outbox, price_alerts, warnings
from bot.storage.accounts import Account
from bot.storage.price_alerts import PriceAlert
from bot.telemetry import Telemetry
from engine.market import MarketSnapshot

AT_ONCE = 200
"""So many rows are posted in one transaction."""
_LOWEST = Decimal(STAGES[0]) / 100


class Alerts:
    """Decides what people are told beside what happened in their accounts. A stale price warns nobody."""

    def __init__(
        self, store: Store, clock: Clock, telemetry: Telemetry, prices: PriceAlerts, thresholds: Thresholds
    ) -> None:
        self._store = store
        self._clock = clock
        self._telemetry = telemetry
        self._prices = prices
        self._thresholds = thresholds
        self._anxious: set[str] = set()
        self._reminded: dict[str, datetime] = {}

    async def load(self) -> None:
        """Read what is waited for; once, at the start. What was reached meanwhile is told at the first tick."""
        async with self._store.unit() as unit:
            self._prices.replace(await price_alerts.unmet(unit))
            self._anxious = set(await warnings.anxious(unit))
            await self._thresholds.load(unit)

    @property
    def anxious(self) -> frozenset[str]:
        """The ids of accounts that were warned and are not known to be calm: who is to be looked at now and then."""
        return frozenset(self._anxious)

    async def tick(self, name: str, market: MarketSnapshot) -> int:
        """Tell of prices that are reached and of funding that is near in a market; returns how many notices."""
        return await self._meet(self._prices.met(name, market)) + await self._remind(name, market)

    def concerns(self, account: Account, market: MarketSnapshot) -> bool:
        """Whether an account may have to be warned: it is at 60 % or more, or was warned and is not known to be calm."""
        return account.id in self._anxious or any(
            each >= _LOWEST for each in ratios(account.state, market).values()
        )

    async def margin(
        self, unit: UnitOfWork, account: Account, market: MarketSnapshot, now: datetime, told: Listener
    ) -> int:
        """Warn of margin ratios that crossed the learner's threshold, in a unit; returns how many notices.

        The exact ratios decide; who proposed the account need not say more. Rows are read only where `concerns` holds.
        """
        if not self.concerns(account, market):
            return 0
        found = ratios(account.state, market)
        kept = await warnings.of_account(unit, account.id)
        after, posted = dict(kept), 0
        for subject, ratio in found.items():
            verdict = judge(told.attention, ratio, kept.get(subject), now)
            if verdict is None:
                continue
            after[subject] = verdict.row
            warnings.put(unit, account.id, subject, verdict.row)
            if verdict.tells:
                banner = await notice_banner(unit, account, {}, now)
                data = {
                    **warning_data(account.state, subject, verdict.row.stage, market, now),
                    **({"banner": banner} if banner else {}),
                }
                what = f"{account.id}:{subject}:{verdict.row.stage}:{account.state.version}:{now:%Y%m%d}"
                posted += post(
                    unit, told, Subject.MARGIN, account.person_id, "margin_warning", data, now, what
                )
        alarmed = any(not each.calm for subject, each in after.items() if subject in found)
        unit.on_commit(lambda: (self._anxious.add if alarmed else self._anxious.discard)(account.id))
        return posted

    async def funding_due(
        self, unit: UnitOfWork, market: MarketSnapshot, at: datetime, holders: Sequence[Account]
    ) -> int:
        """Remind the holders of positions of the funding at a time, once each, in a unit; returns how many notices."""
        told = await listeners(unit, [each.person_id for each in holders])
        now, posted = self._clock.now(), 0
        for account in holders:
            data = reminder_data(account.state, market, at)
            hears = told.get(account.person_id)
            if data is not None and hears is not None:
                banner = await notice_banner(unit, account, {}, now)
                data = {**data, "banner": banner} if banner else data
                what = f"{account.id}:{at.isoformat()}"
                posted += post(
                    unit, hears, Subject.FUNDING, account.person_id, "funding_due", data, now, what
                )
        return posted

    async def _remind(self, name: str, market: MarketSnapshot) -> int:
        at = next_due(market)
        if at is None or self._reminded.get(name) == at:
            return 0
        async with self._store.unit() as unit:
            exposed = await accounts.exposed(unit, name, self._telemetry.incident)
        holders = [each for each in exposed if each.state.positions]
        posted = 0
        for start in range(0, len(holders), AT_ONCE):
            async with self._store.unit() as unit:
                posted += await self.funding_due(unit, market, at, holders[start : start + AT_ONCE])
            await asyncio.sleep(0)
        self._reminded[name] = at
        return posted

    async def _meet(self, met: Sequence[tuple[PriceAlert, Decimal]]) -> int:
        """Book alerts that are met, many in a transaction; one that another process booked is left to it."""
        posted = 0
        for start in range(0, len(met), AT_ONCE):
            some = met[start : start + AT_ONCE]
            try:
                try:
                    posted += await self._book(some)
                except VersionConflict:
                    for each in some:
                        posted += await self._book_alone(each)
            except Exception:
                for alert, _ in met[start:]:
                    self._prices.drop(alert)
                    self._prices.add(alert)
                raise
        return posted

    async def _book_alone(self, met: tuple[PriceAlert, Decimal]) -> int:
        try:
            return await self._book((met,))
        except VersionConflict:
            return 0

    async def _book(self, met: Sequence[tuple[PriceAlert, Decimal]]) -> int:
        posted, now = 0, self._clock.now()
        async with self._store.unit() as unit:
            told = await listeners(unit, [alert.person_id for alert, _ in met])
            for alert, mark in met:
                price_alerts.meet(unit, alert, now)
                data = {
                    "at": now.isoformat(),
                    "symbol": alert.symbol,
                    "base": alert.symbol.removesuffix("USDT"),
                    "above": alert.above,
                    "price": alert.price,
                    "mark": mark,
                }
                hears = told.get(alert.person_id, Listener())
                posted += post(
                    unit, hears, Subject.PRICE, alert.person_id, "price_alert", data, now, alert.id
                )
        return posted


def subject_of(template: str, data: Mapping[str, Any]) -> Subject:
    """What a notice of the settlement is about; one that tells of a stop among other orders is about the stop."""
    if template == "liquidated":
        return Subject.LIQUIDATED
    stopped = any(row["what"] == "filled" and row["purpose"] in {"sl", "trail"} for row in data["rows"])
    return Subject.STOP if stopped else Subject.FILLED


def post(
    unit: UnitOfWork,
    hears: Listener,
    subject: Subject,
    person_id: str,
    template: str,
    data: Mapping[str, Any],
    now: datetime,
    what: str,
) -> int:
    """Post a notice the way its reader wants it, once for each `what`; returns 0 where they do not want it, else 1."""
    manner = hears.manner(subject, now)
    if manner is None:
        return 0
    silent = manner is Manner.SILENT
    outbox.post(
        unit, outbox.Notice(new_id(), person_id, template, plain(data), now, f"{template}:{what}", silent)
    )
    return 1
