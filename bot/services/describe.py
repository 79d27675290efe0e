"""Refusals and known faults as answers."""

from bot.core.params import BadWord
from bot.core.reply import Answer
from bot.core.words import shown
from bot.market.errors import MarketError
from bot.services.challenges.limits import AgainstRules
from bot.services.challenges.plan_cards import PlanMissing
from bot.services.control import NotThisMarket
from bot.services.orders import NothingOpen
from bot.services.school.gate import GateClosed
from bot.services.sizes import OtherCoin
from bot.storage import StorageError
from engine.errors import Refusal


def describe(fault: Exception) -> Answer | None:
    """The answer to a refusal or a known fault; None for one that nobody foresaw."""
    match fault:
        case Refusal():
            data = {"code": fault.code, "exchange_code": fault.exchange_code, "figures": dict(fault.figures)}
            return Answer("refused", data, ok=False)
        case GateClosed():
            return Answer("gate_closed", fault.data, fault.buttons, ok=False)
        case PlanMissing():
            return fault.answer()
        case AgainstRules():
            return Answer("challenge_limit", fault.data, ok=False)
        case NothingOpen():
            return Answer("nothing_open", ok=False)
        case OtherCoin():
            return Answer("other_coin", {"symbol": fault.symbol, "coin": fault.coin}, ok=False)
        case StorageError():
            return Answer("storage_fault", {"code": fault.code}, ok=False)
        case NotThisMarket():
            return Answer("market_fault", {"code": "not-this-market", "figures": {}}, ok=False)
        case BadWord():
            return Answer(
                "bad_word", {"code": fault.code, "word": shown(fault.word), **fault.figures}, ok=False
            )
        case MarketError():
            return Answer("market_fault", {"code": fault.code, "figures": dict(fault.data)}, ok=False)
        case _:
            return None
