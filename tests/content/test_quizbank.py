"""The question bank: one right option among plausible ones, none of which gives itself away."""

import re
from collections import Counter
from pathlib import Path

import pytest

from bot.content.catalogue import LOCALES, ContentFault
from bot.content.curriculum import load_curriculum
from bot.content.quizbank import Question, QuizBank, load_quiz_bank
from bot.content.skills import Skill

CURRICULUM = load_curriculum()
BANK = CURRICULUM.bank
QUESTIONS = list(BANK.questions.values())
BANKS = {
    path.parent.name: load_quiz_bank(path.parent.name)
    for path in sorted(LOCALES.glob("*/quizzes"))
    if path.is_dir()
}
EVERY = pytest.mark.parametrize(
    "question",
    [
        pytest.param(each, id=f"{code}-{each.id}")
        for code, it in BANKS.items()
        for each in it.questions.values()
    ],
)
IN_EVERY_LANGUAGE = pytest.mark.parametrize("bank", BANKS.values(), ids=BANKS)


def test_there_are_enough_questions_of_every_skill() -> None:
    assert len(QUESTIONS) >= 60
    of_skill = Counter(each.skill for each in QUESTIONS)
    assert set(of_skill) == set(Skill)
    assert min(of_skill.values()) >= 3


def test_every_lesson_asks_three_of_its_own() -> None:
    asked = [each for lesson in CURRICULUM.lessons.values() for each in lesson.questions]
    assert len(asked) == len(set(asked)) == 3 * len(CURRICULUM.lessons)
    for lesson in CURRICULUM.lessons.values():
        assert {BANK.questions[each].lesson for each in lesson.questions} == {lesson.id}


@EVERY
def test_a_question_is_fair(question: Question) -> None:
    assert [each.right for each in question.options].count(True) == 1
    assert 3 <= len(question.options) <= 4
    lengths = [len(each.text) for each in question.options]
    assert max(lengths) <= 1.6 * min(lengths), lengths
    assert not any(
        re.search(r"\b(all|none) of (the above|these|them)\b", each.text, re.IGNORECASE)
        for each in question.options
    )
    assert question.stem.endswith("?")
    for option in question.options:
        assert option.text[0].isupper()
        assert not option.text.endswith(".")
        assert option.why.endswith((".", "!"))
        assert option.text not in option.why


@IN_EVERY_LANGUAGE
def test_length_does_not_give_the_answer_away(bank: QuizBank) -> None:
    """With three options or four, chance would make the right one the longest, or the shortest, in about a third."""
    questions = bank.questions.values()
    longest = sum(len(q.options[0].text) > max(len(o.text) for o in q.options[1:]) for q in questions)
    shortest = sum(len(q.options[0].text) < min(len(o.text) for o in q.options[1:]) for q in questions)
    assert 0.2 <= longest / len(questions) <= 0.4
    assert 0.2 <= shortest / len(questions) <= 0.4


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Nothing", "Neither", "It")), ("es", ("Nada", "Ninguna", "La", "El", "Se", "Una"))],
)
def test_no_first_word_gives_the_answer_away(language: str, words: tuple[str, ...]) -> None:
    """Words such as “Nothing” or “None” open right and wrong options alike."""
    options = [option for each in BANKS[language].questions.values() for option in each.options]
    for word in words:
        opened = [each.right for each in options if re.split(r"\W", each.text)[0] == word]
        assert True in opened, word
        assert False in opened, word


@IN_EVERY_LANGUAGE
def test_every_misconception_is_put_to_use_and_explained(bank: QuizBank) -> None:
    used = Counter(
        o.misconception for q in bank.questions.values() for o in q.options if o.misconception is not None
    )
    assert len(used) >= 25
    assert set(used) == set(bank.misconceptions)
    for each in bank.misconceptions.values():
        sentences = re.findall(r"[^.!?]+[.!?]", each.correction)
        assert len(sentences) == 2, each.id
        assert not each.name.endswith(".")
        assert CURRICULUM.lessons[each.lesson].skill is each.skill


def test_the_misconceptions_of_the_syllabus_are_all_there() -> None:
    syllabus = """lev-multiplies-pnl lev-is-risk ten-x-ten-percent liq-at-minus-1-over-l margin-is-fee futures-borrow
        roe-is-account fee-on-margin one-mmr im-is-mm liq-at-zero liq-warns liq-price-is-fill liq-all stop-guaranteed
        stop-useless one-x-safe owe-money position-returns liq-price-fixed isolated-safer cross-safer cross-lev-sets-liq
        cross-own-price iso-helps iso-tops-up margin-raises-profit lower-lev-free iso-hedge-safe switch-anytime
        orders-free last-price-liq mark-no-wick funding-to-exchange funding-on-margin positive-shorts-pay
        funding-continuous funding-nothing hold-free adl-losers insurance-refunds demo-is-real top-is-skill win-rate
        averaging-down"""
    assert set(syllabus.split()) <= BANK.misconceptions.keys()


