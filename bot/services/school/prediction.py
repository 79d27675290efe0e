"""Predict, then reveal: the liquidation price of a preview is guessed before it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from bot.services.orders import Orders
from bot.services.school.learner import learner_of
from bot.services.turn import BotTurn
from bot.storage import predictions
from bot.storage.predictions import Prediction
from engine.intents import Open
from engine.margin import PositionFigures, position_figures

PLACES = Decimal("1e-8")
NEAR = Decimal("0.01")
"""A guess within one percent of the price counts as near: ours."""


@dataclass(frozen=True, slots=True)
class Revealed:
    """A guess (None: none was made) beside what is true, for the position of a preview."""

    figures: PositionFigures
    guess: Decimal | None

    @property
    def truth(self) -> Decimal | None:
        """The liquidation price in USDT; None where no price does it."""
        found = self.figures.liquidation
        return found.price if found.status == "price" else None

    @property
    def error(self) -> Decimal | None:
        """How far off the guess is, as a fraction of the truth; above zero: it was too high."""
        if self.guess is None or self.truth is None:
            return None
        return self.guess / self.truth - 1


async def asks(turn: BotTurn, figures: PositionFigures | None) -> bool:
    """Whether a preview of this position is to hide its liquidation price: who asks wants it, and there is one."""
    if figures is None or figures.liquidation.status != "price":
        return False
    return (await learner_of(turn.unit, turn.person_id)).predict


async def reveal(turn: BotTurn, orders: Orders, preview_id: str, guess: Decimal | None) -> Revealed | None:
    """What a preview hid; a first guess (USDT) is kept. None where it is no preview of who asks; raises Refusal."""
    intent: Open | None = await orders.previewed(turn, preview_id)
    if intent is None:
        return None
    _, after = await orders.trial(turn, (intent,))
    held = after.position(intent.symbol) if after.positions else None
    key = (intent.symbol, intent.side) if held is None else held.key
    revealed = Revealed(position_figures(after, key, turn.market), guess)
    if guess is None or revealed.truth is None or await predictions.find(turn.unit, preview_id):
        return revealed
    kept = Prediction(
        preview_id, turn.person_id, intent.symbol, _kept(guess), _kept(revealed.truth), turn.now
    )
    predictions.put(turn.unit, kept)
    turn.once = True
    return revealed


def typical_error(found: Sequence[Prediction]) -> Decimal | None:
    """The median of how far guesses were off, as a fraction of the truth; None without guesses."""
    return median([abs(each.guess / each.truth - 1) for each in found]) if found else None


def _kept(price: Decimal) -> Decimal:
    return min(price, Decimal(10) ** 10).quantize(PLACES)
