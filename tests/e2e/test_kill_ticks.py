"""kill −9 while prices jump: each liquidation and each stop is booked once and told at least once.

`make kills ARGS=200` kills as often as it says.
"""

import asyncio
import json
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.e2e.books import audited
from tests.e2e.running import PATIENCE, ROOT, environment

KILLS = 5


async def test_what_is_booked_is_told(tmp_path: Path) -> None:
    print(await killed(tmp_path, KILLS, seed=20200312))


async def killed(folder: Path, kills: int, seed: int) -> str:
    """Start, kill, audit, again and again; then let it deliver what is left. Returns what was done in a line."""
    chance = random.Random(seed)
    database, delivered = folder / "paper.db", folder / "delivered"
    started = time.monotonic()
    for number in range(kills):
        process = await start(database, delivered, f"{seed}-{number}")
        assert process.stdout
        async with asyncio.timeout(PATIENCE):
            wanted = chance.randrange(1, 25)
            for _ in range(wanted):
                assert await process.stdout.readline(), "it ended by itself"
            await asyncio.sleep(chance.random() * 0.08)
            process.kill()
            await process.wait()
        if number % 10 == 0 or number == kills - 1:
            await audited(database)
    process = await start(database, delivered, "last")
    assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    await audited(database)
    booked, waiting = told(database)
    assert waiting == 0, "what is booked waits to be told"
    sent = Counter(delivered.read_text(encoding="utf-8").splitlines())
    assert set(sent) == set(booked), "told what was not booked, or booked and not told"
    assert max(booked.values()) == 1, "booked twice"
    again = sum(sent.values()) - len(sent)
    assert again <= kills * 60, "more was sent again than can have been under way"
    liquidated = sum(1 for each in booked if " liquidated " in each)
    spent = time.monotonic() - started
    assert liquidated >= kills
    return (
        f"{kills} kills in {spent:.0f} s: {len(booked)} notices, {liquidated} of them liquidations, "
        f"all told, {again} told again"
    )


async def start(database: Path, delivered: Path, seed: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.e2e.ticking", str(database), str(delivered), seed),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment(),
    )


def told(database: Path) -> tuple[Counter[str], int]:
    """The notices that must be told, as the letterbox writes them, and how many deliveries are still due.

    Every transaction that began a liquidation or ended an order has its notice.
    """
    with sqlite3.connect(database) as raw:
        rows = raw.execute(
            'SELECT i."user", n.template, n.data, n.key FROM notices n JOIN identities i USING (person_id)'
        ).fetchall()
        (waiting,) = raw.execute("SELECT count(*) FROM deliveries WHERE due_at IS NOT NULL").fetchone()
        begun = raw.execute(
            "SELECT account_id, count(DISTINCT at) FROM events WHERE kind = 'liquidation-started' GROUP BY 1"
        ).fetchall()
    raw.close()
    of_account = Counter(key.split(":")[1] for _, template, _, key in rows if template == "liquidated")
    assert of_account == Counter(dict(begun)), "a liquidation without its notice, or a notice without it"
    return Counter(
        f"{who} {template} {json.loads(data).get('at')}" for who, template, data, _ in rows
    ), waiting


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        print(asyncio.run(killed(Path(made), int(sys.argv[1]), seed=int(time.time()))))
