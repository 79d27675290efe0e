"""What stands on the screen: messages with buttons that may still be pressed, and who was asked something last."""

import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.adapters.console.limits import MESSAGES_KEPT
from bot.adapters.console.messages import NO_BUTTONS, NO_POLL, NO_SUCH_BUTTON, SEVERAL_BUTTONS, BadLine
from bot.core.reply import Reply, ReplyButton
from bot.core.words import shown

_QUESTION = "ask"


@dataclass(frozen=True, slots=True)
class Message:
    """A reply as it was shown: to whom, and in which room; `room` is None in a private chat.

    `files` are the paths of the files that came with it.
    """

    to: str
    room: str | None
    reply: Reply
    files: tuple[str, ...] = ()

    @property
    def whispered(self) -> bool:
        """Whether others were in the room and could not see it."""
        return self.room is not None and self.reply.private

    @property
    def buttons(self) -> tuple[ReplyButton, ...]:
        return tuple(self.reply.all_buttons())

    def visible(self, who: str, room: str | None) -> bool:
        """Whether somebody sees it in a room, or in their private chat."""
        return self.room == room and (self.to == who or (room is not None and not self.whispered))


class Screen:
    """The messages shown, the latest last; it forgets the oldest."""

    def __init__(self) -> None:
        self._pressable: deque[Message] = deque(maxlen=MESSAGES_KEPT)
        self._last: dict[tuple[str, str | None], Message] = {}

    def show(self, message: Message, instead_of: Message | None = None) -> None:
        """Add a message, which also is the latest one if it was edited, for that is where it is printed."""
        if instead_of is not None and instead_of in self._pressable:
            self._pressable.remove(instead_of)
        if message.buttons:
            self._pressable.append(message)
        self._last[message.to, message.room] = message

    def latest(self, who: str, room: str | None) -> Message | None:
        """The latest message with buttons that somebody sees in a room, or in their private chat."""
        return next((each for each in reversed(self._pressable) if each.visible(who, room)), None)

    def asked(self, who: str, room: str | None) -> bool:
        """Whether the last words to somebody there were a question, so that any words may be the answer."""
        last = self._last.get((who, room))
        return last is not None and last.reply.answer.template == _QUESTION

    def pressed(self, who: str, room: str | None, label: str) -> tuple[Message, ReplyButton]:
        """The button of a label on the latest message with buttons; raises BadLine for none and for several."""
        message = self.latest(who, room)
        if message is None:
            raise BadLine("no_buttons", NO_BUTTONS)
        found = named(message.buttons, label)
        if len(found) != 1:
            code, text = ("several_buttons", SEVERAL_BUTTONS) if found else ("no_such_button", NO_SUCH_BUTTON)
            labels = " ".join(f"[{each.label}]" for each in message.buttons)
            raise BadLine(code, text, label=shown(label), labels=labels)
        return message, found[0]

    def voted(self, who: str, room: str | None, number: int) -> tuple[Message, ReplyButton]:
        """The button that chooses an option of the latest question that has one of that number; raises BadLine."""
        for message in reversed(self._pressable):
            if message.visible(who, room):
                found = [each for each in message.buttons if each.label.strip() == str(number)]
                if len(found) == 1:
                    return message, found[0]
        raise BadLine("no_poll", NO_POLL)

    def numbered(self, who: str, number: int) -> tuple[Message, ReplyButton] | None:
        """The button of a number, from 1, where the last message in a private chat has that many; else None."""
        message = self._last.get((who, None))
        if message is None or message not in self._pressable or not 1 <= number <= len(message.buttons):
            return None
        return message, message.buttons[number - 1]


def named(buttons: Iterable[ReplyButton], label: str) -> list[ReplyButton]:
    """The buttons of a label: exactly so written, else folded, else beginning with it, else holding it."""
    offered = list(buttons)
    exact = [each for each in offered if each.label.strip() == label.strip()]
    wanted = folded(label)
    if exact or not wanted:
        return exact
    tests: tuple[Callable[[str], bool], ...] = (
        lambda text: text == wanted,
        lambda text: text.startswith(wanted),
        lambda text: wanted in text,
    )
    for test in tests:
        found = [each for each in offered if test(folded(each.label))]
        if found:
            return found
    return []


_DROPPED = frozenset({"So", "Sk", "Cf", "Cc", "Cs", "Co", "Cn"})
_JOINERS = re.compile("[\ufe0e\ufe0f\u20e3]")


def folded(label: str) -> str:
    """A label for comparing: case-folded, without emoji and invisible characters, blanks made one."""
    text = _JOINERS.sub("", unicodedata.normalize("NFKC", label)).casefold()
    kept = "".join(
        each if each.isspace() or unicodedata.category(each) not in _DROPPED else " " for each in text
    )
    return " ".join(kept.split())
