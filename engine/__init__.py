"""Margin trading as pure functions and values: USDT-margined perpetuals after docs/margin.md.

`engine.exchange.decide` turns an intent into events or refuses it, `MarginAccount.apply` books them, the figures read
the result. `decide` is not passed on from here: in the bot only services may import it.
"""

from engine.account import MarginAccount, replay
from engine.contracts import Bracket, Contract, load_contracts, parse_contracts
from engine.errors import ALL_REFUSALS, EngineError, Refusal
from engine.events import Event, event_from_json, event_to_json
from engine.explain import FIGURES, Derivation, explain
from engine.intents import (
    CancelOrder,
    CancelOrders,
    ChangeLeverage,
    ChangeMargin,
    ChangeMode,
    ChangePositionMode,
    Close,
    Deleverage,
    Deposit,
    Intent,
    Open,
    Place,
    Settle,
)
from engine.ledger import Posting, postings
from engine.margin import (
    AccountFigures,
    LiquidationPrice,
    PositionFigures,
    account_figures,
    position_figures,
    solve_liquidation,
)
from engine.market import FRICTIONLESS, FillRule, MarketSnapshot, Quote
from engine.position import MarginMode, Position, PositionMode, Side, SymbolSettings
from engine.resting import CancelReason, Order, OrderType, TimeInForce, Watched
from engine.scenario import BothModes, Outcome, both_modes
from engine.shocks import Contagion, Shock, contagion, shock

__all__ = [
    "ALL_REFUSALS",
    "FIGURES",
    "FRICTIONLESS",
    "AccountFigures",
    "BothModes",
    "Bracket",
    "CancelOrder",
    "CancelOrders",
    "CancelReason",
    "ChangeLeverage",
    "ChangeMargin",
    "ChangeMode",
    "ChangePositionMode",
    "Close",
    "Contagion",
    "Contract",
    "Deleverage",
    "Deposit",
    "Derivation",
    "EngineError",
    "Event",
    "FillRule",
    "Intent",
    "LiquidationPrice",
    "MarginAccount",
    "MarginMode",
    "MarketSnapshot",
    "Open",
    "Order",
    "OrderType",
    "Outcome",
    "Place",
    "Position",
    "PositionFigures",
    "PositionMode",
    "Posting",
    "Quote",
    "Refusal",
    "Settle",
    "Shock",
    "Side",
    "SymbolSettings",
    "TimeInForce",
    "Watched",
    "account_figures",
    "both_modes",
    "contagion",
    "event_from_json",
    "event_to_json",
    "explain",
    "load_contracts",
    "parse_contracts",
    "position_figures",
    "postings",
    "replay",
    "shock",
    "solve_liquidation",
]
