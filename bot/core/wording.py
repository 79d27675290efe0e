"""The protocol of wording: an answer's template and data become a reply in somebody's language."""

from typing import Protocol

from bot.core.reply import Answer, Reply


class Wording(Protocol):
    """What words answers; the content layer implements it."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages spoken, the default first."""

    def word(self, answer: Answer, language: str, time_zone: str) -> Reply:
        """The worded reply."""

    def language(self, wanted: str | None) -> str:
        """The language that is spoken for a platform's language tag (`es-419` → `es`), or the default."""

    def command(self, name: str, language: str) -> str:
        """What a command is called in a language; its own name where that has none for it."""

    def text(self, message: str, language: str, **values: str) -> str:
        """A message in a language with its placeholders filled."""
