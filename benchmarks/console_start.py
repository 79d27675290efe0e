"""From starting the terminal chat to its first answer, and the memory of the running bot.

Start: a fresh process, on a database that was used before and on a new one (which the migrations fill first); the
clock stops at the first line of the answer. The rival is the same interpreter starting and printing one line. Memory:
the resident set after a few hundred commands, of the terminal chat and of the server with both fronts on local fakes.

    python -m benchmarks.console_start [--rounds 7]
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.e2e.running import serving
from tests.e2e.test_serving import discord_settings, telegram_settings
from tests.fakes.discord_payloads import Person as DiscordPerson
from tests.fakes.discord_server import DiscordServer
from tests.fakes.telegram_server import TelegramServer

COMMANDS = (
    "/start",
    "/price btc",
    "/open btc long 5x isolated",
    "!press Confirm",
    "/positions",
    "/why liquidation btc",
)
MEBIBYTE = 1024


def _console(database: Path) -> "subprocess.Popen[str]":
    arguments = ("-m", "bot", "console", "--market", "fixed", "--price", "BTC=50000", "--db", str(database))
    return subprocess.Popen(
        (sys.executable, *arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )


def first_answer(database: Path) -> float:
    """Seconds from start to the first line of the first answer."""
    started = time.perf_counter()
    process = _console(database)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("/start\n")
    process.stdin.flush()
    line = process.stdout.readline()
    seconds = time.perf_counter() - started
    assert "Marginalia" in line, line
    process.communicate("")
    return seconds


def bare_start() -> float:
    """Seconds for the interpreter alone."""
    started = time.perf_counter()
    subprocess.run((sys.executable, "-c", "print('hello')"), check=True, capture_output=True)
    return time.perf_counter() - started


def resident_mebibytes(process_id: int) -> float:
    """Resident memory of a process, as the system tells it."""
    status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / MEBIBYTE


def console_memory(database: Path) -> float:
    """MiB of the terminal chat after a hundred commands."""
    process = _console(database)
    assert process.stdin is not None
    assert process.stdout is not None
    for number in range(100):
        process.stdin.write(COMMANDS[number % len(COMMANDS)] + "\n")
    process.stdin.write("/privacy\n")
    process.stdin.flush()
    while not process.stdout.readline().startswith("Privacy"):
        pass
    memory = resident_mebibytes(process.pid)
    process.communicate("")
    return memory


async def server_memory(folder: Path) -> float:
    """MiB of `python -m bot run` with both fronts, after three hundred commands on Telegram and one on Discord."""
    async with TelegramServer(validate=False) as telegram, DiscordServer() as discord:
        settings = telegram_settings(telegram) | discord_settings(discord)
        async with serving(folder, **settings) as run:
            people = [telegram.person(f"P{number}") for number in range(10)]
            for number in range(300):
                telegram.say(people[number % 10], COMMANDS[number % 3])
            await telegram.until(lambda: telegram.count >= 300, 120)
            await discord.slash(DiscordPerson("Dana"), "price")
            return resident_mebibytes(run.process.pid)


def main(rounds: int) -> None:
    """Print medians."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cold = [first_answer(folder / f"{number}.db") for number in range(rounds)]
        warm = [first_answer(folder / "0.db") for _ in range(rounds)]
        bare = statistics.median(bare_start() for _ in range(rounds))
        console = console_memory(folder / "memory.db")
        server = asyncio.run(server_memory(folder))
    start, first = statistics.median(warm), statistics.median(cold)
    print(
        f"console, median of {rounds}: first answer {start:.2f} s (best {min(warm):.2f}), with a new database "
        f"{first:.2f} s; bare interpreter {bare:.3f} s, ratio {start / bare:.0f}"
    )
    print(f"memory: terminal chat {console:.0f} MiB, both fronts {server:.0f} MiB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    main(parser.parse_args().rounds)
