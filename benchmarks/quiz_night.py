"""A quiz night of ten questions with many players: how long a press takes, and the scoreboard after the last answer.

On the real bot with a database in memory and the tests' front for groups, so without any network.

    python -m benchmarks.quiz_night [--players 100]
"""

import argparse
import asyncio
from statistics import median
from time import perf_counter

from tests.fakes.nights import night_talking

ROUNDS = 10
NIGHTS = 3


async def night(players: int) -> tuple[float, float]:
    """Seconds of a press, the mean over all, and of the last step up to the scoreboard."""
    async with night_talking() as talk:
        await talk.say(f"/quiznight {ROUNDS} 20s", "ann", "lounge")
        await talk.settle()
        await talk.press_in("Start now", "ann")
        await talk.settle(seconds=5)
        clock = talk.night_clock
        assert clock is not None
        pressing = last = 0.0
        for _ in range(ROUNDS):
            card = talk.card()
            started = perf_counter()
            for number in range(players):
                await talk.press("1", f"p{number}", card, room="lounge")
            pressing += perf_counter() - started
            await talk.settle(seconds=20)
            talk.later(seconds=15)
            started = perf_counter()
            await clock.drain()
            last = perf_counter() - started
        return pressing / ROUNDS / players, last


async def main(players: int) -> None:
    found = [await night(players) for _ in range(NIGHTS)]
    press, board = (median(each) for each in zip(*found, strict=True))
    print(
        f"{players} players, {ROUNDS} questions: a press {press * 1e3:.1f} ms, the scoreboard {board * 1e3:.0f} ms"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--players", type=int, default=100)
    asyncio.run(main(parser.parse_args().players))
