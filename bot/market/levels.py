"""Where simulated prices start and how they move: `levels.toml`."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated

from pydantic import AwareDatetime, Field

from bot.market.data_file import Price, Section, parse

Share = Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)]
Deviation = Annotated[float, Field(ge=0, le=0.01, allow_inf_nan=False)]
Duration = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


class Level(Section):
    """One contract: start price; beta to the common factor; own volatility per year, as fraction."""

    price: Price
    beta: Share
    volatility: Share
    major: bool = False


class CommonFactor(Section):
    """What moves all contracts at once; volatility per year, as fraction."""

    volatility: Share
    tail_degrees: Annotated[int, Field(gt=2, le=100)]
    tail_cap: Annotated[float, Field(gt=1, le=100, allow_inf_nan=False)]


class Basis(Section):
    """How last and mark price stray from the index: deviations as fractions, times to fall to 1/e."""

    premium_deviation: Deviation
    premium_hours: Duration
    noise_deviation: Deviation
    noise_seconds: Duration
    mark_seconds: Duration
    average_hours: Duration


class Levels(Section):
    """All constants of the simulated market, with the moment the prices are of."""

    as_of: AwareDatetime
    market: CommonFactor
    basis: Basis
    symbols: Annotated[dict[str, Level], Field(min_length=1)]


def load_levels() -> Levels:
    """The levels that come with the package. Raises InvalidDataFile."""
    return parse(files(__package__).joinpath("levels.toml").read_text("utf-8"), Levels, "levels.toml")
