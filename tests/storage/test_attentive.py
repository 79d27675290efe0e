"""What attention, warnings and price alerts keep, on every database alike."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.identity import new_id
from bot.storage import Store, VersionConflict, attention, outbox, people, price_alerts, warnings
from bot.storage.attention import Kept
from bot.storage.outbox import Notice
from bot.storage.price_alerts import PriceAlert
from bot.storage.warnings import Warned
from engine.intents import Open
from engine.position import MarginMode, Side
from tests.storage.scene import AT, identity, learner, person, trade

PRICES = {"BTCUSDT": "50000", "ETHUSDT": "2500"}


async def test_choices_are_kept_and_replaced(store: Store) -> None:
    one, other = person(time_zone="Asia/Tokyo"), person()
    async with store.unit() as unit:
        people.create(unit, identity(), one)
        people.create(unit, identity(), other)
    for body in ({"threshold": 70}, {"threshold": 60}):
        async with store.unit() as unit:
            attention.save(unit, one.id, body)
    async with store.unit() as unit:
        found = await attention.of(unit, [one.id, other.id, "nobody", one.id])
        assert found == {one.id: Kept({"threshold": 60}, "Asia/Tokyo"), other.id: Kept(None, "UTC")}
        assert await attention.all_chosen(unit) == {one.id: {"threshold": 60}}


async def test_many_people_are_asked_for_in_parts(store: Store) -> None:
    made = [person() for _ in range(attention.AT_ONCE + 3)]
    async with store.unit() as unit:
        for each in made:
            people.create(unit, identity(), each)
    async with store.unit() as unit:
        assert len(await attention.of(unit, [each.id for each in made])) == len(made)


async def test_alerts_are_open_until_they_are_met_or_dropped(store: Store) -> None:
    owner, _ = await learner(store)
    made = [
        PriceAlert(
            new_id(),
            owner.id,
            "main",
            "BTCUSDT",
            bool(number % 2),
            Decimal("49000.12345678"),
            AT + timedelta(number),
        )
        for number in range(3)
    ]
    async with store.unit() as unit:
        for each in made:
            price_alerts.put(unit, each)
    async with store.unit() as unit:
        assert await price_alerts.of_person(unit, owner.id) == tuple(made)
        price_alerts.meet(unit, made[0], AT)
        price_alerts.drop(unit, made[1])
        price_alerts.drop(unit, replace(made[2], person_id="somebody else"))
    async with store.unit() as unit:
        assert await price_alerts.unmet(unit) == (made[2],)
        price_alerts.purge(unit, AT + timedelta(1))
    for gone in made[:2]:
        with pytest.raises(VersionConflict):
            async with store.unit() as unit:
                price_alerts.meet(unit, gone, AT)


async def test_an_alert_that_two_meet_at_once_is_met_by_one(shared: tuple[Store, Store]) -> None:
    owner, _ = await learner(shared[0])
    alert = PriceAlert(new_id(), owner.id, "main", "BTCUSDT", True, Decimal(1), AT)
    async with shared[0].unit() as unit:
        price_alerts.put(unit, alert)
    async with shared[0].unit() as unit:
        price_alerts.meet(unit, alert, AT)
    late = shared[1].unit()
    price_alerts.meet(late, alert, AT)
    outbox.post(late, Notice("n", owner.id, "price_alert", {}, AT, "only once"))
    with pytest.raises(VersionConflict):
        await late.commit()
    async with shared[1].unit() as unit:
        assert await outbox.due(unit, AT) == (), "the notice went with it"


async def test_the_latest_warning_of_each_subject(store: Store) -> None:
    _, account = await learner(store)
    async with store.unit() as unit:
        warnings.put(unit, account.id, "cross", Warned(80, AT, calm=False))
        warnings.put(unit, account.id, "BTCUSDT:long", Warned(70, AT, calm=True))
    async with store.unit() as unit:
        assert await warnings.anxious(unit) == {account.id}
        warnings.put(unit, account.id, "cross", Warned(90, AT, calm=True))
        warnings.forget(unit, account.id, "BTCUSDT:long")
    async with store.unit() as unit:
        assert await warnings.of_account(unit, account.id) == {"cross": Warned(90, AT, calm=True)}
        assert await warnings.anxious(unit) == frozenset()


async def test_warnings_of_what_is_gone_are_forgotten(store: Store) -> None:
    _, account = await learner(store)
    for symbol, mode in (("BTCUSDT", MarginMode.ISOLATED), ("ETHUSDT", MarginMode.CROSS)):
        account = await trade(store, account, Open(symbol, Side.LONG, Decimal("0.1"), 10, mode), PRICES)
    state = account.state
    btc, eth = state.positions["BTCUSDT", Side.LONG], state.positions["ETHUSDT", Side.LONG]
    assert (warnings.subject_of(btc), warnings.subject_of(eth)) == ("BTCUSDT:long", "cross")
    async with store.unit() as unit:
        for subject in ("BTCUSDT:long", "cross"):
            warnings.put(unit, account.id, subject, Warned(80, AT, calm=False))
        warnings.forget_gone(unit, account.id, state, state)
    async with store.unit() as unit:
        assert len(await warnings.of_account(unit, account.id)) == 2
        warnings.forget_gone(unit, account.id, state, replace(state, positions={eth.key: eth}))
    async with store.unit() as unit:
        assert set(await warnings.of_account(unit, account.id)) == {"cross"}
        turned = {("ETHUSDT", Side.SHORT): replace(eth, side=Side.SHORT)}
        warnings.forget_gone(unit, account.id, state, replace(state, positions=turned))
    async with store.unit() as unit:
        assert set(await warnings.of_account(unit, account.id)) == {"cross"}, "the cross account goes on"
        warnings.forget_gone(unit, account.id, replace(state, positions=turned), replace(state, positions={}))
    async with store.unit() as unit:
        assert await warnings.of_account(unit, account.id) == {}


async def test_a_silent_notice_stays_so(store: Store) -> None:
    owner, _ = await learner(store)
    async with store.unit() as unit:
        for number, silent in enumerate((True, False)):
            at = AT + timedelta(seconds=number)
            outbox.post(unit, Notice(str(number), owner.id, "empty", {}, at, str(number), silent))
    async with store.unit() as unit:
        assert [each.notice.silent for each in await outbox.due(unit, AT + timedelta(1))] == [True, False]


async def test_a_delivery_is_put_off_unless_somebody_took_it(store: Store) -> None:
    owner, _ = await learner(store)
    async with store.unit() as unit:
        outbox.post(unit, Notice("n", owner.id, "empty", {}, AT, "k"))
    async with store.unit() as unit:
        (found,) = await outbox.due(unit, AT)
        outbox.postpone(unit, found, AT + timedelta(hours=1))
    async with store.unit() as unit:
        assert await outbox.due(unit, AT) == ()
        (later,) = await outbox.due(unit, AT + timedelta(hours=1))
        assert later.attempts == 0, "putting off is no attempt"
        outbox.claim(unit, later, AT + timedelta(hours=2))
    with pytest.raises(VersionConflict):
        async with store.unit() as unit:
            outbox.postpone(unit, later, AT + timedelta(hours=3))
