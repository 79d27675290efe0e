"""The library's own log, reduced to what holds neither text nor tokens."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import discord

from bot.telemetry import Telemetry


class _Reduced(logging.Handler):
    """Passes on a record's place and its message's pattern; never its arguments, which may be addresses with tokens."""

    def __init__(self, telemetry: Telemetry) -> None:
        super().__init__(logging.WARNING)
        self._telemetry = telemetry

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[0] if record.exc_info else None
        self._telemetry.log.warning(
            "discord_library",
            logger=record.name,
            pattern=str(record.msg),
            kind=fault.__name__ if fault else None,
        )


@contextmanager
def quiet_library(telemetry: Telemetry) -> Iterator[None]:
    """Within the block the library logs from WARNING up, reduced, and only here."""
    discord.VoiceClient.warn_nacl = False  # voice is not used
    discord.VoiceClient.warn_dave = False
    library = logging.getLogger("discord")
    level, propagates = library.level, library.propagate
    handler = _Reduced(telemetry)
    library.addHandler(handler)
    library.setLevel(logging.WARNING)
    library.propagate = False
    try:
        yield
    finally:
        library.removeHandler(handler)
        library.setLevel(level)
        library.propagate = propagates
