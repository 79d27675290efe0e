"""A question from nothing to its words, and how hard the questions read.

Generated: drawn with the engine from a seeded market or from an account with open positions, until the options differ.
Rendered: its card in English, parsed to blocks. The slowest template counts as much as the median.

    python -m benchmarks.questions [--rounds 200]
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from random import Random

from benchmarks.reading import Reading, reading
from bot.content.glossary import load_glossary
from bot.core.markup import text_of
from bot.core.reply import Answer
from bot.services.school.question import Setting
from bot.services.school.question_cards import question_data, verdict_data
from bot.services.school.templates import GENERATED
from bot.services.school.templates.kind import Kind
from tests.services.school.draws import card, paragraphs, settings
from tests.services.school.settings import WORDING


def timed(rounds: int) -> dict[str, tuple[list[float], list[float]]]:
    """Milliseconds of drawing and of rendering, by template; settings that give no question are left out."""
    rng, among = Random(1), settings(1)
    found: dict[str, tuple[list[float], list[float]]] = {}
    for kind in GENERATED:
        warm(kind, rng, among)
        drawing: list[float] = []
        rendering: list[float] = []
        for _ in range(rounds):
            begun = time.perf_counter()
            question = kind.draw(rng.choice(among), rng)
            drawn = time.perf_counter()
            if question is None:
                continue
            WORDING.word(Answer("question", question_data(question)), "en", "UTC")
            drawing.append(1000 * (drawn - begun))
            rendering.append(1000 * (time.perf_counter() - drawn))
        found[kind.id] = (drawing, rendering)
    return found


def warm(kind: Kind, rng: Random, among: Sequence[Setting]) -> None:
    """Have the texts of a template compiled, as they are once in the life of the bot."""
    for _ in range(50):
        question = kind.draw(rng.choice(among), rng)
        if question is not None:
            card(question, "en")
            return


def graded(rounds: int = 5, *, every_word: bool = False) -> dict[str, Reading]:
    """The reading grade of stems and reasons by template; `every_word`: terms of the glossary count like any other.

    Options are left out: they are figures or a few words.
    """
    rng, among = Random(2), settings(2)
    glossary = load_glossary()
    terms = [name for each in glossary.terms.values() for name in (each.term, *each.aliases)]
    terms = [] if every_word else terms
    found: dict[str, Reading] = {}
    for kind in GENERATED:
        lines: list[str] = []
        for _ in range(rounds):
            question = kind.draw(rng.choice(among), rng)
            if question is None:
                continue
            lines += [text_of(each.spans) for each in paragraphs(card(question, "en"))]
            for place in range(len(question.choices)):
                reply = WORDING.word(Answer("verdict", verdict_data(question, place)), "en", "UTC")
                lines += [text_of(each.spans).split("\n")[-1] for each in paragraphs(reply)]
        if lines:
            found[kind.id] = reading("\n".join(lines), terms)
    return found


def main(rounds: int) -> None:
    """Print medians and the slowest."""
    found = timed(rounds)
    drawing = [each for draws, _ in found.values() for each in draws]
    rendering = [each for _, shown in found.values() for each in shown]
    both = {
        name: sorted(a + b for a, b in zip(draws, shown, strict=True))
        for name, (draws, shown) in found.items()
    }
    slowest = max(both, key=lambda name: statistics.median(both[name]))
    whole = sorted(each for times in both.values() for each in times)
    print(f"{len(found)} templates, {len(whole)} questions")
    print(
        f"generated: median {statistics.median(drawing):.2f} ms; rendered: median {statistics.median(rendering):.2f} ms"
    )
    print(
        f"both: median {statistics.median(whole):.2f} ms, 99 of 100 within {whole[len(whole) * 99 // 100]:.2f} ms, "
        f"longest {whole[-1]:.2f} ms; slowest template {slowest}, median {statistics.median(both[slowest]):.2f} ms"
    )
    for said, every_word in (("terms left out", False), ("every word", True)):
        grades = graded(every_word=every_word)
        hardest = max(grades, key=lambda name: grades[name].grade)
        middle = statistics.median(each.grade for each in grades.values())
        print(f"reading, {said}: median grade {middle:.1f}, hardest {hardest} {grades[hardest].grade:.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=200)
    main(parser.parse_args().rounds)
