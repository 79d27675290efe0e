"""A long comparison of the engine with the oracle: python -m tests.engine.campaign --steps N --seed S.

Prints steps a second, what happened how often, and every difference; returns 1 if there is one.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from time import perf_counter

from tests.engine.duel import Difference, Duel

LIFE = 250


def campaign(steps: int, seed: int) -> tuple[int, list[str], Counter[str]]:
    """Run lives of LIFE steps each; returns the steps taken, the differences, and what happened."""
    taken, life = 0, 0
    differences: list[str] = []
    happened: Counter[str] = Counter()
    while taken < steps:
        name = f"seed {seed} life {life}"
        life += 1
        duel: Duel | None = None
        try:
            duel = Duel(random.Random(f"{seed}/{life}"))
            for _ in range(min(LIFE, steps - taken)):
                taken += 1
                duel.step()
        except Difference as difference:
            differences.append(f"{name}: {difference}")
        if duel is not None:
            happened.update(duel.done)
    return taken, differences, happened


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    start = perf_counter()
    taken, differences, happened = campaign(given.steps, given.seed)
    spent = perf_counter() - start
    for name, count in sorted(happened.items()):
        print(f"{count:>10,}  {name}")
    print(f"{taken:,} steps in {spent:.1f} s: {taken / spent:,.0f} steps/s, seed {given.seed}")
    print(f"{len(differences)} differences")
    for difference in differences[:20]:
        print(difference)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
