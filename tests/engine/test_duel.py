"""Random lives of engine and oracle; `python -m tests.engine.campaign` lives many more."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from engine import replay
from engine.account import MarginAccount
from engine.events import EVENT_TYPES
from tests.engine.campaign import campaign
from tests.engine.duel import Duel

WANTED = {kind.__name__ for kind in EVENT_TYPES.values()}
"""Every kind of event has to happen in every campaign."""


class Rivals(RuleBasedStateMachine):
    """Every intent, gaps, funding, several symbols, one-way and hedge: what hypothesis draws, both live."""

    duel: Duel

    @initialize(rng=st.randoms(use_true_random=False))
    def begin(self, rng: random.Random) -> None:
        self.duel = Duel(rng)

    @rule(rng=st.randoms(use_true_random=False))
    def live(self, rng: random.Random) -> None:
        self.duel.rng = rng
        self.duel.step()

    @rule(rng=st.randoms(use_true_random=False))
    def trade(self, rng: random.Random) -> None:
        self.duel.rng = rng
        self.duel.trade()

    def teardown(self) -> None:
        if hasattr(self, "duel"):
            account = self.duel.case.account
            assert replay(self.duel.journal) == account
            assert MarginAccount.from_json(account.to_json()) == account


Rivals.TestCase.settings = settings(
    max_examples=30, stateful_step_count=25, suppress_health_check=[HealthCheck.too_slow], deadline=None
)
TestRivals = Rivals.TestCase


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_campaign_finds_no_difference(seed: int) -> None:
    taken, differences, happened = campaign(25_000, seed)
    assert taken == 25_000
    assert differences == []
    assert set(happened) >= WANTED
