"""Price feeds: fixed, simulated and replayed markets, and how one is made from settings."""

from bot.market.composition import MarketKind, build_feed, fill_rule, start_prices
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
    UnknownContract,
    UnknownMarket,
    UnknownTape,
)
from bot.market.feed import Feed, OnTick
from bot.market.fixed import FixedFeed
from bot.market.levels import Levels, load_levels
from bot.market.prices import find_contract, parse_price, parse_prices
from bot.market.replay import ReplayFeed
from bot.market.simulated import SimulatedFeed
from bot.market.tape import Tape
from bot.market.tape_file import load_tape, parse_tape, tape_ids

__all__ = [
    "BadAdvance",
    "BadFriction",
    "BadPosition",
    "BadPrice",
    "BadPriceEntry",
    "BadSpeed",
    "DuplicatePrice",
    "Fault",
    "Feed",
    "FixedFeed",
    "InvalidDataFile",
    "Levels",
    "MarketError",
    "MarketKind",
    "OnTick",
    "ReplayFeed",
    "SimulatedFeed",
    "Tape",
    "UnknownContract",
    "UnknownMarket",
    "UnknownTape",
    "build_feed",
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
