"""What everything raised on purpose has in common."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

Figure = Decimal | int | str


class EngineError(Exception):
    """Base of everything the engine raises on purpose."""


class Refusal(EngineError):
    """An intent that the paper exchange refuses; nothing was changed.

    `code` is a stable slug, `exchange_code` the exchange's own number where it has one, `figures` what the
    wording needs. `str()` is for logs only.
    """

    code: ClassVar[str] = "refused"
    exchange_code: int | None = None

    def __init__(self, **figures: Figure) -> None:
        self.figures: Mapping[str, Figure] = figures
        shown = ", ".join(f"{name}={value}" for name, value in figures.items())
        super().__init__(f"{self.code} ({shown})" if shown else self.code)
