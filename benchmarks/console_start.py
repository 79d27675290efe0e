"""From starting the terminal chat to its first answer, and the memory of the running bot.

Start: a fresh process on a fresh SQLite file; the clock stops at the first line of the answer. The rival is the same
interpreter starting and printing one line. Memory: the resident set after a hundred commands, read from the system.

    python -m benchmarks.console_start [--rounds 7]
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def resident_mebibytes(database: Path) -> float:
    """Resident memory after a hundred commands."""
    process = _console(database)
    assert process.stdin is not None
    assert process.stdout is not None
    for number in range(100):
        process.stdin.write(COMMANDS[number % len(COMMANDS)] + "\n")
    process.stdin.write("/privacy\n")
    process.stdin.flush()
    while not process.stdout.readline().startswith("Privacy"):
        pass
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    process.communicate("")
    return int(status.partition("VmRSS:")[2].split()[0]) / MEBIBYTE


def main(rounds: int) -> None:
    """Print medians."""
    with tempfile.TemporaryDirectory() as folder:
        first_answer(Path(folder) / "warm-up.db")
        starts = [first_answer(Path(folder) / f"{number}.db") for number in range(rounds)]
        bare = statistics.median(bare_start() for _ in range(rounds))
        memory = resident_mebibytes(Path(folder) / "memory.db")
    start = statistics.median(starts)
    print(
        f"console, median of {rounds}: first answer {start:.2f} s (best {min(starts):.2f}), "
        f"bare interpreter {bare:.3f} s, ratio {start / bare:.0f}; memory {memory:.0f} MiB"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    main(parser.parse_args().rounds)
