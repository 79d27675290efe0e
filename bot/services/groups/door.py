"""The door: who is let in to the router, where in a group the bot is spoken to, and which language a group is answered in."""

from collections.abc import Callable
from typing import Any, assert_never

from bot.core.chats import ChatEvents, ChatJoined
from bot.core.command import Command, Visibility
from bot.core.door import Entry
from bot.core.poll import POLLED
from bot.core.reply import Answer
from bot.core.request import Called, Pressed, Request, Said
from bot.core.wording import Wording
from bot.core.words import split_words
from bot.services.groups.barring import Barring
from bot.services.groups.chat_life import GONE
from bot.services.groups.flood import Flood, Verdict, waits
from bot.services.groups.settings import Settings
from bot.services.turn import BotTurn
from bot.storage import Store, chats

EVERYWHERE = frozenset({"group", POLLED})
"""Public commands that a bound group answers everywhere."""
_TOLD = 10_000
"""So many people are remembered who were told once."""
Find = Callable[[str], Command[Any] | None]


class _Once:
    """Remembers whom something was told; the longest known are forgotten first."""

    def __init__(self) -> None:
        self._told: dict[str, None] = {}

    def first(self, key: str) -> bool:
        if key in self._told:
            return False
        while len(self._told) >= _TOLD:
            del self._told[next(iter(self._told))]
        self._told[key] = None
        return True


class GroupDoor:
    """Implements core.door.Door. `find` knows the commands; `flood` None: nobody is held up.

    `life` hears of a chat that was lost and is spoken from again.
    """

    def __init__(
        self,
        store: Store,
        wording: Wording,
        barring: Barring,
        life: ChatEvents,
        flood: Flood | None,
        find: Find,
    ) -> None:
        self._store = store
        self._wording = wording
        self._barring = barring
        self._life = life
        self._flood = flood
        self._find = find
        self._barred = _Once()
        self._elsewhere = _Once()

    async def enter(self, request: Request) -> Entry:
        """Whether a request is let in (bot.core.door.Door)."""
        who = f"{request.who.platform}:{request.who.user}"
        if await self._barring.barred(request.who):
            slash = isinstance(request.input, Called)  # one that nobody answers would look broken
            return self._turned_away(request, Answer("barred", ok=False), self._barred.first(who) or slash)
        verdict = Verdict.PASSES if self._flood is None else self._flood.judge(request)
        if verdict is not Verdict.PASSES:
            answer = Answer("flood", {"whose": verdict.value}, ok=False)
            return self._turned_away(request, answer, verdict is not Verdict.SILENCE)
        if request.chat.private:
            return Entry()
        async with self._store.unit() as unit:
            kept = await chats.find(unit, request.chat.platform, request.chat.chat)
        if kept is None:
            return Entry()
        if GONE in kept.body:
            await self._life.happened(ChatJoined(request.chat))
        settings = Settings.from_json(kept.body)
        if not settings.holds_here(request.chat) and self._belongs_elsewhere(request):
            answer = Answer("elsewhere", {"topic": settings.thread is not None}, ok=False)
            first = self._elsewhere.first(f"{request.chat.key} {who}")
            return self._turned_away(request, answer, first or waits(request))
        return Entry(language=self._spoken(kept.language))

    async def in_public(self, turn: BotTurn) -> str | None:
        """Speak the chat's language from here on (bot.core.door.Door)."""
        chat = turn.request.chat
        kept = await chats.find(turn.unit, chat.platform, chat.chat)
        language = self._spoken(kept.language if kept else None)
        if language is None or language == turn.language:
            return None
        before, turn.language = turn.language, language
        return before

    def in_private(self, turn: BotTurn, language: str) -> None:
        """Speak the person's language again (bot.core.door.Door)."""
        turn.language = language

    def _spoken(self, language: str | None) -> str | None:
        return language if language in self._wording.languages else None

    def _turned_away(self, request: Request, answer: Answer, told: bool) -> Entry:
        """What is told goes to the person alone where the front can; a line of text in a group is answered there."""
        if not told:
            return Entry(silence=True)
        private = waits(request) and not request.chat.private
        return Entry(Answer(answer.template, answer.data, ok=False, private=private))

    def _belongs_elsewhere(self, request: Request) -> bool:
        """Whether a line would be answered for all to see; presses go on where their message is."""
        match request.input:
            case Pressed():
                return False
            case Called(command_name):
                name = command_name
            case Said(text):
                name = next(iter(split_words(text)), "").removeprefix("/")
            case _:
                assert_never(request.input)
        command = self._find(name)
        private = command is not None and command.visibility is Visibility.PRIVATE
        return not private and (command is None or command.name not in EVERYWHERE)
