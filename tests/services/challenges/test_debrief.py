"""Challenges played through the real bot to their end: each can be verified from its proof, and its debrief tells it."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.content.catalogue import load_languages
from bot.content.wording import CatalogueWording
from bot.core.reply import Answer
from bot.services.challenges.debrief import Debriefs
from bot.services.challenges.proof import NoProof, ProofMaker, proof_data, proof_lines
from bot.services.challenges.proof_file import written
from bot.services.challenges.verify import VERIFIED, verified
from bot.storage import UnitOfWork
from bot.storage.tables import NO_ONE, members
from engine.contracts import load_contracts
from tests.fakes.contests import LIVE, OWN, ROOM, TOGETHER, ContestTalk, contesting
from tests.harness import places, text

CONTRACTS = load_contracts()


async def played(talk: ContestTalk, line: str) -> None:
    """Three members: one all in, one with care, one who only looks."""
    await talk.say(line, "ann", ROOM)
    for each in ("ben", "cem"):
        await talk.say("/join", each, ROOM)
    for each in ("ann", "ben", "cem"):
        await talk.say("/settings confirm off", each)
    await talk.settle(minutes=0 if line == OWN else 5)
    coin = "btc" if line == LIVE else await talk.coin()
    assert (await talk.say(f"/open {coin} long 20x isolated 9000usdt", "ann")).answer.ok
    assert (await talk.say(f"/open {coin} long 2x cross 500usdt", "ben")).answer.ok
    assert (await talk.say(f"/sl {coin} 1", "ben")).answer is not None
    await talk.say("/standings hide", "ben", ROOM)


async def through(talk: ContestTalk, line: str) -> None:
    """To the end of the challenge."""
    if line == OWN:
        for each in ("ann", "ben", "cem"):
            await talk.say("/finish", each)
            await talk.press("Play it to the end", each)
    elif line == TOGETHER:
        for _ in range(5):
            await talk.settle(minutes=30)
    else:
        for price in (49_900, 47_000, 49_500):
            await talk.price("BTC", price)
            await talk.settle(minutes=10)
        await talk.settle(minutes=40)
    await talk.settle(days=2 if line == OWN else 0, minutes=1)


async def verdict(talk: ContestTalk, path: Path) -> tuple[int, list[str]]:
    assert talk.contests is not None
    async with talk.bot.store.unit() as unit:
        lines = await proof_lines(unit, await talk.challenge(), talk.contests.reels, CONTRACTS)
    return checked(lines, path)


def checked(lines: list[str], path: Path) -> tuple[int, list[str]]:
    path.write_bytes(written(lines))
    return verified(path)


async def debrief(talk: ContestTalk) -> Answer:
    assert talk.contests is not None
    async with talk.bot.store.unit() as unit:
        return await Debriefs(talk.contests.reels)(unit, await talk.challenge())


@pytest.mark.parametrize("line", [OWN, TOGETHER, LIVE], ids=["own", "together", "live"])
async def test_a_challenge_of_each_pace_is_verified_and_told(line: str, tmp_path: Path) -> None:
    async with contesting() as talk:
        await played(talk, line)
        await through(talk, line)
        code, said = await verdict(talk, tmp_path / "proof.jsonl")
        assert code == VERIFIED, "\n".join(said)
        told = (await debrief(talk)).data
        assert (told["members"], told["traded"], told["liquidated"], told["survived"]) == (3, 2, 1, 1)
        assert (told["leverage_gone"], told["leverage_stayed"]) == (20, 2)
        assert told["first"]["name"] == "ann"
        assert [each["ended"] for each in told["decisions"]] == ["liquidated", "open"]
        assert [each["name"] for each in told["decisions"]] == ["ann", ""]  # ben is not named
        assert told["decisions"][0]["effect"] < Decimal("-0.5")
        assert told["skill"] == "liquidation"
        assert told["tape"] == (None if line == LIVE else "mar-2020")
        assert [each["name"] for each in told["rows"]] == ["ann"]
        shown = CatalogueWording(load_languages(), places(), "en").word(await debrief(talk), "en", "UTC")
        assert "1 of 2" in text(shown)
        assert "ben" not in text(shown)


async def test_the_file_is_there_for_everybody_once_it_is_over() -> None:
    async with contesting() as talk:
        await played(talk, LIVE)
        assert talk.contests is not None
        maker = ProofMaker(talk.bot.store.unit, talk.contests.reels, CONTRACTS)
        challenge = await talk.challenge()
        wanted = {"kind": "proof", "challenge": challenge.id}
        with pytest.raises(NoProof):
            await maker(wanted, "", "en", "UTC")
        async with talk.bot.store.unit() as unit:
            data = await proof_data(unit, challenge.id)
            assert await proof_data(unit, "nobody") is None
        assert data is not None
        assert data["state"] == "running"
        assert "tape" not in data
        await through(talk, LIVE)
        found = await maker(wanted, "", "en", "UTC")
        assert found.name == f"proof-{challenge.id[:8]}.jsonl"
        head = json.loads(found.content.split(b"\n")[0])
        assert head["commitment"] == challenge.body["commitment"]
        assert head["actions_hash"] == (await talk.challenge()).body["actions_hash"]
        assert b"ann" not in found.content.replace(b'"name":"', b"")


async def test_the_proof_is_verified_after_a_member_was_forgotten(tmp_path: Path) -> None:
    async with contesting() as talk:
        await played(talk, OWN)
        await through(talk, OWN)
        before = await verdict(talk, tmp_path / "before.jsonl")
        async with talk.bot.store.unit() as unit:
            forget(unit, (await talk.member("ann")).account_id)
        assert await verdict(talk, tmp_path / "after.jsonl") == before
        assert (tmp_path / "after.jsonl").read_bytes() == (tmp_path / "before.jsonl").read_bytes()
        assert "ann" not in str((await debrief(talk)).data)


def forget(unit: UnitOfWork, account_id: str) -> None:
    """What is left of a membership whose person is gone."""
    unit.write(
        update(members).where(members.c.account_id == account_id).values(person_id=NO_ONE, name=""), {}
    )


async def test_a_live_proof_with_a_liquidation_left_out_is_not_verified(tmp_path: Path) -> None:
    async with contesting() as talk:
        await played(talk, LIVE)
        await through(talk, LIVE)
        assert talk.contests is not None
        async with talk.bot.store.unit() as unit:
            lines = await proof_lines(unit, await talk.challenge(), talk.contests.reels, CONTRACTS)
        kept = [each for each in lines if "liquidat" not in each or '"line":"result"' in each]
        said = checked(kept, tmp_path / "forged.jsonl")[1]
        assert any("a liquidation is missing" in each for each in said)
