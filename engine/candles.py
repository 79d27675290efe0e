"""What prices did within a minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.resimulation import Candle


@dataclass(frozen=True, slots=True)
class MinuteCandle:
    """Mark and last price of one symbol, in USDT, in the minute that begins at `minute` (UTC)."""

    symbol: str
    minute: datetime
    mark: Candle
    last: Candle
