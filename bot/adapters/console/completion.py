"""Completion of a line: commands, the words of their parameters, orders of this front, labels of buttons."""

from collections.abc import Iterable, Iterator
from typing import Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from bot.adapters.console.inbound import ORDERS
from bot.adapters.console.screen import Screen
from bot.adapters.console.terminal_text import one_line
from bot.core.router import Router

_PRESS = "!press "


class LineCompleter(Completer):
    """Completes what `me` types, from memory alone."""

    def __init__(self, router: Router[Any], screen: Screen, me: str, language: str) -> None:
        self._router = router
        self._screen = screen
        self._me = me
        self._language = router.wording.language(language)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        line = document.text_before_cursor.lstrip()
        word = document.get_word_before_cursor(WORD=True)
        if line.casefold().startswith(_PRESS):
            typed = line[len(_PRESS) :]
            yield from _starting(typed, self._labels())
        elif " " not in line and line.startswith("/"):
            yield from self._commands(line)
        elif " " not in line and line.startswith("!"):
            yield from _starting(line, (f"!{order}" for order in ORDERS))
        elif " " in line and word:
            yield from _starting(word, self._words(line))

    def _commands(self, line: str) -> Iterator[Completion]:
        for command in self._router.registry.listed:
            name = f"/{command.name}"
            if name.startswith(line.casefold()):
                summary = self._router.wording.text(command.summary, self._language)
                yield Completion(name, -len(line), display_meta=summary)

    def _words(self, line: str) -> Iterable[str]:
        name, *given = line.casefold().split()
        command = self._router.registry.find(name.removeprefix("/"))
        if command is None:
            return ()
        lexicon = self._router.binder.lexicon
        words = (word for p in command.params if not p.hidden for word in p.kind.vocabulary(lexicon))
        return dict.fromkeys(word for word in words if word not in given[:-1])

    def _labels(self) -> Iterable[str]:
        message = self._screen.latest(self._me, None)
        return (one_line(button.label) for button in message.buttons) if message else ()


def _starting(typed: str, words: Iterable[str]) -> Iterator[Completion]:
    for word in words:
        if word.casefold().startswith(typed.casefold()) and word != typed:
            yield Completion(word, -len(typed))
