"""Documents without somebody: their id and their names taken out, or their id changed for another."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.storage.tables import NO_ONE

NAMING = frozenset(
    {
        *("name", "names", "who", "by", "host", "player", "players", "member", "members", "handle", "user"),
        *("opponent", "challenger", "rival", "invited", "winner", "winners", "loser", "leader", "first"),
        *("second", "one", "other", "former"),
    }
)
"""Keys under which documents name people; a name elsewhere is a word that only reads like it."""
PUBLISHED = "rules"
"""What a published commitment was made of is left as it is."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What gives somebody away: ids wherever they stand, names where people are named."""

    ids: frozenset[str]
    names: frozenset[str]

    @property
    def words(self) -> frozenset[str]:
        """All of them, to search for."""
        return self.ids | self.names


def without(value: Any, marks: Marks, *, naming: bool = False) -> Any:
    """A JSON value without these marks: a pair that begins with an id is left out, an id alone becomes nobody's."""
    match value:
        case Mapping():
            return {
                key: each if key == PUBLISHED else without(each, marks, naming=naming or key in NAMING)
                for key, each in value.items()
                if key not in marks.ids
            }
        case list() | tuple():
            return [without(each, marks, naming=naming) for each in value if not _of(each, marks.ids)]
        case str() if value in marks.ids:
            return NO_ONE
        case str() if naming and value in marks.names:
            return ""
        case _:
            return value


def holds(value: Any, marks: Marks) -> bool:
    """Whether a JSON value has a text that is, or for ids contains, one of the marks."""
    match value:
        case Mapping():
            return any(holds(each, marks) or holds(key, marks) for key, each in value.items())
        case list() | tuple():
            return any(holds(each, marks) for each in value)
        case str():
            return value in marks.names or any(each in value for each in marks.ids)
        case _:
            return False


def renamed(value: Any, before: str, after: str) -> Any:
    """A JSON value with another id in place of one, inside longer texts too."""
    match value:
        case Mapping():
            return {key.replace(before, after): renamed(each, before, after) for key, each in value.items()}
        case list() | tuple():
            return [renamed(each, before, after) for each in value]
        case str():
            return value.replace(before, after)
        case _:
            return value


def _of(value: Any, ids: Collection[str]) -> bool:
    """Whether an entry of a list is a pair that begins with somebody's id."""
    return isinstance(value, list | tuple) and bool(value) and isinstance(value[0], str) and value[0] in ids
