"""Long random lives of a watch under the oracle: python -m tests.engine.watch.campaign --lives N --seed S.

Prints what happened how often and every miss; returns 1 if there is one.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from time import perf_counter

from engine.watch import Watch
from tests.engine.watch.arena import Arena, life
from tests.engine.watch.oracle import Missed
from tests.engine.world import CONTRACTS

TICKS = 400
BATCHES = (1, 6, 48, 10**9)


def campaign(lives: int, seed: int) -> tuple[list[str], Counter[str]]:
    """Lives of TICKS ticks that differ in how many accounts, operations and vectors there are."""
    missed: list[str] = []
    happened: Counter[str] = Counter()
    for number in range(lives):
        rng = random.Random(f"{seed}/{number}")
        watch = Watch(CONTRACTS, poll_every=rng.randint(1, 5), batch_from=BATCHES[number % len(BATCHES)])
        arena = Arena(
            rng,
            watch,
            accounts=rng.choice((5, 30, 100)),
            operations=rng.choice((1, 10, 100)),
            engine=number % 5 == 0,
        )
        try:
            life(arena, TICKS)
        except Missed as miss:
            missed.append(f"seed {seed} life {number}: {miss}")
        happened.update(arena.happened)
        happened.update(
            fired=watch.counts.fired, evaluations=watch.counts.evaluations, corners=watch.counts.corners
        )
    return missed, happened


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    start = perf_counter()
    missed, happened = campaign(given.lives, given.seed)
    for name, count in sorted(happened.items()):
        print(f"{count:>12,}  {name}")
    print(f"{given.lives} lives in {perf_counter() - start:.0f} s, seed {given.seed}: {len(missed)} misses")
    for miss in missed[:20]:
        print(miss)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
