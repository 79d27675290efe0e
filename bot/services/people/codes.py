"""One-time codes: nine letters that cannot be mistaken for each other, 45 bits; only their hash is kept."""

import secrets
from hashlib import sha256

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I and 1, O and 0: five bits a letter."""
LETTERS = 9
_GROUP = 3
_SEPARATORS = str.maketrans("", "", "- \N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}.")


def new_code() -> str:
    """A new code as it is shown, such as `KJ4-M7Q-2WX`."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    return "-".join(letters[start : start + _GROUP] for start in range(0, LETTERS, _GROUP))


def read_code(words: str) -> str | None:
    """The letters of a code as somebody typed it, upper or lower case, with or without hyphens; None for no code."""
    letters = words.translate(_SEPARATORS).upper()
    return letters if len(letters) == LETTERS and set(letters) <= set(ALPHABET) else None


def hash_of(letters: str) -> str:
    """What is kept of a code: the SHA-256 of its letters, in hexadecimal."""
    return sha256(f"link:{letters}".encode()).hexdigest()
