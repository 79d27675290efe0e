"""Who speaks, and where."""

import secrets
from dataclasses import dataclass
from enum import StrEnum

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def new_id(length: int = 12) -> str:
    """A random identifier of base-32 letters, 5 bits a letter; safe in a URL and in a button."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


class Platform(StrEnum):
    """A front that people reach the bot through."""

    TELEGRAM = "telegram"
    DISCORD = "discord"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Identity:
    """One platform's name for a person; a person may have several."""

    platform: Platform
    user: str


@dataclass(frozen=True, slots=True)
class ChatRef:
    """A conversation on one platform: a private chat of one person, or a group."""

    platform: Platform
    chat: str
    private: bool
    thread: str | None = None

    @property
    def key(self) -> str:
        """The chat in one word, unique over all platforms (a topic counts as its chat)."""
        return f"{self.platform}:{self.chat}"
