"""How hard the lessons and the glossary read, by the formula made for their language, glossary terms left out.

English: the grade of Flesch and Kincaid, 0.39 · words / sentences + 11.8 · syllables / words − 15.59 (Kincaid, Fishburne,
Rogers, Chissom: Derivation of new readability formulas, Naval Technical Training Command, Research Branch Report 8-75,
1975); the lower, the easier. Spanish: the perspicuity of Szigriszt-Pazos, 206.835 − 62.3 · syllables / words − words /
sentences (Sistemas predictivos de legibilidad del mensaje escrito, doctoral thesis, Universidad Complutense de Madrid,
1993); the higher, the easier, and on the INFLESZ scale 55 to 65 is normal, 65 to 80 fairly easy, above that very easy
(Barrio-Cantalejo and others: Validación de la Escala INFLESZ, Anales del Sistema Sanitario de Navarra 31, 2008). The two
formulas weigh alike, but a Spanish word has more syllables: neither says anything about the other language.

Terms of the glossary, commands and figures count as words of a sentence, so that they do not make it shorter, but not in
the syllables per word: they are what the lessons teach. Sums set apart are left out. Syllables are counted by rule; what
the English rule gets wrong in these texts stands in EXCEPTIONS.

    python -m benchmarks.reading
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from bot.content.catalogue import DEFAULT_LANGUAGE
from bot.content.curriculum import Curriculum, load_curriculum
from bot.content.formats import Formats
from bot.content.glossary import Glossary
from bot.content.lessons import Lesson
from bot.core.markup import Block, Bullets, Facts, Look, Preformatted, Span, Table, Title
from bot.services.lesson_figures import lesson_figures, worded
from engine.contracts import load_contracts

TERM = "\N{BLACK SQUARE}"
"""Stands for what counts as a word and has no syllables."""
EXCEPTIONS = {
    "anyone": 3, "area": 3, "being": 2, "beyond": 2, "business": 2, "careful": 2, "closely": 2, "create": 2,
    "created": 3, "doing": 2, "elsewhere": 2, "every": 2, "going": 2, "idea": 3, "ideas": 3, "likely": 2,
    "merely": 2, "people": 2, "quiet": 2, "rarely": 2, "safely": 2, "science": 2, "seeing": 2,
    "sideways": 2, "someone": 2, "something": 2, "sometimes": 2, "somewhere": 2, "therefore": 2,
    "useful": 2, "useless": 2,
}  # fmt: skip
_WORD = re.compile(rf"[^\W\d_]+(?:['’][^\W\d_]+)?|{TERM}")
_FIGURE = re.compile(r"[−+#]?[0-9][0-9.,]*(?:\s?[%×])?|\bUSDT\b|\b(?:BTC|ETH|SOL|ADA|LINK|USD)\b")
_ENDS = re.compile(r"[.!?:…]+(?=\s|$)|\n+")
_VOWELS = re.compile(r"[aeiouy]+")
_SPLIT = re.compile(r"(?<![tcgs])i(?:a|o(?!n)|u)|eo(?!u)|ua(?!r)|(?<!q)uo")
_SILENT = re.compile(r"(?:[^aeiouyl]|[aeiouy]l)e$|[^aeiouytd]ed$|(?<![cs]h)(?<=[^aeiouysxzcgl])es$")
_MUTE = re.compile(r"(?<=[qg])u(?=[eéií])|(?<!c)h")
_LAST_Y = re.compile(r"y$")
_SPANISH_VOWELS = re.compile(r"[aeiouáéíóúü]+")
_HIATUS = re.compile(r"(?<=[aeoáéóíú])(?=[aeoáéó])|(?<=[aeoáéó])(?=[íú])")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text comes to; `grade` is for English, `perspicuity` for Spanish. A text of terms alone has neither."""

    words: int
    sentences: int
    per_word: float

    @property
    def grade(self) -> float:
        """The school grade of Flesch and Kincaid; 0 for a text of terms alone."""
        if not self.per_word:
            return 0.0
        return 0.39 * self.words / self.sentences + 11.8 * self.per_word - 15.59

    @property
    def perspicuity(self) -> float:
        """The perspicuity of Szigriszt-Pazos, to be read on the INFLESZ scale; 100 for a text of terms alone."""
        if not self.per_word:
            return 100.0
        return 206.835 - 62.3 * self.per_word - self.words / self.sentences


def spanish_syllables(word: str) -> int:
    """How many syllables a Spanish word has, by rule: groups of vowels, parted where two strong ones or a stressed weak
    one meet; at least one."""
    heard = _LAST_Y.sub("i", _MUTE.sub("", word.lower()))
    groups = _SPANISH_VOWELS.findall(heard)
    return max(1, len(groups) + sum(len(_HIATUS.findall(each)) for each in groups))


