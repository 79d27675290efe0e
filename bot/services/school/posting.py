"""Messages in groups that nobody just asked for, and who administers a group: through the front of its platform."""

import asyncio
from collections.abc import Sequence

from bot.core.identity import ChatRef, Identity
from bot.core.reply import Reply
from bot.core.request import Request
from bot.core.sender import Posted, Poster, RetryLater, Unreachable

NOT_NOW = 10.0
"""Seconds until a platform without a running front is worth another try."""
PATIENCE = 5.0
"""Seconds that a platform may take to say whether somebody is an admin."""


class Posting:
    """Posts through the fronts that are served; `allowed` are the keys of the only groups, where any are named."""

    def __init__(self, allowed: frozenset[str] = frozenset()) -> None:
        self._posters: dict[str, Poster] = {}
        self._allowed = allowed

    def serve_through(self, posters: Sequence[Poster]) -> None:
        """Post through these fronts."""
        self._posters = {each.platform.value: each for each in posters}

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms whose fronts are served."""
        return tuple(self._posters)

    async def post(self, chat: ChatRef, reply: Reply) -> Posted:
        """Send a message to a chat; raises Unreachable or RetryLater."""
        return await self._of(chat).post(chat, reply)

    async def edit(self, posted: Posted, reply: Reply) -> None:
        """Put a reply in place of a message; raises MessageGone, Unreachable or RetryLater."""
        await self._of(posted.chat).edit(posted, reply)

    async def is_admin(self, request: Request) -> bool:
        """Whether who asks administers the chat; no, where the platform does not say so in time."""
        if request.admin is not None:
            return request.admin
        return await self.administers(request.chat, request.who)

    async def administers(self, chat: ChatRef, who: Identity) -> bool:
        """Whether somebody administers a chat, as its platform says now; no, where it does not say so in time."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._of(chat).is_admin(chat, who)
        except (TimeoutError, RetryLater, Unreachable):
            return False

    def _of(self, chat: ChatRef) -> Poster:
        if self._allowed and not chat.private and chat.key not in self._allowed:
            raise Unreachable
        poster = self._posters.get(chat.platform.value)
        if poster is None:
            raise RetryLater(NOT_NOW)
        return poster
