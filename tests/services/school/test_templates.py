"""Generated questions: enough of them, about everything, always with one right answer and options that differ."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

import pytest

from bot.content.catalogue import Language
from bot.content.curriculum import load_curriculum
from bot.content.skills import Skill
from bot.content.wording import ANSWERS, SUFFIX, CatalogueWording
from bot.core.markup import text_of
from bot.core.reply import Answer
from bot.services.school.question import Choice, Question, Setting
from bot.services.school.question_cards import question_data, verdict_data
from bot.services.school.templates import GENERATED, templates
from bot.services.school.templates.kind import Kind
from bot.services.school.templates.shown import alike, money, option, percent, price
from engine.account import MarginAccount
from tests.harness import places
from tests.meta.test_templates import Pseudo, hard_coded
from tests.services.school.draws import (
    card,
    check,
    draw,
    paragraphs,
    settings,
    shown_options,
)
from tests.services.school.recomputed import FROM_DATA
from tests.services.school.settings import WORDING

CURRICULUM = load_curriculum()
BY_ID = {each.id: each for each in GENERATED}
DRAWS = 150
MACROS = ("stem", "right", "wrong")


@cache
def among() -> Sequence[Setting]:
    return settings(seed=7)


def one(kind: Kind, seed: int = 0) -> tuple[Question, Setting]:
    """A question of a template, and where it was drawn."""
    rng = Random(seed)
    for _ in range(500):
        where = rng.choice(among())
        question = kind.draw(where, rng)
        if question is not None:
            return question, where
    raise AssertionError(kind.id)


def test_there_are_enough_templates_for_every_skill() -> None:
    assert len(BY_ID) == len(GENERATED) >= 40
    generated = Counter(each.skill for each in GENERATED)
    assert set(generated) == set(Skill)
    assert min(generated.values()) >= 3
    assert sum(each.own for each in GENERATED) >= 8
    assert {each.id for each in GENERATED if each.own} == {id_ for id_ in BY_ID if id_.startswith("own-")}


def test_misconceptions_and_lessons_are_those_of_the_content() -> None:
    used = {name for each in GENERATED for name in each.misconceptions}
    assert used <= CURRICULUM.bank.misconceptions.keys()
    assert len(used) >= 25
    for each in GENERATED:
        assert len(set(each.misconceptions)) == len(each.misconceptions) >= 2, each.id
        assert CURRICULUM.lessons[each.lesson].skill is each.skill, each.id


def test_every_template_has_its_texts_and_its_sum_done_again() -> None:
    texts = {path.name.removesuffix(SUFFIX) for path in (ANSWERS / "questions").glob(f"[a-z]*{SUFFIX}")}
    assert texts == BY_ID.keys() | {"bank"}
    assert FROM_DATA.keys() | {"own-contagion"} == BY_ID.keys()


@pytest.mark.parametrize("kind", GENERATED, ids=lambda each: each.id)
def test_every_draw_is_a_fair_question(kind: Kind) -> None:
    tally = draw(kind, DRAWS, 1, among(), every=15)
    assert tally.drawn >= DRAWS / 10
    assert tally.misconceptions == set(kind.misconceptions)


@pytest.mark.parametrize("kind", GENERATED, ids=lambda each: each.id)
def test_a_question_is_kept_and_drawn_again(kind: Kind) -> None:
    question, where = one(kind)
    assert Question.from_json(question.to_json()) == question
    assert kind.draw(where, Random(3)) == kind.draw(where, Random(3))
    assert len({str(kind.draw(where, Random(seed))) for seed in range(20)}) > 5


@pytest.mark.parametrize("kind", [each for each in GENERATED if each.own], ids=lambda each: each.id)
def test_a_question_on_an_own_position_needs_one(kind: Kind) -> None:
    _, where = one(kind)
    assert kind.draw(replace(where, account=None), Random(1)) is None
    assert kind.draw(replace(where, account=MarginAccount(wallet=Decimal(1000))), Random(1)) is None
    stale = replace(where.market, quotes={})
    assert kind.draw(replace(where, market=stale), Random(1)) is None


def test_questions_that_need_no_account_need_no_prices_either() -> None:
    market = replace(among()[0].market, quotes={})
    for kind in GENERATED:
        if not kind.own:
            assert kind.draw(Setting(market), Random(1)) is not None, kind.id


def test_a_wrong_key_is_found() -> None:
    """The checks of a draw can fail: another option taken for the right one, or two options alike."""
    question, where = one(BY_ID["liq-isolated"])
    check(question, where)
    other = (question.right + 1) % len(question.choices)
    choices = list(question.choices)
    choices[question.right] = Choice(choices[question.right].data, "liq-at-zero")
    choices[other] = Choice(choices[other].data, None)
    with pytest.raises(AssertionError):
        check(replace(question, choices=tuple(choices), right=other), where)
    choices = [replace(each, data=question.choices[question.right].data) for each in question.choices]
    with pytest.raises(AssertionError):
        check(replace(question, choices=tuple(choices)), where)


ALIKE = [
    (option(money(Decimal("10.001"))), option(money(Decimal("10.009"))), True),  # cut to the same places
    (option(money(Decimal("10.00"))), option(money(Decimal("10.01"))), False),
    (option(money(Decimal(100_000))), option(money(Decimal(100_040))), True),  # within 0.05 %
    (option(money(Decimal(100_000))), option(money(Decimal(100_060))), False),
    (option(price(Decimal("0.24741"), "ADAUSDT")), option(price(Decimal("0.24774"), "ADAUSDT")), False),
    (option(price(Decimal("0.24741"), "ADAUSDT")), option(price(Decimal("0.24749"), "ADAUSDT")), True),
    (option(percent(Decimal("0.1"))), option(percent(Decimal("-0.1"))), False),
    ({"which": "a"}, {"which": "b"}, False),
    ({"which": "a", "about": {"x": 1}}, {"which": "a", "about": {"x": 2}}, True),
    ({"never": True}, option(money(Decimal(0))), False),
]


@pytest.mark.parametrize(("first", "second", "same"), ALIKE)
def test_what_looks_alike(first: dict[str, object], second: dict[str, object], same: bool) -> None:
    assert alike(first, second, {"ADAUSDT": 4}) is same
    assert alike(second, first, {"ADAUSDT": 4}) is same


def test_the_golden_case() -> None:
    """Wallet 1,000, long 0.1 BTC from 50,000 at 10×: docs/margin.md's own figures behind the options."""
    from engine.position import Side
    from engine.solver import solve_liquidation
    from tests.services.school.recomputed import P
    from tests.services.school.settings import CONTRACTS

    data = {
        "symbol": "BTCUSDT",
        "side": "long",
        "quantity": {"value": "0.1"},
        "entry": {"value": "50000"},
        "mark": {"value": "50000"},
        "leverage": {"value": "10"},
        "margin": {"value": "500"},
    }
    assert f"{P(data).liq(P(data).put_down):.2f}" == "45180.72"
    assert f"{P(data).liq(Decimal(1000)):.2f}" == "40160.64"
    found = solve_liquidation(
        Side.LONG, Decimal("0.1"), Decimal(50_000), Decimal(500), CONTRACTS["BTCUSDT"].brackets
    )
    assert found.price is not None
    assert f"{found.price:.2f}" == "45180.72"


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_verdict_says_why(language: str) -> None:
    question, _ = one(BY_ID["fee-open"])
    wrong = next(
        place for place, each in enumerate(question.choices) if each.misconception == "fee-on-margin"
    )
    shown = WORDING.word(
        Answer("verdict", verdict_data(question, wrong, "Fees", show_sum=True)), language, "UTC"
    )
    options = shown_options(card(question, language))
    said = [text_of(each.spans) for each in paragraphs(shown)]
    assert f"{wrong + 1}. {options[wrong]}" in said[0]
    assert f"{question.right + 1}. {options[question.right]}" in said[1]
    right = WORDING.word(Answer("verdict", verdict_data(question, question.right)), language, "UTC")
    assert text_of(paragraphs(right)[0].spans) == said[1]
    nobody = WORDING.word(Answer("verdict", verdict_data(question, None)), language, "UTC")
    assert len(paragraphs(nobody)) == 1


