"""The rules of a challenge: fixed when it is created, published with a commitment, the same for every member."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from importlib.resources import files
from typing import Any

from bot.core.reply import plain
from bot.services.markets import MAIN_MARKET
from bot.services.replay_run import market_of as own_market_of

SHARED = "challenge:"
"""What the name of a market begins with that all members of a challenge trade in together."""
LEAST_CAP, MOST_CAP, USUAL_CAP = 3, 150, 20
"""The greatest leverage of a challenge; not under the 3× that an untouched symbol has."""
LEAST_BALANCE, MOST_BALANCE, USUAL_BALANCE = Decimal(100), Decimal(10_000_000), Decimal(10_000)
LONGEST_NAME = 40
MOST_COINS = 5
"""All of them ours: no exchange publishes such limits."""


class Pace(StrEnum):
    """How time goes by: in the live market, on a tape at each one's own pace, or on a tape together in real time."""

    LIVE = "live"
    OWN = "own"
    TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every member.

    `tape`: the id of the tape, None in the live market. `balance`: start balance in USDT. `cap`: the greatest leverage.
    `symbols`: the only ones that may be traded, real ones for a tape too; empty: all that are tradable. `length`: how
    long it goes on in real time; `speed`: tape time per real time where all play together, or at the start of a tape at
    one's own pace, 1 in the live market. `season`: whether it counts for the chat's month.
    """

    name: str
    pace: Pace
    tape: str | None
    balance: Decimal
    cap: int
    symbols: tuple[str, ...]
    length: timedelta
    speed: Decimal = Decimal(1)
    season: bool = True

    def to_json(self) -> dict[str, Any]:
        """The rules as JSON values: amounts as plain strings, the length in seconds."""
        return {
            "name": self.name,
            "pace": self.pace.value,
            "tape": self.tape,
            "balance": plain(self.balance),
            "cap": self.cap,
            "symbols": list(self.symbols),
            "length": int(self.length.total_seconds()),
            "speed": plain(self.speed),
            "season": self.season,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Rules":
        """The rules that to_json wrote; raises KeyError, TypeError, ValueError or ArithmeticError on anything else."""
        return cls(
            name=str(kept["name"]),
            pace=Pace(kept["pace"]),
            tape=None if kept["tape"] is None else str(kept["tape"]),
            balance=Decimal(kept["balance"]),
            cap=int(kept["cap"]),
            symbols=tuple(str(each) for each in kept["symbols"]),
            length=timedelta(seconds=int(kept["length"])),
            speed=Decimal(kept["speed"]),
            season=bool(kept["season"]),
        )

    @property
    def canonical(self) -> str:
        """The rules as one line of JSON: sorted keys, no blanks, ASCII only. What is hashed."""
        return json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def market_of(rules: Rules, challenge_id: str, account_id: str) -> str:
    """The name of the market that a member's account trades in."""
    match rules.pace:
        case Pace.LIVE:
            return MAIN_MARKET
        case Pace.OWN:
            return own_market_of(account_id)
        case Pace.TOGETHER:
            return f"{SHARED}{challenge_id}"


def tape_hash(tape_id: str) -> str:
    """The SHA-256 of a tape's file in the package, in hexadecimal. Raises OSError for a tape that is not there."""
    return sha256(files("bot.market").joinpath("tapes", f"{tape_id}.toml").read_bytes()).hexdigest()


def commitment(rules: Rules, salt: str) -> str:
    """What is published at the start: the SHA-256 over salt, tape hash (empty in the live market) and canonical rules,
    each followed by a line feed, in hexadecimal.

    There are few tapes, so a bare hash of one would give it away; the salt is told at the end, with the tape.
    """
    of_tape = "" if rules.tape is None else tape_hash(rules.tape)
    return sha256(f"{salt}\n{of_tape}\n{rules.canonical}\n".encode()).hexdigest()


def new_salt() -> str:
    """32 random bytes in hexadecimal."""
    return secrets.token_hex(32)
