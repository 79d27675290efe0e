"""The markets that accounts trade in: the main one for all, each running replay's own, and those of challenges."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.storage import UnitOfWork
from engine.market import MarketSnapshot

MAIN_MARKET = "main"

Loader = Callable[[UnitOfWork, str], Awaitable[None]]
"""Opens a market by its name, if it is one of its own."""


class MarketClosed(Exception):
    """The account's market is not open here: its replay has ended or is not loaded."""


class Markets:
    """Snapshots by the name of the market, and what an answer says of a market that is not the main one.

    `banner` of a market is data for the line above its answers; empty: no line.
    """

    def __init__(self, main: Callable[[], MarketSnapshot], banner: Callable[[], dict[str, Any]]) -> None:
        self._snapshots = {MAIN_MARKET: main}
        self._banners = {MAIN_MARKET: banner}
        self._loaders: list[Loader] = []

    def load_through(self, loader: Loader) -> None:
        """One more who opens markets that are asked for and not open here."""
        self._loaders.append(loader)

    async def ready(self, unit: UnitOfWork, name: str) -> None:
        """Open a market that another process has had open so far."""
        for loader in self._loaders:
            if name not in self._snapshots:
                await loader(unit, name)

    def open(
        self, name: str, snapshot: Callable[[], MarketSnapshot], banner: Callable[[], dict[str, Any]]
    ) -> None:
        """Let accounts trade in one more market."""
        self._snapshots[name] = snapshot
        self._banners[name] = banner

    def close(self, name: str) -> None:
        """Nobody trades there any more."""
        self._snapshots.pop(name, None)
        self._banners.pop(name, None)

    def snapshot(self, name: str) -> MarketSnapshot:
        """A market as it is now. Raises MarketClosed."""
        try:
            return self._snapshots[name]()
        except KeyError:
            raise MarketClosed(name) from None

    def banner(self, name: str) -> dict[str, Any]:
        """What the line above an answer says of a market."""
        return self._banners[name]() if name in self._banners else {}
