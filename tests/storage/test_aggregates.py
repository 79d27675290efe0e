"""What each aggregate keeps, on every database alike."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.identity import Identity, Platform, new_id
from bot.storage import (
    Store,
    VersionConflict,
    accounts,
    chats,
    conversation,
    journal,
    outbox,
    people,
    previews,
)
from bot.storage.chats import Chat
from bot.storage.conversation import Kept
from bot.storage.outbox import Notice
from bot.storage.people import Person
from bot.storage.previews import Preview
from engine.intents import CancelOrder, Close, Open, Place, Settle
from engine.position import MarginMode, Side
from engine.resting import Order, OrderType
from tests.storage.scene import AT, MARKET, identity, learner, person, trade

HOUR = timedelta(hours=1)
START = {"BTCUSDT": "50000", "ETHUSDT": "2500"}


# People


async def test_a_person_speaks_from_several_platforms(store: Store) -> None:
    owner = person(language="es", time_zone="America/Lima", default_size=Decimal("0.015"), confirm=False)
    console, phone = identity(), Identity(Platform.TELEGRAM, "12345678901")
    async with store.unit() as unit:
        people.create(unit, console, owner)
        people.link(unit, phone, owner.id)
    async with store.unit() as unit:
        assert await people.find(unit, phone) == await people.get(unit, owner.id) == owner
        assert await people.identities(unit, owner.id) == (console, phone)
        assert await people.find(unit, Identity(Platform.DISCORD, phone.user)) is None


async def test_settings_are_saved(store: Store) -> None:
    owner, _ = await learner(store)
    changed = replace(owner, language="en", confirm=False, default_size=Decimal("0.1"), started=True)
    async with store.unit() as unit:
        people.save(unit, changed)
    async with store.unit() as unit:
        assert await people.get(unit, owner.id) == changed


# Accounts and journal


def refuse(fault: Exception) -> None:
    """A state that cannot be read is a fault here."""
    raise fault


async def test_a_liquidation_from_open_to_ledger(store: Store) -> None:
    """0.1 BTC at 50,000 with 500 of margin out of 1,000; the mark falls to 45,000."""
    _, account = await learner(store, "1000")
    order = Open("BTCUSDT", Side.LONG, Decimal("0.1"), leverage=10, mode=MarginMode.ISOLATED)
    account = await trade(store, account, order, START)
    async with store.unit() as unit:
        assert await accounts.exposed(unit, MARKET, refuse) == [account]
        assert await accounts.exposed(unit, "elsewhere", refuse) == []
        balances = await journal.balances(unit, account.id)
        assert (
            balances["isolated:BTCUSDT:long"] == account.state.positions["BTCUSDT", Side.LONG].isolated_wallet
        )
    account = await trade(store, account, Settle(), {**START, "BTCUSDT": "45000"})
    async with store.unit() as unit:
        assert await accounts.exposed(unit, MARKET, refuse) == []
        assert await accounts.load(unit, account.id) == account
        assert await journal.replayed(unit, account.id) == account.state
        assert await journal.ledger_sum(unit) == 0
        balances = await journal.balances(unit, account.id)
        assert balances["wallet"] == account.state.wallet
        assert sum(balances.values()) == 0
        assert await journal.fund(unit, MARKET) == balances.get("fund", 0)
        assert await journal.fund(unit, "elsewhere") == 0
        kinds = [
            entry.event for entry in await journal.entries(unit, account.id, kinds=["position-liquidated"])
        ]
        assert len(kinds) == 1


async def test_a_resting_order_alone_exposes_an_account(store: Store) -> None:
    _, account = await learner(store)
    order = Order("BTCUSDT", Side.LONG, OrderType.LIMIT, Decimal("0.1"), price=Decimal(49_000))
    account = await trade(store, account, Place(order), START)
    async with store.unit() as unit:
        assert await accounts.exposed(unit, MARKET, refuse) == [account]
    account = await trade(store, account, CancelOrder(1), START)
    async with store.unit() as unit:
        assert await accounts.exposed(unit, MARKET, refuse) == []


async def test_the_journal_is_read_newest_first_and_in_pages(store: Store) -> None:
    _, account = await learner(store)
    for number in range(6):
        intent = Close("ETHUSDT") if number % 2 else Open("ETHUSDT", Side.SHORT, Decimal("0.5"))
        account = await trade(store, account, intent, START)
    async with store.unit() as unit:
        whole = await journal.entries(unit, account.id)
        assert [entry.seq for entry in whole] == list(range(account.state.version, 0, -1))
        assert {(entry.at, entry.market_time) for entry in whole} == {(AT, AT)}
        first = await journal.entries(unit, account.id, limit=3)
        rest = await journal.entries(unit, account.id, before_seq=first[-1].seq)
        assert first + rest == whole
        closes = await journal.entries(unit, account.id, kinds=["position-closed"], limit=2)
        assert [type(entry.event).__name__ for entry in closes] == ["PositionClosed"] * 2


async def test_the_market_may_have_a_time_of_its_own(store: Store) -> None:
    _, account = await learner(store)
    async with store.unit() as unit:
        accounts.record(
            unit, account, [(await journal.entries(unit, account.id))[0].event], AT, AT - 99 * HOUR
        )
    async with store.unit() as unit:
        newest = (await journal.entries(unit, account.id))[0]
        assert (newest.at, newest.market_time) == (AT, AT - 99 * HOUR)


# Conversation


async def test_an_open_question_is_replaced_and_closed(store: Store) -> None:
    owner, _ = await learner(store)
    first, second = Kept("open btc", AT), Kept("open btc long 5×", AT)
    async with store.unit() as unit:
        assert await conversation.pending(unit, owner.id, "telegram:1") is None
        conversation.set_pending(unit, owner.id, "telegram:1", first.line, AT)
    async with store.unit() as unit:
        assert await conversation.pending(unit, owner.id, "telegram:1") == first
        conversation.set_pending(unit, owner.id, "telegram:1", second.line, AT)
    async with store.unit() as unit:
        assert await conversation.pending(unit, owner.id, "telegram:1") == second
        assert await conversation.pending(unit, owner.id, "telegram:2") is None
        conversation.set_pending(unit, owner.id, "telegram:1", first.line, AT)
        conversation.clear_pending(unit, owner.id, "telegram:1")
    async with store.unit() as unit:
        assert await conversation.pending(unit, owner.id, "telegram:1") is None


async def test_the_words_of_a_button_are_kept_exactly(store: Store) -> None:
    line = "open btc long 5× \u202e<b> ' \" %s"
    async with store.unit() as unit:
        conversation.put_action(unit, "token", "person:1", line, AT)
    async with store.unit() as unit:
        assert await conversation.action(unit, "token") == Kept(line, AT)
        assert await conversation.action(unit, "other") is None


async def test_what_is_old_is_forgotten(store: Store) -> None:
    owner, account = await learner(store)
    for name, at in (("old", AT), ("new", AT + HOUR)):
        async with store.unit() as unit:
            conversation.mark(unit, Platform.CONSOLE, name, {}, at)
            conversation.put_action(unit, name, owner.id, "help", at)
            conversation.set_pending(unit, owner.id, name, "open btc", at)
            previews.put(unit, Preview(name, account.id, owner.id, {}, at))
    async with store.unit() as unit:
        conversation.purge(unit, AT + HOUR)
        previews.purge(unit, AT + HOUR)
    async with store.unit() as unit:
        for name, kept in (("old", False), ("new", True)):
            assert (await conversation.find(unit, Platform.CONSOLE, name) is not None) is kept
            assert (await conversation.action(unit, name) is not None) is kept
            assert (await conversation.pending(unit, owner.id, name) is not None) is kept
            assert (await previews.get(unit, name) is not None) is kept


# Outbox


def notice(owner: Person, key: str) -> Notice:
    return Notice(new_id(20), owner.id, "liquidated", {"symbol": "BTCUSDT", "price": "45000.10"}, AT, key)


async def test_a_notice_goes_to_every_identity_that_can_be_reached(store: Store) -> None:
    owner = person()
    console, phone, lost = identity(), Identity(Platform.TELEGRAM, "1"), Identity(Platform.DISCORD, "2")
    async with store.unit() as unit:
        people.create(unit, console, owner)
        people.link(unit, phone, owner.id)
        people.link(unit, lost, owner.id)
        people.mark_unreachable(unit, lost, AT)
    posted = notice(owner, "a:1")
    async with store.unit() as unit:
        outbox.post(unit, posted)
    async with store.unit() as unit:
        waiting = await outbox.due(unit, AT)
        assert {delivery.identity for delivery in waiting} == {console, phone}
        assert {delivery.notice.id for delivery in waiting} == {posted.id}
        assert waiting[0].notice == posted
        assert await outbox.due(unit, AT - HOUR) == ()
        people.heard(unit, lost, "es")
        outbox.post(unit, notice(owner, "a:2"))
    async with store.unit() as unit:
        later = await outbox.due(unit, AT)
        assert {delivery.identity for delivery in later} == {console, phone, lost}
        assert {delivery.language for delivery in later if delivery.identity == lost} == {"es"}


async def test_a_second_notice_with_the_same_key_is_dropped(store: Store) -> None:
    owner, _ = await learner(store)
    async with store.unit() as unit:
        outbox.post(unit, notice(owner, "k"))
        outbox.post(unit, notice(owner, "k"))
    async with store.unit() as unit:
        outbox.post(unit, notice(owner, "k"))
    async with store.unit() as unit:
        assert len(await outbox.due(unit, AT)) == 1


async def test_a_delivery_is_claimed_put_off_and_ended(store: Store) -> None:
    owner, _ = await learner(store)
    async with store.unit() as unit:
        outbox.post(unit, notice(owner, "k"))
    async with store.unit() as unit:
        (first,) = await outbox.due(unit, AT)
        claimed = outbox.claim(unit, first, AT + HOUR)
    with pytest.raises(VersionConflict):
        async with store.unit() as unit:
            outbox.claim(unit, first, AT + 2 * HOUR)
    async with store.unit() as unit:
        assert await outbox.due(unit, AT) == ()
        assert await outbox.due(unit, AT + HOUR) == (claimed,)  # the claimant died: it falls due again
        outbox.failed(unit, claimed, AT + 3 * HOUR)
    async with store.unit() as unit:
        assert await outbox.due(unit, AT + 2 * HOUR) == ()
        (again,) = await outbox.due(unit, AT + 3 * HOUR)
        assert again.attempts == 1
        outbox.delivered(unit, again, AT + 3 * HOUR)
    async with store.unit() as unit:
        assert await outbox.due(unit, AT + 99 * HOUR) == ()


async def test_a_delivery_can_be_given_up(store: Store) -> None:
    owner, _ = await learner(store)
    async with store.unit() as unit:
        outbox.post(unit, notice(owner, "k"))
    async with store.unit() as unit:
        outbox.failed(unit, (await outbox.due(unit, AT))[0], None)
    async with store.unit() as unit:
        assert await outbox.due(unit, AT + 99 * HOUR) == ()


# Chats


async def test_a_chat_keeps_its_language(store: Store) -> None:
    async with store.unit() as unit:
        assert await chats.find(unit, Platform.TELEGRAM, "-100") is None
        chats.save(unit, Chat(Platform.TELEGRAM, "-100", "es", {"gate": False}))
    async with store.unit() as unit:
        found = await chats.find(unit, Platform.TELEGRAM, "-100")
        assert found is not None
        chats.save(unit, replace(found, language=None))
    async with store.unit() as unit:
        assert await chats.find(unit, Platform.TELEGRAM, "-100") == Chat(
            Platform.TELEGRAM, "-100", None, {"gate": False}
        )
