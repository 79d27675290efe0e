"""All templates of questions: generated ones by skill, and those of the fixed bank."""

from collections.abc import Mapping

from bot.content.quizbank import QuizBank
from bot.services.school.question import Template
from bot.services.school.templates.bank import fixed
from bot.services.school.templates.brackets import BRACKETS
from bot.services.school.templates.choosing import CHOOSING
from bot.services.school.templates.costs import COSTS
from bot.services.school.templates.cross import CROSS
from bot.services.school.templates.kind import Kind
from bot.services.school.templates.leverage import LEVERAGE
from bot.services.school.templates.liquidation import LIQUIDATION
from bot.services.school.templates.maintenance import MAINTENANCE
from bot.services.school.templates.pnl import PNL
from bot.services.school.templates.portfolio import PORTFOLIO
from bot.services.school.templates.prices import PRICES

__all__ = ["GENERATED", "templates"]

GENERATED: tuple[Kind, ...] = (
    *(*LEVERAGE, *PNL, *MAINTENANCE, *LIQUIDATION, *CROSS),
    *(*PORTFOLIO, *PRICES, *COSTS, *BRACKETS, *CHOOSING),
)
"""The generated templates, in the order of the skills."""


def templates(bank: QuizBank | None = None) -> Mapping[str, Template]:
    """Templates by id: the generated ones, then those of a bank, which is in one language."""
    found: list[Template] = [*GENERATED, *(() if bank is None else fixed(bank))]
    return {each.id: each for each in found}
