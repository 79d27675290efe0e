"""Whole lives lived again by the engine and by the oracle, as they were and in the other margin mode."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from math import ceil
from typing import Any

import pytest
from gmpy2 import mpq as F  # noqa: N812 - one letter for every figure

from engine import Deposit, MarginMode, Open, Side
from engine.account import MarginAccount
from engine.intents import ChangeMode
from engine.resimulation import AsItWas, Candle, Moment, Rerun, rerun, twin
from tests.engine.duel import STARTS, Chapter, Duel, rules
from tests.engine.oracle import Oracle

STEPS = 120
EVEN = {1, 2, 4, 5, 8, 10, 16, 20, 25, 32, 40}
"""Numbers of steps into which a way divides without a remainder, so that both walk it alike."""

Path = dict[str, list[F]]


def lived(seed: int) -> tuple[Duel, list[Moment]]:
    """A random life as moments, to some of which a candle of one symbol is added."""
    rng = random.Random(seed)
    duel = Duel(rng)
    for _ in range(STEPS):
        duel.step()
    moments = []
    for chapter in duel.chapters:
        candles = {}
        if rng.random() < 0.3:
            symbol = rng.choice(tuple(STARTS))
            candles[symbol] = candle(rng, chapter.market.quotes[symbol].mark)
        moments.append(Moment(chapter.market, tuple(asked for asked, _, _ in chapter.asked), candles))
    return duel, moments


def candle(rng: random.Random, start: Decimal) -> Candle:
    """A candle whose ways are even in steps, whichever extreme comes first."""
    while True:
        around = [start * Decimal(f"{1 + rng.uniform(-0.05, 0.05):.3f}") for _ in range(3)]
        low, *_, high = sorted([start, *around])
        found = Candle(start, high, low, around[0])
        ways = [*pairwise(found.path(Side.LONG)), *pairwise(found.path(Side.SHORT))]
        if all(steps(F(at), F(until)) in EVEN for at, until in ways):
            return found


def steps(start: F, until: F) -> int:
    found: int = ceil(abs(until / start - 1) * 500)
    return max(1, found)


class Again:
    """The oracle, told the same story once more."""

    def __init__(self, duel: Duel, *, other: bool) -> None:
        rule = duel.case.market.fill_rule
        self.other = other
        self.oracle = Oracle(rules(), F(rule.half_spread), F(rule.impact_per_million))
        self.refused: list[int] = []

    def live(self, number: int, chapter: Chapter, candles: dict[str, Candle]) -> None:
        oracle = self.oracle
        oracle.now = int(chapter.market.time.timestamp())
        oracle.stale.clear()
        oracle.recorded = {(s, int(at.timestamp())): F(r) for (s, at), r in chapter.market.funding.items()}
        for symbol, quote in chapter.market.quotes.items():
            oracle.mark[symbol], oracle.last[symbol] = F(quote.mark), F(quote.last)
            oracle.rate[symbol] = None if quote.next_funding is None else F(quote.funding_rate)
            if quote.at != chapter.market.time:
                oracle.stale.add(symbol)
        oracle.ask("tick")
        for intent, what, words in chapter.asked:
            if not oracle.ask(what, **self.altered(what, words)):
                self.refused.append(number)
            assert isinstance(intent, Deposit) is (what == "deposit")
        for symbol, one in candles.items():
            self.walk(symbol, one)

    def altered(self, what: str, words: dict[str, Any]) -> dict[str, Any]:
        """A mode that is named becomes the other; an order that names none on an untouched symbol is cross."""
        if not self.other or what not in {"mode", "open"}:
            return words
        cross = words["cross"]
        touched = any(words["sym"] in self.oracle.books[part] for part in ("lev", "cross"))
        return {**words, "cross": not cross if cross is not None else None if touched else True}

    def walk(self, symbol: str, one: Candle) -> None:
        """To the extreme that hurts the larger leg, to the other, to the close, in steps of at most 0.2 %."""
        held = {side: p["q"] for (sym, side), p in self.oracle.books["pos"].items() if sym == symbol}
        falls_first = held.get(1, F(0)) >= held.get(-1, F(0))
        ends = [F(one.low), F(one.high)] if falls_first else [F(one.high), F(one.low)]
        at = F(one.open)
        self.price(symbol, at)
        for end in [*ends, F(one.close)]:
            count = steps(at, end)
            for number in range(1, count + 1):
                self.price(symbol, at + (end - at) * number / count)
            at = end

    def price(self, symbol: str, price: F) -> None:
        self.oracle.stale.discard(symbol)
        self.oracle.mark[symbol] = self.oracle.last[symbol] = price
        self.oracle.ask("tick")


def books_of(account: MarginAccount) -> dict[str, Any]:
    return {
        "wallet": F(account.wallet),
        "positions": {
            (p.symbol, int(p.side.sign)): (
                F(p.quantity),
                F(p.entry_price),
                None if p.isolated_wallet is None else F(p.isolated_wallet),
            )
            for p in account.positions.values()
        },
        "orders": sorted(account.orders),
    }


def books_told(oracle: Oracle) -> dict[str, Any]:
    return {
        "wallet": oracle.books["wallet"],
        "positions": {key: (p["q"], p["ep"], p["iso"]) for key, p in oracle.books["pos"].items()},
        "orders": sorted(oracle.books["orders"]),
    }


def told_again(duel: Duel, moments: list[Moment], *, other: bool) -> Again:
    again = Again(duel, other=other)
    for number, (chapter, moment) in enumerate(zip(duel.chapters, moments, strict=True)):
        again.live(number, chapter, dict(moment.candles))
    return again


def refused(went: Rerun) -> list[int]:
    return [number for number, _, _ in went.refused]


@pytest.mark.parametrize("seed", range(8))
def test_a_life_lived_again_comes_out_the_same(seed: int) -> None:
    duel, moments = lived(seed)
    plain = [replace(moment, candles={}) for moment in moments]
    assert rerun(plain, AsItWas()).account == duel.case.account
    again = told_again(duel, moments, other=False)
    went = rerun(moments, AsItWas())
    assert books_of(went.account) == books_told(again.oracle)
    assert refused(went) == again.refused


@pytest.mark.parametrize("seed", range(8))
def test_the_twin_is_the_oracle_s_twin(seed: int) -> None:
    duel, moments = lived(seed)
    again = told_again(duel, moments, other=True)
    went = twin(moments)
    assert books_of(went.account) == books_told(again.oracle)
    assert refused(went) == again.refused


def test_the_lives_differ_from_their_twins() -> None:
    """So that the comparison above compares something."""
    apart = 0
    for seed in range(8):
        _, moments = lived(seed)
        apart += rerun(moments, AsItWas()).account.wallet != twin(moments).account.wallet
        assert any(
            isinstance(asked, ChangeMode | Open) and asked.mode in set(MarginMode)
            for moment in moments
            for asked in moment.intents
        )
    assert apart >= 6
