"""The proof of a challenge that is over, made from storage: for everybody, as a file; and the hash of all actions."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from bot.core.reply import Attachment
from bot.services.challenges.proof_file import FORMAT, MAGIC, VERSION, action_line, canonical, written
from bot.services.challenges.rules import Pace, tape_hash
from bot.services.challenges.score import UNRANKED, ranked
from bot.services.challenges.stage import figures_final, rules_of
from bot.services.challenges.tallies import Reels
from bot.services.challenges.track import MINUTE, contracts_hash
from bot.services.markets import MAIN_MARKET
from bot.services.slices import Slices
from bot.storage import UnitOfWork, candles, challenges, standings
from bot.storage.challenges import Challenge, Member
from engine.contracts import Contract
from engine.decimals import text

KIND = "proof"
"""The kind of file (bot.core.files)."""


class NoProof(Exception):
    """There is none: no such challenge, or it is not over."""


async def actions_hash(unit: UnitOfWork, challenge: Challenge) -> str:
    """The SHA-256 over the lines of all actions of those who take part, by account and number."""
    found = sha256()
    async for line, _ in _actions(unit, await _members(unit, challenge)):
        found.update(f"{line}\n".encode())
    return found.hexdigest()


async def proof_lines(
    unit: UnitOfWork, challenge: Challenge, reels: Reels, contracts: Mapping[str, Contract]
) -> list[str]:
    """All lines of the proof but the last. `contracts`: those of the package. Raises NoProof."""
    if not figures_final(challenge) or challenge.body["called_off"]:
        raise NoProof
    rules, members = rules_of(challenge), await _members(unit, challenge)
    actions, traded = list[str](), set[str]()
    async for line, symbol in _actions(unit, members):
        actions.append(line)
        traded |= {symbol} - {""}
    hashed = sha256("".join(f"{each}\n" for each in actions).encode()).hexdigest()
    live = rules.pace is Pace.LIVE
    begins = challenge.starts_at if live else reels.reel(rules).tape.start
    until = challenge.ends_at if live else reels.reel(rules).tape.end
    head = {
        "line": "head",
        "format": FORMAT,
        "v": VERSION,
        "challenge": challenge.id,
        "kind": challenge.kind,
        "begins": begins.isoformat(),
        "until": until.isoformat(),
        "rules": challenge.body["rules"],
        "salt": challenge.body["salt"],
        "commitment": challenge.body["commitment"],
        "tape_hash": None if rules.tape is None else tape_hash(rules.tape),
        "contracts": contracts_hash(contracts),
        "members": len(members),
        "actions_hash": hashed,
    }
    minutes = await _minutes(unit, traded, begins, until) if live else []
    return [canonical(head), *minutes, *actions, *_results(members)]


class ProofMaker:
    """Makes the file of a proof (bot.services.files.FileMaker)."""

    def __init__(
        self, unit: Callable[[], UnitOfWork], reels: Reels, contracts: Mapping[str, Contract]
    ) -> None:
        self._unit = unit
        self._reels = reels
        self._contracts = contracts

    async def __call__(
        self, wanted: Mapping[str, Any], person_id: str, language: str, zone: str
    ) -> Attachment:
        """The proof of the challenge that is named, the same for everybody. Raises NoProof."""
        async with self._unit() as unit:
            challenge = await challenges.find(unit, str(wanted["challenge"]))
            if challenge is None:
                raise NoProof
            content = written(await proof_lines(unit, challenge, self._reels, self._contracts))
        packed = content.startswith(MAGIC)
        name = f"proof-{challenge.id[:8]}.jsonl"
        if packed:
            return Attachment(f"{name}.gz", "application/gzip", content)
        return Attachment(name, "application/json", content)


async def _members(unit: UnitOfWork, challenge: Challenge) -> list[Member]:
    """Those who take part and have not left, by account."""
    found = await challenges.members_of(unit, challenge.id)
    return sorted((each for each in found if each.left_at is None), key=lambda each: each.account_id)


async def _actions(unit: UnitOfWork, members: list[Member]) -> AsyncIterator[tuple[str, str]]:
    """The lines of all actions, each with the symbol that it is about, if there is one."""
    slices = Slices()
    for member in members:
        for seq, at, event in await standings.actions(unit, member.account_id):
            await slices.rest()
            yield action_line(member.account_id, seq, at, event), str(event.get("symbol") or "")


async def _minutes(unit: UnitOfWork, symbols: set[str], begin: datetime, until: datetime) -> list[str]:
    """The minutes of these symbols that were over at the end, as far as they are kept."""
    found: dict[datetime, dict[str, list[str]]] = {}
    for each in await candles.between(unit, MAIN_MARKET, symbols, begin, until) if symbols else ():
        if each.minute + MINUTE <= until:
            found.setdefault(each.minute, {})[each.symbol] = [
                text(price)
                for candle in (each.mark, each.last)
                for price in (candle.open, candle.high, candle.low, candle.close)
            ]
    return [
        canonical({"line": "minute", "at": at.isoformat(), "prices": prices})
        for at, prices in sorted(found.items())
    ]


def _results(members: list[Member]) -> list[str]:
    """The table, by account."""
    ranks = ranked([each.score for each in members])
    return [
        canonical(
            {
                "line": "result",
                "account": each.account_id,
                "rank": rank,
                "score": None if each.score == UNRANKED else text(each.score),
                "equity": text(each.equity),
                "peak": text(each.peak),
                "drawdown": text(each.drawdown),
                "liquidations": each.liquidations,
            }
        )
        for each, rank in zip(members, ranks, strict=True)
    ]


async def proof_data(unit: UnitOfWork, challenge_id: str) -> dict[str, Any] | None:
    """What is told of the proof of a challenge: `state` is over, running or none; None for no challenge."""
    challenge = await challenges.find(unit, challenge_id)
    if challenge is None:
        return None
    body, rules = challenge.body, rules_of(challenge)
    over = figures_final(challenge) and not body["called_off"]
    told = {
        "state": "none" if body["called_off"] else "over" if over else "running",
        "name": rules.name,
        "live": rules.pace is Pace.LIVE,
        "commitment": body["commitment"],
    }
    return {**told, "actions": body["actions_hash"] or "", "tape": rules.tape} if over else told


async def latest_of(unit: UnitOfWork, person_id: str) -> str | None:
    """The id of the challenge that somebody joined last."""
    joined = await challenges.of_person(unit, person_id)
    return joined[0].challenge_id if joined else None
