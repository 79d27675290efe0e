"""What a challenge's account may not do: trade before the start or after the end, beyond the cap, in other coins."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.reply import plain
from bot.services.challenges.rules import Pace
from bot.services.challenges.stage import Stage, ended_for, rules_of, stage_of, symbols_of
from bot.services.turn import BotTurn
from bot.storage import challenges
from engine.account import MarginAccount
from engine.intents import ChangeLeverage, Intent, Open, Place

Cooled = Callable[[BotTurn], Awaitable[datetime | None]]
"""Until when who asks may open nothing, after a liquidation; None: they may."""


class AgainstRules(Exception):
    """An order or a setting that the challenge's rules do not allow; nothing was done. `code` names the rule."""

    def __init__(self, code: str, **figures: Any) -> None:
        super().__init__(code)
        self.code = code
        self.figures = figures

    @property
    def data(self) -> Mapping[str, Any]:
        """What its answer needs."""
        return {"code": self.code, "figures": plain(self.figures)}


class Limits:
    """Lets intents on a challenge's account pass, or refuses them."""

    def __init__(self, cooled: Cooled | None = None) -> None:
        self._cooled = cooled

    async def check(self, turn: BotTurn, intents: Sequence[Intent]) -> None:
        """Let intents pass; raises AgainstRules."""
        challenge = await turn.challenge()
        if challenge is None:
            return
        rules, stage = rules_of(challenge), stage_of(challenge, turn.now)
        if stage is Stage.LOBBY:
            raise AgainstRules("not-begun", at=challenge.starts_at.isoformat())
        account = await turn.account()
        member = await challenges.member_of_account(turn.unit, account.id)
        over = stage is not Stage.RUNNING or (
            rules.pace is not Pace.TOGETHER and turn.now >= challenge.ends_at
        )
        if over or member is None or ended_for(member):
            raise AgainstRules("over")
        allowed = symbols_of(challenge)
        for each in intents:
            leverage = leverage_of(each, account.state)
            if leverage > rules.cap:
                raise AgainstRules("leverage", leverage=leverage, cap=rules.cap)
            symbol = symbol_of(each)
            if allowed and symbol is not None and symbol not in allowed:
                raise AgainstRules("coin", coin=symbol, coins=list(allowed))
        if self._cooled is not None and any(symbol_of(each) is not None for each in intents):
            until = await self._cooled(turn)
            if until is not None and turn.now < until:
                raise AgainstRules("cooling", at=until.isoformat())


def leverage_of(intent: Intent, account: MarginAccount) -> int:
    """The leverage that an intent sets, opens with or may open with later; 0 for one that does nothing of it."""
    match intent:
        case ChangeLeverage():
            return intent.leverage
        case Open():
            settings = account.settings_of(intent.symbol)
            return settings.leverage if intent.leverage is None else intent.leverage
        case Place() if not intent.order.closes:
            return account.settings_of(intent.order.symbol).leverage
        case _:
            return 0


def symbol_of(intent: Intent) -> str | None:
    """The contract that an intent opens a position in; None for one that opens none."""
    match intent:
        case Open():
            return intent.symbol
        case Place() if not intent.order.closes:
            return intent.order.symbol
        case _:
            return None
