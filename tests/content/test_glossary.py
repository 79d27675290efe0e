"""The glossary: plain, short, found by any of its names, and leading to where a term is taught."""

from pathlib import Path

import pytest

from benchmarks.reading import definition_grades
from bot.content.catalogue import LOCALES, ContentFault
from bot.content.curriculum import load_curriculum
from bot.content.glossary import LONGEST, Glossary, folded, load_glossary

CURRICULUM = load_curriculum()
GLOSSARY = CURRICULUM.glossary
GLOSSARIES = {
    path.parent.name: load_glossary(path.parent.name) for path in sorted(LOCALES.glob("*/glossary.toml"))
}
IN_EVERY_LANGUAGE = pytest.mark.parametrize("glossary", GLOSSARIES.values(), ids=GLOSSARIES)


def test_there_are_enough_terms_and_every_skill_has_some() -> None:
    assert len(GLOSSARY.terms) >= 60
    taught = {CURRICULUM.lessons[term.lesson].skill for term in GLOSSARY.terms.values()}
    assert taught == {lesson.skill for lesson in CURRICULUM.lessons.values()}


@IN_EVERY_LANGUAGE
def test_definitions_are_short(glossary: Glossary) -> None:
    for term in glossary.terms.values():
        assert 20 <= len(term.definition) <= LONGEST, term.id
        assert term.definition.endswith((".", "?")), term.id


def test_definitions_are_easy() -> None:
    grades = definition_grades(CURRICULUM)
    assert [each for each in GLOSSARY.terms if grades[each].grade > 9] == []
    spanish = definition_grades(load_curriculum("es"), "es")
    assert [each for each in spanish if spanish[each].perspicuity < 70] == [], (
        "fairly easy or better, by INFLESZ"
    )


def test_terms_stand_in_alphabetical_order() -> None:
    """That of ids in English, that of names elsewhere; accents do not count: “último” stands before “vela”."""
    assert list(GLOSSARY.terms) == sorted(GLOSSARY.terms)
    for glossary in (it for code, it in GLOSSARIES.items() if code != "en"):
        names = [folded(each.term) for each in glossary.terms.values()]
        assert names == sorted(names)


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


@IN_EVERY_LANGUAGE
def test_every_name_leads_to_its_term(glossary: Glossary) -> None:
    for term in glossary.terms.values():
        assert all(glossary.find(name) == term for name in term.names)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("precio de liquidación", "liquidation-price"),
        ("  Precio DE  liquidacion ", "liquidation-price"),
        ("LIQUIDACION", "liquidation"),
        ("ultimo precio", "last-price"),
        ("Índice", "index-price"),
        ("coste", "order-cost"),
        ("liquidation price", "liquidation-price"),
        ("mmr", "maintenance-rate"),
        ("funding", "funding"),
    ],
)
def test_a_term_is_found_in_spanish_with_and_without_accents_and_in_english(said: str, meant: str) -> None:
    found = GLOSSARIES["es"].find(said)
    assert found is not None
    assert found.id == meant


@pytest.mark.parametrize(
    ("language", "said", "meant"),
    [
        ("en", "liqidation", "liquidation"),
        ("en", "isolted margin", "isolated-margin"),
        ("en", "maintenence", "maintenance-margin"),
        ("en", "fundng rate", "funding-rate"),
        ("en", "stp los", "stop-loss"),
        ("en", "bankrupcy", "bankruptcy-price"),
        ("es", "liqidacion", "liquidation"),
        ("es", "precio de liqidación", "liquidation-price"),
        ("es", "apalancamento", "leverage"),
        ("es", "margen aslado", "isolated-margin"),
        ("es", "ratio margen", "margin-ratio"),
        ("es", "financiasion", "funding"),
        ("es", "qiebra", "bankruptcy-price"),
        ("es", "mantenimineto", "maintenance-margin"),
        ("es", "comición", "fee"),
        ("es", "maintenence", "maintenance-margin"),
    ],
)
def test_a_misspelt_term_is_suggested_first(language: str, said: str, meant: str) -> None:
    glossary = GLOSSARIES[language]
    assert glossary.find(said) is None
    near = glossary.near(said)
    assert near[0].id == meant
    assert len(near) <= 5


@IN_EVERY_LANGUAGE
@pytest.mark.parametrize("said", ["", "zzzzqqq", "🙂", "x" * 5000, "\u0301"])
def test_nothing_is_suggested_for_nonsense(said: str, glossary: Glossary) -> None:
    assert glossary.find(said) is None
    assert glossary.near(said) == ()


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
    ("was", "becomes"), [('id = "bid"', 'id = "offer"'), ('lesson = "fees"', 'lesson = "pnl"')]
)
def test_a_language_cannot_have_other_terms(tmp_path: Path, was: str, becomes: str) -> None:
    own = TERM[TERM.rindex("[[") :]
    assert was in own
    with pytest.raises(ContentFault) as caught:
        glossary(tmp_path, own.replace(was, becomes), "es")
    assert "glossary.toml:2: term.0: not as in en" in str(caught.value)


def test_a_term_may_be_related_to_one_that_is_not_worded_yet(tmp_path: Path) -> None:
    own = TERM[: TERM.rindex("[[")].replace('term = "ask"', 'term = "venta"')
    assert glossary(tmp_path, own, "es").terms["ask"].related == ("bid",)
