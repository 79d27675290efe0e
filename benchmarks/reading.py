"""How hard the lessons and the glossary read: the Flesch-Kincaid grade, glossary terms left out.

Grade = 0.39 · words / sentences + 11.8 · syllables / words − 15.59 (Kincaid, Fishburne, Rogers, Chissom: Derivation of
new readability formulas, Naval Technical Training Command, Research Branch Report 8-75, 1975). Terms of the glossary,
commands and figures count as words of a sentence, so that they do not make it shorter, but not in the syllables per
word: they are what the lessons teach. Sums set apart are left out. Syllables are counted by rule; what the rule gets
wrong in these texts stands in EXCEPTIONS.

    python -m benchmarks.reading
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

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
_WORD = re.compile(rf"[A-Za-z]+(?:['’][A-Za-z]+)?|{TERM}")
_FIGURE = re.compile(r"[−+#]?[0-9][0-9.,]*(?:\s?[%×])?|\bUSDT\b|\b(?:BTC|ETH|SOL|ADA|LINK|USD)\b")
_ENDS = re.compile(r"[.!?:…]+(?=\s|$)|\n+")
_VOWELS = re.compile(r"[aeiouy]+")
_SPLIT = re.compile(r"(?<![tcgs])i(?:a|o(?!n)|u)|eo(?!u)|ua(?!r)|(?<!q)uo")
_SILENT = re.compile(r"(?:[^aeiouyl]|[aeiouy]l)e$|[^aeiouytd]ed$|(?<![cs]h)(?<=[^aeiouysxzcgl])es$")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text comes to."""

    words: int
    sentences: int
    grade: float


def syllables(word: str) -> int:
    """How many syllables an English word has, by rule: groups of vowels, less silent endings; at least one."""
    bare = re.sub(r"[^a-z]", "", word.lower().replace("’", "'").removesuffix("'s"))
    if bare in EXCEPTIONS:
        return EXCEPTIONS[bare]
    count = len(_VOWELS.findall(bare)) + len(_SPLIT.findall(bare))
    return max(1, count - (_SILENT.search(bare) is not None))


def reading(text: str, terms: Iterable[str] = ()) -> Reading:
    """The grade of a text; `terms` are the names that do not count against it."""
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
    if not plain:
        return Reading(len(words), len(sentences), 0.0)
    per_word = sum(map(syllables, plain)) / len(plain)
    grade = 0.39 * len(words) / len(sentences) + 11.8 * per_word - 15.59
    return Reading(len(words), len(sentences), grade)


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
    return {each.id: reading(lesson_text(each, {}), terms) for each in curriculum.lessons.values()}


def definition_grades(curriculum: Curriculum) -> Mapping[str, Reading]:
    """The reading of every definition by the id of its term."""
    terms = names(curriculum.glossary)
    return {each.id: reading(each.definition, terms) for each in curriculum.glossary.terms.values()}


def main() -> None:
    """Print the table."""
    curriculum = load_curriculum()
    grades, whole = lesson_grades(curriculum), lesson_grades(curriculum, every_word=True)
    print(f"{'lesson':<20} {'words':>6} {'sentences':>10} {'grade':>6} {'with terms':>11}")
    for id_, found in grades.items():
        print(
            f"{id_:<20} {found.words:>6} {found.sentences:>10} {found.grade:>6.1f} {whole[id_].grade:>11.1f}"
        )
    definitions = sorted(each.grade for each in definition_grades(curriculum).values())
    print(
        f"{len(definitions)} definitions: median {definitions[len(definitions) // 2]:.1f}, highest {definitions[-1]:.1f}"
    )


if __name__ == "__main__":
    main()
