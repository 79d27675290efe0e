"""What a preview would lead to, for its picture: nothing is checked, and nothing is kept."""

from bot.services.plans import Plan
from bot.services.turn import BotTurn
from bot.storage import previews
from engine.account import MarginAccount
from engine.exchange import decide
from engine.intents import Open, Place
from engine.position import PositionKey


async def planned(turn: BotTurn, preview_id: str) -> tuple[MarginAccount, PositionKey] | None:
    """The account once a preview of this person were confirmed now, and the position that it is about.

    None for a preview that is gone, and where there is no such position then. Raises Refusal.
    """
    kept = await previews.get(turn.unit, preview_id)
    account = await turn.account()
    if kept is None or kept.person_id != turn.person_id or kept.account_id != account.id:
        return None
    state, intents = account.state, Plan.from_json(kept.body).intents
    for intent in intents:
        for event in decide(intent, state, turn.market):
            state = state.apply(event)
    for intent in intents:
        match intent:
            case Open(symbol, side):
                legs = state.legs(symbol)
                found = next((each for each in legs if each.side is side), legs[0] if legs else None)
                return None if found is None else (state, found.key)
            case Place(order) if order.closes and order.against in state.positions:
                return state, order.against
            case _:
                continue
    return None
