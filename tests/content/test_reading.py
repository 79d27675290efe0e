"""The measure of reading: syllables by rule, and the published formula."""

import pytest

from benchmarks.reading import reading, syllables

SYLLABLES = {
    1: "price used whole trade moves fire year closed rates hour",
    2: "margin account prices watches little people wanted table taxes being quiet opened before",
    3: "deposit leverage position envelope initial average idea exchanges notional serious previous",
    4: "liquidation situation isolated",
    5: "deleveraging",
}


@pytest.mark.parametrize(("count", "words"), SYLLABLES.items())
def test_syllables(count: int, words: str) -> None:
    assert {word: syllables(word) for word in words.split()} == dict.fromkeys(words.split(), count)


def test_the_grade_follows_the_published_formula() -> None:
    found = reading("The cat sat on the mat. It was happy.")
    assert (found.words, found.sentences) == (9, 2)
    assert round(found.grade, 4) == round(0.39 * 9 / 2 + 11.8 * 10 / 9 - 15.59, 4)
    hard = reading("Institutional participants systematically underestimate liquidation probabilities.")
    assert hard.grade > 12
    assert reading("We saw liquidation.", ["liquidation"]).grade < reading("We saw liquidation.").grade
