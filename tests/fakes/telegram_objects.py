"""The objects that Telegram's server makes, and the people and rooms that they are about."""

import re
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from tests.fakes.telegram_files import Upload, file_object

DATE = 1_767_225_600
_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@\w{3,32})?")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a private chat of the same number."""

    id: int
    first_name: str
    language: str | None = None
    last_name: str = ""
    is_bot: bool = False
    username: str = ""

    def user(self) -> dict[str, Any]:
        made: dict[str, Any] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        more = {
            "last_name": self.last_name,
            "username": self.username,
            "language_code": self.language,
        }
        return made | {name: value for name, value in more.items() if value}

    def chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "private", "first_name": self.first_name}


@dataclass(frozen=True, slots=True)
class Group:
    """A room; `topics` makes it a forum."""

    id: int
    title: str
    topics: bool = False

    def chat(self) -> dict[str, Any]:
        kind = "supergroup" if self.topics or self.id < -(10**12) else "group"
        made: dict[str, Any] = {"id": self.id, "type": kind, "title": self.title}
        if self.topics:
            made["is_forum"] = True
        return made


Chat: TypeAlias = Person | Group


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of the bot as people see it after a send or an edit; the text of a photo or document is its caption."""

    chat: int
    id: int
    text: str
    entities: tuple[dict[str, Any], ...] = ()
    rows: tuple[tuple[dict[str, Any], ...], ...] = ()
    thread: int | None = None
    reply_to: int | None = None
    edited: bool = False
    poll: dict[str, Any] | None = None
    photo: Upload | None = None
    document: Upload | None = None

    @property
    def labels(self) -> tuple[tuple[str, ...], ...]:
        """The labels of the buttons, row by row."""
        return tuple(tuple(button["text"] for button in row) for row in self.rows)

    def button(self, label: str) -> dict[str, Any]:
        """The one button of that label."""
        found = [button for row in self.rows for button in row if button["text"] == label]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} buttons {label!r} among {self.labels}")
        return found[0]

    def marked(self, kind: str) -> tuple[str, ...]:
        """The parts of the text that have an entity of that kind."""
        raw = self.text.encode("utf-16-le")
        return tuple(
            raw[each["offset"] * 2 : (each["offset"] + each["length"]) * 2].decode("utf-16-le")
            for each in self.entities
            if each["type"] == kind
        )


@dataclass(slots=True)
class Book:
    """Numbers what is made, and makes messages and updates."""

    bot: Person
    updates: int = 500_000
    messages: dict[int, int] = field(default_factory=dict)
    queries: int = 0
    polls: int = 0

    def next_update(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        self.updates += 1
        return {"update_id": self.updates, kind: body}

    def next_message(self, chat: int) -> int:
        self.messages[chat] = self.messages.get(chat, 0) + 1
        return self.messages[chat]

    def said(
        self, who: Person, chat: Chat, text: str | None, thread: int | None, reply_to: dict[str, Any] | None
    ) -> dict[str, Any]:
        """A message by a person; without a text it is a picture."""
        made: dict[str, Any] = {
            "message_id": self.next_message(chat.id),
            "from": who.user(),
            "chat": chat.chat(),
            "date": DATE,
        }
        if text is None:
            made["photo"] = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
        else:
            made["text"] = text
            commands = [
                {
                    "type": "bot_command",
                    "offset": len(text[: m.start()].encode("utf-16-le")) // 2,
                    "length": len(m[0]),
                }
                for m in _COMMAND.finditer(text)
            ]
            if commands:
                made["entities"] = commands
        if thread is not None:
            made |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to is not None:
            made["reply_to_message"] = reply_to
        return made

    def shown(self, message: Shown, chat: Chat) -> dict[str, Any]:
        """A message of the bot as an object."""
        made: dict[str, Any] = {
            "message_id": message.id,
            "from": self.bot.user(),
            "chat": chat.chat(),
            "date": DATE,
            **_content(message),
        }
        if message.edited:
            made["edit_date"] = DATE + 1
        if message.rows:
            made["reply_markup"] = {"inline_keyboard": [list(row) for row in message.rows]}
        if message.thread is not None:
            made |= {"message_thread_id": message.thread, "is_topic_message": True}
        return made

    def poll(self, body: dict[str, Any]) -> dict[str, Any]:
        """A poll from the checked parameters of a request."""
        self.polls += 1
        options = [
            {"persistent_id": str(place), "text": each["text"], "voter_count": 0}
            for place, each in enumerate(body["options"])
        ]
        made = {
            "id": str(5_000_000_000 + self.polls),
            "question": body["question"],
            "options": options,
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": False,
            "type": "quiz",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
            "correct_option_ids": body["correct_option_ids"],
        }
        return made | ({"explanation": body["explanation"]} if "explanation" in body else {})

    def query(self, who: Person, chat: Chat, message: dict[str, Any], data: str) -> dict[str, Any]:
        """A press."""
        self.queries += 1
        return {
            "id": str(7_000_000 + self.queries),
            "from": who.user(),
            "chat_instance": f"{chat.id}",
            "message": message,
            "data": data,
        }


def _content(message: Shown) -> dict[str, Any]:
    """What a message says: a text, a poll, or a file with a caption."""
    if message.poll is not None:
        return {"poll": message.poll}
    files = {"photo": message.photo, "document": message.document}
    made = {
        name: value for kind, file in files.items() if file for name, value in file_object(kind, file).items()
    }
    text, marks = ("caption", "caption_entities") if made else ("text", "entities")
    if message.text or not made:
        made[text] = message.text
    if message.entities:
        made[marks] = list(message.entities)
    return made


def changed(before: Shown, body: dict[str, Any]) -> Shown:
    """The message after an edit."""
    return replace(shown_of(before.chat, before.id, body, before.thread, before.reply_to), edited=True)


def shown_of(
    chat: int,
    number: int,
    body: dict[str, Any],
    thread: int | None,
    reply_to: int | None,
    *,
    photo: Upload | None = None,
    document: Upload | None = None,
) -> Shown:
    """A message from the checked parameters of a request."""
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    return Shown(
        chat,
        number,
        body["text"],
        tuple(body.get("entities", ())),
        tuple(tuple(row) for row in rows),
        thread,
        reply_to,
        photo=photo,
        document=document,
    )
