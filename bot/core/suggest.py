"""Nearest words, to suggest and never to execute."""

from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

MAX_LENGTH = 24


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word that a misspelt one most likely is; None where it is too far from all of them."""
    if not known or not word or len(word) > MAX_LENGTH:
        return None
    allowed = 1 if len(word) <= 3 else 2
    found = process.extractOne(word, known, scorer=DamerauLevenshtein.distance, score_cutoff=allowed)
    return found[0] if found else None
