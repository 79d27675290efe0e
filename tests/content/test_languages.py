"""Languages: what may be missing, what is a fault, and translations that are complete and in the agreed terms."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from bot.content.catalogue import DEFAULT_LANGUAGE, LOCALES, ContentFault, load_languages

AGREED = LOCALES.parent / "docs" / "glossary.md"
ENGLISH = LOCALES / DEFAULT_LANGUAGE
FILES = sorted(
    path.relative_to(LOCALES)
    for path in (*LOCALES.glob("*/quizzes/*.toml"), *LOCALES.glob("*/glossary.toml"))
    if not path.is_relative_to(ENGLISH)
)
EVERY_FILE = pytest.mark.parametrize("file", FILES, ids=str)
SAME = {"id", "skill", "family", "lesson", "misconception", "related"}
"""The keys whose values no language translates."""
BARE = {"term", "formula", "aliases"}
"""The keys whose values may read the same in two languages: maker, ROE, q·price."""
ENGLISH_WORDS = re.compile(
    r"\b(the|of|and|your|you|which|with|what|that|from|this|when|not)\b", re.IGNORECASE
)
TYPED = re.compile(r"%\(\w+\)s|\{\w+\}|<code>.*?</code>|/[a-z]+[^.;:,]*")
TERMS = {
    "es": {
        r"maintenance": r"mantenimiento",
        r"initial margin": r"inicial",
        r"liquidation price": r"precio de liquidación|propio",
        r"bankruptcy price": r"precios? de quiebra",
        r"mark price": r"precios? de marca",
        r"last price": r"últimos? precios?|el último",
        r"index price": r"precio índice",
        r"margin ratio": r"ratio de margen",
        r"margin balance": r"saldo de margen",
        r"margin mode": r"modos? de margen",
        r"insurance fund": r"fondo de seguro",
        r"auto-deleverag": r"desapalancamiento automático",
        r"clearance fee": r"comisi(ón|ones) de liquidación|su comisión",
        r"\bfunding(?!, …)": r"financiación",
        r"funding rate": r"tasa",
        r"leverage\b": r"apalancamiento",
        r"limit order": r"orden límite",
        r"market order": r"a mercado",
        r"\bcross\b": r"cruzad",
        r"isolated": r"aislad",
        r"bracket": r"tramo",
        r"\bwallet": r"billetera",
        r"\bequity\b": r"patrimonio",
        r"\bhedge\b": r"cobertura|cubr",
        r"\bnotional": r"nocional",
        r"\bfees?\b": r"comisi",
        r"\bshorts?\b(?! time| to| while| move| hold)": r"cort[oa]",
        r"\benvelope": r"sobre",
        r"\bbank\b": r"caja",
        r"\bROE\b": r"\bROE\b",
        r"\bPnL\b": r"\bPnL\b|[Gg]anancia o pérdida",
    },
}
"""Terms of docs/glossary.md as patterns: where the English text has the first, the translation has the second."""
REGIONAL = {
    "es": re.compile(
        r"[«»]|\b(ha|has|he|hemos|han) \w+(ado|ido|to|cho)\b|\bvosotros\b|\w+[áé]is\b|\b(coste|ahorita|celular)\b"
    )
}
"""Words and tenses that docs/glossary.md avoids in a language; aliases may have them, since learners say them."""


def entries(path: Path) -> dict[str, dict[str, Any]]:
    """The questions, misconceptions or terms of a file by id."""
    (listed,) = tomllib.loads(path.read_text(encoding="utf-8")).values()
    return {each["id"]: each for each in listed}


def original(file: Path) -> Path:
    """The English file of a translated one."""
    return ENGLISH / file.relative_to(file.parts[0])


def texts(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What an entry says, with the name of where it stands."""
    for key, value in entry.items():
        if key == "wrong":
            for number, each in enumerate(value):
                yield from ((f"wrong.{number}.{inner}", said) for inner, said in texts(each))
        elif key not in SAME:
            yield from ((key, said) for said in ([value] if isinstance(value, str) else value))


def test_there_are_translations() -> None:
    assert {Path("es/glossary.toml"), Path("es/quizzes/costs.toml")} <= set(FILES)


@EVERY_FILE
def test_a_file_of_a_language_is_complete(file: Path) -> None:
    """A language may lack a file, which is read in English then; what it has, it has in full and in the same order."""
    assert original(file).is_file()
    assert list(entries(LOCALES / file)) == list(entries(original(file)))


@EVERY_FILE
def test_what_no_language_translates_is_the_same(file: Path) -> None:
    own, english = entries(LOCALES / file), entries(original(file))
    for id_, entry in english.items():
        assert {key: own[id_].get(key) for key in SAME} == {key: entry.get(key) for key in SAME}
        assert own[id_].keys() | BARE == entry.keys() | BARE
        assert [each["misconception"] for each in own[id_].get("wrong", ())] == [
            each["misconception"] for each in entry.get("wrong", ())
        ]


@EVERY_FILE
def test_nothing_is_left_in_english(file: Path) -> None:
    own, english = entries(LOCALES / file), entries(original(file))
    left = []
    for id_, entry in own.items():
        of_english = dict(texts(english[id_]))
        for key, said in texts(entry):
            if key not in BARE and (said == of_english.get(key) or ENGLISH_WORDS.search(said)):
                left.append((id_, key, said))
    assert left == []


