"""Messages in groups that nobody just asked for, and who administers a group: through the front of its platform."""

import asyncio
from collections.abc import Sequence

from bot.core.identity import ChatRef
from bot.core.reply import Reply
from bot.core.request import Request
from bot.core.sender import Posted, Poster, RetryLater, Unreachable

NOT_NOW = 10.0
"""Seconds until a platform without a running front is worth another try."""
PATIENCE = 5.0
"""Seconds that a platform may take to say whether somebody is an admin."""


class Posting:
    """Posts through the fronts that are served."""

    def __init__(self) -> None:
        self._posters: dict[str, Poster] = {}

    def serve_through(self, posters: Sequence[Poster]) -> None:
        """Post through these fronts."""
        self._posters = {each.platform.value: each for each in posters}

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
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._of(request.chat).is_admin(request.chat, request.who)
        except (TimeoutError, RetryLater, Unreachable):
            return False

    def _of(self, chat: ChatRef) -> Poster:
        poster = self._posters.get(chat.platform.value)
        if poster is None:
            raise RetryLater(NOT_NOW)
        return poster
