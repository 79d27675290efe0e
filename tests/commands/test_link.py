"""One person on two platforms: codes, what joining does, what is refused, parting."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.core.identity import Identity, Platform
from bot.core.reply import Reply
from bot.services.people.codes import ALPHABET, LETTERS, hash_of, new_code, read_code
from bot.storage import cards, lessons, people, tables
from bot.storage.cards import KeptCard
from bot.storage.lessons import Place
from tests.harness import START, Talk, button, buttons, talking, text

TELEGRAM, DISCORD = Platform.TELEGRAM, Platform.DISCORD
CODE = re.compile(r"[A-Z2-9]{3}(?:-[A-Z2-9]{3}){2}")


async def code_of(talk: Talk, who: str = "ann", platform: Platform = TELEGRAM) -> str:
    """A new code of somebody who is known."""
    await talk.say("/start", who, platform=platform)
    found = CODE.search(text(await talk.say("/link", who, platform=platform)))
    assert found is not None
    return found[0]


async def joined(talk: Talk, who: str = "ann", other: str = "dana") -> Reply:
    """Dana of Discord becomes Ann of Telegram."""
    code = await code_of(talk, who)
    await talk.say(f"/link {code}", other, platform=DISCORD)
    return await talk.press("Join them", other, platform=DISCORD)


async def person_id(talk: Talk, who: str, platform: Platform) -> str:
    async with talk.bot.store.unit() as unit:
        person = await people.find(unit, Identity(platform, who))
        assert person is not None
        return person.id


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def rows(talk: Talk, table: Any) -> list[dict[str, Any]]:
    async with talk.bot.store.unit() as unit:
        return [dict(row._mapping) for row in await unit.fetch(select(table))]


def test_codes_have_enough_letters_that_nobody_mistakes() -> None:
    assert len(ALPHABET) ** LETTERS >= 2**40
    assert not set("IO01") & set(ALPHABET)
    code = new_code()
    assert CODE.fullmatch(code)
    for typed in (code, code.lower(), code.replace("-", ""), code.replace("-", " "), code.replace("-", "–")):
        assert read_code(typed) == code.replace("-", "")
    for wrong in ("", "ABC", "ABC-DEF-GHI", "ABC-DEF-GH0", "ABC-DEF-GHJK", "ÄBC-DEF-GHJ", "ABC/DEF/GHJ"):
        assert read_code(wrong) is None


async def test_two_become_one() -> None:
    async with talking() as talk:
        await talk.say("/open btc long 5x 500usdt", "ann", platform=TELEGRAM)
        await talk.press("Confirm", "ann", platform=TELEGRAM)
        await talk.say("/open eth long 5x 100usdt", "dana", platform=DISCORD)
        await talk.press("Confirm", "dana", platform=DISCORD)
        kept, aside = await talk.main("ann", TELEGRAM), await talk.main("dana", DISCORD)
        code = await code_of(talk)
        offer = text(await talk.say(f"/link {code}", "dana", platform=DISCORD))
        assert "Telegram" in offer
        assert "open on it goes with it" in offer
        done = await talk.press("Join them", "dana", platform=DISCORD)
        assert "Discord, Telegram" in text(done)
        assert (await talk.main("dana", DISCORD)).id == kept.id
        assert "BTC" in text(await talk.press("Portfolio", "dana", on=done, platform=DISCORD))
        accounts = {each["id"]: each for each in await rows(talk, tables.accounts)}
        assert accounts[aside.id]["person_id"] == kept.person_id
        assert accounts[aside.id]["archived_at"] is not None
        assert len(await rows(talk, tables.people)) == 2, "and the one that owns what has no owner"
        await talk.bot.notifier.flush()
        told = [each["template"] for each in await rows(talk, tables.notices)]
        assert told.count("linked") == 1


async def test_the_code_is_nowhere_stored_but_as_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    async with talking(database=f"sqlite+aiosqlite:///{path}") as talk:
        code = await code_of(talk)
        await talk.say(f"/link {code}", "dana", platform=DISCORD)
        letters = code.replace("-", "")
        assert any(hash_of(letters) in each["code"] for each in await rows(talk, tables.link_codes))
        kept = b"".join(each.read_bytes() for each in await asyncio.to_thread(files_in, tmp_path))
        for each in (code, letters):
            assert each.encode() not in kept
            assert each.lower().encode() not in kept


async def test_a_newcomer_gets_a_code_at_the_second_asking() -> None:
    """The first act makes them known, and is kept with its answer, in which no code may stand."""
    async with talking() as talk:
        assert CODE.search(text(await talk.say("/link", "ann", platform=TELEGRAM))) is None
        assert CODE.search(text(await talk.press("Show a code", "ann", platform=TELEGRAM)))


async def test_a_code_works_once_and_for_ten_minutes() -> None:
    async with talking() as talk:
        code = await code_of(talk)
        talk.later(minutes=10)
        assert not (await talk.say(f"/link {code}", "dana", platform=DISCORD)).answer.ok
        code = await code_of(talk)
        talk.later(minutes=9, seconds=59)
        await talk.say(f"/link {code}", "dana", platform=DISCORD)
        talk.later(seconds=1)
        late = await talk.press("Join them", "dana", platform=DISCORD)
        assert (late.answer.ok, late.answer.data["what"]) == (False, "expired")
        code = await code_of(talk)
        await talk.say(f"/link {code}", "dana", platform=DISCORD)
        assert (await talk.press("Join them", "dana", platform=DISCORD)).answer.ok
        again = await talk.say(f"/link {code}", "eve", platform=Platform.CONSOLE)
        assert again.answer.data["what"] == "wrong"


async def test_a_new_code_replaces_the_old_one_and_the_claims_on_it() -> None:
    async with talking() as talk:
        old = await code_of(talk)
        await talk.say(f"/link {old}", "dana", platform=DISCORD)
        offer = talk.shown()
        new = await code_of(talk)
        assert new != old
        assert (await talk.say(f"/link {old}", "eve", platform=DISCORD)).answer.data["what"] == "wrong"
        late = await talk.press("Join them", "dana", on=offer, platform=DISCORD)
        assert late.answer.data["what"] == "expired"


async def test_five_wrong_codes_an_hour_are_enough_and_a_restart_forgives_none(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    async with talking(database=database) as talk:
        for left in (4, 3, 2, 1, 0):
            reply = await talk.say("/link ABC-DEF-GHJ", "dana", platform=DISCORD)
            assert (reply.answer.data["what"], reply.answer.data["left"]) == ("wrong", left)
    async with talking(database=database, start=START + timedelta(minutes=59)) as talk:
        code = await code_of(talk)
        refused = await talk.say(f"/link {code}", "dana", platform=DISCORD)
        assert refused.answer.data["what"] == "wait", "a right one is not looked at either"
        assert "10:30" in text(refused)
        talk.later(minutes=2)
        assert (await talk.say(f"/link {code}", "dana", platform=DISCORD)).answer.data["what"] == "offer"


async def test_what_is_no_code_counts_as_a_wrong_one() -> None:
    async with talking() as talk:
        for left, words in zip((4, 3, 2), ("me", "ABC DEF", "'; drop table"), strict=True):
            assert (await talk.say(f"/link {words}", "dana")).answer.data["left"] == left


async def test_who_cannot_be_joined() -> None:
    async with talking() as talk:
        code = await code_of(talk)
        own = await talk.say(f"/link {code}", "ann", platform=TELEGRAM)
        assert own.answer.data["what"] == "own"
        same = await talk.say(f"/link {code}", "bob", platform=TELEGRAM)
        assert (same.answer.data["what"], same.answer.data["names"]) == ("platform", ["Telegram"])
        await talk.say(f"/link {code}", "dana", platform=DISCORD)
        await talk.press("Join them", "dana", platform=DISCORD)
        code = await code_of(talk)
        third = await talk.say(f"/link {code}", "otto", platform=DISCORD)
        assert (third.answer.data["what"], third.answer.data["names"]) == ("platform", ["Discord"])
        fine = await talk.say(f"/link {code}", "cara", platform=Platform.CONSOLE)
        assert fine.answer.data["names"] == ["Discord", "Telegram"]


@pytest.mark.parametrize("line", ["/link", "/link ABC-DEF-GHJ", "/export"])
@pytest.mark.parametrize("whispers", [True, False])
async def test_in_a_group_neither_code_nor_file_is_shown(line: str, whispers: bool) -> None:
    async with talking() as talk:
        reply = await talk.say(line, room="square", whispers=whispers)
        assert reply.answer.template == "in_private"
        assert CODE.search(text(reply)) is None
        assert reply.files == ()
        assert await rows(talk, tables.link_codes) == []
        assert await rows(talk, tables.link_tries) == []


async def test_of_two_who_use_one_code_one_wins() -> None:
    async with talking() as talk:
        code = await code_of(talk)
        offers = {}
        for who, platform in (("dana", DISCORD), ("cara", Platform.CONSOLE)):
            offers[who, platform] = await talk.say(f"/link {code}", who, platform=platform)
        replies = await asyncio.gather(
            *(
                talk.send(button(offer, "Join them").payload, who, platform=platform)
                for (who, platform), offer in offers.items()
            )
        )
        assert sorted(each.answer.data["what"] for each in replies) == ["expired", "joined"]
        assert await rows(talk, tables.link_codes) == []


async def test_two_who_join_each_other_at_once_become_one() -> None:
    async with talking() as talk:
        one, two = await code_of(talk), await code_of(talk, "dana", DISCORD)
        first = await talk.say(f"/link {one}", "dana", platform=DISCORD)
        second = await talk.say(f"/link {two}", "ann", platform=TELEGRAM)
        replies = await asyncio.gather(
            talk.send(button(first, "Join them").payload, "dana", platform=DISCORD),
            talk.send(button(second, "Join them").payload, "ann", platform=TELEGRAM),
        )
        assert sorted(each.answer.ok for each in replies) == [False, True]
        assert await person_id(talk, "ann", TELEGRAM) == await person_id(talk, "dana", DISCORD)


async def test_the_same_press_again_joins_nothing_twice() -> None:
    async with talking() as talk:
        code = await code_of(talk)
        offer = await talk.say(f"/link {code}", "dana", platform=DISCORD)
        payload = button(offer, "Join them").payload
        first = await talk.send(payload, "dana", platform=DISCORD, update="u-once")
        again = await talk.send(payload, "dana", platform=DISCORD, update="u-once")
        assert text(first) == text(again)
        assert text(await talk.send(payload, "dana", platform=DISCORD)) == text(first)


async def test_learning_is_merged_by_what_is_further_or_later() -> None:
    async with talking() as talk:
        for who, platform in (("ann", TELEGRAM), ("dana", DISCORD)):
            await talk.say("/start", who, platform=platform)
        ann, dana = await person_id(talk, "ann", TELEGRAM), await person_id(talk, "dana", DISCORD)
        soon, later = START + timedelta(days=1), START + timedelta(days=9)
        async with talk.bot.store.unit() as unit:
            for owner, family, due in (
                (ann, "same", soon),
                (dana, "same", later),
                (ann, "mine", later),
                (dana, "yours", soon),
            ):
                cards.put(unit, KeptCard(owner, "liquidation", family, {"of": owner}, due))
            for owner, lesson, page, done in (
                *((ann, "a", 2, None), (dana, "a", 5, None), (ann, "b", 1, START), (dana, "b", 7, None)),
                *((ann, "c", 3, None), (dana, "d", 4, None)),
            ):
                lessons.keep(unit, owner, Place(lesson, page, START, done))
        await joined(talk)
        async with talk.bot.store.unit() as unit:
            deck = {each.family: each for each in await cards.of_person(unit, ann)}
            assert {name: (each.body["of"], each.due_at) for name, each in deck.items()} == {
                "same": (dana, later),
                "mine": (ann, later),
                "yours": (dana, soon),
            }
            places = {each.lesson: each.page for each in await lessons.places(unit, ann)}
        assert places == {"a": 5, "b": 1, "c": 3, "d": 4}


async def test_settings_are_those_of_the_maker_and_alerts_come_along() -> None:
    async with talking() as talk:
        await talk.say("/settings 7%", "ann", platform=TELEGRAM)
        await talk.say("/settings 3%", "dana", platform=DISCORD)
        await talk.say("/alert btc 60000", "dana", platform=DISCORD)
        await joined(talk)
        shown = await talk.say("/settings", "dana", platform=DISCORD)
        assert str(shown.answer.data["size"]) == "0.07"
        assert "60,000" in text(await talk.say("/alert list", "ann", platform=TELEGRAM))
        await talk.price("BTC", 61_000)
        (alert,) = [each for each in await rows(talk, tables.notices) if each["template"] == "price_alert"]
        assert alert["person_id"] == await person_id(talk, "ann", TELEGRAM)


async def test_thresholds_follow_into_memory() -> None:
    async with talking(watch=True) as talk:
        await talk.say("/start", "ann", platform=TELEGRAM)
        await talk.say("/alerts 60", "dana", platform=DISCORD)
        await joined(talk)
        thresholds = talk.bot.people.linking._memory._thresholds
        assert str(thresholds.of(await person_id(talk, "ann", TELEGRAM))) == "0.6"
        assert len(thresholds._unusual) == 1


async def test_open_replay_and_practice_of_who_joins_are_put_aside() -> None:
    async with talking() as talk:
        await talk.say("/replay 1", "ann", platform=TELEGRAM)
        await talk.say("/replay 2", "dana", platform=DISCORD)
        await joined(talk)
        assert (await talk.say("/replay status", "ann", platform=TELEGRAM)).answer.ok
        running = [each for each in await rows(talk, tables.replays) if each["finished_at"] is None]
        assert len(running) == 1
        assert {each["person_id"] for each in await rows(talk, tables.replays)} == {
            await person_id(talk, "ann", TELEGRAM)
        }


async def test_parting_begins_anew_here_and_leaves_all_there() -> None:
    async with talking() as talk:
        await joined(talk)
        await talk.say("/open btc long 5x 500usdt", "dana", platform=DISCORD)
        await talk.press("Confirm", "dana", platform=DISCORD)
        asked = await talk.say("/unlink", "dana", platform=DISCORD)
        assert "Telegram" in text(asked)
        await talk.press("Begin anew here", "dana", platform=DISCORD)
        fresh, kept = await talk.main("dana", DISCORD), await talk.main("ann", TELEGRAM)
        assert fresh.id != kept.id
        assert (fresh.state.version, bool(kept.state.positions)) == (1, True)
        assert (await talk.say("/unlink", "ann", platform=TELEGRAM)).answer.data["what"] == "only"
        assert not (await talk.say("/portfolio", "dana", platform=DISCORD)).answer.data["positions"]


async def test_who_part_at_once_never_leave_a_person_without_identity() -> None:
    async with talking() as talk:
        await joined(talk)
        asked = {
            (who, platform): await talk.say("/unlink", who, platform=platform)
            for who, platform in (("ann", TELEGRAM), ("dana", DISCORD))
        }
        replies = await asyncio.gather(
            *(
                talk.send(button(card, "Begin anew here").payload, who, platform=platform)
                for (who, platform), card in asked.items()
            )
        )
        assert sorted(each.answer.data["what"] for each in replies) == ["only", "parted"]
        owners = {each["person_id"] for each in await rows(talk, tables.identities)}
        assert owners == {each["id"] for each in await rows(talk, tables.people)} - {tables.NO_ONE}


@pytest.mark.parametrize("line", ["/unlinkyes 1", "/unlinkyes x", "/unlinkyes"])
async def test_parting_is_pressed_and_in_time(line: str) -> None:
    async with talking() as talk:
        await joined(talk)
        before = (await talk.main("dana", DISCORD)).id
        await talk.say(line, "dana", platform=DISCORD)
        asked = await talk.say("/unlink", "dana", platform=DISCORD)
        talk.later(minutes=12)
        assert "Begin anew here" in buttons(
            await talk.press("Begin anew here", "dana", on=asked, platform=DISCORD)
        )
        assert (await talk.main("dana", DISCORD)).id == before
