"""Margin warnings, price alerts and funding reminders: once, in time, and never on a stale price."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.market.fixed import FixedFeed
from bot.services.alerts import Alerts, subject_of
from bot.services.attention import Attention, Subject, Thresholds, listener
from bot.services.margin_warnings import judge
from bot.services.markets import MAIN_MARKET
from bot.services.price_alerts import PriceAlerts
from bot.storage import price_alerts, tables, warnings
from bot.storage.price_alerts import PriceAlert
from bot.storage.warnings import Warned
from engine.market import MarketSnapshot
from tests.harness import Talk, talking, text

LONG = ("/open btc long 10x isolated 500", "!press Confirm")
# 10×, 0.1 BTC at 50,000: liquidation at 45,205.82; balance and maintenance give the ratio at these marks.
AT_60, AT_81, AT_85, AT_91 = 45_275, 45_245, 45_238, 45_226


class Watched:
    """The alerts of a bot, looked at by hand."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.prices = PriceAlerts()
        self.thresholds = Thresholds()
        bot = talk.bot
        self.alerts = Alerts(bot.store, bot.clock, bot.telemetry, self.prices, self.thresholds)

    def at(self, price: int | str, symbol: str = "BTCUSDT") -> MarketSnapshot:
        feed = self.talk.bot.feed
        assert isinstance(feed, FixedFeed)
        return feed.set_price(symbol, Decimal(price))

    async def margin(self, market: MarketSnapshot, who: str = "me") -> int:
        """Look at somebody's margin, as the settlement does."""
        account = await self.talk.main(who)
        async with self.talk.bot.store.unit() as unit:
            told = await listener(unit, account.person_id)
            return await self.alerts.margin(unit, account, market, self.talk.bot.clock.now(), told)

    async def told(self) -> list[tuple[str, bool, dict[str, Any]]]:
        """Template, silent and data of all notices, in their order."""
        async with self.talk.bot.store.unit() as unit:
            rows = await unit.fetch(select(tables.notices).order_by(tables.notices.c.at))
        return [(row.template, row.silent, row.data) for row in rows]


@asynccontextmanager
async def watched(*lines: str, **more: Any) -> AsyncIterator[Watched]:
    async with talking(**more) as talk:
        for line in lines:
            await talk.dialogue(line)
        found = Watched(talk)
        await found.alerts.load()
        yield found


async def test_a_warning_comes_at_the_threshold_and_at_every_worse_stage() -> None:
    async with watched(*LONG) as it:
        assert await it.margin(it.at(AT_60)) == 0
        assert await it.margin(it.at(AT_81)) == 1
        assert await it.margin(it.at(AT_85)) == 0, "no worse stage"
        assert await it.margin(it.at(AT_91)) == 1
        assert [(each, data["stage"]) for each, _, data in await it.told()] == [
            ("margin_warning", 80),
            ("margin_warning", 90),
        ]
        assert it.alerts.anxious == {(await it.talk.main()).id}


async def test_what_a_warning_says_is_what_the_engine_says() -> None:
    async with watched(*LONG) as it:
        await it.margin(it.at(AT_81))
        ((_, silent, data),) = await it.told()
        largest = data["largest"]
        # balance 497.5 − 475.5 = 22; maintenance 4,524.5·0.004 = 18.098; ratio 82.26 %
        assert (data["balance"], data["maintenance"]) == ("22.0", "18.0980")
        assert Decimal(data["ratio"]).quantize(Decimal("0.0001")) == Decimal("0.8226")
        assert largest["liquidation"].startswith("45205.82")
        assert Decimal(data["relief"]["amount"]) == Decimal("50.40"), "18.098 / 0.25 − 22, rounded up"
        assert not silent
        await it.talk.bot.notifier.flush()
        ((_, reply),) = it.talk.postbox.delivered
        shown = text(reply)
        assert "82.26 %" in shown
        assert "45,205.82 (0.08 % away)" in shown
        await it.talk.press("Add 50.4 USDT", on=reply)
        assert it.talk.shown().answer.template == "preview_margin"
        await it.talk.press("Close half of BTC", on=reply)
        assert it.talk.shown().answer.template == "preview_close"
        await it.talk.press("Why this price?", on=reply)
        assert it.talk.shown().answer.template == "why"


