"""Who is let in to the router, and in which language a group is answered; the services decide."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from bot.core.reply import Answer
from bot.core.request import Request

TurnT_contra = TypeVar("TurnT_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """A request is let in where there is neither an `answer` instead nor `silence`.

    `language`: the group's own, which its public answers are worded in; None: each is answered in theirs.
    """

    answer: Answer | None = None
    silence: bool = False
    language: str | None = None


class Door(Protocol[TurnT_contra]):
    """Stands before the router."""

    async def enter(self, request: Request) -> Entry:
        """Whether a request is let in; asked once for each, before anything is done for it."""

    async def in_public(self, turn: TurnT_contra) -> str | None:
        """From here on the turn's work is for everybody in its chat: in that chat's language, where it has one.

        The language that the turn spoke before; None where nothing changed.
        """

    def in_private(self, turn: TurnT_contra, language: str) -> None:
        """The turn goes on in the person's own language."""
