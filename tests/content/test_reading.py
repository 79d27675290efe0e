"""The measures of reading: syllables by rule, and the published formulas."""

import pytest

from benchmarks.reading import reading, spanish_syllables, syllables

SYLLABLES = {
    1: "price used whole trade moves fire year closed rates hour",
    2: "margin account prices watches little people wanted table taxes being quiet opened before",
    3: "deposit leverage position envelope initial average idea exchanges notional serious previous",
    4: "liquidation situation isolated",
    5: "deleveraging",
}
SPANISH = {
    1: "y que muy hay bien cual más veis stop",
    2: "precio cuenta quieres siempre agua guerra ruido mayor oír leyes país",
    3: "ahora ganancia había caída tarea vergüenza prohíbe comisión cruzado",
    4: "comisiones operación liquidación averigüe posiciones",
    5: "mantenimiento continuaríais",
    6: "apalancamiento",
}


@pytest.mark.parametrize(("count", "words"), SYLLABLES.items())
def test_syllables(count: int, words: str) -> None:
    assert {word: syllables(word) for word in words.split()} == dict.fromkeys(words.split(), count)


@pytest.mark.parametrize(("count", "words"), SPANISH.items())
def test_spanish_syllables(count: int, words: str) -> None:
    assert {word: spanish_syllables(word) for word in words.split()} == dict.fromkeys(words.split(), count)


def test_the_grade_follows_the_published_formula() -> None:
    found = reading("The cat sat on the mat. It was happy.")
    assert (found.words, found.sentences) == (9, 2)
    assert round(found.grade, 4) == round(0.39 * 9 / 2 + 11.8 * 10 / 9 - 15.59, 4)
    hard = reading("Institutional participants systematically underestimate liquidation probabilities.")
    assert hard.grade > 12
    assert reading("We saw liquidation.", ["liquidation"]).grade < reading("We saw liquidation.").grade


def test_the_perspicuity_follows_the_published_formula() -> None:
    found = reading("El gato está en la caja. ¿Qué había allí?", language="es")
    assert (found.words, found.sentences) == (9, 2)
    assert round(found.perspicuity, 4) == round(206.835 - 62.3 * 15 / 9 - 9 / 2, 4)
    hard = "Los participantes institucionales subestiman sistemáticamente las probabilidades de liquidación."
    assert reading(hard, language="es").perspicuity < 40, "very hard on the INFLESZ scale"
    plain, termed = (reading("Vimos la liquidación.", terms, "es") for terms in ((), ("liquidación",)))
    assert termed.perspicuity > plain.perspicuity
