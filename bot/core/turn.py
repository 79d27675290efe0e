"""What the router needs of the work around one request; the services implement it over a unit of work."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from bot.core.reply import Answer
from bot.core.request import Request


class AlreadyAnswered(Exception):
    """This act was done before: here is the answer it got."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.template)
        self.answer = answer


class TryAgain(Exception):
    """Somebody else changed the same rows first; nothing was written, the request can be run again."""


class Turn(Protocol):
    """One request being answered: who asks, what is kept of the conversation, and what will be committed."""

    suggested: bool

    @property
    def person_id(self) -> str:
        """The id of the person who asks."""

    @property
    def language(self) -> str:
        """The language to answer in."""

    @property
    def time_zone(self) -> str:
        """The zone whose times are shown beside UTC."""

    @property
    def banner(self) -> Mapping[str, Any]:
        """What is said above the answer: of a market that is not everybody's, or whose prices are old."""

    @property
    def changed(self) -> bool:
        """Whether anything waits to be committed."""

    async def pending_line(self) -> str | None:
        """The unfinished command of this person in this chat, as a line."""

    def set_pending(self, line: str) -> None:
        """Keep an unfinished command until the next words of this person in this chat."""

    def clear_pending(self) -> None:
        """Forget the unfinished command."""

    async def kept_line(self, token: str) -> str | None:
        """The line kept under a button's token."""

    def keep_line(self, token: str, line: str) -> None:
        """Keep a line that is too long for a button."""

    async def answered(self, nonce: str | None) -> Answer | None:
        """The answer that this act, or a press of the same button that acts once, got before."""

    def remember(self, answer: Answer, nonce: str | None) -> None:
        """Keep the answer with this act, so that the same act again gets the same answer."""

    def going_private(self) -> None:
        """The person is sent on to their private chat: what they speak of there is what they speak of here."""

    def discard(self) -> None:
        """Drop all that waits to be committed."""


TurnT = TypeVar("TurnT", bound=Turn)
TurnT_co = TypeVar("TurnT_co", bound=Turn, covariant=True)


class Turns(Protocol[TurnT_co]):
    """Opens turns: locks the person, and commits at the end of the block.

    The block's end raises AlreadyAnswered for an act that was done before and TryAgain for a lost race.
    """

    def open(self, request: Request) -> AbstractAsyncContextManager[TurnT_co]:
        """The turn of a request."""