def syllables(word: str) -> int:
    """How many syllables an English word has, by rule: groups of vowels, less silent endings; at least one."""
    bare = re.sub(r"[^a-z]", "", word.lower().replace("’", "'").removesuffix("'s"))
    if bare in EXCEPTIONS:
        return EXCEPTIONS[bare]
    count = len(_VOWELS.findall(bare)) + len(_SPLIT.findall(bare))
    return max(1, count - (_SILENT.search(bare) is not None))


COUNTED: Mapping[str, Callable[[str], int]] = {"en": syllables, "es": spanish_syllables}
"""What counts the syllables of a language."""


def reading(text: str, terms: Iterable[str] = (), language: str = DEFAULT_LANGUAGE) -> Reading:
    """The reading of a text; `terms` are the names that do not count against it. Raises KeyError for other languages."""
    names = sorted(
        {form for name in terms for form in (name, f"{name}s", f"{name}es")}, key=len, reverse=True
    )
    if names:
        # A coin's name or an acronym is written in capitals; any other term in any case.
        text = re.sub(rf"\b(?:{'|'.join(map(re.escape, names))})\b", TERM, text, flags=re.IGNORECASE)
    text = _FIGURE.sub(TERM, text)
    sentences = [found for part in _ENDS.split(text) if (found := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    plain = [word for word in words if word != TERM]
    per_word = sum(map(COUNTED[language], plain)) / len(plain) if plain else 0.0
    return Reading(len(words), len(sentences), per_word)


def prose(blocks: Iterable[Block]) -> Iterator[str]:
    """The running text of blocks, a line each; what is typed becomes one word."""
    for block in blocks:
        match block:
            case Bullets(items):
                yield from map(_said, items)
            case Title() | Preformatted() | Facts() | Table():
                continue
            case _:
                yield _said(block.spans)


def _said(spans: Iterable[Span]) -> str:
    return "".join(TERM if Look.CODE in span.looks else span.text for span in spans)


def names(glossary: Glossary) -> tuple[str, ...]:
    """Every name of every term."""
    return tuple(name for term in glossary.terms.values() for name in (term.term, *term.aliases))


def lesson_text(lesson: Lesson, places: Mapping[str, int]) -> str:
    """All that a lesson says, with its figures filled in."""
    figures, formats = lesson_figures(lesson, load_contracts()), Formats(lesson.language, places)
    passages = (text for page in lesson.pages for text in (page.body, page.reveal))
    return "\n".join(line for text in passages for line in prose(worded(text, figures, formats)))


def lesson_grades(curriculum: Curriculum, *, every_word: bool = False) -> Mapping[str, Reading]:
    """The reading of every lesson by id; `every_word`: terms of the glossary count like any other word."""
    terms = () if every_word else names(curriculum.glossary)
    return {
        each.id: reading(lesson_text(each, {}), terms, each.language) for each in curriculum.lessons.values()
    }


def definition_grades(curriculum: Curriculum, language: str = DEFAULT_LANGUAGE) -> Mapping[str, Reading]:
    """The reading of every definition, written in that language, by the id of its term."""
    terms = names(curriculum.glossary)
    return {each.id: reading(each.definition, terms, language) for each in curriculum.glossary.terms.values()}


MEASURES: Mapping[str, tuple[str, Callable[[Reading], float]]] = {
    "en": ("grade", lambda found: found.grade),
    "es": ("perspicuity", lambda found: found.perspicuity),
}
"""The measure of a language, by name, and how it is read off."""


def show(language: str) -> None:
    """Print the table of one language."""
    curriculum = load_curriculum(language)
    name, of = MEASURES[language]
    readings, whole = lesson_grades(curriculum), lesson_grades(curriculum, every_word=True)
    print(f"{language + ': lesson':<20} {'words':>6} {'sentences':>10} {name:>12} {'with terms':>11}")
    for id_, found in readings.items():
        print(f"{id_:<20} {found.words:>6} {found.sentences:>10} {of(found):>12.1f} {of(whole[id_]):>11.1f}")
    values = sorted(map(of, definition_grades(curriculum, language).values()))
    print(
        f"{len(values)} definitions: lowest {values[0]:.1f}, median {median(values):.1f}, highest {values[-1]:.1f}"
    )


def main() -> None:
    """Print the tables of all languages that are measured."""
    for language in MEASURES:
        show(language)


if __name__ == "__main__":
    main()
