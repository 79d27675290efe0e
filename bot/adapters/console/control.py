"""What the terminal may do beside talking to the bot: move the market and its clock; the services implement it."""

from datetime import timedelta
from decimal import Decimal
from typing import Protocol


class Control(Protocol):
    """The hand on the market. What it raises is told to the speaker as the router describes it."""

    async def price(self, symbol: str, price: Decimal) -> None:
        """Set mark, last and index of a contract, in USDT, and settle.

        `symbol` is a contract's whole symbol where the lexicon knows the word, else the word in capitals.
        Raises for a market whose prices cannot be set, an unknown symbol or a price that cannot be.
        """

    async def clock(self, by: timedelta) -> None:
        """Move the market's clock and run what is due on the way. Raises where the clock cannot be moved."""

    async def flush(self) -> None:
        """Deliver the notices that are due now."""

    def make_admin(self, room: str, who: str) -> None:
        """Make somebody an administrator of a room, of all rooms where `room` is empty."""
