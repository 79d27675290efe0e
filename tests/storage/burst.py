"""A process that trades as fast as it can and prints the number of each unit once its commit has returned.

python -m tests.storage.burst URL FIRST
"""

import asyncio
import itertools
import sys

from bot.core.identity import Platform
from bot.storage import Store, accounts, conversation
from bot.storage.accounts import Account
from engine.exchange import decide
from tests.storage.scene import AT, learner, market, next_intent


async def burst(url: str, first: int) -> None:
    """Four learners at once, until the process is killed."""
    store = await Store.open(url)
    numbers = itertools.count(first)
    print("ready", flush=True)
    learners = [await learner(store) for _ in range(4)]
    await asyncio.gather(*(trade_on(account, store, numbers) for _, account in learners))


async def trade_on(account: Account, store: Store, numbers: "itertools.count[int]") -> None:
    """One learner's trades."""
    prices = market({"BTCUSDT": "50000"})
    for number in numbers:
        async with store.unit() as unit:
            await unit.lock(f"account:{account.id}")
            current = await accounts.load(unit, account.id)
            events = decide(next_intent(current, number), current.state, prices)
            answer = {"account": account.id, "version": current.state.version + len(events)}
            accounts.record(unit, current, events, AT)
            conversation.mark(unit, Platform.CONSOLE, str(number), answer, AT)
        print(number, flush=True)


if __name__ == "__main__":
    asyncio.run(burst(sys.argv[1], int(sys.argv[2])))
