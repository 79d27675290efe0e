"""Catalogues of messages: one .po file a language, loaded without a compile step."""

import gettext
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

LOCALES = Path(__file__).resolve().parents[2] / "locales"
DEFAULT_LANGUAGE = "en"


class ContentFault(Exception):
    """Content that cannot be used; `faults` names all of them with their paths."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its code, its own name, its messages, and its words for the values of closed kinds."""

    code: str
    name: str
    messages: gettext.NullTranslations
    words: Mapping[tuple[str, str], str]


def load_languages(folder: Path = LOCALES) -> Mapping[str, Language]:
    """All languages of a folder, English first; raises ContentFault with every fault of every file."""
    languages: dict[str, Language] = {}
    faults: list[str] = []
    codes = sorted(path.name for path in folder.iterdir() if (path / "messages.po").is_file())
    for code in sorted(codes, key=lambda each: (each != DEFAULT_LANGUAGE, each)):
        try:
            languages[code] = _load(folder / code, code)
        except (OSError, ValueError, PoFileError, KeyError) as fault:
            faults.append(f"{folder / code}: {fault}")
    if DEFAULT_LANGUAGE not in languages:
        faults.append(f"{folder}: no {DEFAULT_LANGUAGE}")
    if faults:
        raise ContentFault(tuple(faults))
    return languages


def _load(path: Path, code: str) -> Language:
    with (path / "messages.po").open("rb") as source:
        catalogue = read_po(source, locale=code, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    table = tomllib.loads((path / "words.toml").read_text(encoding="utf-8"))
    words = {
        (kind, synonym.casefold()): canonical
        for kind, values in table["words"].items()
        for canonical, synonyms in values.items()
        for synonym in synonyms
    }
    return Language(code, table["name"], gettext.GNUTranslations(compiled), words)
