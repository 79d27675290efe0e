"""The people, rooms and messages of the fake Telegram, and what people do there."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.telegram_objects import Book, Chat, Group, Person, Shown

PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Answered:
    """What the presser of a button was shown."""

    text: str | None
    alert: bool
    url: str | None


class TelegramWorld:
    """What exists, what was said and what of it the bot has not taken yet."""

    def __init__(self, bot: Person) -> None:
        self.bot = bot
        self._check_object: Callable[[str, dict[str, Any]], None] = lambda kind, value: None
        self.blocked: set[int] = set()
        self.without_polls: set[int] = set()
        self.without_photos: set[int] = set()
        self.owners: set[tuple[int, int]] = set()
        self.updates: deque[dict[str, Any]] = deque()
        self.allowed = frozenset({"message", "edited_message", "callback_query", "my_chat_member"})
        self.changed = asyncio.Condition()
        self._book = Book(bot)
        self._chats: dict[int, Chat] = {}
        self._met: set[int] = set()
        self._messages: dict[tuple[int, int], Shown] = {}
        self._events: list[Shown] = []
        self._read: dict[int, int] = defaultdict(int)
        self._queries: dict[str, Answered | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def person(self, name: str, language: str | None = "en") -> Person:
        """A new person, who has a private chat with the bot once something was said there."""
        made = Person(1000 + len(self._chats), name, language)
        self._chats[made.id] = made
        return made

    def group(self, title: str, *, topics: bool = False) -> Group:
        """A new group with the bot in it."""
        made = Group(-(10**12) - 1000 - len(self._chats), title, topics)
        self._chats[made.id] = made
        return made

    def say(
        self,
        who: Person,
        text: str | None,
        chat: Chat | None = None,
        *,
        thread: int | None = None,
        reply_to: Shown | None = None,
    ) -> dict[str, Any]:
        """A person says something, in private unless a chat is given; None is a picture. Returns the update."""
        where = chat or who
        self._met.add(where.id)
        earlier = None if reply_to is None else self._book.shown(reply_to, where)
        return self._queue("message", self._book.said(who, where, text, thread, earlier))

    def edit(self, update: dict[str, Any], text: str, *, unasked: bool = False) -> dict[str, Any]:
        """A person edits what was said; `unasked` sends the update even where the bot does not ask for such."""
        body = {**update["message"], "text": text, "edit_date": update["message"]["date"] + 5}
        body.pop("entities", None)
        return self._queue("edited_message", body, unasked=unasked)

    def press(self, who: Person, message: Shown, label: str, *, accessible: bool = True) -> str:
        """A person presses the button of that label; returns the query's id. See `follow` for links."""
        return self.press_data(who, message, message.button(label)["callback_data"], accessible=accessible)

    def press_data(self, who: Person, message: Shown, data: str, *, accessible: bool = True) -> str:
        """A press that carries any data."""
        chat = self._chats[message.chat]
        body = self._book.shown(self._messages.get((message.chat, message.id), message), chat)
        if not accessible:
            body = {"chat": chat.chat(), "message_id": message.id, "date": 0}
        query = self._book.query(who, chat, body, data)
        self._queries[query["id"]] = None
        self._queue("callback_query", query)
        return str(query["id"])

    def vote(self, who: Person, message: Shown, choice: int | None, *, poll: str | None = None) -> None:
        """A person votes for an option, from 0, of a message's poll, or of another `poll`; None takes a vote back."""
        assert message.poll is not None, "not a poll"
        options = [] if choice is None else [choice]
        body = {
            "poll_id": poll or message.poll["id"],
            "user": who.user(),
            "option_ids": options,
            "option_persistent_ids": [str(each) for each in options],
        }
        self._queue("poll_answer", body)

    def follow(self, who: Person, url: str) -> dict[str, Any]:
        """A person opens a link to the bot, which starts the private chat with the link's payload."""
        parts = urlsplit(url)
        if parts.netloc != "t.me" or parts.path != f"/{self.bot.username}":
            raise AssertionError(f"not a link to this bot: {url}")
        payload = parse_qs(parts.query).get("start", [""])[0]
        return self.say(who, f"/start {payload}".strip())

    def block(self, who: Person) -> None:
        """A person blocks the bot."""
        self.blocked.add(who.id)
        old = {"user": self.bot.user(), "status": "member"}
        new = {"user": self.bot.user(), "status": "kicked", "until_date": 0}
        body = {
            "chat": who.chat(),
            "from": who.user(),
            "date": 1,
            "old_chat_member": old,
            "new_chat_member": new,
        }
        self._queue("my_chat_member", body)

    def queue(self, update: dict[str, Any]) -> None:
        """Any object as an update, also one that was sent before or that is none."""
        self.updates.append(update)
        self.updates_came()

    def erase(self, message: Shown) -> None:
        """Somebody deletes a message of the bot."""
        del self._messages[message.chat, message.id]

    async def message(self, chat: Chat) -> Shown:
        """The next message sent or edited in a chat, waiting for it some seconds."""
        await self.until(lambda: len(self.shown(chat)) > self._read[chat.id])
        self._read[chat.id] += 1
        return self.shown(chat)[self._read[chat.id] - 1]

    def shown(self, chat: Chat) -> list[Shown]:
        """All that was sent or edited in a chat so far."""
        return [each for each in self._events if each.chat == chat.id]

    @property
    def count(self) -> int:
        """How many messages were sent or edited in all."""
        return len(self._events)

    async def answered(self, query: str) -> Answered:
        """How a press was answered, waiting for it some seconds."""
        await self.until(lambda: self._queries[query] is not None)
        found = self._queries[query]
        assert found is not None
        return found

    async def until(self, holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until something holds; it is looked at after each request."""
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(holds)

    async def settled(self) -> None:
        """Wait until all that people did so far has been taken and confirmed by the bot."""
        await self.until(lambda: not self.updates)

    def updates_came(self) -> None:
        """Something was said; whoever waits looks again."""
        self.start(self.notify())

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def notify(self) -> None:
        """Wake all that wait for something to hold."""
        async with self.changed:
            self.changed.notify_all()

    def _show(self, shown: Shown, chat: Chat) -> dict[str, Any]:
        self._messages[shown.chat, shown.id] = shown
        self._events.append(shown)
        made = self._book.shown(shown, chat)
        self._check_object("Message", made)
        return made

    def _queue(self, kind: str, body: dict[str, Any], *, unasked: bool = False) -> dict[str, Any]:
        update = self._book.next_update(kind, body)
        self._check_object("Update", update)
        if unasked or kind in self.allowed:
            self.queue(update)
        return update
