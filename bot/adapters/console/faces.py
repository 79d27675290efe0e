"""How messages leave: as plain text or as JSON lines. The terminal's own face is beside, for it needs libraries."""

import json
import os
from collections.abc import AsyncIterator
from typing import Protocol, TextIO

from bot.adapters.console.reading import lines_of
from bot.adapters.console.render import block_lines, message_text
from bot.adapters.console.screen import Message
from bot.adapters.console.terminal_text import clean
from bot.core.reply import plain

JSON_VERSION = 1


class Face(Protocol):
    """Where lines come from and messages go to."""

    def lines(self) -> AsyncIterator[str]:
        """What people write, line by line, until they leave."""

    def show(self, message: Message) -> None:
        """Show a message; raises BrokenPipeError where nobody reads any more."""


class TextFace:
    """Plain text: messages set apart by an empty line."""

    def __init__(self, stdin: TextIO, stdout: TextIO, me: str) -> None:
        self._stdin = stdin
        self._stdout = stdout
        self._me = me
        self._begun = False

    def lines(self) -> AsyncIterator[str]:
        return lines_of(self._stdin)

    def show(self, message: Message) -> None:
        text = message_text(message, self._me)
        if not text:
            return
        write(self._stdout, f"\n{text}\n" if self._begun else f"{text}\n")
        self._begun = True


class JsonFace:
    """One JSON object a line and message."""

    def __init__(self, stdin: TextIO, stdout: TextIO) -> None:
        self._stdin = stdin
        self._stdout = stdout

    def lines(self) -> AsyncIterator[str]:
        return lines_of(self._stdin)

    def show(self, message: Message) -> None:
        write(self._stdout, message_json(message) + "\n")


def at_terminal(stdin: TextIO | None, stdout: TextIO | None, term: str | None) -> bool:
    """Whether somebody sits at both ends, at a terminal that obeys escape sequences; `term` is its name, from TERM."""
    both = stdin is not None and stdin.isatty() and stdout is not None and stdout.isatty()
    return both and (term or "").casefold() not in {"dumb", "unknown"}


def message_json(message: Message) -> str:
    """A message as a JSON object of ASCII characters; `private` is true for a whisper in a room.

    `file` is the path of the first file that came with it.
    """
    reply = message.reply
    return json.dumps(
        {
            "v": JSON_VERSION,
            "to": message.to,
            "room": message.room,
            "private": message.whispered,
            "template": reply.answer.template,
            "ok": reply.answer.ok,
            "data": plain(reply.answer.data),
            "text": "\n".join(block_lines(reply.blocks)),
            "buttons": [clean(each.label) for each in message.buttons],
            "edited": reply.edit,
            "file": message.files[0] if message.files else None,
        }
    )


def write(stream: TextIO, text: str) -> None:
    """Write at once; what the stream's encoding lacks becomes a question mark."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()


def hush(stream: TextIO) -> None:
    """Send what is still in a broken stream's buffer nowhere, so that the interpreter's exit says nothing about it."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
