"""The glossary: plain, short, found by any of its names, and leading to where a term is taught."""

from pathlib import Path

import pytest

from benchmarks.reading import definition_grades
from bot.content.catalogue import LOCALES, ContentFault
from bot.content.curriculum import load_curriculum
from bot.content.glossary import LONGEST, Glossary, load_glossary

CURRICULUM = load_curriculum()
GLOSSARY = CURRICULUM.glossary


def test_there_are_enough_terms_and_every_skill_has_some() -> None:
    assert len(GLOSSARY.terms) >= 60
    taught = {CURRICULUM.lessons[term.lesson].skill for term in GLOSSARY.terms.values()}
    assert taught == {lesson.skill for lesson in CURRICULUM.lessons.values()}


def test_definitions_are_short_and_easy() -> None:
    grades = definition_grades(CURRICULUM)
    for term in GLOSSARY.terms.values():
        assert 20 <= len(term.definition) <= LONGEST, term.id
        assert term.definition.endswith((".", "?")), term.id
        assert grades[term.id].grade <= 9, term.id


def test_terms_lead_to_lessons_and_to_each_other() -> None:
    for term in GLOSSARY.terms.values():
        assert term.lesson in CURRICULUM.lessons
        assert set(term.related) <= GLOSSARY.terms.keys() - {term.id}


def test_no_term_is_missing_that_lessons_mark() -> None:
    marked = {term for lesson in CURRICULUM.lessons.values() for term in lesson.terms}
    assert len(marked) >= 40
    assert marked <= GLOSSARY.terms.keys()


def test_a_term_is_taught_where_its_entry_says_or_is_only_looked_up() -> None:
    """What a lesson marks first lies no later than the lesson of its entry, or the reader would look ahead."""
    first: dict[str, int] = {}
    for lesson in CURRICULUM.lessons.values():
        for term in lesson.terms:
            first.setdefault(term, lesson.order)
    for term, order in first.items():
        assert order <= CURRICULUM.lessons[GLOSSARY.terms[term].lesson].order, term


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("liquidation price", "liquidation-price"),
        ("  Liq   PRICE ", "liquidation-price"),
        ("mmr", "maintenance-rate"),
        ("ADL", "adl"),
        ("perp", "future"),
        ("stop", "stop-loss"),
        ("return on equity", "roe"),
    ],
)
def test_a_term_is_found_by_all_its_names(said: str, meant: str) -> None:
    found = GLOSSARY.find(said)
    assert found is not None
    assert found.id == meant


def test_every_name_leads_to_its_term() -> None:
    for term in GLOSSARY.terms.values():
        assert all(GLOSSARY.find(name) == term for name in term.names)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("liqidation", "liquidation"),
        ("isolted margin", "isolated-margin"),
        ("maintenence", "maintenance-margin"),
        ("fundng rate", "funding-rate"),
        ("stp los", "stop-loss"),
        ("bankrupcy", "bankruptcy-price"),
    ],
)
def test_a_misspelt_term_is_suggested_first(said: str, meant: str) -> None:
    assert GLOSSARY.find(said) is None
    near = GLOSSARY.near(said)
    assert near[0].id == meant
    assert len(near) <= 5


@pytest.mark.parametrize("said", ["", "zzzzqqq", "🙂", "x" * 5000])
def test_nothing_is_suggested_for_nonsense(said: str) -> None:
    assert GLOSSARY.near(said) == ()


TERM = """\
[[term]]
id = "ask"
term = "ask"
definition = "The lowest price."
lesson = "fees"
related = ["bid"]

[[term]]
id = "bid"
term = "bid"
definition = "The highest price."
lesson = "fees"
"""


def glossary(tmp_path: Path, text: str, language: str = "en") -> Glossary:
    for each, content in (("en", TERM), (language, text)):
        (tmp_path / each).mkdir(exist_ok=True)
        (tmp_path / each / "glossary.toml").write_text(content, encoding="utf-8")
    return load_glossary(language, tmp_path)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('"The highest price."', f'"{"x" * 300}"', "glossary.toml:11: term.1.definition"),
        ('id = "bid"', 'id = "Bid"', "glossary.toml:9: term.1.id"),
        ('definition = "The lowest price."\n', "", "glossary.toml:1: term.0.definition: Field required"),
        ('["bid"]', '["offer"]', "glossary.toml:2: term.0.related: no other term offer"),
        ('term = "bid"', 'term = "ask"', "'ask' means ask too"),
        ('id = "bid"', 'id = "ask"', "ask is taken"),
        ("term = ", "term == ", "glossary.toml:3:"),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in TERM
    with pytest.raises(ContentFault) as caught:
        glossary(tmp_path, TERM.replace(was, becomes))
    assert said in str(caught.value)


def test_a_language_keeps_english_where_it_has_nothing(tmp_path: Path) -> None:
    own = '[[term]]\nid = "bid"\nterm = "compra"\ndefinition = "El precio más alto."\nlesson = "fees"\n'
    found = glossary(tmp_path, own, "es")
    assert [each.term for each in found.terms.values()] == ["ask", "compra"]


@pytest.mark.parametrize(
    "language",
    sorted(path.parent.name for path in LOCALES.glob("*/glossary.toml") if path.parent.name != "en"),
)
def test_every_language_has_the_same_terms(language: str) -> None:
    assert load_curriculum(language).glossary.terms.keys() == GLOSSARY.terms.keys()
