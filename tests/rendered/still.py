"""What texts need that are compared: a clock that stands until it is moved, lots that fall alike, no time for drawing."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import Any

import pytest
import time_machine

from bot.bootstrap import Bot
from bot.services.pictures.wanted import CHART


@contextmanager
def still(moment: datetime) -> Iterator[Random]:
    """The machine's clock stands at a moment; what `secrets` draws comes from the dice that this gives, to be seeded."""
    dice = Random(0)
    with time_machine.travel(moment, tick=False), pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "choice", dice.choice)
        patch.setattr(secrets, "randbits", dice.getrandbits)
        patch.setattr(secrets, "randbelow", dice.randrange)
        patch.setattr(secrets, "token_bytes", lambda count=32: dice.randbytes(count))
        patch.setattr(secrets, "token_hex", lambda count=32: dice.randbytes(count).hex())
        yield dice


def undrawn(bot: Bot) -> None:
    """From here on the pictures of a bot are empty files; what stands in them as text is made as ever."""
    files: Any = bot.router._files
    files._makers[CHART]._draw = _nothing


async def _nothing(_: Any) -> bytes:
    return b""
