"""What comes in: one update of a platform, translated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bot.core.identity import ChatRef, Identity


@dataclass(frozen=True, slots=True)
class Said:
    """A line of text, a command or not; `addressed` where the platform says that it is meant for the bot."""

    text: str
    addressed: bool = True


@dataclass(frozen=True, slots=True)
class Called:
    """A command called by name with named values, as slash commands and forms give them."""

    command: str
    values: Mapping[str, str]
    preset: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press of a button that carried `payload`."""

    payload: str


Input: TypeAlias = Said | Called | Pressed


@dataclass(frozen=True, slots=True)
class Request:
    """One act of one person in one chat.

    `update` is unique on its platform: the same update again is the same act. `language` is what the platform
    says the person reads. `whispers`: the front can show an answer in this chat to this person alone. `admin`:
    whether the person administers the chat; None where the platform does not say so by itself. `handle`: the name by
    which the platform lets others mention the person, without the at sign; empty where there is none.
    """

    update: str
    who: Identity
    chat: ChatRef
    input: Input
    name: str = ""
    language: str | None = None
    whispers: bool = True
    admin: bool | None = None
    handle: str = ""