async def test_a_button_under_a_notice_only_previews_even_without_confirmation() -> None:
    async with watched(*LONG, "/settings confirm off") as it:
        await it.margin(it.at(AT_81))
        await it.talk.bot.notifier.flush()
        before = await it.talk.account()
        await it.talk.press("Add 50.4 USDT", on=it.talk.postbox.delivered[0][1])
        assert it.talk.shown().answer.template == "preview_margin"
        assert await it.talk.account() == before


async def test_the_margin_that_is_offered_brings_the_ratio_to_a_quarter() -> None:
    async with watched(*LONG) as it:
        await it.margin(it.at(AT_81))
        await it.talk.bot.notifier.flush()
        await it.talk.press("Add 50.4 USDT", on=it.talk.postbox.delivered[0][1])
        await it.talk.press("Confirm")
        assert "24.99 %" in text(await it.talk.say("/positions"))


async def test_no_more_is_offered_than_is_there() -> None:
    async with watched("/open btc long 10x isolated 900", "!press Confirm", wallet=905) as it:
        await it.margin(it.at(AT_81))
        ((_, _, data),) = await it.told()
        assert data["relief"]["amount"] == "5.00", "what is wanted is 90.58"


async def test_after_calm_the_same_warning_waits_a_day_but_a_worse_one_does_not() -> None:
    async with watched(*LONG) as it:
        assert await it.margin(it.at(AT_81)) == 1
        assert await it.margin(it.at(48_000)) == 0
        assert it.alerts.anxious == frozenset()
        it.talk.later(hours=23)
        assert await it.margin(it.at(AT_81)) == 0
        assert await it.margin(it.at(AT_91)) == 1
        assert await it.margin(it.at(48_000)) == 0
        it.talk.later(hours=24)
        assert await it.margin(it.at(AT_81)) == 1


async def test_a_ratio_that_sways_about_the_threshold_warns_once() -> None:
    async with watched(*LONG) as it:
        warned = 0
        for _ in range(5):
            warned += await it.margin(it.at(AT_81))
            warned += await it.margin(it.at(45_253))
            it.talk.later(days=2)
        assert warned == 1, "78 % is not five points below 80 %"


@pytest.mark.parametrize(
    ("before", "ratio", "hours", "expected"),
    [
        (None, "0.79", 0, None),
        (None, "0.80", 0, (80, False, True)),
        ((80, False), "0.85", 48, None),
        ((80, False), "0.91", 0, (90, False, True)),
        ((80, False), "0.76", 0, None),
        ((80, False), "0.74", 0, (80, True, False)),
        ((80, True), "0.74", 48, None),
        ((80, True), "0.81", 23, None),
        ((80, True), "0.81", 24, (80, False, True)),
        ((90, True), "0.81", 24, (80, False, True)),
        ((80, True), "0.95", 1, (90, False, True)),
    ],
)
def test_what_a_ratio_means(
    before: tuple[int, bool] | None, ratio: str, hours: int, expected: tuple[int, bool, bool] | None
) -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    kept = None if before is None else Warned(before[0], now - timedelta(hours=hours), before[1])
    found = judge(Attention(), Decimal(ratio), kept, now)
    assert (None if found is None else (found.row.stage, found.row.calm, found.tells)) == expected


async def test_the_threshold_and_the_manner_are_the_learners() -> None:
    async with watched(*LONG, "/alerts threshold 60", "/alerts margin silent") as it:
        assert it.thresholds.of((await it.talk.main()).person_id) == Decimal("0.6")
        assert await it.margin(it.at(AT_60)) == 1
        assert [silent for _, silent, _ in await it.told()] == [True]
    async with watched(*LONG, "/alerts margin off") as it:
        assert it.thresholds.of((await it.talk.main()).person_id) is None
        assert await it.margin(it.at(AT_81)) == 0


async def test_in_quiet_hours_a_warning_is_silent() -> None:
    async with watched(*LONG, "/quiet 00:00-12:00", "/settings UTC") as it:
        hour = it.talk.bot.clock.now().hour
        it.talk.later(hours=(24 + 3 - hour) % 24)
        await it.margin(it.at(AT_81))
        assert [silent for _, silent, _ in await it.told()] == [True]


