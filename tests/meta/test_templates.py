"""Every answer in every language, and proof that no word of it stands in code."""

import gettext
import re
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
import pytest_asyncio

from bot.content.catalogue import Language, load_languages
from bot.content.wording import CatalogueWording, template_names
from bot.core.markup import Bullets, Facts, Line, Look, Preformatted, Table, text_of
from bot.core.reply import Answer, Reply
from engine.contracts import load_contracts
from tests.fakes.tour import answers, walk
from tests.harness import places, talking

LANGUAGES = load_languages()
LETTER = re.compile(r"[^\W\d_]+")
# What no catalogue translates: the currency, coins, a command as it is typed, the universal time, dates as Babel writes them.
ALIKE = (
    {"USDT", "UTC", "help", "A", "B", "C"}
    | {letter * 3 for letter in "ABCDEFGHI"}
    | {each.removesuffix("USDT") for each in load_contracts()}
)
MONTHS = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
# Data that is shown as it is: what was typed, names of commands, places of the documentation.
ECHOED = {
    *(
        "word",
        "words",
        "line",
        "name",
        "aliases",
        "examples",
        "incident",
        "zone",
        "rule",
        "number",
        "language",
        "content",  # what lessons and the glossary say
    ),
    *("command", "tag", "venue", "alias", "host", "names"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def said() -> AsyncIterator[tuple[Answer, ...]]:
    """All answers of a walk through the bot, as they are kept."""
    async with talking() as talk:
        await walk(talk)
        yield tuple(Answer.from_json(each.to_json()) for each in answers(talk))


@pytest.mark.asyncio(loop_scope="module")
async def test_the_walk_meets_every_answer(said: tuple[Answer, ...]) -> None:
    assert {each.template for each in said} == set(template_names())


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_answer_is_worded_in_every_language(said: tuple[Answer, ...], language: str) -> None:
    wording = CatalogueWording(LANGUAGES, places(), language)
    for each in said:
        reply = wording.word(each, language, "Europe/Madrid")
        assert reply.blocks or each.template == "unsaid"
        for shown in (
            *(text_of(spans) for spans in spans_of(reply)),
            *(b.label for b in reply.all_buttons()),
        ):
            assert "%(" not in shown, each.template
            assert "{" not in shown, each.template
            assert "  " not in shown, each.template
            assert not re.search(r"\w[.!?:;][A-ZÁÉÍÓÚ¿¡][a-z]", shown), (
                f"{each.template}: no blank in {shown!r}"
            )


class Pseudo(gettext.NullTranslations):
    """Translates every letter outside placeholders, tags and entities into a circled one."""

    _kept = re.compile(r"%\(\w+\)s|%%|\{\w*\}|<code>.*?</code>|</?[a-z-]+>|&\w+;")

    def gettext(self, message: str) -> str:
        whole, end = "", 0
        for found in self._kept.finditer(message):
            whole += circled(message[end : found.start()]) + found[0]
            end = found.end()
        return whole + circled(message[end:])

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def circled(text: str) -> str:
    """The text with its letters circled, which makes them no letters."""
    return "".join(_circle(each) for each in text)


def _circle(character: str) -> str:
    if "a" <= character <= "z":
        return chr(ord("ⓐ") + ord(character) - ord("a"))
    if "A" <= character <= "Z":
        return chr(ord("Ⓐ") + ord(character) - ord("A"))
    return "ⓔ" if character.isalpha() else character


def test_the_pseudo_language_leaves_no_letter() -> None:
    assert Pseudo().gettext("Is %(number)s <b>the</b> “{word}” 100 %%? <code>/open</code>") == (
        "Ⓘⓢ %(number)s <b>ⓣⓗⓔ</b> “{word}” 100 %%? <code>/open</code>"
    )


def spans_of(reply: Reply) -> Iterable[Line]:
    for block in reply.blocks:
        match block:
            case Facts(rows):
                yield from (line for row in rows for line in (row.label, row.value))
            case Bullets(items, _):
                yield from items
            case Table(header, rows):
                yield from (cell for row in (header, *rows) for cell in row)
            case Preformatted():
                raise AssertionError("a preformatted text has words that no catalogue knows")
            case _:
                yield block.spans


def echoed(value: Any, *, inside: bool = False) -> Iterable[str]:
    """The texts of an answer's data that are shown as they are."""
    if isinstance(value, str):
        if inside:
            yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from echoed(each, inside=inside or key in ECHOED)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from echoed(each, inside=inside)


def hard_coded(reply: Reply) -> set[str]:
    """The letters of a reply that neither a catalogue nor its data account for."""
    given = {
        each for each in echoed(reply.answer.to_json()["data"]) if not LETTER.fullmatch(each) or len(each) > 1
    }
    given |= {value for row in reply.answer.buttons for each in row for value in each.values.values()}
    given |= set(echoed(reply.answer.to_json()["banner"], inside=True))
    words = {word for each in given for word in LETTER.findall(each)} | ALIKE | MONTHS
    shown = [span.text for spans in spans_of(reply) for span in spans if Look.CODE not in span.looks]
    shown += [each.label for each in reply.all_buttons()]
    return {word for each in shown for word in LETTER.findall(each) if word not in words}


async def test_no_word_is_hard_coded() -> None:
    pseudo = {"en": Language("en", "Ⓔ", Pseudo(), LANGUAGES["en"].words)}
    found: dict[str, set[str]] = {}
    async with talking(languages=pseudo) as talk:
        await walk(talk)
        notices = [each for _, each in talk.postbox.delivered]
        for reply in (*talk.replies, *notices):
            if strange := hard_coded(reply):
                found.setdefault(reply.answer.template, set()).update(strange)
    assert found == {}


async def test_a_hard_coded_word_would_be_found() -> None:
    async with talking() as talk:
        assert hard_coded(await talk.say("/portfolio"))
