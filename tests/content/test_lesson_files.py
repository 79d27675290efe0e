"""Files of lessons: what is read, and that every fault is told with its line, all of them at once."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from bot.content.catalogue import ContentFault
from bot.content.formats import Formats
from bot.content.lessons import load_lessons
from bot.content.passages import BadPassage, parse_passage
from bot.content.scenes import BadStep, parse_step
from bot.content.sums import BadSum, parse_sum
from bot.core.markup import Block
from bot.services.lesson_figures import lesson_figures, missing, worded
from bot.services.scene_play import SceneFault
from engine.contracts import load_contracts
from tests.harness import lines_of, places

CONTRACTS = load_contracts()
ENGLISH = Formats("en", places())
LESSON = """\
+++
id = "small"
title = "Small"
skill = "leverage"
order = 1
minutes = 1
questions = ["a", "b", "c"]

[scene.open]
wallet = 5000
prices = { btc = 50000 }
steps = ["open btc long 5x isolated 1000"]
+++

# question: Why?
answer: open.btc.put_down
How much? {open.btc.entry} & <b>?

## answer
{open.btc.put_down}

---

# idea: Idea
- One
- **Two**

---

# example: Sum
1. First [[margin]]
2. `then`

---

# faded: Yours
answer: open.btc.put_down
…

## answer
x

---

# try: Try
try: /price btc
on: open
Try

---

# wrong: Wrong
step: 1
shown: open.btc.entry
answer: open.btc.put_down
1. Wrong

## answer
Step 1.

---

# quiz: Quiz

---

