"""What becomes of a group, as its platform tells: the bot came, was put out or muted, or the group got another id."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from bot.core.identity import ChatRef


@dataclass(frozen=True, slots=True)
class ChatJoined:
    """The bot may speak in a chat, for the first time or again."""

    chat: ChatRef


@dataclass(frozen=True, slots=True)
class ChatLost:
    """The bot may not speak in a chat any more: it was removed or muted, or the chat is gone."""

    chat: ChatRef


@dataclass(frozen=True, slots=True)
class ChatMoved:
    """A chat has another id from now on; both are of one platform."""

    old: ChatRef
    new: ChatRef


ChatEvent: TypeAlias = ChatJoined | ChatLost | ChatMoved


class ChatEvents(Protocol):
    """Whom a front tells of its chats."""

    async def happened(self, event: ChatEvent) -> None:
        """Take note of it; the same event may come again."""