PSEUDO = CatalogueWording({"en": Language("en", "Ⓔ", Pseudo(), {})}, places(), "en")


@pytest.mark.parametrize("kind", GENERATED, ids=lambda each: each.id)
def test_every_word_of_a_question_comes_from_the_catalogue(kind: Kind) -> None:
    question, _ = one(kind)
    answers = [
        Answer("question", question_data(question)),
        Answer("question", question_data(question, "why")),
    ]
    answers += [
        Answer("verdict", verdict_data(question, place, show_sum=True))
        for place in (*range(len(question.choices)), None)
    ]
    for each in answers:
        assert hard_coded(PSEUDO.word(each, "en", "UTC")) <= {"A", "B", "C"}, each.template


def test_questions_of_the_bank_are_templates_too() -> None:
    found = templates(CURRICULUM.bank)
    assert found.keys() == BY_ID.keys() | {f"bank-{each}" for each in CURRICULUM.bank.questions}
    where = among()[0]
    for id_, source in CURRICULUM.bank.questions.items():
        question = found[f"bank-{id_}"].draw(where, Random(id_))
        assert question is not None
        assert Question.from_json(question.to_json()) == question
        reply = card(question, "en")
        assert text_of(paragraphs(reply)[0].spans) == source.stem
        assert sorted(shown_options(reply)) == sorted(each.text for each in source.options)
        assert shown_options(reply)[question.right] == source.options[0].text
        for place, choice in enumerate(question.choices):
            said = WORDING.word(Answer("verdict", verdict_data(question, place)), "en", "UTC")
            why = next(each.why for each in source.options if each.misconception == choice.misconception)
            assert why in text_of(paragraphs(said)[0].spans)


def test_templates_of_texts_define_what_is_asked_of_them() -> None:
    for path in sorted((ANSWERS / "questions").glob(f"[a-z]*{SUFFIX}")):
        source = Path(path).read_text(encoding="utf-8")
        defined = re.findall(r"macro (\w+)\(", source)
        assert set(MACROS) <= set(defined), path.name