# next: Next
Done
"""
SPANISH = re.sub(r"\+\+\+.*?\+\+\+", '+++\nid = "small"\ntitle = "Pequeña"\n+++', LESSON, flags=re.DOTALL)


def shown(blocks: tuple[Block, ...]) -> str:
    return "\n".join(line for block in blocks for line in lines_of(block))


def folder(tmp_path: Path, text: str = LESSON, spanish: str = "") -> Path:
    for language, content in (("en", text), ("es", spanish)):
        (tmp_path / language / "lessons").mkdir(parents=True)
        if content:
            (tmp_path / language / "lessons" / "01.md").write_text(content, encoding="utf-8")
    return tmp_path


def faults(tmp_path: Path, text: str, spanish: str = "") -> str:
    with pytest.raises(ContentFault) as caught:
        load_lessons("es" if spanish else "en", folder(tmp_path, text, spanish))
    return str(caught.value)


def test_a_lesson_is_read_and_its_text_is_inert(tmp_path: Path) -> None:
    lesson = load_lessons(folder=folder(tmp_path))["small"]
    figures = lesson_figures(lesson, CONTRACTS)
    assert shown(worded(lesson.pages[0].body, figures, ENGLISH)) == "How much? 50,000 & <b>?"
    assert lesson.terms == ("margin",)
    assert shown(worded(lesson.pages[0].body, figures, Formats("es", places()))) == "How much? 50.000 & <b>?"


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("skill = ", "skil = ", "01.md:4: skil: Extra inputs"),
        ("minutes = 1", "minutes = 99", "01.md:6: minutes"),
        ('"a", "b", "c"', '"a"', "01.md:7: questions"),
        ("wallet = 5000", "", "01.md:9: scene.open: a wallet"),
        ("btc = 50000", "shib = 1", "no contract 'shib'"),
        ("isolated 1000", "sideways 1000", "01.md:9: scene.open.steps: no step"),
        ("+++\nid", "id", "01.md:1: a lesson starts with front matter"),
        ("# idea: Idea", "# notion: Idea", "01.md:24: a page starts with"),
        ("- **Two**", "- **Two", "01.md:25: a stray '*'"),
        ("- One\n", "- One\n1. Three\n", "01.md:25: not an item of this list"),
        ("{open.btc.put_down}\n", "{open.btc.put_down\n", "a stray brace"),
        ("answer: open.btc.put_down\n…", "…", "01.md:36: a faded page needs `answer:`"),
        ("## answer\nx\n", "", "a faded page has an `## answer`"),
        ("try: /price btc", "try: price btc", "try: no command"),
        ("on: open", "on: shut", "no scene 'shut'"),
        ("step: 1\n", "step: one\n", "step: no number"),
        ("# quiz: Quiz\n\n---\n\n", "", "no page of the kind quiz"),
        ("# next: Next\nDone", "# idea: More\nDone", "no page of the kind next"),
        ("order = 1", 'order = 1\nnext = "more"', "next: no later lesson more"),
        ("order = 1", 'order = 1\nprerequisites = ["less"]', "no earlier lesson less"),
        ("+++\n\n#", '\n[sums]\na = "open.btc.entry **"\n+++\n\n#', "sums.a: no sum"),
        ("skill = ", "skill == ", "01.md:4: Invalid"),
    ],
)
def test_a_fault_names_its_file_and_line(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in LESSON
    assert said in faults(tmp_path, LESSON.replace(was, becomes))


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    broken = LESSON.replace("minutes = 1", "minutes = 99").replace("order = 1", "order = 0")
    broken = broken.replace("**Two**", "**Two").replace("step: 1", "step: x")
    said = faults(tmp_path, broken)
    assert all(each in said for each in ("minutes", "order", "stray", "no number")), said


def test_two_lessons_of_one_id(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / "en/lessons/02.md").write_text(LESSON, encoding="utf-8")
    with pytest.raises(ContentFault, match=r"small is taken by 01\.md"):
        load_lessons(folder=root)


def test_a_scene_that_the_exchange_refuses(tmp_path: Path) -> None:
    lesson = load_lessons(folder=folder(tmp_path, LESSON.replace("isolated 1000", "isolated 9000")))["small"]
    with pytest.raises(SceneFault, match="open btc long 5x isolated 9000"):
        lesson_figures(lesson, CONTRACTS)


def test_a_scene_that_should_be_refused_and_is_not(tmp_path: Path) -> None:
    lesson = load_lessons(folder=folder(tmp_path, LESSON.replace('["open', '["refused: open')))["small"]
    with pytest.raises(SceneFault, match="was not refused"):
        lesson_figures(lesson, CONTRACTS)


def test_a_figure_that_does_not_exist(tmp_path: Path) -> None:
    text = LESSON.replace("{open.btc.put_down}", "{open.btc.luck} {open.eth.entry}")
    lesson = load_lessons(folder=folder(tmp_path, text))["small"]
    assert missing(lesson, lesson_figures(lesson, CONTRACTS)) == ("open.btc.luck", "open.eth.entry")


# Languages


def test_a_lesson_without_translation_is_in_english(tmp_path: Path) -> None:
    lesson = load_lessons("es", folder(tmp_path))["small"]
    assert (lesson.language, lesson.title) == ("en", "Small")


def test_a_translation_takes_its_figures_from_the_english_lesson(tmp_path: Path) -> None:
    lesson = load_lessons("es", folder(tmp_path, spanish=SPANISH))["small"]
    assert (lesson.language, lesson.title) == ("es", "Pequeña")
    assert lesson.scenes
    assert lesson.order == 1


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("{open.btc.entry}", "{open.btc.mark}", "page 1 is not the English one"),
        ("try: /price btc", "try: /price eth", "page 5 is not the English one"),
        ("step: 1", "step: 2", "page 6 is not the English one"),
        ("# quiz: Quiz\n\n---\n\n", "", "7 pages where the English lesson has 8"),
        ('id = "small"', 'id = "tiny"', "no English lesson tiny"),
        ('title = "Pequeña"', 'title = "Pequeña"\norder = 2', "order: Extra inputs"),
    ],
)
def test_a_translation_changes_words_alone(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in SPANISH
    assert said in faults(tmp_path, LESSON, SPANISH.replace(was, becomes))


# Small parts


@pytest.mark.parametrize(
    "text", ["2 ** 3", "f(x)", "a[0]", "'a'", "a if b else c", "True", "a.b.", "x" * 301]
)
def test_what_is_no_sum(text: str) -> None:
    with pytest.raises(BadSum):
        parse_sum(text)


def test_sums_are_exact() -> None:
    figures = {"open.btc.pnl": Decimal("0.1"), "three": Decimal(3)}
    assert parse_sum("open.btc.pnl * 3 - 0.3").value(figures) == 0
    assert parse_sum("-(open.btc.pnl + 1) / 2").value(figures) == Decimal("-0.55")
    assert parse_sum("open.btc.pnl + three").names == ("open.btc.pnl", "three")
    for bad in ("1 / (three - 3)", "four + 1"):
        with pytest.raises(BadSum):
            parse_sum(bad).value(figures)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "open",
        "open btc long isolated 5",
        "open btc long 5x isolated 0.1eth",
        "price btc",
        "price shib 1",
        "sell btc",
    ],
)
def test_what_is_no_step(words: str) -> None:
    with pytest.raises(BadStep):
        parse_step(words)


@pytest.mark.parametrize(
    "text",
    ["# Heading", "| a |", "**open", "[x](http://a)", "{no good}", "{a", "```\nx", "[[Bad Term]]", "{a:b}"],
)
def test_what_is_no_passage(text: str) -> None:
    with pytest.raises(BadPassage):
        parse_passage(text.splitlines())