@pytest.mark.parametrize("language", TERMS)
def test_the_terms_are_those_agreed_on(language: str) -> None:
    name = {"es": "Spanish"}[language]
    head, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in AGREED.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    place = head.index(name)
    for term, agreed in TERMS[language].items():
        assert any(re.search(term, row[0]) and re.search(agreed, row[place]) for row in rows), term


@EVERY_FILE
def test_a_text_is_understood_in_every_region(file: Path) -> None:
    avoided = REGIONAL.get(file.parts[0])
    if avoided is None:
        pytest.skip("no words to avoid are agreed on")
    found = []
    for id_, entry in entries(LOCALES / file).items():
        found += [(id_, said) for key, said in texts(entry) if key != "aliases" and avoided.search(said)]
    assert found == []


@EVERY_FILE
def test_the_agreed_terms_are_kept(file: Path) -> None:
    own, english = entries(LOCALES / file), entries(original(file))
    lost = []
    for id_, entry in english.items():
        said = {
            key: " · ".join(text for at, text in texts(each) if at != "aliases")
            for key, each in (("en", entry), ("own", own[id_]))
        }
        for term, agreed in TERMS.get(file.parts[0], {}).items():
            if re.search(term, said["en"]) and not re.search(agreed, said["own"], re.IGNORECASE):
                lost.append((id_, term, said["own"]))
    assert lost == []


@pytest.mark.parametrize("language", TERMS)
def test_messages_keep_the_agreed_terms_and_are_understood_in_every_region(language: str) -> None:
    with (LOCALES / language / "messages.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    wrong = []
    for each in catalogue:
        ids, strings = ((it,) if isinstance(it, str) else it or () for it in (each.id, each.string))
        english, own = TYPED.sub("", " · ".join(ids)), " · ".join(strings)
        lost = [term for term, agreed in TERMS[language].items() if _lost(term, agreed, english, own)]
        if each.id and own and (lost or REGIONAL[language].search(own)):
            wrong.append((own, lost))
    assert wrong == []


def _lost(term: str, agreed: str, english: str, own: str) -> bool:
    return bool(re.search(term, english)) and not re.search(agreed, own, re.IGNORECASE)


# A new language

MESSAGES = """\
msgid "Wallet"
msgstr "Carteira"

msgid "Opened at %(price)s"
msgstr "{opened}"

msgid "%(count)s day"
msgid_plural "%(count)s days"
msgstr[0] "um dia"
msgstr[1] "%(count)s dias"
"""


def locales(folder: Path, opened: str, words: str | None = None, code: str = "pt") -> Path:
    """A folder with English and the beginnings of another language."""
    (folder / DEFAULT_LANGUAGE).mkdir()
    (folder / DEFAULT_LANGUAGE / "messages.po").touch()
    (folder / code).mkdir()
    (folder / code / "messages.po").write_text(MESSAGES.format(opened=opened), encoding="utf-8")
    if words is not None:
        (folder / code / "words.toml").write_text(words, encoding="utf-8")
    return folder


def test_a_language_begins_with_some_messages_alone(tmp_path: Path) -> None:
    """No words.toml, no lessons, and English for what is not translated."""
    found = load_languages(locales(tmp_path, ""))
    assert list(found) == ["en", "pt"]
    assert (found["pt"].name, found["pt"].words) == ("Português", {})
    say = found["pt"].messages
    assert [say.gettext(each) for each in ("Wallet", "Opened at %(price)s", "Never seen")] == [
        "Carteira",
        "Opened at %(price)s",
        "Never seen",
    ]
    assert [say.ngettext("%(count)s day", "%(count)s days", n) for n in (1, 2)] == [
        "um dia",
        "%(count)s dias",
    ]


def test_its_words_and_its_name_may_come_later(tmp_path: Path) -> None:
    words = 'name = "Português do Brasil"\n[words.side]\nlong = ["Comprada"]\n'
    found = load_languages(locales(tmp_path, "", words))["pt"]
    assert (found.name, found.words) == ("Português do Brasil", {("side", "comprada"): "long"})


@pytest.mark.parametrize(
    ("opened", "words", "code", "faults"),
    [
        ("Aberta a %(preco)s", None, "pt", ("messages.po:4: ", "%(preco)s", "lacks %(price)s")),
        ("<b>%(price)s</b>", None, "pt", ("</b>, which the message has not",)),
        ("Aberta", 'name = "', "pt", ("lacks %(price)s", "words.toml: ")),
        ("", "[words]\nside = 1\n", "pt", ("words.toml: ", "words.side")),
        ("", "title = 'x'\n", "pt", ("words.toml: ", "title")),
        ("", None, "zz", ("zz: unknown locale",)),
    ],
)
def test_what_would_break_an_answer_is_named_at_the_start(
    tmp_path: Path, opened: str, words: str | None, code: str, faults: tuple[str, ...]
) -> None:
    with pytest.raises(ContentFault) as caught:
        load_languages(locales(tmp_path, opened, words, code))
    for each in faults:
        assert each in str(caught.value)
