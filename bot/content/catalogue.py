"""Catalogues of messages: one .po file a language, loaded without a compile step."""

import gettext
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from pydantic import BaseModel, ConfigDict

from bot.content.direction import right_to_left, shielded

LOCALES = Path(__file__).resolve().parents[2] / "locales"
DEFAULT_LANGUAGE = "en"
_PLACES = re.compile(r"%\(\w+\)s|\{\w*\}|</?[a-z-]+>")


class ContentFault(Exception):
    """Content that cannot be used; `faults` names all of them with their paths."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its code, its own name, its messages, and its words for the values of closed kinds.

    `commands`: its own names of commands, by their names.
    """

    code: str
    name: str
    messages: gettext.NullTranslations
    words: Mapping[tuple[str, str], str]
    commands: Mapping[str, str] = field(default_factory=dict)


def load_languages(folder: Path = LOCALES, *, thorough: bool = True) -> Mapping[str, Language]:
    """All languages of a folder, English first; raises ContentFault with every fault of every file.

    What a language has not translated is said in English. It may lack `words.toml`; its name is then the one Babel has.
    Not `thorough`: the English file is not even looked at. Its messages are the ids themselves; it is there for translators.
    """
    languages: dict[str, Language] = {}
    faults: list[str] = []
    codes = sorted(path.name for path in folder.iterdir() if (path / "messages.po").is_file())
    for code in sorted(codes, key=lambda each: (each != DEFAULT_LANGUAGE, each)):
        try:
            languages[code] = _load(folder / code, code, read=thorough or code != DEFAULT_LANGUAGE)
        except ContentFault as fault:
            faults += fault.faults
        except (OSError, ValueError, PoFileError, UnknownLocaleError) as fault:
            faults.append(f"{folder / code}: {fault}")
    if DEFAULT_LANGUAGE not in languages:
        faults.append(f"{folder}: no {DEFAULT_LANGUAGE}")
    if faults:
        raise ContentFault(tuple(faults))
    return languages


def _load(path: Path, code: str, *, read: bool) -> Language:
    own_name = Locale.parse(code).get_display_name(code) or code
    catalogue = _catalogue(path / "messages.po", code) if read else None
    faults = [
        f"{path / 'messages.po'}:{each.lineno}: {fault}" for each in catalogue or () for fault in _wrong(each)
    ]
    table = _Words()
    try:
        table = _words(path / "words.toml")
    except ValueError as fault:
        faults.append(f"{path / 'words.toml'}: {fault}")
    if faults:
        raise ContentFault(tuple(faults))
    name = table.name or own_name[:1].upper() + own_name[1:]
    return Language(code, name, _translations(catalogue), table.meanings(), table.commands)


def _translations(catalogue: Catalog | None) -> gettext.NullTranslations:
    if catalogue is None:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _catalogue(file: Path, code: str) -> Catalog:
    with file.open("rb") as source:
        catalogue = read_po(source, locale=code, abort_invalid=True)
    if right_to_left(code):
        for message in catalogue:
            if message.id:
                shown = tuple(map(shielded, _strings(message)))
                message.string = shown[0] if isinstance(message.id, str) else shown
    return catalogue


def _words(file: Path) -> "_Words":
    return _Words(**tomllib.loads(file.read_text(encoding="utf-8"))) if file.is_file() else _Words()


class _Words(BaseModel):
    """`words.toml`: the language's own name, for each closed kind the words that mean a canonical one, and names of commands."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str | None = None
    words: Mapping[str, Mapping[str, tuple[str, ...]]] = {}
    commands: Mapping[str, str] = {}

    def meanings(self) -> Mapping[tuple[str, str], str]:
        return {
            (kind, synonym.casefold()): canonical
            for kind, values in self.words.items()
            for canonical, synonyms in values.items()
            for synonym in synonyms
        }


def _strings(message: Message) -> tuple[str, ...]:
    """The translation, each plural form of its own; an empty one is missing."""
    return (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)


def _wrong(message: Message) -> Iterator[str]:
    """What would break an answer: a placeholder or a tag that the English message has not, or none of one it has."""
    if not message.id or message.fuzzy:
        return
    ids = (message.id,) if isinstance(message.id, str) else message.id
    known = {each for id_ in ids for each in _PLACES.findall(id_)}
    for string in filter(None, _strings(message)):
        said = _PLACES.findall(string)
        for unknown in sorted(set(said) - known):
            yield f"“{ids[0]}”: its translation has {unknown}, which the message has not"
        if len(ids) == 1:
            for lost in sorted(known - set(said)):
                yield f"“{ids[0]}”: its translation lacks {lost}"
