"""The kinds of words that orders and settings are made of."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.commands.amounts import (
    AmountKind,
    LeverageKind,
    NamedKind,
    PartKind,
    PercentKind,
    PriceKind,
    ShareKind,
    SizeKind,
)
from bot.commands.zones import ZoneKind
from bot.core.params import BadWord, Choice, ChoiceKind, SymbolKind, TextKind, Typed
from bot.core.texts import N_
from bot.core.words import Lexicon
from engine.explain import FIGURES, MORE_FIGURES
from engine.position import MarginMode, Side
from engine.resting import TimeInForce, Watched

_TAG = re.compile(r"#[a-z0-9_-]{1,24}")

SYMBOL = SymbolKind()
TEXT = TextKind()
SIDE = ChoiceKind(
    "side",
    {"long": Side.LONG, "short": Side.SHORT},
    {"long": N_("Long: it rises"), "short": N_("Short: it falls")},
    {"l": "long", "buy": "long", "b": "long", "s": "short", "sell": "short"},
)
MODE = ChoiceKind(
    "mode",
    {"isolated": MarginMode.ISOLATED, "cross": MarginMode.CROSS},
    {"isolated": N_("Isolated"), "cross": N_("Cross")},
    {"iso": "isolated", "i": "isolated", "crossed": "cross", "c": "cross"},
)
SWITCH = ChoiceKind(
    "switch",
    {"on": True, "off": False},
    {"on": N_("On"), "off": N_("Off")},
    {"yes": "on", "no": "off"},
)
MOVE = ChoiceKind(
    "move",
    {"add": 1, "remove": -1},
    {"add": N_("Add"), "remove": N_("Take out")},
    {"take": "remove", "withdraw": "remove", "more": "add", "less": "remove", "+": "add"},
)
FORCE = ChoiceKind(
    "force",
    {
        "gtc": TimeInForce.GTC,
        "ioc": TimeInForce.IOC,
        "fok": TimeInForce.FOK,
        "post": TimeInForce.POST_ONLY,
    },
    {
        "gtc": N_("Rests until cancelled"),
        "ioc": N_("At once or cancelled"),
        "fok": N_("Whole at once or refused"),
        "post": N_("Only if it rests"),
    },
    {"post-only": "post", "postonly": "post", "maker": "post"},
)
WATCHED = ChoiceKind(
    "watched",
    {"mark": Watched.MARK, "last": Watched.LAST},
    {"mark": N_("By the mark price"), "last": N_("By the last price")},
)
FIGURE = ChoiceKind(
    "figure",
    {each: each for each in (*FIGURES, *MORE_FIGURES)},
    {
        "liquidation": N_("Liquidation price"),
        "bankruptcy": N_("Bankruptcy price"),
        "break-even": N_("Break-even price"),
        "margin-ratio": N_("Margin ratio"),
        "maintenance": N_("Maintenance margin"),
        "initial": N_("Initial margin"),
        "pnl": N_("PnL"),
        "roe": N_("ROE"),
        "order-cost": N_("Order cost"),
        "available": N_("Available"),
        "equity": N_("Equity"),
        "funding": N_("Next funding"),
        "clearance-fee": N_("Liquidation fee"),
        "max-open": N_("The most you can open"),
    },
    {
        "liq": "liquidation",
        "liquidation-price": "liquidation",
        "breakeven": "break-even",
        "ratio": "margin-ratio",
        "mm": "maintenance",
        "im": "initial",
        "profit": "pnl",
        "loss": "pnl",
        "cost": "order-cost",
        "liquidation-fee": "clearance-fee",
        "max": "max-open",
    },
)


ALL_ORDERS = 0


@dataclass(frozen=True, slots=True)
class OrderKind:
    """An open order by its number, `3` or `#3`, or `all` (0)."""

    name: str = "order"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        if lexicon.canonical("share", word) == "all":
            return ALL_ORDERS
        found = re.fullmatch(r"#([0-9]{1,15})", word)
        return self.read_bare(Decimal(found[1]), lexicon) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        if number != number.to_integral_value() or number < 1:
            raise BadWord("order-number", str(number))
        return int(number)

    def show(self, value: Any) -> str:
        return "all" if value == ALL_ORDERS else str(value)

    def choices(self, lexicon: Lexicon) -> tuple[Choice, ...]:
        return ()

    def vocabulary(self, lexicon: Lexicon) -> tuple[str, ...]:
        return ("all",)


@dataclass(frozen=True, slots=True)
class TagKind(Typed):
    """The name of a strategy: `#breakout`."""

    name: str = "tag"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        if not word.startswith("#"):
            return None
        if not _TAG.fullmatch(word):
            raise BadWord("tag", word)
        return word.removeprefix("#")

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return f"#{value}"


def language_kind(names: dict[str, str]) -> ChoiceKind:
    """The languages spoken: by code, or by their own names."""
    return ChoiceKind(
        "language",
        {code: code for code in names},
        dict(names),
        {name.casefold(): code for code, name in names.items()},
    )


LEVERAGE = LeverageKind()
MARKED_LEVERAGE = LeverageKind(bare=False)
SIZE = SizeKind()
SHARE = ShareKind()
PART = PartKind()
AMOUNT = AmountKind()
PERCENT = PercentKind()
ZONE = ZoneKind()
PRICE = PriceKind()
BARE_PRICE = PriceKind(bare=True)
TP = NamedKind("tp")
SL = NamedKind("sl")
ENTRY = NamedKind("entry")
WALLET = NamedKind("wallet")
CALLBACK = PercentKind(name="callback")
ORDER = OrderKind()
TAG = TagKind()
