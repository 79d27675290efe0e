"""Being forgotten: what goes, what stays, and that nothing of who it was is found anywhere afterwards."""

import asyncio
import io
import string
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.core.identity import ChatRef, Platform, new_id
from bot.core.reply import Reply
from bot.core.request import Pressed, Request
from bot.storage import accounts, forgetting, journal, tables
from bot.storage.columns import canonical
from bot.telemetry import set_up_logs
from tests.e2e.books import url_of
from tests.harness import Talk, button, buttons, talking, text
from tests.services.people.grown import Grown, grown, told_of_others

TELEGRAM, DISCORD = Platform.TELEGRAM, Platform.DISCORD
LETTERS = st.text(string.ascii_letters, min_size=7, max_size=20)
ANY = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf")), min_size=6, max_size=20).filter(
    lambda name: sum(each.isalpha() for each in name) > 3  # figures and signs are found in any document
)


async def forgotten(talk: Talk, someone: Grown) -> Reply:
    """Ask to be forgotten, and confirm."""
    user, platform = someone.who.user, someone.who.platform
    card = await talk.say("/forget", user, platform=platform)
    payload, chat = button(card, "Delete everything about me").payload, ChatRef(platform, user, private=True)
    pressed = Pressed(payload)
    reply = await talk.ask(
        Request(new_id(), someone.who, chat, pressed, someone.name, None, True, None, someone.handle)
    )
    assert reply is not None
    return reply


async def dump(talk: Talk) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    async with talk.bot.store.unit() as unit:
        return {
            name: [dict(row._mapping) for row in await unit.fetch(select(table))]
            for name, table in tables.metadata.tables.items()
        }


def found(rows: dict[str, list[dict[str, Any]]], marks: Iterable[str]) -> list[tuple[str, str, str]]:
    """Where texts of a database hold one of the marks, as they are or as JSON writes them."""
    return [
        (table, column, mark)
        for table, every in rows.items()
        for row in every
        for column, value in row.items()
        for mark in marks
        if isinstance(value, str | dict | list)
        and any(
            each in (value if isinstance(value, str) else canonical(value))
            for each in {mark, canonical(mark)[1:-1]}
        )
    ]


def test_every_table_is_treated() -> None:
    assert forgetting.TREATED.keys() == tables.metadata.tables.keys()


