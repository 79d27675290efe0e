"""What the admins of a group set, kept in the chat's own document; all figures are ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.identity import ChatRef
from bot.services.attention import QuietHours
from bot.services.school.posting import Posting
from bot.services.turn import BotTurn
from bot.storage import UnitOfWork, accounts, chats, liquidations
from bot.storage.chats import Chat

COOLDOWNS = (timedelta(0), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
"""What the panel offers; the first one is none."""
LONGEST_COOLDOWN = timedelta(hours=24)
_DAY = timedelta(days=1)


class Starters(StrEnum):
    """Who may start games in a chat."""

    EVERYBODY = "everybody"
    ADMINS = "admins"


class Why(StrEnum):
    """Why no game starts here now."""

    ADMINS = "admins"
    QUIET = "quiet"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a group's admins set; the chat's language and the gate are kept beside it.

    `bound`: games and announcements only in `thread` of the chat (None: outside all threads). `quiet`: no new game and no
    announcement at these times of day, by the clock of `zone`. `cooldown`: how long after a liquidation nothing is opened
    in this chat's challenge, in whole minutes up to a day. `announcements`: whether the operator's messages are wanted.
    """

    bound: bool = False
    thread: str | None = None
    quiet: QuietHours | None = None
    zone: str = "UTC"
    cooldown: timedelta = timedelta(0)
    starters: Starters = Starters.EVERYBODY
    announcements: bool = False

    def to_json(self) -> dict[str, Any]:
        """The settings as JSON values."""
        quiet = self.quiet
        return {
            "bound": self.bound,
            "thread": self.thread,
            "quiet": None if quiet is None else [f"{each:%H:%M}" for each in (quiet.begin, quiet.end)],
            "zone": self.zone,
            "cooldown": self.cooldown // timedelta(minutes=1),
            "starters": self.starters.value,
            "announcements": self.announcements,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Settings":
        """The settings that to_json wrote, whatever else is kept there; what is missing is as at the start."""
        quiet = kept.get("quiet")
        return cls(
            bound=kept.get("bound", False),
            thread=kept.get("thread"),
            quiet=None if quiet is None else QuietHours(*map(time.fromisoformat, quiet)),
            zone=kept.get("zone", "UTC"),
            cooldown=timedelta(minutes=kept.get("cooldown", 0)),
            starters=Starters(kept.get("starters", Starters.EVERYBODY)),
            announcements=kept.get("announcements", False),
        )

    def is_quiet(self, now: datetime) -> bool:
        """Whether the quiet hours hold at an aware time."""
        return self.quiet is not None and self.quiet.hold(now.astimezone(ZoneInfo(self.zone)).time())

    def loud_again(self, now: datetime) -> datetime:
        """When the quiet hours that hold now are over; now, where none do."""
        if self.quiet is None or not self.is_quiet(now):
            return now
        local = now.astimezone(ZoneInfo(self.zone))
        end = datetime.combine(local.date(), self.quiet.end, local.tzinfo)
        if end <= local:
            end = datetime.combine(local.date() + _DAY, self.quiet.end, local.tzinfo)
        return end.astimezone(UTC)

    def holds_here(self, chat: ChatRef) -> bool:
        """Whether games belong into that part of the chat."""
        return not self.bound or chat.thread == self.thread


async def settings_of(unit: UnitOfWork, chat: ChatRef) -> Settings:
    """What the admins of a chat set."""
    return Settings.from_json((await chat_of(unit, chat)).body)


async def chat_of(unit: UnitOfWork, chat: ChatRef) -> Chat:
    """A chat as it is kept; one of which nothing is kept is empty."""
    return await chats.find(unit, chat.platform, chat.chat) or Chat(chat.platform, chat.chat, None)


def save_settings(unit: UnitOfWork, kept: Chat, settings: Settings) -> None:
    """Store settings; the chat's language, and what else is kept there, stays."""
    body = {**kept.body, **settings.to_json()}
    chats.save(unit, Chat(kept.platform, kept.chat, kept.language, body))


class Starting:
    """Who may start a game, where and when, as a chat's admins set it."""

    def __init__(self, posting: Posting) -> None:
        self._posting = posting

    async def why_not(self, turn: BotTurn) -> Why | None:
        """Why who asks may not start a game in this chat now; None where they may. Private chats have no such rules."""
        chat = turn.request.chat
        if chat.private:
            return None
        settings = await settings_of(turn.unit, chat)
        if not settings.holds_here(chat):
            return Why.ELSEWHERE
        if settings.is_quiet(turn.now):
            return Why.QUIET
        free = settings.starters is Starters.EVERYBODY or await self._posting.is_admin(turn.request)
        return None if free else Why.ADMINS

    async def may_start(self, turn: BotTurn) -> bool:
        """Whether who asks may start a game in this chat now."""
        return await self.why_not(turn) is None


async def cooled_until(turn: BotTurn) -> datetime | None:
    """Until when nothing may be opened on the active account: it is a challenge's, and was liquidated just now.

    The challenge's chat decides how long that is, in minutes of the clock on the wall whatever the pace of the tape.
    """
    account = await turn.account()
    if account.kind != accounts.CHALLENGE:
        return None
    challenge = await turn.challenge()
    if challenge is None or challenge.chat_key is None:
        return None
    kept = await chats.by_key(turn.unit, challenge.chat_key)
    cooldown = Settings.from_json(kept.body if kept else {}).cooldown
    if not cooldown:
        return None
    struck = await liquidations.started(turn.unit, account.id, 1)
    until = struck[0].at + cooldown if struck else turn.now
    return until if until > turn.now else None
