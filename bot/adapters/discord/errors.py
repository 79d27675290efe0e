"""What keeps the Discord front from serving."""

from collections.abc import Iterable


class BadToken(Exception):
    """Discord does not know the token; the message never holds it."""


class BadEndpoints(ValueError):
    """One endpoint without the other, or an address of the wrong kind."""


class BadCommands(ValueError):
    """The declared commands are more than Discord takes; `faults` names all of it."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))
