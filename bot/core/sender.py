"""What a front gives to the rest: sending a reply to somebody who did not just ask."""

from dataclasses import dataclass
from typing import Protocol

from bot.core.identity import ChatRef, Identity, Platform
from bot.core.reply import Reply


class Unreachable(Exception):
    """The person blocked the bot or is gone: do not try again until they write."""


class RetryLater(Exception):
    """The platform asked to wait this many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class MessageGone(Exception):
    """The message that was to be changed is not there any more."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message of the bot in a chat; `message` is the platform's id of it, to change it later."""

    chat: ChatRef
    message: str


class Sender(Protocol):
    """A front as the notifier sees it."""

    @property
    def platform(self) -> Platform:
        """Which platform it serves."""

    async def send(self, to: Identity, reply: Reply) -> None:
        """Send a reply to a person's private chat; raises Unreachable or RetryLater, anything else is a fault."""


class Poster(Protocol):
    """A front as those see it who keep one living message in a group."""

    @property
    def platform(self) -> Platform:
        """Which platform it serves."""

    async def post(self, chat: ChatRef, reply: Reply) -> Posted:
        """Send a message to a chat; what does not fit one message is left out. Raises Unreachable or RetryLater."""

    async def edit(self, posted: Posted, reply: Reply) -> None:
        """Put a reply in place of a message. Raises MessageGone, Unreachable or RetryLater."""

    async def is_admin(self, chat: ChatRef, who: Identity) -> bool:
        """Whether somebody administers a chat, as far as the platform tells without being asked by that person."""


class Front(Sender, Poster, Protocol):
    """A front's life: it serves until it is cancelled."""

    async def serve(self) -> None:
        """Receive and answer until cancelled."""
