"""What is taught, in each language: read from its files once, when it is first needed or all at the start."""

from collections.abc import Collection
from pathlib import Path

from bot.content.catalogue import LOCALES
from bot.content.curriculum import Curriculum, load_curriculum


class Curricula:
    """The curriculum of every language that is spoken; what was read stays as it is while the process runs."""

    def __init__(self, languages: Collection[str], folder: Path = LOCALES) -> None:
        self._languages = languages
        self._folder = folder
        self._read: dict[str, Curriculum] = {}

    def of(self, language: str) -> Curriculum:
        """The curriculum of a language. Raises ContentFault with every fault, at the first time only."""
        if language not in self._read:
            self._read[language] = load_curriculum(language, self._folder)
        return self._read[language]

    def check(self) -> None:
        """Read all languages now; raises ContentFault with every fault."""
        for each in self._languages:
            self.of(each)
