"""Catalogues: every message of code and templates, nothing else, and in each translation the same places and tags."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from bot.content.catalogue import DEFAULT_LANGUAGE, LOCALES, ContentFault, load_languages
from bot.core.command import MAX_SUMMARY
from bot.core.params import ChoiceKind, Kind
from tests.fakes.spoken import lexicon, registry, tables

ROOT = LOCALES.parent
FOLDERS = sorted(path.parent.name for path in LOCALES.glob("*/messages.po"))
TRANSLATED = [each for each in FOLDERS if each != DEFAULT_LANGUAGE]
PLACES = re.compile(r"%\(\w+\)s|\{\w*\}")
TAGS = re.compile(r"</?[a-z-]+>")
TYPED = re.compile(r"/[a-z]+\b|\b[a-z]+=|<code>.*?</code>")


@cache
def extracted() -> dict[str, set[str]]:
    """The messages of code and templates with the files they stand in, read as `make messages` reads them."""
    with (LOCALES / "babel.cfg").open(encoding="utf-8") as source:
        methods, options = parse_mapping_cfg(source, "babel.cfg")  # type: ignore[no-untyped-call]
    found: dict[str, set[str]] = {}
    for name, _, message, *_ in extract_from_dir(
        ROOT,
        methods,
        options,
        keywords={**DEFAULT_KEYWORDS, "N_": None},
        directory_filter=lambda path: Path(path).parent != ROOT or Path(path).name == "bot",
    ):
        for each in (message,) if isinstance(message, str) else message:
            found.setdefault(each, set()).add(name)
    return found


@cache
def catalogue(language: str) -> Catalog:
    with (LOCALES / language / "messages.po").open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def messages(language: str) -> Iterator[Message]:
    return (each for each in catalogue(language) if each.id)


def strings(message: Message) -> list[str]:
    """The translation, each plural form of its own."""
    return list(message.string) if isinstance(message.string, list | tuple) else [str(message.string or "")]


def test_messages_are_found_in_code_and_in_templates() -> None:
    assert "Isolated" in extracted()
    assert "Order cost" in extracted()
    assert any(name.endswith(".j2") for names in extracted().values() for name in names)
    assert any(name.endswith(".py") for names in extracted().values() for name in names)


@pytest.mark.parametrize("language", FOLDERS)
def test_every_message_is_in_the_catalogue_and_no_other(language: str) -> None:
    kept = {
        id_ for each in messages(language) for id_ in ((each.id,) if isinstance(each.id, str) else each.id)
    }
    missing, unused = extracted().keys() - kept, kept - extracted().keys()
    assert not missing, "run `make messages`"
    assert not unused, "run `make messages`"
    assert not catalogue(language).obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated(language: str) -> None:
    assert [each.id for each in messages(language) if not all(strings(each))] == []
    assert [each.id for each in messages(language) if each.fuzzy] == []


@pytest.mark.parametrize("language", FOLDERS)
def test_translations_keep_placeholders_tags_and_ends(language: str) -> None:
    wrong = []
    for each in messages(language):
        ids = [each.id] if isinstance(each.id, str) else each.id
        for number, string in enumerate(strings(each)):
            id_ = ids[min(number, len(ids) - 1)]
            same = all(Counter(kind.findall(string)) == Counter(kind.findall(id_)) for kind in (PLACES, TAGS))
            if string and (not same or _ends(string) != _ends(id_) or "\n" in string):
                wrong.append((id_, string))
    assert wrong == []


def _ends(said: str) -> tuple[bool, bool]:
    return said[:1].isspace(), said[-1:].isspace()


@pytest.mark.parametrize("language", FOLDERS)
def test_a_percent_sign_is_doubled_where_the_message_doubles_it(language: str) -> None:
    """A template's message is formatted with `%`; a lone sign in its translation would break the answer."""
    single = re.compile(r"(?<!%)%(?!%|\(\w+\)s)")
    wrong = []
    for each in messages(language):
        of_template = any(name.endswith(".j2") for name in extracted().get(str(each.id), ()))
        for string in filter(None, strings(each)):
            lone = single.findall(string.replace("%%", ""))
            if (of_template and lone) or (not of_template and "%%" in string):
                wrong.append(string)
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_to_be_typed_is_not_translated(language: str) -> None:
    """Commands and named words are the same in every language."""
    wrong = []
    for each in messages(language):
        for string in filter(None, strings(each)):
            typed = {word for word in TYPED.findall(str(each.id)) if "%(" not in word}
            if not typed <= set(TYPED.findall(string)):
                wrong.append((each.id, string))
    assert wrong == []