async def test_cross_is_warned_as_a_whole() -> None:
    async with watched(
        "/open btc long 20x cross =60000",
        "!press Confirm",
        "/open eth long 20x cross =60000",
        "!press Confirm",
    ) as it:
        it.at("2300", "ETHUSDT")
        market = it.at("46050")
        assert await it.margin(market) == 1
        ((_, _, data),) = await it.told()
        assert data["mode"] == "cross"
        assert len(data["positions"]) == 2
        assert data["relief"] is None
        await it.talk.bot.notifier.flush()
        assert "Your cross account" in text(it.talk.postbox.delivered[0][1])


async def test_a_stale_price_warns_nobody() -> None:
    async with watched(*LONG, "/alert btc 46000") as it:
        fresh = it.at(AT_81)
        stale = replace(fresh, time=fresh.time + timedelta(minutes=1), stale_after=timedelta(seconds=15))
        assert await it.margin(stale) == 0
        assert await it.alerts.tick(MAIN_MARKET, stale) == 0
        assert await it.margin(fresh) == 1
        assert await it.alerts.tick(MAIN_MARKET, fresh) == 1


async def test_what_is_closed_and_opened_again_is_warned_of_again() -> None:
    async with watched(*LONG) as it:
        before = (await it.talk.main()).state
        assert await it.margin(it.at(AT_81)) == 1
        it.at(50_000)
        await it.talk.dialogue("/close btc", "!press Confirm", *LONG)
        after = await it.talk.main()
        async with it.talk.bot.store.unit() as unit:
            warnings.forget_gone(unit, after.id, before, replace(before, positions={}))
        assert await it.margin(it.at(AT_81)) == 1
        assert len(await it.told()) == 2


# Price alerts


async def test_an_alert_is_told_once() -> None:
    async with watched("/alert btc < 49000", "/alert btc > 51000") as it:
        assert await it.alerts.tick(MAIN_MARKET, it.at(50_000)) == 0
        assert await it.alerts.tick(MAIN_MARKET, it.at(49_000)) == 1
        assert await it.alerts.tick(MAIN_MARKET, it.at(48_000)) == 0
        assert await it.alerts.tick(MAIN_MARKET, it.at(52_000)) == 1
        assert [data["above"] for _, _, data in await it.told()] == [False, True]
        assert "None." in text(await it.talk.say("/alert list"))


