"""The options of `python -m bot console`."""

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bot.adapters.console.inbound import is_name
from bot.core.words import plain_number

MARKETS = ("simulated", "fixed", "replay", "live")
MOST_WALLET = Decimal(10**9)
LEAST_SPEED, MOST_SPEED = Decimal("0.01"), Decimal(100_000)
MOST_BASIS_POINTS = Decimal(500)
_SYMBOL = re.compile(r"[A-Za-z0-9/_-]{1,24}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_TAPE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """What the command line asks for. None: not given, whoever composes the bot decides.

    `prices` by symbol in capitals, as typed, in USDT; `wallet` in USDT; `speed` in tape time per real time;
    `spread` and `slippage` in basis points; `db` is a path.
    """

    market: str = "simulated"
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    wallet: Decimal = Decimal(10_000)
    user: str = "me"
    language: str = "en"
    db: str | None = None
    gate: bool = False
    tape: str | None = None
    speed: Decimal | None = None
    seed: int | None = None
    spread: Decimal | None = None
    slippage: Decimal | None = None
    json: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options to a parser; a value that cannot be is argparse's error, exit code 2."""
    default = ConsoleOptions()
    add = parser.add_argument
    add("--market", choices=MARKETS, default=default.market, help="where prices come from (%(default)s)")
    add(
        "--price",
        dest="prices",
        action="append",
        type=_price,
        default=[],
        metavar="BTC=50000",
        help="a price of a fixed market or a start of a simulated one; may be repeated",
    )
    add("--wallet", type=_wallet, default=default.wallet, help="paper USDT at the first start (%(default)s)")
    add("--user", type=_user, default=default.user, help="who speaks (%(default)s)")
    add(
        "--lang", dest="language", type=_language, default=default.language, help="language tag (%(default)s)"
    )
    add("--db", type=_path, metavar="PATH", help="file of the database; beats DATABASE_URL")
    add(
        "--gate", choices=("on", "off"), default="off", help="whether leverage has to be learnt (%(default)s)"
    )
    add("--tape", type=_tape, metavar="ID", help="the tape of a replay")
    add("--speed", type=_speed, metavar="N", help="tape time per real time of a replay")
    add("--seed", type=_seed, metavar="N", help="seed of a simulated market")
    add("--spread", type=_basis_points, metavar="BP", help="half-spread in basis points")
    add("--slippage", type=_basis_points, metavar="BP", help="impact in basis points per million USDT")
    add("--json", action="store_true", help="answer in JSON, one object a line")


def from_namespace(namespace: argparse.Namespace) -> ConsoleOptions:
    """The options that a parser with these arguments read; of a symbol priced twice the last price counts."""
    given: dict[str, Any] = {name: getattr(namespace, name) for name in ConsoleOptions.__dataclass_fields__}
    return ConsoleOptions(**given | {"prices": dict(namespace.prices), "gate": namespace.gate == "on"})


def _price(text: str) -> tuple[str, Decimal]:
    symbol, equals, amount = text.partition("=")
    price = plain_number(amount)
    if not equals or not _SYMBOL.fullmatch(symbol) or price is None or price <= 0:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a price such as BTC=50000")
    return symbol.upper(), price


def _number(text: str, least: Decimal, most: Decimal) -> Decimal:
    number = plain_number(text)
    if number is None or not least <= number <= most:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number from {least} to {most}")
    return number


def _wallet(text: str) -> Decimal:
    return _number(text, Decimal(0), MOST_WALLET)


def _speed(text: str) -> Decimal:
    return _number(text, LEAST_SPEED, MOST_SPEED)


def _basis_points(text: str) -> Decimal:
    return _number(text, Decimal(0), MOST_BASIS_POINTS)


def _seed(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number such as 42")
    return int(text)


def _user(text: str) -> str:
    if not is_name(text):
        raise argparse.ArgumentTypeError(
            f"{text[:40]!r} is not a name: 1 to 32 letters, digits, dots, dashes, underscores"
        )
    return text


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a language tag such as en or es")
    return text


def _tape(text: str) -> str:
    if not _TAPE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not the id of a tape")
    return text


def _path(text: str) -> str:
    if not text or "\0" in text:
        raise argparse.ArgumentTypeError("the path is empty or cannot be one")
    return text
