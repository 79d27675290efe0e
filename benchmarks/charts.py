"""Pictures: how soon the first comes, how long the next take, and what the bot feels of it.

Each round starts a worker anew. The first picture is timed from nothing running; then every kind in both themes. The
lag of the event loop is how much later than asked a sleep of 2 ms ends while 20 pictures are drawn in a row; the rival
is the same sleep with nothing to do, and the same picture drawn in the loop's own process (in a third process, so that
matplotlib does not stay in this one). Resident memory is the worker's at the end, and this process's before and after.

    python -m benchmarks.charts [--rounds 5]
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot.charts.charts import Charts
from bot.charts.spec import ChartSpec, Theme
from tests.charts.samples import SAMPLES, SPANISH, candles

IN_A_ROW = 20
_TICK = 0.002
_IN_LOOP = """
import asyncio
from benchmarks.charts import lag_while
from bot.charts.drawing.draw import draw
from bot.charts.spec import Theme
from tests.charts.samples import SPANISH, candles
draw(candles(SPANISH, Theme.LIGHT)).png()
async def work():
    for _ in range(20):
        draw(candles(SPANISH, Theme.LIGHT)).png()
        await asyncio.sleep(0)
print(asyncio.run(lag_while(work)))
"""


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds and MiB of one round."""

    first: float
    pictures: tuple[float, ...]
    idle_lag: float
    lag: float
    worker: float
    own_before: float
    own_after: float
    largest: int
    first_cpu: float
    cpu: float


def resident_mebibytes(process_id: int) -> float:
    """Resident memory of a process, as the system tells it."""
    status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def cpu_seconds(process_id: int) -> float:
    """Time that a process has had on a processor, so that a busy machine does not count."""
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: list[float], share: float) -> float:
    """The value below which a share of the others lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def lag_while(work: Callable[[], Awaitable[None]]) -> float:
    """Seconds by which sleeps end late while something is done, 99th percentile."""
    late: list[float] = []
    task = asyncio.ensure_future(work())
    while not task.done():
        started = time.perf_counter()
        await asyncio.sleep(_TICK)
        late.append(time.perf_counter() - started - _TICK)
    await task
    return percentile(late, 0.99)


async def one_round() -> Round:
    """Start a worker, draw, and measure."""
    before = resident_mebibytes(os.getpid())
    charts = Charts()
    started = time.perf_counter()
    await charts.draw(candles(SPANISH, Theme.LIGHT))
    first = time.perf_counter() - started
    assert charts.worker_id is not None
    first_cpu = cpu_seconds(charts.worker_id)
    seconds: list[float] = []
    largest = 0
    for theme in Theme:
        for sample in SAMPLES:
            spec: ChartSpec = sample(SPANISH, theme)
            started = time.perf_counter()
            picture = await charts.draw(spec)
            seconds.append(time.perf_counter() - started)
            largest = max(largest, len(picture))

    cpu = (cpu_seconds(charts.worker_id) - first_cpu) / len(seconds)

    async def row() -> None:
        for number in range(IN_A_ROW):
            await charts.draw(SAMPLES[number % len(SAMPLES)](SPANISH, Theme.DARK))

    idle = await lag_while(lambda: asyncio.sleep(1))
    lag = await lag_while(row)
    assert charts.worker_id is not None
    worker = resident_mebibytes(charts.worker_id)
    await charts.close()
    after = resident_mebibytes(os.getpid())
    return Round(first, tuple(seconds), idle, lag, worker, before, after, largest, first_cpu, cpu)


def main(rounds: int) -> None:
    """Print medians."""
    done = [asyncio.run(one_round()) for _ in range(rounds)]
    in_loop = subprocess.run((sys.executable, "-c", _IN_LOOP), check=True, capture_output=True, text=True)

    def median(value: Callable[[Round], float]) -> float:
        return statistics.median(value(it) for it in done)

    pictures = [seconds for it in done for seconds in it.pictures]
    print(
        f"charts, median of {rounds}: first picture {median(lambda it: it.first):.2f} s after nothing; then "
        f"{statistics.median(pictures) * 1000:.0f} ms, p99 {percentile(pictures, 0.99) * 1000:.0f} ms; "
        f"of processor time {median(lambda it: it.first_cpu):.2f} s and {median(lambda it: it.cpu) * 1000:.0f} ms; "
        f"largest file {max(it.largest for it in done) / 1000:.0f} kB"
    )
    print(
        f"loop lag p99 while {IN_A_ROW} are drawn: {median(lambda it: it.lag) * 1000:.1f} ms; idle "
        f"{median(lambda it: it.idle_lag) * 1000:.1f} ms; drawn in the loop itself {float(in_loop.stdout) * 1000:.0f} ms"
    )
    print(
        f"memory: worker {median(lambda it: it.worker):.0f} MiB; own {done[0].own_before:.1f} MiB before the first, "
        f"{done[-1].own_after:.1f} MiB after {rounds * (1 + 2 * len(SAMPLES) + IN_A_ROW)} pictures; "
        f"matplotlib loaded here: {'matplotlib' in sys.modules}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    main(parser.parse_args().rounds)
