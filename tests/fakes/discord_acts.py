"""What a person did on Discord and what the bot answered; messages as they are seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fakes.discord_files import Stored, left_of
from tests.fakes.discord_payloads import EPHEMERAL, Person, Place, message, snowflake


@dataclass
class Shown:
    """A message of the bot. `loading`: the note that it is thinking."""

    id: int
    channel: int
    flags: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)
    edits: int = 0
    loading: bool = False
    deleted: bool = False
    files: tuple[Stored, ...] = ()

    @property
    def picture(self) -> bytes | None:
        """The picture in its embed."""
        urls = [(embed.get("image") or {}).get("url") for embed in self.data.get("embeds") or ()]
        return next((each.content for each in self.files if f"attachment://{each.name}" in urls), None)

    @property
    def ephemeral(self) -> bool:
        """Whether only the person who acted sees it."""
        return bool(self.flags & EPHEMERAL)

    @property
    def text(self) -> str:
        """All that can be read on it, as sent."""
        parts = [self.data.get("content")]
        for embed in self.data.get("embeds") or ():
            parts += [embed.get("title"), embed.get("description")]
            parts += [f"{each['name']}\n{each['value']}" for each in embed.get("fields") or ()]
            parts.append((embed.get("footer") or {}).get("text"))
        return "\n".join(each for each in parts if each)

    @property
    def buttons(self) -> dict[str, str]:
        """Labels and what the buttons carry."""
        rows = self.data.get("components") or ()
        return {each["label"]: each["custom_id"] for row in rows for each in row["components"]}

    def change(self, data: Mapping[str, Any], new: Sequence[Stored] = ()) -> None:
        """Take over what an edit names, and its new files; what it does not name stays."""
        left = left_of(self.files, data, new)
        self.files = tuple(replace(each, id=snowflake()) if each in new else each for each in left)
        self.data = {**self.data, **data}
        self.edits += not self.loading
        self.loading = False

    def payload(self) -> dict[str, Any]:
        stored = [each.payload() for each in self.files]
        return message(self.data, self.id, self.channel, self.flags, self.edits, stored)


@dataclass
class Act:
    """One interaction: `answer` is the kind of its first answer, None before it."""

    id: int
    token: str
    kind: int
    person: Person
    place: Place
    at: float
    on: Shown | None = None
    answer: int | None = None
    answered_after: float = 0.0
    original: Shown | None = None
    messages: list[Shown] = field(default_factory=list)
    modal: Mapping[str, Any] | None = None
    choices: list[Mapping[str, Any]] | None = None
    expired: bool = False

    @property
    def deferred(self) -> bool:
        """Whether the first answer was only that one will come."""
        return self.answer in {5, 6}

    @property
    def shown(self) -> list[Shown]:
        """New messages that are not deleted and not still loading."""
        return [each for each in self.messages if not each.loading and not each.deleted]

    @property
    def edited(self) -> bool:
        """Whether the message that was pressed was changed by this act."""
        return self.answer == 7 or (self.answer == 6 and self.changed_original)

    changed_original: bool = False

    @property
    def done(self) -> bool:
        """Whether there is something to see."""
        return bool(self.shown) or self.edited or self.modal is not None or self.choices is not None

    @property
    def text(self) -> str:
        """What can be read on everything that this act brought."""
        seen = [self.on] if self.edited and self.on else []
        return "\n".join(each.text for each in (*seen, *self.shown))
