"""The files that go with answers, each kind by its own maker."""

from collections.abc import Mapping
from typing import Any, Protocol

from bot.core.reply import Attachment
from bot.telemetry import Telemetry


class FileMaker(Protocol):
    """Makes the files of one kind."""

    async def __call__(
        self, wanted: Mapping[str, Any], person_id: str, language: str, zone: str
    ) -> Attachment:
        """The file, worded in a language, its times in a zone; raises where it cannot be made."""


class FileMakers:
    """Implements core.files.Files with a maker for each kind.

    A file that fails is an incident, and None; so is a kind without a maker, which another version may have kept.
    """

    def __init__(self, makers: Mapping[str, FileMaker], telemetry: Telemetry) -> None:
        self._makers = makers
        self._telemetry = telemetry

    async def make(
        self, wanted: Mapping[str, Any], person_id: str, language: str, zone: str
    ) -> Attachment | None:
        """The file that `wanted` names by its `kind` (bot.core.files.Files)."""
        try:
            return await self._makers[wanted["kind"]](wanted, person_id, language, zone)
        except Exception as fault:  # noqa: BLE001 - the answer matters more than what goes with it
            self._telemetry.incident(fault)
            return None