def files_of(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


@settings(
    max_examples=6,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=LETTERS | ANY, handle=LETTERS, user=st.integers(10**8, 10**12).map(str))
def test_nothing_is_found_of_who_was_forgotten(
    tmp_path_factory: pytest.TempPathFactory, name: str, handle: str, user: str
) -> None:
    asyncio.run(nothing_is_found(tmp_path_factory.mktemp("forget"), name, handle, user))


async def nothing_is_found(folder: Path, name: str, handle: str, user: str) -> None:
    log = io.StringIO()
    set_up_logs("DEBUG", log)
    async with talking(database=url_of(folder / "kept.db")) as talk:
        someone = await grown(talk, user, name, handle)
        other = await grown(talk, "7", "Zoe", "zoe", DISCORD)
        async with talk.bot.store.unit() as unit:
            await told_of_others(unit, name, other.person_id)
        before = await dump(talk)
        marks = {someone.person_id, user, handle, name.strip(), f"telegram:{user}"}
        assert {each[0] for each in found(before, marks)} >= {
            *(
                "identities",
                "members",
                "quiz_nights",
                "notices",
                "chat_posts",
                "processed",
                "jobs",
                "previews",
            ),
            *(
                "admin_log",
                "challenges",
                "accounts",
                "pending",
                "link_codes",
                "chats",
                "questions",
                "actions",
            ),
        } - {"previews", "actions"}
        reply = await forgotten(talk, someone)
        assert "somebody new" in text(reply)
        after = await dump(talk)
        assert found(after, marks) == []
        assert len(after["people"]) == 2, "Zoe and nobody"
        assert [each for each in after["members"] if each["name"] == "Zoe"]
        assert len(after["events"]) == len(before["events"])
        assert after["postings"] == before["postings"]
        for table, rows in before.items():
            assert rows or table in {"bans", "candles", "question_verdicts", "funding_rates", "actions"}, (
                table
            )
        await talk.bot.people.forgetting.tidy()
        for file, content in (await asyncio.to_thread(files_of, folder)).items():
            for mark in marks:
                for shape in {mark, canonical(mark)[1:-1]}:
                    assert shape.encode() not in content, (file, mark)
    for file, content in files_of(folder).items():
        for mark in marks:
            assert mark.encode() not in content, (file, mark)
    for mark in marks:
        assert mark not in log.getvalue()


@pytest.mark.parametrize(
    "name", ["long", "main", "en", "%", "_", "^", "?", "cross", "empty", "name", '"', "\\"]
)
async def test_a_name_that_reads_like_a_word_of_ours_breaks_nothing(name: str) -> None:
    async with talking() as talk:
        someone = await grown(talk, "me", name, name)
        other = await grown(talk, "7", "Zoe", "zoe", DISCORD)
        kept = {table: rows for table, rows in (await dump(talk)).items() if table in {"events", "candles"}}
        await forgotten(talk, someone)
        after = await dump(talk)
        assert {table: after[table] for table in kept} == kept
        (night,) = [each for each in after["quiz_nights"] if someone.person_id not in str(each)][:1]
        assert night["body"]["language"] == "en"
        (cup,) = [each for each in after["challenges"] if each["id"] == someone.challenge_id]
        assert cup["body"]["rules"] == {"name": "Cup"}
        await talk.say("/replay drop", "7", platform=DISCORD)
        assert "BTC" in text(await talk.say("/positions", "7", platform=DISCORD))
        assert other.person_id in {each["id"] for each in after["people"]}


async def test_journals_stay_without_owner_and_nothing_is_settled_any_more() -> None:
    for watch in (False, True):
        async with talking(watch=watch) as talk:
            someone = await grown(talk, "me", "Ann Onymous", "ann")
            await talk.price("BTC", 49_000)
            async with talk.bot.store.unit() as unit:
                before = {each: await journal.balances(unit, each) for each in someone.account_ids}
            await forgotten(talk, someone)
            await talk.price("BTC", 1_000)
            await talk.bot.control.clock(timedelta(hours=9))
            async with talk.bot.store.unit() as unit:
                for each in someone.account_ids:
                    account = await accounts.load(unit, each)
                    assert (account.person_id, account.archived_at is None) == (tables.NO_ONE, False)
                    assert await journal.balances(unit, each) == before[each]
                    assert await journal.replayed(unit, each) == account.state
                assert await journal.ledger_sum(unit) == 0
            assert not [each for _, each in talk.postbox.delivered if each.answer.template == "liquidated"]


async def test_memory_lets_go() -> None:
    async with talking(watch=True) as talk:
        someone = await grown(talk, "me", "Ann Onymous", "ann")
        await forgotten(talk, someone)
        memory = talk.bot.people.forgetting._memory
        assert memory._thresholds._unusual == {}
        assert not any(book.above or book.below for book in memory._prices._books.get("main", {}).values())
        assert talk.bot.replays._runs == {}
        assert set(memory._markets._snapshots) == {"main"}
        watching: Any = talk.bot.settlement.proposer
        assert (watching._versions, watching._owned) == ({}, {})


async def test_who_writes_again_is_somebody_new() -> None:
    async with talking(wallet=1234) as talk:
        someone = await grown(talk, "me", "Ann Onymous", "ann")
        await forgotten(talk, someone)
        assert (await talk.account("me", TELEGRAM) if await known(talk) else None) is None
        await talk.say("/portfolio", "me", platform=TELEGRAM)
        fresh = await talk.main("me", TELEGRAM)
        assert fresh.person_id != someone.person_id
        assert fresh.state.version == 1
        assert fresh.state.wallet == Decimal(1234)


async def known(talk: Talk) -> bool:
    async with talk.bot.store.unit() as unit:
        return bool(await unit.fetch(select(tables.identities)))


async def test_the_same_update_again_makes_nobody() -> None:
    """The act itself, and acts of before, delivered once more: answered, not done, and nobody is kept for them."""
    async with talking() as talk:
        await talk.say("/start", "me", platform=TELEGRAM)
        early = await talk.say("/open btc long 5x 500usdt", "me", platform=TELEGRAM, update="u-early")
        assert early.answer.template == "preview_open"
        card = await talk.say("/forget", "me", platform=TELEGRAM)
        payload = button(card, "Delete everything about me").payload
        first = await talk.send(payload, "me", platform=TELEGRAM, update="u-forget")
        again = await talk.send(payload, "me", platform=TELEGRAM, update="u-forget")
        assert text(first) == text(again)
        old = await talk.say("/open btc long 5x 500usdt", "me", platform=TELEGRAM, update="u-early")
        assert old.answer.template == "answer_gone"
        assert not await known(talk)
        stranger = await talk.send(payload, "me", platform=TELEGRAM)
        assert stranger.answer.template == "not_yours", "a new press is somebody new's"


async def test_all_identities_of_a_linked_person_go() -> None:
    async with talking() as talk:
        await talk.say("/start", "ann", platform=TELEGRAM)
        code = text(await talk.say("/link", "ann", platform=TELEGRAM)).splitlines()[1]
        await talk.say(f"/link {code}", "dana", platform=DISCORD)
        await talk.press("Join them", "dana", platform=DISCORD)
        card = await talk.say("/forget", "dana", platform=DISCORD)
        await talk.press("Delete everything about me", "dana", on=card, platform=DISCORD)
        assert not await known(talk)


async def test_it_takes_a_press_in_time() -> None:
    async with talking() as talk:
        await talk.say("/start", "me")
        for line in ("/forgetyes 1", "/forgetyes 29540730", "/forgetyes x", "/forgetyes"):
            await talk.say(line, "me")
            assert await known(talk), line
        await talk.say("/cancel", "me")
        card = await talk.say("/forget", "me")
        talk.later(minutes=12)
        late = await talk.press("Delete everything about me", "me", on=card)
        assert "Delete everything about me" in buttons(late)
        assert await known(talk)
        await talk.press("Delete everything about me", "me", on=late)
        assert not await known(talk)


async def test_somebody_elses_press_forgets_nobody() -> None:
    async with talking() as talk:
        await talk.say("/start", "eve", platform=TELEGRAM)
        card = await talk.say("/forget", "me", platform=TELEGRAM)
        payload = button(card, "Delete everything about me").payload
        assert (await talk.send(payload, "eve", platform=TELEGRAM)).answer.template == "not_yours"
        async with talk.bot.store.unit() as unit:
            assert len(await unit.fetch(select(tables.identities))) == 2


async def test_what_is_done_at_the_same_moment_is_done_before_or_not_at_all() -> None:
    """Trades, answers and a second forgetting beside the first one, on both platforms of one person."""
    async with talking() as talk:
        await talk.say("/start", "ann", platform=TELEGRAM)
        code = text(await talk.say("/link", "ann", platform=TELEGRAM)).splitlines()[1]
        await talk.say(f"/link {code}", "dana", platform=DISCORD)
        await talk.press("Join them", "dana", platform=DISCORD)
        await talk.say("/settings confirm off", "dana", platform=DISCORD)
        cards = [
            await talk.say("/forget", "ann", platform=TELEGRAM),
            await talk.say("/forget", "dana", platform=DISCORD),
        ]
        yes = [button(each, "Delete everything about me").payload for each in cards]
        await asyncio.gather(
            talk.say("/open btc long 5x 100usdt", "dana", platform=DISCORD),
            talk.send(yes[0], "ann", platform=TELEGRAM),
            talk.say("/lesson 1", "dana", platform=DISCORD),
            talk.send(yes[1], "dana", platform=DISCORD),
            talk.say("/alert btc 60000", "dana", platform=DISCORD),
        )
        rows = await dump(talk)
        owners = {each["id"] for each in rows["people"]}
        assert {each["person_id"] for each in rows["accounts"]} <= owners
        assert {each["person_id"] for each in rows["identities"]} <= owners
        assert tables.NO_ONE in {each["person_id"] for each in rows["accounts"]}


async def test_an_unknown_request_leaves_no_trace_of_the_asker_in_the_answer() -> None:
    async with talking() as talk:
        someone = await grown(talk, "4711471147", "Ann Onymous", "annonym")
        reply = await forgotten(talk, someone)
        kept = reply.answer.to_json()
        assert reply.buttons == ()
        for mark in (someone.person_id, "4711471147", "Ann Onymous", "annonym"):
            assert mark not in str(kept)


async def test_what_is_left_to_overwrite_is_done_before_the_process_ends(tmp_path: Path) -> None:
    async with talking(database=url_of(tmp_path / "kept.db")) as talk:
        await talk.say("/start", "Annabella")
        await talk.say("/forget", "Annabella")
        await talk.press("Delete everything about me", "Annabella")
        background = talk.bot.people.forgetting
        assert background._left
    assert not background._left
    assert not any(b"Annabella" in content for content in files_of(tmp_path).values())
