"""What a button carries: a command line with its owner and a nonce, in at most 64 bytes."""

import base64
import binascii
from dataclasses import dataclass

MAX_PAYLOAD = 64
NONCE_LENGTH = 6
TOKEN_LENGTH = 16
_VERSION = "1"
_STORED = "@"


class BadPayload(ValueError):
    """A payload that this version never wrote."""


@dataclass(frozen=True, slots=True)
class Action:
    """A press: the line to run, who may press (None: anyone), what makes two presses one act, and whether guessed."""

    line: str
    owner: str | None = None
    nonce: str | None = None
    suggested: bool = False

    @property
    def stored_as(self) -> str | None:
        """The token under which the line is kept, where it was too long to be carried."""
        return self.line[1:] if self.line.startswith(_STORED) else None

    def encode(self) -> str:
        """The payload; it may be longer than a platform carries, see `fits`."""
        guess = "?" if self.suggested else ""
        return f"{_VERSION}{guess}|{self.owner or ''}|{self.nonce or ''}|{self.line}"

    @property
    def fits(self) -> bool:
        """Whether the payload has at most 64 bytes."""
        return len(self.encode().encode()) <= MAX_PAYLOAD

    def kept_under(self, token: str) -> "Action":
        """The same action with its line replaced by the token it is kept under."""
        return Action(_STORED + token, self.owner, self.nonce, self.suggested)

    @classmethod
    def decode(cls, payload: str) -> "Action":
        """The action of a payload; raises BadPayload."""
        parts = payload.split("|", 3)
        if len(parts) != 4 or parts[0] not in {_VERSION, _VERSION + "?"} or not parts[3].strip():
            raise BadPayload(payload[:MAX_PAYLOAD])
        return cls(parts[3], parts[1] or None, parts[2] or None, parts[0].endswith("?"))


def nonce_of(payload: str) -> str | None:
    """What makes two presses with this payload one act, where something does."""
    try:
        return Action.decode(payload).nonce
    except BadPayload:
        return None


_CARRIED = "x"
_KEPT = "k"


def link_payload(line: str) -> str | None:
    """A command line as the payload of a link into the private chat (64 characters of a-z, 0-9); None if too long."""
    payload = _CARRIED + base64.b32encode(line.encode()).decode().rstrip("=").lower()
    return payload if len(payload) <= MAX_PAYLOAD else None


def kept_link_payload(token: str) -> str:
    """The payload of a link whose line is kept under a token."""
    return _KEPT + token


def read_link(payload: str) -> Action | None:
    """What a link's payload asks for, as a guess, since anybody can make a link; None for a payload of no meaning."""
    kind, body = payload[:1], payload[1:]
    if kind == _KEPT and len(body) == TOKEN_LENGTH and body.isalnum():
        return Action(_STORED + body, suggested=True)
    if kind != _CARRIED:
        return None
    try:
        line = base64.b32decode(body.upper() + "=" * (-len(body) % 8)).decode()
    except (binascii.Error, ValueError):
        return None
    return Action(line, suggested=True) if line.strip() else None
