"""Price feeds: fixed, simulated, replayed and live markets, and how one is made from settings."""

from bot.market.candles import Minutes
from bot.market.composition import MarketKind, build_feed, fill_rule, start_prices
from bot.market.disguise import Disguise, Mask, disguise
from bot.market.errors import (
    BadAdvance,
    BadFriction,
    BadPosition,
    BadPrice,
    BadPriceEntry,
    BadSpeed,
    DuplicatePrice,
    Fault,
    InvalidDataFile,
    MarketError,
    NotByHand,
    UnknownContract,
    UnknownMarket,
    UnknownTape,
)
from bot.market.feed import Feed, OnTick
from bot.market.fixed import FixedFeed
from bot.market.levels import Levels, load_levels
from bot.market.live import LiveFeed
from bot.market.metrics import FeedMetrics
from bot.market.prices import find_contract, parse_price, parse_prices
from bot.market.replay import ReplayFeed
from bot.market.simulated import SimulatedFeed
from bot.market.tape import AdlStrike, Tape
from bot.market.tape_file import load_tape, parse_tape, tape_ids

__all__ = [
    "AdlStrike",
    "BadAdvance",
    "BadFriction",
    "BadPosition",
    "BadPrice",
    "BadPriceEntry",
    "BadSpeed",
    "Disguise",
    "DuplicatePrice",
    "Fault",
    "Feed",
    "FeedMetrics",
    "FixedFeed",
    "InvalidDataFile",
    "Levels",
    "LiveFeed",
    "MarketError",
    "MarketKind",
    "Mask",
    "Minutes",
    "NotByHand",
    "OnTick",
    "ReplayFeed",
    "SimulatedFeed",
    "Tape",
    "UnknownContract",
    "UnknownMarket",
    "UnknownTape",
    "build_feed",
    "disguise",
    "fill_rule",
    "find_contract",
    "load_levels",
    "load_tape",
    "parse_price",
    "parse_prices",
    "parse_tape",
    "start_prices",
    "tape_ids",
]
