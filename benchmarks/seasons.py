"""A thousand seasons of a challenge: which ways to play does the score put above which?

Each season is a market of invented prices (correlated, fat tails; two days in steps of five minutes) in which every
policy plays an account of its own through the engine. Coins and directions are drawn by chance, each for itself. The
score is computed twice: as it is, and without what size alone counts as a fall.

    python -m benchmarks.seasons [--seasons 1000] [--seed 2026] [--jobs 2]
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from multiprocessing import get_context
from random import Random
from statistics import mean, median, quantiles
from time import perf_counter

from benchmarks.policies import COINS, Player, at_stake, policies
from bot.core.clock import ManualClock
from bot.market.levels import load_levels
from bot.market.simulated import SimulatedFeed
from bot.services.challenges.score import UNRANKED, Tally, final_score, ranked, score, sight
from engine.account import MarginAccount
from engine.contracts import load_contracts
from engine.decimals import ZERO
from engine.errors import Refusal
from engine.events import LiquidationStarted
from engine.exchange import decide
from engine.intents import Deposit, Intent, Settle
from engine.market import MarketSnapshot

START = Decimal(5000)
LENGTH, STEP = timedelta(hours=48), timedelta(minutes=5)
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(slots=True)
class Scored:
    """A player with both tallies: as the rule is, and without what size alone counts."""

    player: Player
    tally: Tally = field(default_factory=lambda: Tally.begin(START))
    plain: Tally = field(default_factory=lambda: Tally.begin(START))

    def ask(self, intents: Iterable[Intent], market: MarketSnapshot) -> None:
        for intent in intents:
            try:
                events = decide(intent, self.player.account, market)
            except Refusal:
                return
            for event in events:
                self.player.account = self.player.account.apply(event)
                if isinstance(event, LiquidationStarted):
                    self.tally, self.plain = self.tally.liquidated(), self.plain.liquidated()

    def step(self, market: MarketSnapshot, number: int) -> None:
        if at_stake(self.player.account):
            self.ask((Settle(),), market)
        self.ask(self.player.policy(self.player, market, number), market)
        seen = sight(self.player.account, {each: market.quote(each).mark for each in COINS})
        self.tally = self.tally.seen(seen)
        self.plain = self.plain.seen(replace(seen, exposure=ZERO))


Result = dict[str, tuple[Decimal, Decimal]]
"""By policy: the score, and the score without what size counts."""


def season(seed: int, number: int) -> Result:
    """One season. The same seed and number give the same one."""
    everything = load_contracts()
    contracts = {each: everything[each] for each in COINS}
    dice = Random(f"{seed}/{number}")
    feed = SimulatedFeed(contracts, load_levels(), dice.randrange(2**31), ManualClock(BEGIN), tick=STEP)
    market = feed.snapshot()
    scored: dict[str, Scored] = {}
    for name, policy in policies().items():
        player = Player(policy, Random(f"{seed}/{number}/{name}"), MarginAccount.empty())
        scored[name] = Scored(player)
        scored[name].ask((Deposit(START),), market)
        scored[name].step(market, 0)
    for step, moved in enumerate(feed.advance(LENGTH), start=1):
        for each in scored.values():
            each.step(moved, step)
    return {name: (final_score(each.tally, START), score(each.plain, START)) for name, each in scored.items()}


def seasons(seed: int, many: int, jobs: int) -> list[Result]:
    """Many seasons, in as many processes."""
    if jobs == 1:
        return [season(seed, number) for number in range(many)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return list(pool.map(partial(season, seed), range(many), chunksize=10))


def below(results: Sequence[Result], worse: str, better: str, which: int) -> float:
    """In which share of the seasons a policy scores strictly less than another."""
    return mean(each[worse][which] < each[better][which] for each in results)


def tell(results: Sequence[Result], which: int) -> None:
    """The distribution of scores and ranks, a line a policy, the best mean rank first."""
    ranks: dict[str, list[int]] = {name: [] for name in results[0]}
    for each in results:
        placed = ranked([scores[which] for scores in each.values()])
        for name, place in zip(each, placed, strict=True):
            ranks[name].append(len(each) if place is None else place)
    print(
        f"{'policy':32} {'score: 5 %':>10} {'median':>8} {'95 %':>8} {'rank':>6} {'first':>6} {'below 2×':>9}"
    )
    for name in sorted(ranks, key=lambda each: mean(ranks[each])):
        scores = [float(each[name][which]) for each in results if each[name][which] != UNRANKED]
        first = Counter(ranks[name])[1] / len(results)
        under = below(results, name, "2×", which)
        if not scores:
            print(f"{name:32} {'not ranked':>28} {mean(ranks[name]):6.1f} {first:6.1%} {under:9.1%}")
            continue
        cuts = quantiles(scores, n=20) if len(scores) > 1 else scores * 19
        print(
            f"{name:32} {cuts[0]:10.3f} {median(scores):8.3f} {cuts[18]:8.3f}"
            f" {mean(ranks[name]):6.1f} {first:6.1%} {under:9.1%}"
        )


def main(many: int, seed: int, jobs: int) -> None:
    started = perf_counter()
    results = seasons(seed, many, jobs)
    print(f"{many} seasons of {len(results[0])} policies, seed {seed}, {perf_counter() - started:.0f} s")
    print("\nThe score")
    tell(results, 0)
    print("\nWithout what size alone counts")
    tell(results, 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seasons", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    main(given.seasons, given.seed, given.jobs)
