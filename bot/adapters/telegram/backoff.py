"""How long to wait before trying again."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from `first` to `most` seconds, each between half and all of it, so that bots spread out."""

    first: float = 0.5
    most: float = 30.0

    def delay(self, attempt: int) -> float:
        """The wait in seconds after the attempt of this number, from 0."""
        full = min(self.most, self.first * 2.0 ** min(attempt, 16))
        return full * random.uniform(0.5, 1)  # noqa: S311 - it spreads load and guards nothing
