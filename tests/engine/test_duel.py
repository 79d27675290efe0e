"""Random lives of engine and oracle; `python -m tests.engine.campaign` lives many more."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from engine import replay
from engine.account import MarginAccount
from tests.engine.campaign import campaign
from tests.engine.duel import Duel


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


def test_a_short_campaign_finds_no_difference() -> None:
    taken, differences, happened = campaign(2500, seed=20260101)
    assert taken == 2500
    assert differences == []
    rare = {"AdlStruck", "PositionModeChanged"}
    wanted = {"PositionLiquidated", "FundingPaid", "OrderFilled", "OrderExpired", "ExcessCancelled"}
    assert wanted <= set(happened) | rare