async def test_what_was_reached_while_nobody_looked_is_told_at_the_start(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as talk:
        await talk.dialogue("/alert btc < 49000")
    async with watched(database=database) as it:
        market = it.at(47_000)
        assert await it.alerts.tick(MAIN_MARKET, market) == 1
        again = Watched(it.talk)
        await again.alerts.load()
        assert await again.alerts.tick(MAIN_MARKET, market) == 0


async def test_two_processes_tell_once() -> None:
    async with watched("/alert btc < 49000", "/alert btc < 49500") as it:
        other = Watched(it.talk)
        await other.alerts.load()
        market = it.at(48_000)
        assert await it.alerts.tick(MAIN_MARKET, market) + await other.alerts.tick(MAIN_MARKET, market) == 2
        assert len(await it.told()) == 2


async def test_one_that_another_process_told_does_not_keep_back_the_rest() -> None:
    async with watched("/alert btc < 49000", "/alert btc < 49500") as it:
        async with it.talk.bot.store.unit() as unit:
            first, _ = await price_alerts.unmet(unit)
            price_alerts.meet(unit, first, it.talk.bot.clock.now())
        assert await it.alerts.tick(MAIN_MARKET, it.at(48_000)) == 1


async def test_what_is_off_is_met_silently_and_for_good() -> None:
    async with watched("/alert btc < 49000", "/alerts price off") as it:
        assert await it.alerts.tick(MAIN_MARKET, it.at(48_000)) == 0
        assert "None." in text(await it.talk.say("/alert list"))


def alert(number: int, price: Decimal, *, above: bool, symbol: str = "BTCUSDT") -> PriceAlert:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return PriceAlert(str(number), "p", MAIN_MARKET, symbol, above, price, at)


async def test_the_index_finds_exactly_what_a_look_at_every_alert_finds() -> None:
    rng = random.Random(7)
    async with talking() as talk:
        it = Watched(talk)
        index, left = PriceAlerts(), dict[str, PriceAlert]()
        for number in range(3_000):
            if rng.random() < 0.5:
                above = rng.random() < 0.5
                made = alert(number, Decimal(rng.randrange(40_000, 60_000)), above=above)
                index.add(made)
                left[made.id] = made
            elif left and rng.random() < 0.3:
                gone = left.pop(rng.choice(sorted(left)))
                index.drop(gone)
            else:
                mark = Decimal(rng.randrange(45_000, 55_000))
                found = {each.id for each, _ in index.met(MAIN_MARKET, it.at(int(mark)))}
                due = {
                    each.id
                    for each in left.values()
                    if (mark >= each.price if each.above else mark <= each.price)
                }
                assert found == due
                left = {key: each for key, each in left.items() if key not in due}


# Funding


def near_funding(market: MarketSnapshot, minutes: int) -> MarketSnapshot:
    """The market so many minutes before the next funding, at a rate of 0.05 %."""
    quotes = {
        symbol: replace(
            each, next_funding=market.time + timedelta(minutes=minutes), funding_rate=Decimal("0.0005")
        )
        for symbol, each in market.quotes.items()
    }
    return replace(market, quotes=quotes)


async def test_funding_is_reminded_of_once_a_quarter_of_an_hour_before() -> None:
    async with watched(*LONG) as it:
        market = it.at(50_000)
        assert await it.alerts.tick(MAIN_MARKET, near_funding(market, 16)) == 0
        assert await it.alerts.tick(MAIN_MARKET, near_funding(market, 15)) == 1
        assert await it.alerts.tick(MAIN_MARKET, near_funding(market, 15)) == 0
        ((template, silent, data),) = await it.told()
        assert (template, silent) == ("funding_due", True)
        (row,) = data["rows"]
        # 0.1 BTC at 50,000 · 0.05 % = 2.50, which is 0.5025 % of the 497.50 behind it
        assert (Decimal(row["amount"]), Decimal(data["total"])) == (Decimal("-2.5"), Decimal("-2.5"))
        assert Decimal(row["share"]).quantize(Decimal("0.000001")) == Decimal("0.005025")
        await it.talk.bot.notifier.flush()
        shown = text(it.talk.postbox.delivered[0][1])
        assert "you pay 2.50 USDT" in shown
        assert it.talk.postbox.delivered[0][1].silent


async def test_a_start_shortly_before_funding_does_not_remind_again() -> None:
    async with watched(*LONG) as it:
        market = near_funding(it.at(50_000), 10)
        assert await it.alerts.tick(MAIN_MARKET, market) == 1
        again = Watched(it.talk)
        await again.alerts.tick(MAIN_MARKET, market)
        assert len(await it.told()) == 1


async def test_who_holds_nothing_or_wants_no_reminder_gets_none() -> None:
    async with watched("/limit btc long @40000 500", "!press Confirm") as it:
        assert await it.alerts.tick(MAIN_MARKET, near_funding(it.at(50_000), 10)) == 0
    async with watched(*LONG, "/alerts funding off") as it:
        assert await it.alerts.tick(MAIN_MARKET, near_funding(it.at(50_000), 10)) == 0


async def test_less_than_a_cent_is_no_reminder() -> None:
    async with watched(*LONG) as it:
        market = near_funding(it.at(50_000), 10)
        quotes = {
            key: replace(each, funding_rate=Decimal("0.0000001")) for key, each in market.quotes.items()
        }
        assert await it.alerts.tick(MAIN_MARKET, replace(market, quotes=quotes)) == 0


@pytest.mark.parametrize(
    ("template", "rows", "subject"),
    [
        ("liquidated", [], Subject.LIQUIDATED),
        ("order_notice", [("filled", "limit")], Subject.FILLED),
        ("order_notice", [("filled", "limit"), ("filled", "sl")], Subject.STOP),
        ("order_notice", [("filled", "trail")], Subject.STOP),
        ("order_notice", [("cancelled", "sl")], Subject.FILLED),
    ],
)
def test_what_a_notice_is_about(template: str, rows: list[tuple[str, str]], subject: Subject) -> None:
    data = {"rows": [{"what": what, "purpose": purpose} for what, purpose in rows]}
    assert subject_of(template, data) is subject
