"""Living messages: the one message of a game in a group, changed as often as its platform allows."""

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.identity import ChatRef, Platform
from bot.core.reply import Answer, Reply
from bot.core.sender import MessageGone, Posted
from bot.services.school.posting import Posting

WINDOW = 60.0
FAULT_PAUSE = 10.0
"""Seconds until a message that could not be shown is tried again."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """How often one message of a group may be changed, in seconds.

    `step`: between any two changes; `count`: between two that only count answers, None: no such changes; `most`: changes
    within a minute, which leaves room for what the bot answers beside.
    """

    step: float
    count: float | None
    most: int


TEMPOS: Mapping[Platform, Tempo] = {
    Platform.TELEGRAM: Tempo(
        step=3.0, count=10.0, most=15
    ),  # 20 messages a minute in a group, edits among them
    Platform.DISCORD: Tempo(step=1.5, count=5.0, most=30),  # 5 in 5 seconds in a channel
    Platform.CONSOLE: Tempo(step=0.0, count=None, most=10**6),
}


@dataclass(slots=True)
class Screen:
    """What a living message shows, and when it was changed; `not_before`: the platform asked to wait. Times in seconds."""

    content: str = ""
    phase: object = None
    changes: deque[float] = field(default_factory=deque)
    not_before: float = 0.0
    showing: asyncio.Task[None] | None = None

    def may_show(self, tempo: Tempo, now: float, phase: object, content: str, *, last: bool) -> bool:
        """Whether the message is behind and the platform takes a change now; the `last` one waits for no tempo."""
        if content == self.content:
            return False
        while self.changes and self.changes[0] <= now - WINDOW:
            self.changes.popleft()
        if now < self.not_before:
            return False
        if last:
            return True
        if len(self.changes) >= tempo.most:
            return False
        gap: float | None = tempo.count if self.phase == phase else tempo.step
        return gap is not None and (not self.changes or now >= self.changes[-1] + gap)


async def put(posting: Posting, chat: ChatRef, message: str | None, reply: Reply) -> str:
    """Put a reply in place of a message, or post it where there is none any more; returns the message's id.

    Raises Unreachable or RetryLater.
    """
    try:
        if message is not None:
            await posting.edit(Posted(chat, message), reply)
            return message
    except MessageGone:
        pass
    return (await posting.post(chat, reply)).message


def content_of(answer: Answer) -> str:
    """What tells two states of a message apart."""
    return json.dumps(answer.to_json(), sort_keys=True)
