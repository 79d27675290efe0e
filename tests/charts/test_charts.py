"""The worker process: started late, drawn in turn, killed when it must be, and gone in the end."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from bot.charts.charts import ChartFailed, Charts, Reason
from bot.charts.drawing.draw import draw
from bot.charts.spec import ChartSpec, Theme
from tests.charts import samples
from tests.charts.samples import ENGLISH

SPEC = samples.quiz_result(ENGLISH, Theme.LIGHT)
BROKEN = replace(samples.candles(ENGLISH, Theme.LIGHT), bars=())
ROOT = Path(__file__).resolve().parents[2]
SOON = 20.0
in_one_loop = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def open_charts(
    *, limit: float = 5, waiting: int = 32, renewed_after: int = 500
) -> AsyncIterator[Charts]:
    charts = Charts(limit=limit, waiting=waiting, renewed_after=renewed_after)
    try:
        yield charts
    finally:
        await charts.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON):
        while not true():  # noqa: ASYNC110 - a process outside says nothing when it ends
            await asyncio.sleep(0.01)


def alive(process_id: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        status = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def known(process_id: int) -> bool:
    return Path(f"/proc/{process_id}").exists()


async def fails(charts: Charts, reason: Reason, spec: ChartSpec = SPEC) -> ChartFailed:
    with pytest.raises(ChartFailed) as caught:
        await charts.draw(spec)
    assert caught.value.reason is reason
    return caught.value


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Charts]:
    """One worker for the tests that leave it as it is, started by a bot that knows a secret."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TELEGRAM_TOKEN", "1:secret")
        async with open_charts() as charts:
            assert charts.worker_id is None, "it starts with the first picture"
            await charts.draw(SPEC)
            worker = charts.worker_id
            assert worker is not None
            folder = variable_of(worker, "HOME")
            yield charts
            assert charts.worker_id == worker
    assert not known(worker)
    assert not exists(folder)


def variables_of(worker: int) -> list[str]:
    return Path(f"/proc/{worker}/environ").read_text(encoding="utf-8").split("\0")


def variable_of(worker: int, name: str) -> str:
    return next(it for it in variables_of(worker) if it.startswith(f"{name}=")).partition("=")[2]


def exists(path: str) -> bool:
    return Path(path).exists()


@in_one_loop
async def test_all_pictures_come_from_one_worker(shared: Charts) -> None:
    worker = shared.worker_id
    first, *others = await asyncio.gather(*(shared.draw(SPEC) for _ in range(5)))
    assert first == draw(SPEC).png(), "no fonts and no settings of this machine are in it"
    assert set(others) == {first}
    assert shared.worker_id == worker


@in_one_loop
async def test_the_worker_sees_no_secret_and_no_home(shared: Charts) -> None:
    assert shared.worker_id is not None
    variables = variables_of(shared.worker_id)
    assert not [it for it in variables if "secret" in it]
    home = variable_of(shared.worker_id, "HOME")
    assert variable_of(shared.worker_id, "MPLCONFIGDIR") == home
    assert "marginalia-charts-" in home


@in_one_loop
async def test_a_fault_costs_the_picture_and_not_the_worker(shared: Charts) -> None:
    worker = shared.worker_id
    fault = await fails(shared, Reason.FAULT, BROKEN)
    assert fault.detail.startswith("ValueError at merged:")
    assert (await shared.draw(SPEC)).startswith(b"\x89PNG")
    assert shared.worker_id == worker


@in_one_loop
async def test_an_interrupt_is_for_the_bot_alone(shared: Charts) -> None:
    worker = shared.worker_id
    assert worker is not None
    assert os.getpgid(worker) != os.getpgid(0)
    os.kill(worker, signal.SIGINT)
    await shared.draw(SPEC)
    assert shared.worker_id == worker


async def test_a_worker_that_dies_or_hangs_is_replaced() -> None:
    async with open_charts(limit=1.0) as charts:
        await charts.draw(SPEC)
        first = charts.worker_id
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: charts.worker_id is None)

        await charts.draw(SPEC)
        second = charts.worker_id
        assert second not in (None, first)
        assert second is not None
        os.kill(second, signal.SIGSTOP)
        drawing = asyncio.ensure_future(fails(charts, Reason.DIED))
        await asyncio.sleep(0.1)
        os.kill(second, signal.SIGKILL)
        await drawing

        await charts.draw(SPEC)
        third = charts.worker_id
        assert third is not None
        os.kill(third, signal.SIGSTOP)
        started = time.perf_counter()
        await fails(charts, Reason.TIMEOUT)
        assert 1.0 <= time.perf_counter() - started < SOON
        await until(lambda: not any(map(known, (first, second, third))))


async def test_the_queue_is_bounded_and_close_sends_everybody_home() -> None:
    async with open_charts(waiting=3) as charts:
        await charts.draw(SPEC)
        worker = charts.worker_id
        assert worker is not None
        os.kill(worker, signal.SIGSTOP)
        waiting = [asyncio.ensure_future(fails(charts, Reason.CLOSED)) for _ in range(3)]
        await asyncio.sleep(0.05)
        await fails(charts, Reason.BUSY)
        await charts.close()
        await asyncio.gather(*waiting)
        assert not known(worker)
        await fails(charts, Reason.CLOSED)
        await charts.close()


async def test_a_caller_who_leaves_takes_nothing_from_the_next() -> None:
    """The answer to a picture nobody waits for any more must not become the answer to another."""
    async with open_charts() as charts:
        await charts.draw(SPEC)
        leaving = asyncio.ensure_future(charts.draw(samples.progress(ENGLISH, Theme.DARK)))
        await asyncio.sleep(0.01)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert await charts.draw(SPEC) == draw(SPEC).png()


async def test_a_worker_is_renewed_after_its_share_of_pictures() -> None:
    async with open_charts(renewed_after=1) as charts:
        await charts.draw(SPEC)
        assert charts.worker_id is None


ORPHAN = """
import asyncio
from bot.charts.charts import Charts
from bot.charts.spec import Theme
from tests.charts import samples
async def main():
    charts = Charts()
    await charts.draw(samples.quiz_result(samples.ENGLISH, Theme.LIGHT))
    print(charts.worker_id, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_the_worker_ends_with_a_bot_that_was_killed() -> None:
    with subprocess.Popen(  # noqa: ASYNC220 - a moment
        (sys.executable, "-c", ORPHAN), cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as bot:
        assert bot.stdout is not None
        worker = int(await asyncio.to_thread(bot.stdout.readline))
        assert alive(worker)
        folder = variable_of(worker, "HOME")
        assert exists(folder)
        bot.kill()
    await until(lambda: not alive(worker))
    assert not exists(folder)


IMPORTS = """
import sys
import bot.charts.charts, bot.charts.condense, bot.charts.figures, bot.charts.spec, bot.charts.text, bot.charts.worker
from bot.charts.spec import Theme
from tests.charts.samples import ENGLISH, SAMPLES
for sample in SAMPLES:
    bot.charts.text.text_chart(sample(ENGLISH, Theme.LIGHT))
print(sorted({name.partition(".")[0] for name in sys.modules} & {"matplotlib", "numpy", "PIL"}))
"""


def test_the_bots_own_process_never_loads_matplotlib() -> None:
    done = subprocess.run(
        (sys.executable, "-c", IMPORTS), cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "[]\n"
