"""The table of a challenge with 10,000 members, read from storage: the best ten and one's own place.

python -m benchmarks.standings [--members 10000] [--rounds 200]
"""

import argparse
import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from bot.core.identity import Identity, Platform
from bot.services.challenges.rules import Pace, Rules
from bot.services.challenges.standings import standings_data
from bot.storage import Store, UnitOfWork, accounts, challenges, people
from bot.storage.accounts import Account
from bot.storage.challenges import CHALLENGE, Challenge, Member
from bot.storage.people import Person
from engine.account import MarginAccount

AT = datetime(2026, 11, 22, tzinfo=UTC)
BATCH = 500


async def main(members: int, rounds: int) -> None:
    with TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{Path(folder) / 'bot.db'}")
        try:
            challenge = await filled(store, members)
            taken = [await asked(store, challenge, f"p{number % members}") for number in range(rounds)]
        finally:
            await store.close()
    print(
        f"{members} members: {median(taken) * 1e3:.1f} ms median, {quantiles(taken, n=20)[18] * 1e3:.1f} ms for"
        f" 95 of 100, {max(taken) * 1e3:.1f} ms at most"
    )


async def asked(store: Store, challenge: Challenge, viewer: str) -> float:
    """Seconds until the table with the viewer's own place is there."""
    started = perf_counter()
    async with store.unit() as unit:
        data = await standings_data(unit, challenge, viewer)
    taken = perf_counter() - started
    assert len(data["rows"]) == 10
    assert data["own"]["rank"] is not None
    return taken


async def filled(store: Store, many: int) -> Challenge:
    """A challenge with so many members; a tenth are not named, scores repeat here and there."""
    rules = Rules("Bench", Pace.LIVE, None, Decimal(10_000), 20, (), timedelta(days=1))
    challenge = Challenge(
        "c",
        CHALLENGE,
        "console:bench",
        None,
        {"rules": rules.to_json(), "called_off": False, "closing": None},
        AT,
        AT,
        AT + rules.length,
    )
    async with store.unit() as unit:
        challenges.create(unit, challenge)
    dice = Random(2026)
    for start in range(0, many, BATCH):
        async with store.unit() as unit:
            for number in range(start, min(start + BATCH, many)):
                add(unit, number, dice)
    return challenge


def add(unit: UnitOfWork, number: int, dice: Random) -> None:
    """A person with an account, and with figures."""
    person, account = f"p{number}", f"a{number:06}"
    owner = Person(person, None, "UTC", True, Decimal("0.02"), AT, started=True)
    people.create(unit, Identity(Platform.CONSOLE, person), owner)
    accounts.create(unit, Account(account, person, accounts.CHALLENGE, "main", MarginAccount.empty(), AT))
    equity = Decimal(dice.randrange(500, 15_000))
    challenges.add(
        unit,
        Member(
            challenge_id="c",
            account_id=account,
            person_id=person,
            name=f"Member {number}",
            shown=dice.random() > 0.1,
            joined_at=AT,
            focused_at=None,
            left_at=None,
            finished_at=None,
            seen_at=AT,
            equity=equity,
            peak=Decimal(10_000),
            drawdown=Decimal("0.1"),
            liquidations=0,
            score=Decimal(dice.randrange(-4000, 400)) / 1000,
        ),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    asyncio.run(main(given.members, given.rounds))
