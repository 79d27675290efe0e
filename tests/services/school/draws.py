"""Many questions of every template: answers right, options apart, numbers within reason, texts within limits.

    python -m tests.services.school.draws --draws 10000 [--seed 1] [--only liq-isolated]

ends with a line for each template: questions drawn, settings that gave none, and milliseconds a question.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from html import unescape
from random import Random

from bot.content.quizbank import OPTION, REASON, STEM
from bot.content.wording import SUFFIX
from bot.core.markup import Bullets, Paragraph, text_of
from bot.core.reply import Answer, Reply
from bot.services.school.question import Question, Setting
from bot.services.school.question_cards import question_data, verdict_data
from bot.services.school.templates import GENERATED
from bot.services.school.templates.kind import Kind
from tests.services.school.recomputed import recomputed, val
from tests.services.school.settings import WORDING, setting

NEAR = Decimal("1e-7")
"""How far, as a fraction, a recomputed figure may be from the engine's, which is cut to 8 places where it is booked."""
SETTINGS = 60
LANGUAGES = ("en", "es")


@dataclass
class Tally:
    """What became of the draws of one template."""

    drawn: int = 0
    none: int = 0
    seconds: float = 0.0
    misconceptions: set[str] = field(default_factory=set)


def settings(seed: int) -> Sequence[Setting]:
    """The settings that questions are drawn from."""
    rng = Random(f"settings {seed}")
    return [setting(rng) for _ in range(SETTINGS)]


def draw(kind: Kind, draws: int, seed: int, among: Sequence[Setting], every: int = 1) -> Tally:
    """Draw questions and check each; the texts of one in `every`. Raises AssertionError with the seed at hand."""
    rng, tally = Random(f"{kind.id} {seed}"), Tally()
    for number in range(draws):
        where = rng.choice(among)
        begun = time.perf_counter()
        question = kind.draw(where, rng)
        tally.seconds += time.perf_counter() - begun
        if question is None:
            tally.none += 1
            assert kind.own, f"{kind.id}: nothing to ask"
            continue
        tally.drawn += 1
        tally.misconceptions |= {each.misconception for each in question.choices if each.misconception}
        try:
            check(question, where)
            check_options(question)
            if number % every == 0:
                check_texts(question)
        except AssertionError as fault:
            fault.add_note(f"{kind.id}, draw {number} of seed {seed}: {question.to_json()}")
            raise
    return tally


def check(question: Question, where: Setting) -> None:
    """One right option, which is the recomputed one, and no other that is right too."""
    assert 3 <= len(question.choices) <= 4
    meant = [each.misconception for each in question.choices]
    assert len(set(meant)) == len(meant)
    assert [place for place, each in enumerate(meant) if each is None] == [question.right]
    with localcontext(prec=34):
        expected = recomputed(question, where)
        for choice in question.choices:
            right = choice.misconception is None
            if isinstance(expected, Decimal):
                said = val(choice.data["figure"]) if "figure" in choice.data else None
                same = said is not None and abs(said - expected) <= NEAR * max(Decimal(1), abs(expected))
            else:
                same = all(choice.data.get(key) == value for key, value in expected.items())
            assert same is right, f"{expected}"


def check_options(question: Question) -> None:
    """No two options show alike, in the formats of any language."""
    for language in LANGUAGES:
        options = worded_options(question, language)
        assert len(set(options)) == len(options), options
        assert all(0 < len(each) <= OPTION for each in options), options


def worded_options(question: Question, language: str) -> list[str]:
    """The options as a card shows them, by its macros alone, which is much quicker than the whole card."""
    found = WORDING._environment(language)
    asked = found.get_template(f"questions/{question.wording}{SUFFIX}").module
    if hasattr(asked, "option"):
        said = [asked.option(each.data, question.data) for each in question.choices]
    else:
        shared = found.get_template(f"questions/_shared{SUFFIX}").module
        said = [getattr(shared, "option")(each.data) for each in question.choices]  # noqa: B009 - no such type
    return [unescape(each).strip() for each in said]


def check_texts(question: Question) -> None:
    """Stem and reasons fit into a native quiz of a platform, in every language."""
    for language in LANGUAGES:
        assert shown_options(card(question, language)) == worded_options(question, language)
        stem = " ".join(text_of(each.spans) for each in paragraphs(card(question, language)))
        assert 0 < len(stem) <= STEM, f"{len(stem)} {stem}"
        why = WORDING.word(Answer("question", question_data(question, "why")), language, "UTC")
        assert 0 < len(text_of(paragraphs(why)[0].spans)) <= REASON, f"{why.blocks}"
        for chosen, each in enumerate(question.choices):
            reply = WORDING.word(
                Answer("verdict", verdict_data(question, chosen, show_sum=True)), language, "UTC"
            )
            said = [text_of(each.spans) for each in paragraphs(reply)]
            assert len(said) >= (1 if each.misconception is None else 2), f"{said}"
            assert all(len(line) <= REASON for one in said for line in one.split("\n")), f"{said}"
            assert all(line for one in said for line in one.split("\n")), f"{said}"


def card(question: Question, language: str) -> Reply:
    """The card of a question."""
    return WORDING.word(Answer("question", question_data(question)), language, "UTC")


def paragraphs(reply: Reply) -> list[Paragraph]:
    return [each for each in reply.blocks if isinstance(each, Paragraph)]


def shown_options(reply: Reply) -> list[str]:
    return [text_of(each) for block in reply.blocks if isinstance(block, Bullets) for each in block.items]


def main() -> None:
    """Check all templates and print the tally."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    used: set[str] = set()
    among = settings(options.seed)
    for kind in GENERATED:
        if options.only in {"", kind.id}:
            tally = draw(kind, options.draws, options.seed, among, every=50)
            used |= tally.misconceptions
            each = 1000 * tally.seconds / options.draws
            print(f"{kind.id:<24} {tally.drawn:>7} {tally.none:>6} {each:>7.2f} ms", flush=True)
    print(f"{len(used)} misconceptions in use")


if __name__ == "__main__":
    main()
