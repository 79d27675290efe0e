"""What operators of the bot can do: bar people, and write to the groups that want to hear from them."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.identity import Identity
from bot.services.groups import log
from bot.services.groups.barring import Barring
from bot.services.groups.posts import ANNOUNCEMENT, APART, GroupPosts
from bot.services.turn import BotTurn
from bot.storage import chat_posts, people

_LOCK = "announcement"


class Operating:
    """`admins` are the operators, as platform:user; everything they do is noted, whom it met is not."""

    def __init__(self, barring: Barring, posts: GroupPosts, admins: frozenset[str]) -> None:
        self._barring = barring
        self._posts = posts
        self._admins = admins

    def is_operator(self, who: Identity) -> bool:
        """Whether somebody is an operator."""
        return f"{who.platform}:{who.user}" in self._admins

    async def bar(self, turn: BotTurn, who: Identity) -> bool:
        """Bar somebody, under every identity that they are known by; False where that was so already."""
        done = await self._barring.bar(turn.unit, *await self._identities(turn, who))
        if done:
            log.note_act(turn, "ban")
            turn.once = True
        return done

    async def let_in(self, turn: BotTurn, who: Identity) -> bool:
        """Let somebody in again; False for somebody who was not barred."""
        done = await self._barring.let_in(turn.unit, *await self._identities(turn, who))
        if done:
            log.note_act(turn, "unban")
            turn.once = True
        return done

    async def audience(self, turn: BotTurn) -> int:
        """How many groups want announcements."""
        return len(await self._posts.audience(turn.unit))

    async def next_announcement(self, turn: BotTurn) -> datetime | None:
        """When the next announcement can go out; None: now."""
        latest = await chat_posts.latest(turn.unit, ANNOUNCEMENT)
        return latest + APART if latest is not None and turn.now < latest + APART else None

    async def announce(self, turn: BotTurn, key: str, lines: Sequence[str]) -> int:
        """Post to every group that wants it; returns to how many."""
        await turn.unit.lock(_LOCK)
        chats = await self._posts.audience(turn.unit)
        for each in chats:
            self._posts.post(
                turn.unit, each, ANNOUNCEMENT, {"lines": list(lines)}, f"{ANNOUNCEMENT}:{key}", turn.now
            )
        log.note_act(turn, "announce", chats=len(chats))
        turn.once = True
        return len(chats)

    async def _identities(self, turn: BotTurn, who: Identity) -> tuple[Identity, ...]:
        person = await people.find(turn.unit, who)
        known = () if person is None else await people.identities(turn.unit, person.id)
        return tuple(dict.fromkeys((who, *known)))
