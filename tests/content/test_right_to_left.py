"""Right to left: a made-up Arabic, in which every inserted figure, name and command has to keep its own direction."""

import re
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

import pytest
import pytest_asyncio
from markupsafe import Markup

from bot.adapters.discord import limits as discord_limits
from bot.adapters.discord.render import render as discord_pages
from bot.adapters.telegram import limits as telegram_limits
from bot.adapters.telegram.render import pages as telegram_pages
from bot.content.catalogue import Language
from bot.content.direction import END, FIRST_STRONG, LEFT_TO_RIGHT, apart, right_to_left, shielded, turning
from bot.content.formats import Formats
from bot.content.wording import CatalogueWording
from bot.core.markup import Bullets, Facts, Footer, Paragraph, Preformatted, Quote, Table, Title, text_of
from bot.core.reply import Answer, Reply
from tests.fakes.pseudo import ARABIC, mirrored, pseudo_languages
from tests.fakes.tour import answers, walk
from tests.harness import places, talking

ALONE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for a passage that is set apart."""
LOOSE = re.compile(rf"[0-9→]|[@#=/+\N{{MINUS SIGN}}](?={ALONE})|{ALONE}/{ALONE}")
"""What another direction would tear apart or turn round."""
ENGLISH, RIGHT_TO_LEFT = Formats("en", {}), Formats(ARABIC, {})


# Marks


def test_babel_knows_the_direction() -> None:
    assert [each for each in ("en", "es", "pt", "ar", "he", "fa") if right_to_left(each)] == [
        "ar",
        "he",
        "fa",
    ]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("سعر %(price)s هنا", "سعر ⟨%(price)s⟩ هنا"),
        (
            "%(leverage)s× و%(share)s %% و%(amount)s USDT",
            "⟨%(leverage)s×⟩ و⟨%(share)s %%⟩ و⟨%(amount)s USDT⟩",
        ),
        ("%(a)s%(b)s", "⟨%(a)s⟩⟨%(b)s⟩"),
        ("{percent} % من #{number}", "⟨{percent} %⟩ من ⟨#{number}⟩"),
        ("<b>%(base)s</b> &amp; سعر", "<b>⟨%(base)s⟩</b> &amp; سعر"),
        ("جرّب <code>/open btc long 5x</code> الآن", "جرّب [<code>/open btc long 5x</code>] الآن"),
        ("جرّب /open btc long 5x أو /close.", "جرّب [/open btc long 5x] أو [/close]."),
        ("مثل btc -10%% أو =5000 أو @49000", "مثل [btc -10%%] أو [=5000] أو [@49000]"),
        ("أكثر من 5 %% هنا", "أكثر من [5 %%] هنا"),
        ("سعر", "سعر"),
        ("", ""),
    ],
)
def test_what_is_foreign_to_a_message_is_set_apart(message: str, shown: str) -> None:
    marks = str.maketrans({"⟨": FIRST_STRONG, "[": LEFT_TO_RIGHT, "⟩": END, "]": END})
    assert shielded(message) == shown.translate(marks)


def test_only_names_that_turn_a_line_are_marked_in_a_language_from_left_to_right() -> None:
    assert [turning(each) for each in ("ada", "ضحى", "Ada ضحى", "٣", "5×")] == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert ENGLISH.isolate("ada") == "ada"
    assert ENGLISH.isolate("ضحى") == apart("ضحى")
    assert RIGHT_TO_LEFT.isolate("ada") == apart("ada")


def test_what_is_inserted_is_set_apart_in_a_right_to_left_language_alone() -> None:
    given: tuple[object, ...] = ("BTC", 5, Decimal("0.1"))
    assert tuple(map(ENGLISH.inserted, given)) == given
    assert tuple(map(RIGHT_TO_LEFT.inserted, given)) == (apart("BTC"), apart("5"), apart("0.1"))
    left: tuple[object, ...] = (Markup("<b>5</b>"), None, "", " ")
    assert tuple(map(RIGHT_TO_LEFT.inserted, left)) == left


def test_arrows_point_in_the_direction_of_reading() -> None:
    assert (ENGLISH.pointing("→"), RIGHT_TO_LEFT.pointing("→")) == ("→", "←")


# The whole walk


@pytest.fixture(scope="module")
def languages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Language]:
    return pseudo_languages(tmp_path_factory.mktemp("locales"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def replies(languages: dict[str, Language]) -> AsyncIterator[tuple[Reply, ...]]:
    """Every answer of a walk, worded in the made-up language."""
    async with talking() as talk:
        await walk(talk)
        said = tuple(Answer.from_json(each.to_json()) for each in answers(talk))
    wording = CatalogueWording(languages, places(), ARABIC)
    yield tuple(wording.word(each, ARABIC, "Asia/Riyadh") for each in said)


def test_the_made_up_language_is_longer_and_keeps_what_is_typed(languages: dict[str, Language]) -> None:
    assert mirrored("Try <code>/open btc</code>: %(price)s {word} 5 %%") == (
        "فعنـ <code>/open btc</code>: %(price)s {word} 5 %%"
    )
    assert len(mirrored("the maintenance margin of all positions")) >= 1.25 * len(
        "the maintenance margin of all positions"
    )
    plural = languages[ARABIC].messages.ngettext("%(count)s day", "%(count)s days", 5)
    assert plural.startswith(apart("%(count)s"))
    assert languages[ARABIC].name == "العربية"


def lines_of(reply: Reply) -> Iterator[str]:
    """The lines of a reply as fronts show them."""
    for block in reply.blocks:
        match block:
            case Facts(rows):
                yield from (f"{text_of(row.label)}: {text_of(row.value)}" for row in rows)
            case Bullets(items, _):
                yield from (line for item in items for line in text_of(item).split("\n"))
            case Table(header, rows):
                yield from (" ".join(map(text_of, row)) for row in (header, *rows))
            case Preformatted(said):
                yield from said.split("\n")
            case Title(spans) | Paragraph(spans) | Quote(spans) | Footer(spans):
                yield from text_of(spans).split("\n")
    yield from (each.label for each in reply.all_buttons())


def outside(line: str) -> str:
    """What of a line is not set apart; raises where its marks do not balance."""
    depth, left = 0, ""
    for each in line:
        if each in (FIRST_STRONG, LEFT_TO_RIGHT):
            depth += 1
        elif each == END:
            assert depth > 0, line
            depth -= 1
            left += ALONE if depth == 0 else ""
        elif depth == 0:
            left += each
    assert depth == 0, line
    return left


@pytest.mark.asyncio(loop_scope="module")
async def test_every_mark_is_closed(replies: tuple[Reply, ...]) -> None:
    assert len(replies) > 500
    assert sum(FIRST_STRONG in line for reply in replies for line in lines_of(reply) if outside(line)) > 1000


@pytest.mark.asyncio(loop_scope="module")
async def test_figures_arrows_and_commands_stand_apart(replies: tuple[Reply, ...]) -> None:
    """In a line of the language; one that is foreign as a whole keeps its direction by itself."""
    bare = []
    for reply in replies:
        for line in lines_of(reply):
            left = outside(line)
            if turning(left) and LOOSE.search(left):
                bare.append((reply.answer.template, line))
    assert bare == []


@pytest.mark.asyncio(loop_scope="module")
async def test_every_answer_fits_telegram_and_its_marks_stay_closed(replies: tuple[Reply, ...]) -> None:
    for reply in replies:
        for page in telegram_pages(reply, "bot"):
            assert telegram_limits.length(page.text) <= telegram_limits.TEXT
            for line in page.text.split("\n"):
                outside(line)
            for row in (page.keyboard or {"inline_keyboard": []})["inline_keyboard"]:
                for each in row:
                    assert telegram_limits.length(each["text"]) <= telegram_limits.LIMITS.label
                    outside(each["text"])


@pytest.mark.asyncio(loop_scope="module")
async def test_every_answer_fits_discord_and_its_marks_stay_closed(replies: tuple[Reply, ...]) -> None:
    for reply in replies:
        for page in discord_pages(reply):
            embed = page.embed
            texts = (embed.title or "", embed.description or "", embed.footer.text or "")
            assert all(
                discord_limits.length(it.label) <= discord_limits.BUTTON_LABEL
                for row in page.buttons
                for it in row
            )
            most = (discord_limits.EMBED_TITLE, discord_limits.EMBED_DESCRIPTION, discord_limits.EMBED_FOOTER)
            for text, limit in zip(texts, most, strict=True):
                assert discord_limits.length(text) <= limit
                for line in text.split("\n"):
                    outside(line)
