"""The books of a bot that has ended, read from its database."""

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from bot.storage import Store, accounts, journal, tables
from engine.account import MarginAccount
from engine.events import Event, PositionIncreased, PositionOpened


def url_of(path: Path) -> str:
    """The address of a database file."""
    return f"sqlite+aiosqlite:///{path}"


@dataclass(slots=True)
class Books:
    """What an audit found: each account's state and events by whose it is, as `platform:name`."""

    states: dict[str, MarginAccount] = field(default_factory=dict)
    events: dict[str, list[Event]] = field(default_factory=dict)

    @property
    def trades(self) -> Counter[Decimal]:
        """How often each quantity was bought or sold to open or to add."""
        return Counter(
            each.quantity.normalize()
            for events in self.events.values()
            for each in events
            if isinstance(each, PositionOpened | PositionIncreased)
        )


async def audited(path: Path) -> Books:
    """The books, whole and in balance: every posting has its counterpart, every journal leads to the stored state."""
    with sqlite3.connect(path) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert raw.execute("PRAGMA foreign_key_check").fetchone() is None
    raw.close()
    store = await Store.open(url_of(path))
    try:
        return await audit(store)
    finally:
        await store.close()


async def audit(store: Store) -> Books:
    """The same of a database that is open."""
    books = Books()
    async with store.unit() as unit:
        owners = {
            row.person_id: f"{row.platform}:{row.user}" for row in await unit.fetch(select(tables.identities))
        }
        ids = [row.id for row in await unit.fetch(select(tables.accounts.c.id))]
        for each in ids:
            account = await accounts.load(unit, each)
            assert await journal.replayed(unit, each) == account.state
            balances = await journal.balances(unit, each)
            assert sum(balances.values(), Decimal(0)) == 0
            assert balances.get("wallet", Decimal(0)) == account.state.cross_wallet
            found = await journal.entries(unit, each, limit=100_000)
            assert [entry.seq for entry in found] == list(range(account.state.version, 0, -1))
            if account.archived_at is None:
                books.states[owners[account.person_id]] = account.state
                books.events[owners[account.person_id]] = [entry.event for entry in reversed(found)]
        assert await journal.ledger_sum(unit) == 0
    return books
