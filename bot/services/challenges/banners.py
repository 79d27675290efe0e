"""What stands above notices about a challenge's account, whatever its market."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.services.challenges.stage import banner_of
from bot.storage import UnitOfWork, accounts, challenges
from bot.storage.accounts import Account


async def notice_banner(
    unit: UnitOfWork, account: Account, of_market: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The line above a notice about an account: a challenge's says which; `of_market` is what its market says."""
    if account.kind != accounts.CHALLENGE or of_market.get("kind") == "challenge":
        return dict(of_market)
    member = await challenges.member_of_account(unit, account.id)
    challenge = None if member is None else await challenges.find(unit, member.challenge_id)
    return dict(of_market) if challenge is None else banner_of(challenge, of_market, now)