# Order


def test_a_seed_gives_one_order_and_seeds_give_all() -> None:
    places: Counter[tuple[int, int]] = Counter()
    for question in QUESTIONS:
        assert question.shuffled("7") == question.shuffled("7")
        for seed in range(300):
            shown = question.shuffled(str(seed))
            assert set(shown) == set(question.options)
            places[len(shown), [each.right for each in shown].index(True)] += 1
    for (options, _), times in places.items():
        fair = sum(n for (size, _), n in places.items() if size == options) / options
        assert 0.85 * fair < times < 1.15 * fair, places


# Files

MISCONCEPTION = """\
[[misconception]]
id = "{id}"
name = "A belief"
correction = "It is not so. This is so."
skill = "pnl"
lesson = "pnl"
"""
QUESTION = """\
[[question]]
id = "q"
skill = "pnl"
family = "f"
lesson = "pnl"
stem = "What?"
right = "This"
why = "It is so."

[[question.wrong]]
option = "That"
misconception = "one"
why = "It is not."

[[question.wrong]]
option = "Other"
misconception = "two"
why = "Nor is this."
"""


def bank(tmp_path: Path, text: str, own: str | None = None) -> QuizBank:
    """The bank of these English questions, or with `own` that of another language that has those."""
    folder = tmp_path / "en" / "quizzes"
    folder.mkdir(parents=True)
    both = MISCONCEPTION.format(id="one") + MISCONCEPTION.format(id="two")
    (folder / "misconceptions.toml").write_text(both, encoding="utf-8")
    (folder / "pnl.toml").write_text(text, encoding="utf-8")
    if own is None:
        return load_quiz_bank(folder=tmp_path)
    (tmp_path / "pt" / "quizzes").mkdir(parents=True)
    (tmp_path / "pt" / "quizzes" / "pnl.toml").write_text(own, encoding="utf-8")
    return load_quiz_bank("pt", tmp_path)


def test_a_bank_is_read(tmp_path: Path) -> None:
    found = bank(tmp_path, QUESTION).questions["q"]
    assert [(each.text, each.misconception) for each in found.options] == [
        ("This", None),
        ("That", "one"),
        ("Other", "two"),
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('"What?"', f'"{"x" * 301}"', "pnl.toml:6: question.0.stem"),
        ('"That"', f'"{"x" * 101}"', "pnl.toml:11: question.0.wrong.0.option"),
        ('"two"', '"three"', "pnl.toml:2: question.0: no misconception three"),
        ('"two"', '"one"', "two options stand for one misconception"),
        ('"Other"', '"That"', "two options are the same"),
        ('skill = "pnl"', 'skill = "luck"', "pnl.toml:3: question.0.skill"),
        (QUESTION, QUESTION + QUESTION, "pnl.toml:20: question.1.id: q is taken"),
        (QUESTION[QUESTION.rindex("[[") :], "", "question.0.wrong: Tuple should have at least 2"),
        ("stem", "steam", "pnl.toml:6: question.0.steam: Extra inputs"),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in QUESTION
    with pytest.raises(ContentFault) as caught:
        bank(tmp_path, QUESTION.replace(was, becomes))
    assert said in str(caught.value)


def test_a_language_may_have_some_files_and_keeps_english_for_the_rest(tmp_path: Path) -> None:
    """Its questions may name misconceptions that it has not worded yet."""
    found = bank(tmp_path, QUESTION, QUESTION.replace("What?", "O quê?"))
    assert found.questions["q"].stem == "O quê?"
    assert found.misconceptions["one"].name == "A belief"
    assert load_quiz_bank("xx", tmp_path).questions["q"].stem == "What?"


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('id = "q"', 'id = "other"'),
        ('skill = "pnl"', 'skill = "costs"'),
        ('family = "f"', 'family = "g"'),
        ('lesson = "pnl"', 'lesson = "roe"'),
        ('misconception = "two"', 'misconception = "three"'),
        (QUESTION[QUESTION.rindex("[[") :], QUESTION[QUESTION.rindex("[[") :].replace("two", "one")),
    ],
)
def test_a_language_cannot_ask_another_question(tmp_path: Path, was: str, becomes: str) -> None:
    assert was in QUESTION
    with pytest.raises(ContentFault) as caught:
        bank(tmp_path, QUESTION, QUESTION.replace(was, becomes))
    assert "pnl.toml:2: question.0: not as in en" in str(caught.value)


def test_options_keep_their_misconceptions_in_order(tmp_path: Path) -> None:
    turned = QUESTION.replace("one", "zero").replace("two", "one").replace("zero", "two")
    with pytest.raises(ContentFault):
        bank(tmp_path, QUESTION, turned)
