"""The skills that lessons and questions belong to, in the order in which they are learnt."""

from collections.abc import Mapping
from enum import StrEnum

from bot.core.texts import N_


class Skill(StrEnum):
    """What a learner can be able to do; each is a family of cards for spaced repetition."""

    LEVERAGE = "leverage"
    PNL = "pnl"
    MAINTENANCE = "maintenance"
    LIQUIDATION = "liquidation"
    CROSS = "cross"
    PORTFOLIO = "portfolio"
    PRICES = "prices"
    COSTS = "costs"
    BRACKETS = "brackets"
    CHOOSING = "choosing"

    @property
    def number(self) -> int:
        """Its place in the order, from 1."""
        return list(Skill).index(self) + 1


SKILL_NAMES: Mapping[Skill, str] = {
    Skill.LEVERAGE: N_("Notional, margin, leverage"),
    Skill.PNL: N_("PnL and ROE"),
    Skill.MAINTENANCE: N_("Maintenance margin and margin ratio"),
    Skill.LIQUIDATION: N_("Liquidation price, isolated"),
    Skill.CROSS: N_("Cross margin with one position"),
    Skill.PORTFOLIO: N_("Cross margin with several positions"),
    Skill.PRICES: N_("Mark, index and last price; stops"),
    Skill.COSTS: N_("Fees and funding"),
    Skill.BRACKETS: N_("Brackets, insurance fund, auto-deleveraging"),
    Skill.CHOOSING: N_("Choosing a mode, size and plan"),
}
"""Message ids; worded where they are shown."""
