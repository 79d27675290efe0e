"""What the commands of challenges take."""

from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal

from bot.commands.challenge_words import (
    ACT,
    ALL_COINS,
    LENGTH,
    PACE,
    SEASON,
    SHOWN,
    YES,
    AtKind,
    ChallengeKind,
    CoinKind,
    NameKind,
    StakeKind,
    TapeNumberKind,
)
from bot.commands.kinds import MARKED_LEVERAGE
from bot.core.params import param
from bot.core.texts import N_
from bot.services.challenges.rules import Pace


@dataclass(frozen=True, slots=True, kw_only=True)
class WishWords:
    """What is said of a new challenge."""

    pace: Pace | None = param(
        PACE, N_("Live market, a tape together, or a tape at your own pace"), default=None
    )
    tape: int | None = param(
        TapeNumberKind(), N_("A hidden tape: any, or one by number, such as #3"), default=None
    )
    length: timedelta | None = param(LENGTH, N_("How long it goes on, such as 2h or 3d"), default=None)
    balance: Decimal | None = param(StakeKind(), N_("What everybody starts with, in USDT"), default=None)
    cap: int | None = param(MARKED_LEVERAGE, N_("The greatest leverage, such as 20x"), default=None)
    coin: str | None = param(CoinKind(), N_("Only this coin, such as btc"), default=None)
    coin2: str | None = param(CoinKind(), N_("And this one"), default=None)
    coin3: str | None = param(CoinKind(), N_("And this one"), default=None)
    coin4: str | None = param(CoinKind(), N_("And this one"), default=None)
    coin5: str | None = param(CoinKind(), N_("And this one"), default=None)
    coins: bool | None = param(ALL_COINS, N_("All coins, as if none is named"), default=None)
    entry: timedelta | None = param(LENGTH, N_("How long one can join, such as 10m"), default=None)
    at: time | None = param(AtKind(), N_("When it starts, such as 20:30 in your time zone"), default=None)
    season: bool | None = param(SEASON, N_("Whether it counts for the season"), default=None)
    name: str | None = param(NameKind(), N_("A name, such as friday-crash"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeWords(WishWords):
    """What `/challenge` takes."""

    act: str | None = param(ACT, N_("Begin one, look at it, or call it off"), default=None)
    which: str | None = param(ChallengeKind(), N_("Which challenge"), default=None, hidden=True)
    sure: bool | None = param(YES, N_("Yes"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichWords:
    """Which challenge, where it is not the one of this chat or account."""

    which: str | None = param(ChallengeKind(), N_("Which challenge"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SureWords(WhichWords):
    """The same, and whether one is sure."""

    sure: bool | None = param(YES, N_("Yes"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonWords:
    """What a button carries."""

    which: str = param(ChallengeKind(), N_("Which challenge"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TableWords(WhichWords):
    """What `/standings` takes."""

    shown: bool | None = param(SHOWN, N_("Whether the table names you"), default=None)
