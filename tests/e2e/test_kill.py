"""kill −9 in the middle of a burst: what was acknowledged is there, nothing is there twice, and the books balance.

Each order of a burst has a quantity of its own, so that the journal tells exactly which ones were carried out. A figure
is printed at the end (`-s` shows it).
"""

import asyncio
import json
import random
import sqlite3
import subprocess
import time
from collections import Counter
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from tests.e2e.books import audited, url_of
from tests.e2e.running import PATIENCE, PROGRAM, environment, serving
from tests.fakes.telegram_objects import Person
from tests.fakes.telegram_server import TelegramServer

STEP = Decimal("0.001")
PEOPLE = tuple(
    f"learner{number}" for number in range(12)
)  # few orders each: nobody is held up for asking too much
ROUNDS, ORDERS = 5, 150  # all quantities stay below one: 1.001 may be written for a thousand and one


async def test_the_terminal_loses_no_acknowledged_trade(tmp_path: Path) -> None:
    chance = random.Random(20251010)
    database = tmp_path / "paper.db"
    numbers = count(1)
    sent: list[Decimal] = []
    acknowledged: list[Decimal] = []
    carried_out: Counter[Decimal] = Counter()
    started = time.monotonic()
    for _ in range(ROUNDS):
        await burst(database, chance, numbers, sent, acknowledged)
        carried_out = (await audited(database)).trades
        assert set(carried_out.values()) <= {1}, "carried out twice"
        assert set(acknowledged) <= carried_out.keys(), "acknowledged and lost"
        assert carried_out.keys() <= set(sent)
    print(
        f"\nterminal: {ROUNDS} kills, {len(sent)} orders written, {len(acknowledged)} acknowledged, "
        f"{len(carried_out)} carried out, in {time.monotonic() - started:.1f} s"
    )
    assert len(acknowledged) >= ROUNDS * 5


async def burst(
    database: Path,
    chance: random.Random,
    numbers: "count[int]",
    sent: list[Decimal],
    acknowledged: list[Decimal],
) -> None:
    """Write orders faster than they are answered, and kill the process after some of the answers."""
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        *("console", "--json", "--market", "fixed", "--price", "BTC=50000", "--wallet", "1000000000"),
        *("--db", str(database)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=database.parent,
        env=environment(),
    )
    assert process.stdin
    assert process.stdout
    lines = [f"@{who} /settings confirm off" for who in PEOPLE]
    for _ in range(ORDERS):
        quantity = (next(numbers) * STEP).normalize()
        sent.append(quantity)
        lines.append(f"@{chance.choice(PEOPLE)} /open btc long 3x {quantity:f}btc")
    process.stdin.write("".join(f"{line}\n" for line in lines).encode())
    wanted = chance.randrange(5, 120)
    async with asyncio.timeout(PATIENCE):
        for answered in range(1, 10_000):
            line = await process.stdout.readline()
            assert line, "it ended by itself"
            acknowledge(json.loads(line), acknowledged)
            if answered == wanted + len(PEOPLE):
                await asyncio.sleep(chance.random() * 0.02)
                process.kill()
                break
        for line in (await process.stdout.read()).split(b"\n"):
            if line.endswith(b"}"):  # what came out before the end is an acknowledgement too
                acknowledge(json.loads(line), acknowledged)
        await process.wait()
    process.stdin.close()


def acknowledge(message: dict[str, Any], acknowledged: list[Decimal]) -> None:
    if message["template"] == "settings":
        return
    assert message["template"] == "traded", message
    assert len(message["data"]["fills"]) == 1
    acknowledged.append(Decimal(message["data"]["fills"][0]["quantity"]).normalize())


async def test_telegram_gets_every_order_exactly_once(tmp_path: Path) -> None:
    chance = random.Random(20200312)
    database = tmp_path / "paper.db"
    numbers = count(1)
    sent: list[Decimal] = []
    started = time.monotonic()
    async with TelegramServer(validate=False) as server:
        people = [server.person(name) for name in PEOPLE]
        settings = {
            "TELEGRAM_TOKEN": server.token,
            "TELEGRAM_BASE_URL": server.base_url,
            "DATABASE_URL": url_of(database),
            "PAPER_BALANCE": "1000000000",
        }
        for who in people:
            server.say(who, "/settings confirm off")
        for turn in range(ROUNDS):
            async with serving(tmp_path, **settings) as run:
                await run.up("telegram")
                for _ in range(60):
                    quantity = (next(numbers) * STEP).normalize()
                    sent.append(quantity)
                    server.say(chance.choice(people), f"/open btc long 3x {quantity:f}btc")
                seen = server.count + chance.randrange(5, 50)
                await server.until(lambda seen=seen: server.count >= seen, PATIENCE)  # type: ignore[misc]
                await asyncio.sleep(chance.random() * 0.02)
                await run.kill()
            books = await audited(database)
            assert set(books.trades.values()) <= {1}, f"carried out twice in round {turn}"
            assert acknowledged(server, people) <= books.trades.keys()
        async with serving(tmp_path, **settings) as run:
            await server.until(lambda: not server.updates, PATIENCE)
            assert await run.terminate() == 0
        books = await audited(database)
        assert sorted(books.trades.elements()) == sorted(sent)
        assert acknowledged(server, people) == set(sent)
    with sqlite3.connect(database) as raw:
        (marks,) = raw.execute("SELECT count(*) FROM processed WHERE platform = 'telegram'").fetchone()
    raw.close()
    assert marks == len(sent) + len(people)
    print(
        f"\nTelegram: {ROUNDS} kills, {len(sent)} orders of {len(people)} people, each carried out once, "
        f"{server.count - len(sent) - len(people)} answers given again, in {time.monotonic() - started:.1f} s"
    )


def acknowledged(server: TelegramServer, people: list[Person]) -> set[Decimal]:
    """The quantities whose orders people saw carried out."""
    found = set()
    for who in people:
        for shown in server.shown(who):
            line = next(
                (each for each in shown.text.splitlines() if each.startswith(("Opened", "Added"))), None
            )
            if line is not None:
                amount = next(word for word in line.split() if word[:1].isdigit())
                found.add(Decimal(amount.replace(",", "")).normalize())
    return found
