"""Reading use cases: what an account did."""

from bot.storage import UnitOfWork, journal
from bot.storage.journal import Entry

__all__ = ["Entry", "closed_trades", "page_of_history"]

CLOSING = ("position-closed", "position-liquidated")
TRADES = (
    "position-opened",
    "position-increased",
    "position-reduced",
    "position-closed",
    "position-liquidated",
    "margin-changed",
    "deposited",
    "adl-struck",
    "funding-paid",
    "position-mode-changed",
    "order-accepted",
    "order-triggered",
    "order-filled",
    "order-cancelled",
    "order-expired",
)


async def closed_trades(unit: UnitOfWork, account_id: str) -> int:
    """How many times positions of an account were closed or liquidated."""
    return await journal.count(unit, account_id, CLOSING)


async def page_of_history(
    unit: UnitOfWork, account_id: str, before: int | None, size: int
) -> tuple[tuple[Entry, ...], int | None]:
    """A page of the journal, newest first, and where the next one starts (None: this is the last)."""
    found = await journal.entries(unit, account_id, before_seq=before, limit=size + 1, kinds=TRADES)
    return found[:size], found[size - 1].seq if len(found) > size else None
