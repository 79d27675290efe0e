"""The face of a terminal where somebody sits: a prompt with completion, cards in colour, notices above the prompt."""

from collections.abc import AsyncIterator
from typing import Any

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.formatted_text import ANSI
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout

from bot.adapters.console.cards import card
from bot.adapters.console.completion import LineCompleter
from bot.adapters.console.limits import WIDEST_CARD
from bot.adapters.console.render import file_lines, mark_of
from bot.adapters.console.screen import Message, Screen
from bot.core.router import Router


class Terminal:
    """Prompt and cards, on the terminal of the current prompt_toolkit session."""

    def __init__(self, router: Router[Any], screen: Screen, me: str, language: str) -> None:
        self._me = me
        self._session: PromptSession[str] = PromptSession(
            history=InMemoryHistory(),
            completer=LineCompleter(router, screen, me, language),
            complete_in_thread=False,
        )

    async def lines(self) -> AsyncIterator[str]:
        """The lines typed until Ctrl-C or Ctrl-D; a pasted text is several. Raises BrokenPipeError as `show` does."""
        while True:
            try:
                with patch_stdout(raw=True):
                    typed = await self._session.prompt_async(f"{self._me} ❯ ")
            except (EOFError, KeyboardInterrupt):
                return
            except OSError:
                raise BrokenPipeError from None
            for line in typed.split("\n"):
                yield line

    def show(self, message: Message) -> None:
        numbered = message.to == self._me and message.room is None
        width = min(self._session.output.get_size().columns, WIDEST_CARD)
        mark, below = mark_of(message, self._me), file_lines(message)
        text = card(message.reply, mark, width, numbered=numbered, below=below)
        try:
            print_formatted_text(ANSI(text), output=self._session.output, end="")
        except OSError:
            raise BrokenPipeError from None
