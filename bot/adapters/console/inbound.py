"""A line of the terminal, translated: who speaks where, and what is to be done."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TypeAlias

from bot.adapters.console.limits import MOST_DAYS
from bot.adapters.console.messages import CLOCK_TOO_FAR, LIKE_THIS, UNKNOWN_ORDER, BadLine
from bot.core.words import plain_number, shown


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line with its speaker; `room` is None in the private chat."""

    who: str
    room: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Press:
    label: str


@dataclass(frozen=True, slots=True)
class SetPrice:
    symbol: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class MoveClock:
    by: timedelta


@dataclass(frozen=True, slots=True)
class MakeAdmin:
    who: str


@dataclass(frozen=True, slots=True)
class Vote:
    number: int


Act: TypeAlias = Say | Press | SetPrice | MoveClock | MakeAdmin | Vote

_NAME = r"[\w.-]{1,32}"
_NAMED = re.compile(_NAME)
_IN_ROOM = re.compile(rf"#(?P<room>{_NAME})(?:\s+@(?P<who>{_NAME}))?(?:\s+(?P<text>\S.*))?", re.DOTALL)
_AS_OTHER = re.compile(rf"@(?P<who>{_NAME})(?:\s+(?P<text>\S.*))?", re.DOTALL)
_DURATION = re.compile(
    r"\+?(?:(?P<days>\d{1,9})d)?(?:(?P<hours>\d{1,9})h)?(?:(?P<minutes>\d{1,9})m)?(?:(?P<seconds>\d{1,9})s)?",
    re.ASCII,
)


def is_name(name: str) -> bool:
    """Whether a person or a room can be called so: 1 to 32 letters, digits, `_`, `.`, `-`."""
    return _NAMED.fullmatch(name) is not None


def read_speaker(line: str, me: str) -> Spoken:
    """The speaker of a line: `text`, `@NAME text`, `#ROOM text`, `#ROOM @NAME text`; raises BadLine."""
    line = line.strip()
    if not line.startswith(("@", "#")):
        return Spoken(me, None, line)
    example = "#lounge @bob /positions" if line.startswith("#") else "@bob /positions"
    found = (_IN_ROOM if line.startswith("#") else _AS_OTHER).fullmatch(line)
    parts = found.groupdict() if found else {}
    text = parts.get("text")
    if text is None:
        raise BadLine("bad_speaker", LIKE_THIS, example=example)
    if parts.get("room") and not parts.get("who") and text.startswith("@"):
        raise BadLine("bad_speaker", LIKE_THIS, example=example)
    return Spoken(parts.get("who") or me, parts.get("room"), text)


def read_act(text: str) -> Act:
    """What a line without its speaker asks for: an order of this front after `!`, else words for the bot; raises BadLine."""
    if not text.startswith("!"):
        return Say(text)
    word, *rest = re.split(r"\s+", text[1:], maxsplit=1)
    reader = _READERS.get(word.casefold())
    if reader is None:
        known = ", ".join(f"!{name}" for name in ORDERS)
        raise BadLine("unknown_order", UNKNOWN_ORDER, word=shown(word), words=known)
    return reader("".join(rest).strip())


def read_duration(text: str) -> timedelta | None:
    """A duration above zero such as `+8h`, `30m`, `2d`, `1h30m`, `90s`, units from the greatest to the smallest.

    None where it is none; raises BadLine above 366 days.
    """
    found = _DURATION.fullmatch("".join(text.casefold().split()))
    if found is None:
        return None
    amounts = {unit: int(amount) for unit, amount in found.groupdict().items() if amount}
    try:
        by = timedelta(**amounts)
    except OverflowError:
        by = timedelta.max
    if by > timedelta(days=MOST_DAYS):
        raise BadLine("clock_too_far", CLOCK_TOO_FAR, days=str(MOST_DAYS))
    return by if by > timedelta(0) else None


def _press(rest: str) -> Press:
    if not rest:
        raise BadLine("bad_order", LIKE_THIS, example="!press Confirm")
    return Press(rest)


def _price(rest: str) -> SetPrice:
    words = rest.replace("=", " ").split()
    price = plain_number(words[1]) if len(words) == 2 else None
    if price is None:
        raise BadLine("bad_order", LIKE_THIS, example="!price BTC 47500")
    return SetPrice(words[0], price)


def _clock(rest: str) -> MoveClock:
    by = read_duration(rest)
    if by is None:
        raise BadLine("bad_order", LIKE_THIS, example="!clock +8h, !clock 1h30m, !clock 2d")
    return MoveClock(by)


def _admin(rest: str) -> MakeAdmin:
    who = rest.removeprefix("@")
    if not is_name(who):
        raise BadLine("bad_order", LIKE_THIS, example="!admin bob")
    return MakeAdmin(who)


def _vote(rest: str) -> Vote:
    if not (rest.isascii() and rest.isdigit() and len(rest) <= 3 and int(rest)):
        raise BadLine("bad_order", LIKE_THIS, example="!vote 2")
    return Vote(int(rest))


_READERS: dict[str, Callable[[str], Act]] = {
    "press": _press,
    "price": _price,
    "clock": _clock,
    "admin": _admin,
    "vote": _vote,
}
ORDERS = tuple(_READERS)
