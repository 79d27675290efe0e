"""Leaving with one identity: it begins anew with a paper account of its own, everything stays with the others."""

from decimal import Decimal

from bot.core.identity import Platform, new_id
from bot.services.markets import MAIN_MARKET, Markets
from bot.services.turn import DEFAULT_SIZE, BotTurn, open_account
from bot.storage import forgetting, linking, people
from bot.storage.people import Person


class Parting:
    """Takes this platform's identity away from a person who has others."""

    def __init__(self, markets: Markets, balance: Decimal) -> None:
        self._markets = markets
        self._balance = balance

    async def others(self, turn: BotTurn) -> tuple[Platform, ...]:
        """The platforms on which the person would stay as they are."""
        found = await people.identities(turn.unit, turn.person_id)
        return tuple(each.platform for each in found if each != turn.request.who)

    async def leave(self, turn: BotTurn) -> bool:
        """Begin anew on this platform; False where this is the only identity."""
        if not await self.others(turn):
            return False
        unit, who = turn.unit, turn.request.who
        linking.hold(unit, turn.person_id)
        linking.leave(unit, str(who.platform), who.user, turn.person_id)
        forgetting.drop_deliveries(unit, str(who.platform), who.user)
        person = Person(
            new_id(), None, "UTC", confirm=True, default_size=DEFAULT_SIZE, created_at=turn.now, started=False
        )
        people.create(unit, who, person, turn.request.language)
        turn.person = person
        market = self._markets.snapshot(MAIN_MARKET)
        turn.replace_account(open_account(unit, person.id, self._balance, market, turn.now))
        turn.once = True
        return True