def test_all_languages_can_be_loaded() -> None:
    assert list(load_languages()) == [DEFAULT_LANGUAGE, *TRANSLATED]


def test_faults_of_a_folder_are_named_all_at_once(tmp_path: Path) -> None:
    for code, po in (("en", 'msgid "a\n'), ("es", 'msgid "a"\nmsgstr "%(b)s"\n')):
        (tmp_path / code).mkdir()
        (tmp_path / code / "messages.po").write_text(po, encoding="utf-8")
    (tmp_path / "es" / "words.toml").write_text("name = ", encoding="utf-8")
    with pytest.raises(ContentFault) as caught:
        load_languages(tmp_path)
    for place, fault in (("en", ""), ("es/messages.po:1", "%(b)s"), ("es/words.toml", "Invalid value")):
        assert any(f"/{place}: " in each and fault in each for each in caught.value.faults), place


@pytest.mark.parametrize("language", FOLDERS)
def test_summaries_fit_every_front(language: str) -> None:
    translate = load_languages()[language].messages.gettext
    registry().check_texts({language: translate})
    for each in registry():
        for summary in (each.summary, *(param.summary for param in each.params)):
            assert 1 <= len(translate(summary)) <= MAX_SUMMARY, summary


def kinds() -> dict[str, Kind]:
    """All kinds that some command uses, by name."""
    return {param.kind.name: param.kind for command in registry() for param in command.params}


@pytest.mark.parametrize("language", tables())
def test_words_of_a_language_stand_for_words_that_exist(language: str) -> None:
    for kind, values in tables()[language]["words"].items():
        assert kind in kinds(), kind
        if kind == "words":
            continue  # read as a whole line, so that no word of it stands alone
        for canonical, synonyms in values.items():
            value = kinds()[kind].read(canonical, lexicon())
            assert value is not None, (kind, canonical)
            for word in synonyms:
                assert not re.search(r"\s", word), f"{word!r} is not one word"
                assert kinds()[kind].read(word.casefold(), lexicon()) == value, (kind, word)


def test_no_word_means_two_values_of_one_kind() -> None:
    meant: dict[tuple[str, str], set[Any]] = {}
    for table in tables().values():
        for kind, values in table["words"].items():
            for canonical, synonyms in values.items():
                for word in (canonical, *synonyms):
                    meant.setdefault((kind, word.casefold()), set()).add(canonical)
    for kind in kinds().values():
        if isinstance(kind, ChoiceKind):
            for word in kind.values:
                meant.setdefault((kind.name, word), set()).add(word)
            for word, canonical in kind.aliases.items():
                meant.setdefault((kind.name, word), set()).add(canonical)
    assert {key: values for key, values in meant.items() if len(values) > 1} == {}


@pytest.mark.parametrize("name", [each.name for each in registry()])
def test_no_word_fits_two_kinds_of_parameters_of_a_command(name: str) -> None:
    """Two of one kind have to be named; a free kind takes what no other does."""
    command = next(each for each in registry() if each.name == name)
    shown = [each for each in command.params if not each.hidden and not each.kind.free]
    words = {word for each in shown for word in each.kind.vocabulary(lexicon())}
    words |= {word for each in shown if isinstance(each.kind, ChoiceKind) for word in each.kind.aliases}
    twice = {word: readers for word in words if len(readers := _readers(shown, word)) > 1}
    assert twice == {}


def _readers(params: list[Any], word: str) -> list[str]:
    return sorted({each.kind.name for each in params if each.kind.read(word, lexicon()) is not None})


def test_a_language_tag_of_a_platform_finds_its_language() -> None:
    from bot.content.wording import CatalogueWording

    wording = CatalogueWording(load_languages(), {}, "en")
    for tag, language in (
        ("es-419", "es"),
        ("es_MX", "es"),
        ("ES", "es"),
        ("en-US", "en"),
        ("xx", "en"),
        ("", "en"),
        (None, "en"),
    ):
        assert wording.language(tag) == (language if language in FOLDERS else "en")
