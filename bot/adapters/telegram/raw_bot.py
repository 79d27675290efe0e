"""The library's bot, with two calls that leave its objects out."""

from typing import Any

from telegram import Bot

from bot.adapters.telegram.inbound import ALLOWED_UPDATES


class RawBot(Bot):
    """The library's bot, also for raw updates and messages.

    Updates come unparsed, since one that the library cannot parse must not stop the rest. Messages go as plain
    values: the library's objects around a message and its echo cost more than all else about it.
    """

    async def fetch(self, offset: int, seconds: int) -> list[dict[str, Any]]:
        """The updates from a number on, waiting so many seconds for one; earlier ones are confirmed."""
        data: dict[str, Any] = {
            "offset": offset,
            "timeout": seconds,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        found = await self._post("getUpdates", data, read_timeout=seconds + 10.0)
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    async def call(self, method: str, **parameters: Any) -> Any:
        """Call a method and return its result as plain values; parameters that are None are left out."""
        return await self._post(method, parameters)
