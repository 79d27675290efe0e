"""The random model behind the simulated market: correlated, fat-tailed, deterministic by (seed, step number).

A factor model of our own. Per step of dt:

    ln index += β·σ·T₀·√dt + σᵢ·Tᵢ·√dt − ½(β²σ² + σᵢ²)·dt     T: Student-t of unit variance, T₀ common to all
    ln last   = ln index + p + n                              p slow premium, n quick noise, both mean-reverting
    ln mark   = ln index + m                                  m follows p + n with a short delay
    average                                                   follows mark/index − 1 with a long one

p and n (Ornstein-Uhlenbeck) are solved exactly for dt, so that one long step spreads as far as many short ones (the
path between is lost; so are the tails of a long step's sum, which stays a single draw).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, expm1, log, sqrt

from bot.market.levels import Level, Levels

_HOUR_SECONDS = 3_600.0
_YEAR_SECONDS = 365 * 24 * _HOUR_SECONDS


@dataclass(slots=True)
class Leg:
    """The state of one contract, all in logarithms but the average premium, a fraction."""

    index: float
    premium: float = 0.0
    noise: float = 0.0
    mark: float = 0.0
    average: float = 0.0

    @classmethod
    def at(cls, mark: float, last: float) -> Leg:
        """A leg at known prices: the mark price stands for the index, which nobody recorded."""
        return cls(index=log(mark), noise=log(last / mark))

    @property
    def index_price(self) -> float:
        return exp(self.index)

    @property
    def last_price(self) -> float:
        return exp(self.index + self.premium + self.noise)

    @property
    def mark_price(self) -> float:
        return exp(self.index + self.mark)


class Walk:
    """Moves all contracts together; the same seed, legs and step lengths give the same prices."""

    def __init__(self, levels: Levels, legs: Mapping[str, Leg], seed: str) -> None:
        self._levels = levels
        self._seed = seed
        self._number = 0
        self._tail = levels.market.tail_degrees
        self.legs = dict(legs)

    @property
    def number(self) -> int:
        """How many steps have been made."""
        return self._number

    def step(self, seconds: float) -> None:
        """Move on by a duration above zero."""
        self._number += 1
        draw = random.Random(f"{self._seed}:{self._number}")
        years = seconds / _YEAR_SECONDS
        common = self._student(draw) * sqrt(years)
        basis = self._levels.basis
        premium_kept = exp(-seconds / (basis.premium_hours * _HOUR_SECONDS))
        premium_shock = basis.premium_deviation * sqrt(1 - premium_kept * premium_kept)
        noise_kept = exp(-seconds / basis.noise_seconds)
        noise_shock = basis.noise_deviation * sqrt(1 - noise_kept * noise_kept)
        to_mark = -expm1(-seconds / basis.mark_seconds)
        to_average = -expm1(-seconds / (basis.average_hours * _HOUR_SECONDS))
        for symbol, leg in self.legs.items():
            leg.index += self._index_return(self._levels.symbols[symbol], draw, common, years)
            leg.premium = leg.premium * premium_kept + premium_shock * draw.gauss(0, 1)
            leg.noise = leg.noise * noise_kept + noise_shock * draw.gauss(0, 1)
            leg.mark += to_mark * (leg.premium + leg.noise - leg.mark)
            leg.average += to_average * (expm1(leg.mark) - leg.average)

    def _index_return(self, level: Level, draw: random.Random, common: float, years: float) -> float:
        systematic = level.beta * self._levels.market.volatility
        own = level.volatility
        drift = -0.5 * (systematic * systematic + own * own) * years
        return systematic * common + own * self._student(draw) * sqrt(years) + drift

    def _student(self, draw: random.Random) -> float:
        """Student-t scaled to unit variance and cut at the cap."""
        chi_squared = draw.gammavariate(self._tail / 2, 2)
        value = draw.gauss(0, 1) * sqrt((self._tail - 2) / chi_squared)
        cap = self._levels.market.tail_cap
        return max(-cap, min(cap, value))
