"""Lessons, the glossary and practice as people use them: pages, answers, a crash without risk, and the way back."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.adapters.discord.render import render
from bot.commands.what import CARDS
from bot.core.reply import Reply
from bot.storage import accounts, journal, practice, tables
from bot.storage.accounts import Account
from tests.harness import Talk, buttons, facts, quotes, talking, text

GAP = "\u202f"
TRIED = ("/lesson 7 page=5", "/tryout liquidation-price page=5")
"""A long of 0.1 BTC from 50,000, isolated, 10×, on a practice account."""


async def practising(talk: Talk) -> list[Account]:
    """All practice accounts that are not put aside."""
    async with talk.bot.store.unit() as unit:
        return [await accounts.load(unit, each) for each in await practice.running(unit)]


def has(reply: Reply, *parts: str) -> None:
    for part in parts:
        assert part in text(reply), text(reply)


def where(reply: Reply) -> tuple[int, int]:
    """The lesson and the page of a card."""
    assert reply.answer.template in {"lesson", "lesson_done"}, text(reply)
    return reply.answer.data["number"], reply.answer.data["page"]


# Reading


async def test_a_lesson_is_read_by_pressing_and_each_page_replaces_the_one_before() -> None:
    async with talking() as talk:
        reply = await talk.say("/learn")
        has(reply, "0 of 21 done.")
        reply = await talk.press("Begin with lesson 1")
        for page in range(2, 9):
            assert "Back" in buttons(reply) or page == 2
            reply = await talk.press("Next page")
            assert reply.edit
            assert where(reply) == (1, page)
            has(reply, f"page {page} of 8")
        assert "Next page" not in buttons(reply)
        has(reply, "1 of 21 done.")
        await talk.press("Lesson 2: Leverage sets the deposit, size sets the risk")
        assert where(talk.shown()) == (2, 1)
        has(await talk.say("/learn"), "1 of 21 done.", "✓ 1 · Margin is a deposit", "▸ 2 · Leverage sets")


async def test_the_list_begins_where_one_stands_and_fits_every_front() -> None:
    async with talking() as talk:
        reply = await talk.say("/learn")
        assert "13" not in buttons(reply)
        reply = await talk.press("More lessons")
        assert reply.edit
        has(reply, "13 · Three prices")
        assert "1" not in buttons(reply)
        await talk.say("/lesson 14")
        reply = await talk.say("/learn")
        assert "21" in buttons(reply)
        assert len(render(reply)[0].buttons) == len(reply.buttons), "no row is cut off on Discord"
        await talk.press("21")
        assert where(talk.shown()) == (21, 1)


async def test_the_place_is_kept_per_person_and_over_a_restart(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as talk:
        await talk.dialogue("/lesson 3 page=2", "/next")
        await talk.say("/next", "bob")
    async with talking(database=database) as talk:
        assert where(await talk.say("/lesson")) == (3, 3)
        assert where(await talk.say("/next")) == (3, 4)
        assert where(await talk.say("/next", "bob")) == (1, 2)
        talk.later(hours=2)
        assert where(await talk.say("/next")) == (3, 4), "after a break the page is shown once more"


async def test_an_old_button_leads_to_a_lesson_that_is_there_or_to_a_clear_answer() -> None:
    async with talking() as talk:
        assert where(await talk.say("/lesson 3 page=99")) == (3, 8)
        reply = await talk.say("/lesson gone-for-good page=2")
        assert not reply.answer.ok
        has(reply, "I know no lesson")
        assert "All lessons" in buttons(reply)
        reply = await talk.say("/lesson liqidation prise")
        await talk.press("Lesson 7: Where the liquidation price sits", on=reply)
        assert where(talk.shown()) == (7, 1)


async def test_a_missing_figure_is_typed_with_or_without_its_unit() -> None:
    async with talking() as talk:
        await talk.say("/lesson 7")
        has(await talk.say("45000"), "Not 45,000. Try once more")
        assert "At 45,205.82" not in text(talk.shown())
        has(await talk.say("45205.8 usdt"), "✓ Yes, 45,205.8.", "At 45,205.82")
        assert (await talk.say("45205.8")).answer.template == "unknown_command", "the sum is finished"
        await talk.say("/lesson 3 page=4")
        has(await talk.say("−200"), "✓ Yes, −200.")
        await talk.say("/lesson 4")
        has(await talk.say("100%"), "✓ Yes")


@pytest.mark.parametrize(
    ("language", "said", "answer"),
    [
        ("es", "2.000", "✓ Sí, 2.000."),
        ("es", "2000", "✓ Sí, 2.000."),
        ("es", "2.001", "✓ Sí, 2.001."),
        ("es", "2.100", "No es 2,1."),
        ("es", "2.00", "No es 2."),
        ("en", "2.000", "Not 2."),
    ],
)
async def test_a_figure_may_be_typed_as_the_lesson_shows_it(language: str, said: str, answer: str) -> None:
    """Two thousand is 2.000 in a Spanish lesson, and who types that is right."""
    async with talking(language=language) as talk:
        await talk.say("/lesson 1 page=4")
        has(await talk.say(said), answer)


@pytest.mark.parametrize("said", ["45,205.82", "abc", "1e5", "45205.82 45000", "-", "9" * 30])
async def test_what_is_no_figure_leaves_the_question_open(said: str) -> None:
    async with talking() as talk:
        await talk.say("/lesson 7")
        assert not (await talk.say(said)).answer.ok
        has(await talk.say("45205.82"), "✓ Yes")


async def test_the_answer_can_be_looked_at_instead() -> None:
    async with talking() as talk:
        await talk.say("/lesson 7")
        reply = await talk.press("Show the answer")
        has(reply, "At 45,205.82")
        assert "Show the answer" not in buttons(reply)
        assert (await talk.say("/fill 45205.82")).answer.data["verdict"] == "right"


async def test_the_wrong_line_is_looked_for_until_it_is_found() -> None:
    async with talking() as talk:
        reply = await talk.say("/lesson 7 page=6")
        assert buttons(reply)[:3] == ("Line 1", "Line 2", "Line 3")
        assert quotes(await talk.press("Line 1")) == ["Not line 1: it is right. Look again."]
        assert quotes(await talk.press("Line 3")) == [
            "Line 3 only follows from a slip further up. Which line is the first wrong one?"
        ]
        has(await talk.press("Line 2"), "✓ Yes, line 2.", "His price is 45,205.82.")
        assert "Line 1" not in buttons(talk.shown())


async def test_lessons_are_for_private_chats() -> None:
    async with talking() as talk:
        for line in ("/lesson 1", "/learn", "/next", "/practice"):
            reply = await talk.say(line, room="lounge", whispers=False)
            assert reply.answer.template == "in_private", line
        reply = await talk.say("/tryout liquidation-price page=5", room="lounge")
        assert reply.answer.template == "in_private"
        assert await practising(talk) == []


# Practice


async def test_every_command_of_a_lesson_runs_on_a_practice_account() -> None:
    async with talking() as talk:
        await talk.say("/start")
        before = await talk.account()
        for lesson in range(1, 22):
            reply = await talk.say(f"/lesson {lesson} page=1")
            while not any(each.startswith("Try it") for each in buttons(reply)):
                reply = await talk.press("Next page")
            label = next(each for each in buttons(reply) if each.startswith("Try it"))
            reply = await talk.press(label)
            assert reply.answer.ok, (lesson, label, text(reply))
            assert not reply.edit, "the page stays"
            assert reply.answer.banner == {"kind": "practice"}
            assert reply.answer.template not in {"positions", "did_you_mean", "ask"}, label
            assert len(await practising(talk)) == 1
            if "Confirm" in buttons(reply):
                reply = await talk.press("Confirm")
                assert reply.answer.ok, (lesson, text(reply))
        await talk.say("/practice end")
        assert await practising(talk) == []
        assert await talk.account() == before, "the paper account was not touched"


async def test_a_liquidation_can_be_seen_without_risk() -> None:
    async with talking() as talk:
        await talk.dialogue(*TRIED)
        reply = await talk.say("/practice btc -5%")
        has(reply, "Moved: BTC.", "47,500.00", "−250.00 USDT", "45,205.82")
        reply = await talk.press(f"BTC −5{GAP}%")
        has(reply, "45,125.00", "No open positions.")
        await talk.bot.control.flush()
        notices = [each.answer.template for _, each in talk.postbox.delivered]
        assert notices == ["liquidated"]
        assert [each.answer.template for _, each in talk.postbox.examined] == ["postmortem"]
        assert (await talk.account()).wallet == 10_000
        has(await talk.say("/portfolio"), "PRACTICE", "4,500.00 USDT")
        await talk.say("/practice end")
        assert "PRACTICE" not in text(await talk.say("/portfolio"))
        has(talk.shown(), "10,000.00 USDT")


async def test_the_next_page_ends_the_practice_and_trying_again_begins_it_anew() -> None:
    async with talking() as talk:
        page = await talk.say("/lesson 7 page=5")
        await talk.press("Try it: /margin add 200 btc")
        await talk.press("Confirm")
        first = await practising(talk)
        assert first[0].state.in_order()[0].isolated_wallet == Decimal("697.5")
        await talk.press("Try it: /margin add 200 btc", on=page)
        second = await practising(talk)
        assert len(second) == 1
        assert second[0].id != first[0].id
        assert second[0].state.in_order()[0].isolated_wallet == Decimal("497.5")
        reply = await talk.press("Next page", on=page)
        has(reply, "The practice account was put aside.")
        assert await practising(talk) == []
        assert "PRACTICE" not in text(await talk.say("/positions"))
        assert "put aside" not in text(await talk.say("/next"))


async def test_practice_survives_a_restart_with_its_prices(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as talk:
        await talk.dialogue(*TRIED, "/practice btc 46000 eth 3000")
        had = facts(talk.shown())
    async with talking(database=database) as talk:
        has(await talk.say("/positions"), "PRACTICE", "50,000.00 → 46,000.00")
        assert facts(await talk.say("/practice")) == had
        reply = await talk.say("/practice btc 45000")
        has(reply, "No open positions.")


async def test_practice_whose_prices_are_kept_no_more_is_put_aside(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as talk:
        await talk.dialogue(*TRIED)
        async with talk.bot.store.unit() as unit:
            unit.write(tables.candles.delete(), {})
    async with talking(database=database) as talk:
        assert await practising(talk) == []
        assert "PRACTICE" not in text(await talk.say("/positions"))


async def test_the_newest_of_practice_and_replay_is_the_active_one() -> None:
    async with talking() as talk:
        await talk.dialogue("/replay mar-2020 named", "/tryout liquidation-price page=5")
        has(await talk.say("/positions"), "PRACTICE", "BTC long 10×")
        await talk.say("/practice end")
        has(await talk.say("/positions"), "REPLAY")
        await talk.dialogue("/tryout liquidation-price page=5", "/replay drop")
        has(await talk.say("/positions"), "PRACTICE")


async def test_an_update_that_comes_twice_moves_a_price_once() -> None:
    async with talking() as talk:
        await talk.dialogue(*TRIED)
        first = await talk.say("/practice btc -5%", update="again")
        second = await talk.say("/practice btc -5%", update="again")
        assert text(first) == text(second)
        has(await talk.say("/practice"), "47,500.00")
        [account] = await practising(talk)
        await talk.say("/tryout liquidation-price page=5", update="twice")
        [one] = await practising(talk)
        await talk.say("/tryout liquidation-price page=5", update="twice")
        assert [each.id for each in await practising(talk)] == [one.id] != [account.id]


@pytest.mark.parametrize(
    "line",
    [
        *(
            "/practice btc",
            "/practice zzz -5%",
            "/practice btc 0",
            "/practice btc -100%",
            "/practice btc 1e9",
        ),
        *(
            "/practice btc 99999999999",
            "/practice btc 45000 btc 46000",
            "/practice sol -5%",
            "/practice btc 5x",
        ),
    ],
)
async def test_what_is_no_move_moves_nothing(line: str) -> None:
    async with talking() as talk:
        await talk.dialogue(*TRIED)
        assert not (await talk.say(line)).answer.ok, text(talk.shown())
        has(await talk.say("/practice"), "BTC | 50,000.00 | 50,000.00")


async def test_without_practice_there_is_nothing_to_move() -> None:
    async with talking() as talk:
        for line in ("/practice", "/practice btc -5%", "/practice end"):
            has(await talk.say(line), "You have no practice account now.")
        assert (await talk.account()).version == 1


async def test_a_practice_account_is_not_reset() -> None:
    async with talking() as talk:
        await talk.dialogue(*TRIED)
        reply = await talk.say("/reset")
        assert reply.answer.template == "practice_reset"
        assert "Confirm" not in buttons(reply)


async def test_the_books_of_practice_are_kept_like_all_others() -> None:
    async with talking() as talk:
        await talk.dialogue(*TRIED, "/practice btc 40000")
        async with talk.bot.store.unit() as unit:
            rows = await unit.fetch(select(tables.accounts.c.id).where(tables.accounts.c.kind == "practice"))
            kinds = {type(each.event).__name__ for each in await journal.entries(unit, rows[0].id, limit=100)}
        assert "PositionLiquidated" in kinds
        await talk.check_books()


async def test_a_newcomer_who_follows_a_link_to_practice_is_shown_the_page_first() -> None:
    async with talking() as talk:
        reply = await talk.say("/tryout liquidation-price page=5")
        assert where(reply) == (7, 5)
        has(await talk.press("Try it: /margin add 200 btc"), "PRACTICE")


# The glossary


async def test_a_word_is_explained_with_its_formula_its_lesson_and_its_neighbours() -> None:
    async with talking() as talk:
        reply = await talk.say("/what maintenance margin")
        has(reply, "maintenance margin", "Taught in lesson 5")
        assert "Lesson 5: Two margins: to open and to stay" in buttons(reply)
        reply = await talk.press("margin ratio")
        assert reply.edit
        has(reply, "margin ratio")
        for said in ("/what is", "/what Margin-Ratio", "/what margin   ratio?"):
            await talk.say(said)
        has(talk.shown(), "margin ratio")


@pytest.mark.parametrize(
    ("said", "suggested"),
    [
        ("maintenence margn", "maintenance margin"),
        ("liqudation", "liquidation"),
        ("funding rat", "funding rate"),
        ("stop los", "stop-loss"),
    ],
)
async def test_a_misspelt_word_is_suggested(said: str, suggested: str) -> None:
    async with talking() as talk:
        reply = await talk.say(f"/what {said}")
        assert suggested in buttons(reply)
        assert reply.answer.template == "what_near"


async def test_a_word_that_means_nothing_is_answered() -> None:
    async with talking() as talk:
        has(await talk.say("/what zzzzqqq"), "I have no word", "/what for all words")
        assert buttons(talk.shown()) == ()
        has(await talk.say("/what"), "auto-deleveraging · alert")


async def test_anybody_in_a_group_can_ask_and_press_on() -> None:
    async with talking() as talk:
        await talk.say("/what margin", room="lounge")
        reply = await talk.press("initial margin", "bob", room="lounge")
        has(reply, "initial margin")


async def test_cards_lead_to_their_words_and_stay() -> None:
    async with talking() as talk:
        preview = await talk.say("/open btc long 5x isolated 500usdt")
        reply = await talk.press("?")
        assert not reply.edit
        assert "liquidation price" in buttons(reply)
        has(await talk.press("liquidation price"), "Taught in lesson 7")
        await talk.press("Confirm", on=preview)
        for line, word in (("/positions", "ROE"), ("/portfolio", "equity")):
            await talk.say(line)
            assert word in buttons(await talk.press("?"))
        await talk.say("/why roe btc")
        reply = await talk.press("?")
        assert not reply.edit
        has(reply, "ROE", "Taught in lesson 4")


async def test_each_card_names_words_that_the_glossary_has() -> None:
    async with talking() as talk:
        for card, terms in CARDS.items():
            reply = await talk.say(f"/what card={card}")
            assert reply.answer.template == "what_card", card
            assert len(buttons(reply)) == len(terms), card
