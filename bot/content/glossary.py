"""The glossary that learners read: terms with plain definitions, found by name, by alias, or nearly so."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field
from rapidfuzz import fuzz, process, utils

from bot.content.catalogue import DEFAULT_LANGUAGE, LOCALES
from bot.content.faults import Faults, Section, Slug, Text, line_of, read

LONGEST = 280
NEAR_ENOUGH = 70
"""How alike a word must be to be suggested, of 100 (ours)."""
SHORTEST = 3
"""The fewest letters of a name that is suggested: shorter ones are like anything."""


class TermFile(Section):
    """`[[term]]`; `formula` is mathematics in the symbols of docs/margin.md."""

    id: Slug
    term: Annotated[Text, Field(max_length=40)]
    definition: Annotated[Text, Field(max_length=LONGEST)]
    formula: Annotated[Text, Field(max_length=120)] | None = None
    lesson: Slug
    aliases: tuple[Text, ...] = ()
    related: tuple[Slug, ...] = ()


class GlossaryFile(Section):
    """`glossary.toml`."""

    term: Annotated[tuple[TermFile, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Term:
    """One term; `lesson` is the id of the lesson that teaches it, `related` are ids of terms."""

    id: str
    term: str
    definition: str
    formula: str | None
    lesson: str
    aliases: tuple[str, ...]
    related: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is called."""
        return (self.term, self.id, *self.aliases)


@dataclass(frozen=True)
class Glossary:
    """Terms by id, in alphabetical order: English ones as in their file, others by their names.

    `foreign` are names in English with the ids they mean: exchanges use them in every language.
    """

    terms: Mapping[str, Term]
    foreign: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {
            **{folded(name): id_ for name, id_ in self.foreign.items()},
            **{folded(name): each.id for each in self.terms.values() for name in each.names},
        }

    def find(self, words: str) -> Term | None:
        """The term that is called so, in any case and with or without its accents."""
        found = self._names.get(folded(words))
        return None if found is None else self.terms[found]

    def near(self, words: str, most: int = 5) -> tuple[Term, ...]:
        """Terms that a misspelt or partial name may mean, the likeliest first; to suggest."""
        scored = process.extract(
            folded(words[:60]),
            [name for name in self._names if len(name) >= SHORTEST],
            scorer=fuzz.WRatio,
            processor=utils.default_process,
            score_cutoff=NEAR_ENOUGH,
            limit=None,
        )
        likest = sorted((name for name, _, _ in scored), key=lambda name: -fuzz.ratio(name, folded(words)))
        ids = dict.fromkeys(self._names[name] for name in likest)
        return tuple(self.terms[each] for each in ids)[:most]


def load_glossary(language: str = DEFAULT_LANGUAGE, folder: Path = LOCALES) -> Glossary:
    """The glossary of a language; English terms where it has none. Raises ContentFault with every fault.

    What a language has are the English terms in other words: a term of its own, or another lesson, is a fault.
    """
    faults = Faults()
    terms = english = _read(folder / DEFAULT_LANGUAGE / "glossary.toml", {}, faults)
    if language != DEFAULT_LANGUAGE and (folder / language / "glossary.toml").is_file():
        own = {**terms, **_read(folder / language / "glossary.toml", english, faults)}
        terms = dict(sorted(own.items(), key=lambda each: folded(each[1].term)))
    faults.stop()
    return Glossary(terms, {name: each.id for each in english.values() for name in each.names})


def folded(words: str) -> str:
    """Words as they are compared: small letters, no accents, single spaces."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", words) if not unicodedata.combining(each))
    return " ".join(bare.casefold().split())


def _read(path: Path, english: Mapping[str, Term], faults: Faults) -> dict[str, Term]:
    text = read(path, faults)
    listed = faults.table(path, text, GlossaryFile)
    if listed is None:
        return {}
    faults.unique(path, text, "term", (each.id for each in listed.term))
    ids = {each.id for each in listed.term} | english.keys()
    names: dict[str, str] = {}
    for number, each in enumerate(listed.term):
        line = line_of(text, ("term", number, "id"))
        if english and (each.id not in english or english[each.id].lesson != each.lesson):
            faults.add(path, line, f"term.{number}: not as in {DEFAULT_LANGUAGE}")
        for other in each.related:
            if other not in ids or other == each.id:
                faults.add(path, line, f"term.{number}.related: no other term {other}")
        for name in {folded(name) for name in (each.term, each.id, *each.aliases)}:
            if names.setdefault(name, each.id) != each.id:
                faults.add(path, line, f"term.{number}: {name!r} means {names[name]} too")
    return {each.id: Term(**each.model_dump()) for each in listed.term}
