"""What is said: an answer (template and data), and the reply that its wording makes of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.core.markup import Block


class Style(StrEnum):
    """How much a button asks to be pressed."""

    PLAIN = "plain"
    GO = "go"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Button:
    """A command that need not be typed. `label` is a message id, `values` fill its placeholders.

    `line` is the command as it would be typed. `anyone`: a stranger may press it too. `once`: two presses act
    once. `suggested`: it came from a guess and must lead to a preview. `deep`: it opens the private chat and runs
    the line there. After sealing, `payload` is what the platform carries (at most 64 bytes).
    """

    label: str
    line: str
    values: Mapping[str, str] = field(default_factory=dict)
    style: Style = Style.PLAIN
    anyone: bool = False
    once: bool = False
    suggested: bool = False
    deep: bool = False
    payload: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A template's name and its data: what a handler returns. It can be kept as JSON and worded again later.

    `ok` is False for a refusal. `private`: only the asker may see it. `fresh`: a new message even on a press.
    `banner` is the data of the line above it, if there is one. `poll`: the id of the question that it asks, where a
    front with quiz polls of its own may show it as one (bot.core.poll). `files` is what is sent with it, as data of
    which the file can be made again at any time: `kind` names the maker (bot.core.files), the rest is the maker's.
    """

    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    buttons: tuple[tuple[Button, ...], ...] = ()
    ok: bool = True
    private: bool = False
    fresh: bool = False
    banner: Mapping[str, Any] = field(default_factory=dict)
    poll: str = ""
    files: tuple[Mapping[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON values; decimals become strings."""
        return {
            "template": self.template,
            "data": plain(self.data),
            "buttons": [
                [
                    {
                        "label": b.label,
                        "values": dict(b.values),
                        "style": b.style.value,
                        "payload": b.payload,
                        "line": b.line,
                        "deep": b.deep,
                    }
                    for b in row
                ]
                for row in self.buttons
            ],
            "ok": self.ok,
            "private": self.private,
            "fresh": self.fresh,
            "banner": plain(self.banner),
            "poll": self.poll,
            "files": plain(self.files),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Answer":
        """The answer that to_json wrote; raises KeyError or TypeError on anything else."""
        rows = tuple(
            tuple(
                Button(
                    b["label"],
                    b["line"],
                    b["values"],
                    Style(b["style"]),
                    deep=b["deep"],
                    payload=b["payload"],
                )
                for b in row
            )
            for row in kept["buttons"]
        )
        return cls(
            kept["template"],
            kept["data"],
            rows,
            kept["ok"],
            kept["private"],
            kept["fresh"],
            kept.get("banner", {}),
            kept.get("poll", ""),
            tuple(kept.get("files", ())),
        )

    def with_buttons(self, *rows: tuple[Button, ...]) -> "Answer":
        """The same answer with other buttons; empty rows are left out."""
        return replace(self, buttons=tuple(row for row in rows if row))


def plain(value: Any) -> Any:
    """A value made of JSON's own types: decimals as strings without an exponent, enumerations by value."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"not a value for an answer: {type(value).__name__}")


@dataclass(frozen=True, slots=True)
class ReplyButton:
    """A worded button and what the platform carries for it; a `deep` one links into the private chat."""

    label: str
    payload: str
    style: Style = Style.PLAIN
    deep: bool = False


PNG = "image/png"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a reply: a name of `a-z 0-9 . _ -`, its media type and its bytes.

    `lines` say the same as a picture in plain text, at most 72 columns wide, for a front that shows none.
    """

    name: str
    media: str
    content: bytes
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """A worded answer: blocks in reading order, then rows of buttons; the front decides how they look.

    `silent`: where the platform can, it arrives without a sound. `files` are there in full.
    """

    blocks: tuple[Block, ...]
    buttons: tuple[tuple[ReplyButton, ...], ...] = ()
    private: bool = False
    edit: bool = False
    answer: Answer = field(default_factory=lambda: Answer("empty"))
    language: str = "en"
    silent: bool = False
    files: tuple[Attachment, ...] = ()

    def all_buttons(self) -> Iterator[ReplyButton]:
        """The buttons in reading order."""
        for row in self.buttons:
            yield from row
