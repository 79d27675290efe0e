"""What is kept for a short while only is forgotten, and nothing else is."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.core.clock import ManualClock
from bot.core.identity import Identity, Platform
from bot.services.housekeeping import Housekeeping
from bot.storage import Store, accounts, conversation, people, previews
from bot.storage.accounts import Account
from bot.storage.people import Person
from bot.storage.previews import Preview
from bot.telemetry import Telemetry
from engine.account import MarginAccount

NOW = datetime(2026, 3, 1, tzinfo=UTC)


async def test_old_answers_questions_and_previews_go_and_new_ones_stay() -> None:
    store = await Store.open("sqlite+aiosqlite://")
    try:
        person = Person("p", None, "UTC", True, Decimal("0.02"), NOW, True)
        account = Account("a", "p", accounts.MAIN, "main", MarginAccount.empty(), NOW)
        async with store.unit() as unit:
            people.create(unit, Identity(Platform.CONSOLE, "me"), person)
            accounts.create(unit, account)
            for name, age in (("new", timedelta(hours=1)), ("old", timedelta(days=8))):
                conversation.mark(unit, Platform.CONSOLE, name, {}, NOW - age)
                conversation.put_action(unit, name, "p", "help", NOW - age)
                conversation.set_pending(unit, "p", name, "open btc", NOW - age)
                previews.put(unit, Preview(name, "a", "p", {}, NOW - age))
        await Housekeeping(store, ManualClock(NOW), Telemetry()).tidy()
        async with store.unit() as unit:
            for name, kept in (("new", True), ("old", False)):
                assert (await conversation.find(unit, Platform.CONSOLE, name) is not None) is kept
                assert (await conversation.action(unit, name) is not None) is kept
                assert (await conversation.pending(unit, "p", name) is not None) is kept
                assert (await previews.get(unit, name) is not None) is kept
            assert (await accounts.load(unit, "a")).state == MarginAccount.empty()
    finally:
        await store.close()
