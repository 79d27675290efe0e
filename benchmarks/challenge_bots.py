"""A tape challenge with a thousand bots that trade through the real bot on an SQLite file, to its end and its proof.

At the end every ledger is zero-sum, and `verify` recomputes the table from the exported file alone.

    python -m benchmarks.challenge_bots [--bots 1000] [--pace together own]
"""

import argparse
import asyncio
from collections.abc import Iterable
from pathlib import Path
from random import Random
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter

from bot.services.challenges.proof import proof_lines
from bot.services.challenges.proof_file import written
from bot.services.challenges.verify import VERIFIED, verified
from bot.storage import journal
from engine.contracts import load_contracts
from tests.fakes.contests import OWN, ROOM, TOGETHER, ContestTalk, contesting

LEGS = 6
"""So many times the bots get a chance to trade."""
ACTIVE = 0.3
"""How many of them take it each time."""


async def trade(talk: ContestTalk, who: Iterable[str], dice: Random, coins: list[str]) -> int:
    """Some open, close, or place a stop; returns how many were carried out."""
    done = 0
    for each in who:
        if dice.random() > ACTIVE:
            continue
        coin, side = dice.choice(coins), dice.choice(("long", "short"))
        mode, leverage = dice.choice(("isolated", "cross")), dice.choice((2, 3, 5, 10, 20))
        line = dice.choice(
            (f"/open {coin} {side} {leverage}x {mode} {dice.randrange(50, 2000)}usdt",) * 3
            + ("/close all", f"/sl {coin} 3%")
        )
        done += (await talk.say(line, each)).answer.ok
    return done


async def told(what: str, since: float) -> float:
    now = perf_counter()
    memory = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {what:34} {now - since:7.1f} s, peak memory {memory:5.0f} MiB", flush=True)
    return now


async def main(bots: int, pace: str) -> None:
    print(f"{pace}: {bots} bots")
    dice, began = Random(2026), perf_counter()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "proof"
        async with contesting(f"sqlite+aiosqlite:///{folder}/bot.db") as talk:
            who = [f"bot{number}" for number in range(bots)]
            await talk.say(TOGETHER if pace == "together" else OWN, who[0], ROOM)
            for each in who:
                await talk.say("/join", each, ROOM)
                await talk.say("/settings confirm off", each)
            await talk.settle(minutes=5)
            since = await told("all have joined", began)
            coins, done = [await talk.coin(place) for place in range(2)], 0
            for _ in range(LEGS):
                done += await trade(talk, who, dice, coins)
                if pace == "together":
                    await talk.settle(minutes=120 / LEGS)
            since = await told(f"{done} orders, the tape with them", since)
            await talk.settle(days=0 if pace == "together" else 2, minutes=5)
            since = await told("to the end, figures final", since)
            assert talk.contests is not None
            async with talk.bot.store.unit() as unit:
                challenge = await talk.challenge()
                lines = await proof_lines(unit, challenge, talk.contests.reels, load_contracts())
                total = await journal.ledger_sum(unit)
        write(file, lines)
        since = await told(f"the proof, {file.stat().st_size / 1e6:.1f} MB", since)
        code, said = await asyncio.to_thread(verified, file)
        await told(f"verify: exit {code}", since)
        print(f"  sum of all postings {total}; {said[-1]}")
        assert total == 0
        assert code == VERIFIED


def write(file: Path, lines: list[str]) -> None:
    file.write_bytes(written(lines))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bots", type=int, default=1000)
    parser.add_argument("--pace", nargs="+", choices=("together", "own"), default=["together", "own"])
    given = parser.parse_args()
    for chosen in given.pace:
        asyncio.run(main(given.bots, chosen))
