"""What a front gives to the rest: sending a reply to somebody who did not just ask."""

from typing import Protocol

from bot.core.identity import Identity, Platform
from bot.core.reply import Reply


class Unreachable(Exception):
    """The person blocked the bot or is gone: do not try again until they write."""


class RetryLater(Exception):
    """The platform asked to wait this many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class Sender(Protocol):
    """A front as the notifier sees it."""

    @property
    def platform(self) -> Platform:
        """Which platform it serves."""

    async def send(self, to: Identity, reply: Reply) -> None:
        """Send a reply to a person's private chat; raises Unreachable or RetryLater, anything else is a fault."""


class Front(Sender, Protocol):
    """A front's life: it serves until it is cancelled."""

    async def serve(self) -> None:
        """Receive and answer until cancelled."""
