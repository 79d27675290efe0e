"""Starting a unit of work anew after the database gave it up."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager

from bot.storage.errors import SerializationFailure

ATTEMPTS = 6


def retrying(attempts: int = ATTEMPTS) -> AsyncIterator[AbstractContextManager[object]]:
    """Repeats the outermost transaction, with jittered pauses, after a SerializationFailure and after nothing else.

    The whole unit runs again, reading included:

        async for attempt in retrying():
            with attempt:
                async with store.unit() as unit:
                    ...
    """
    import stamina  # only servers need it

    return stamina.retry_context(
        on=SerializationFailure,
        attempts=attempts,
        timeout=10.0,
        wait_initial=0.01,
        wait_max=0.5,
        wait_jitter=0.05,
    ).__aiter__()
