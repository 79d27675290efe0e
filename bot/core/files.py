"""What makes the files that go with answers; the services implement it."""

from collections.abc import Mapping
from typing import Any, Protocol

from bot.core.reply import Attachment


class Files(Protocol):
    """Makes files from what answers want, which is data: a redelivered answer gets its files made again."""

    async def make(
        self, wanted: Mapping[str, Any], person_id: str, language: str, zone: str
    ) -> Attachment | None:
        """The file that `wanted` names by its `kind`, for a person, worded in a language and a time zone.

        None where it could not be made: the text then goes alone. Never raises for a file that fails.
        """
