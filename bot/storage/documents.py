"""Reading back the engine's values from stored documents."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.storage.errors import DatabaseTooNew, DatabaseUnusable
from bot.storage.revision import REVISIONS
from engine.errors import MalformedData, NewerVersion


@contextmanager
def reading() -> Iterator[None]:
    """Raises DatabaseTooNew for a document of a later version and DatabaseUnusable for a damaged one."""
    try:
        yield
    except NewerVersion as error:
        raise DatabaseTooNew(found=str(error), known=REVISIONS[-1]) from error
    except MalformedData as error:
        raise DatabaseUnusable(reason=str(error)) from error
