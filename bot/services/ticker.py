"""The way of a tick: prices are recorded, accounts settled and warned, alerts told."""

from bot.services.alerts import Alerts
from bot.services.markets import MAIN_MARKET
from bot.services.recording import Recording
from bot.services.settlement import Settlement
from engine.market import MarketSnapshot


class Ticker:
    """What each snapshot of the main market goes through before the next is made."""

    def __init__(self, recording: Recording, settlement: Settlement, alerts: Alerts) -> None:
        self._recording = recording
        self._settlement = settlement
        self._alerts = alerts

    async def keep(self) -> None:
        """Write down the minute under way, for those who will ask about it at once."""
        await self._recording.keep()

    async def tick(self, market: MarketSnapshot) -> int:
        """Do all that a snapshot asks for; returns how many people have something to be told."""
        await self._recording.tick(market)
        told = await self._settlement.tick(market)
        return told + await self._alerts.tick(MAIN_MARKET, market)
