"""The bot as its users start it: `python -m bot …` in a process of its own, in a folder of its own."""

import asyncio
import io
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog

from bot.__main__ import main
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
# Warnings are errors here too, but for the one that discord.py's import of audioop causes.
PROGRAM = (
    *(sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning:discord.player"),
    *("-m", "bot"),
)
PATIENCE = 60.0  # seconds for a whole process on a busy machine


def environment(**settings: str) -> dict[str, str]:
    """These settings and nothing of the caller's."""
    return {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **settings}


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that ran to its end."""

    code: int
    out: str
    err: str

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The objects that `--json` printed, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def bot(
    folder: Path,
    *words: str,
    stdin: bytes | str = b"",
    through: Sequence[str] = (),
    **settings: str,
) -> Ended:
    """Run `python -m bot WORDS` to its end; `through` is a command that starts it."""
    done = subprocess.run(
        [*through, *PROGRAM, *words],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        cwd=folder,
        env=environment(**settings),
        timeout=PATIENCE,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def in_process(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    *words: str,
    **settings: str,
) -> Ended:
    """The same without a process of its own, which takes a second: for what ends before anything is served."""
    with monkeypatch.context() as patch:
        for name in os.environ.keys() & {each.upper() for each in Settings.model_fields}:
            patch.delenv(name)
        for name, value in settings.items():
            patch.setenv(name, value)
        patch.chdir(folder)
        capsys.readouterr()
        try:
            code = main(list(words))
        except SystemExit as ended:
            code = int(str(ended.code))
        finally:
            structlog.reset_defaults()  # the log of that run wrote to what capsys takes away again
    return Ended(code, *capsys.readouterr())


def console(folder: Path, lines: Sequence[str], *options: str, **settings: str) -> list[dict[str, Any]]:
    """The messages that lines are answered with on the terminal front, as the objects of `--json`."""
    done = bot(
        folder, "console", "--json", *options, stdin="".join(f"{line}\n" for line in lines), **settings
    )
    assert (done.code, done.err) == (0, ""), done
    return done.messages


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@dataclass(slots=True)
class Served:
    """`python -m bot run` under way."""

    process: asyncio.subprocess.Process
    port: int
    log_file: Path

    @property
    def log(self) -> str:
        """All that was printed so far."""
        return self.log_file.read_text()

    async def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page of its web server; status 0 where nobody listens."""
        return await self.request("GET", path)

    async def request(
        self, method: str, path: str, body: bytes | io.BytesIO | None = None, **headers: str
    ) -> tuple[int, str]:
        """Status and body of any request to its web server; status 0 where nobody listens."""
        url = f"http://127.0.0.1:{self.port}{path}"
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
                session.request(method, url, data=body, headers=headers) as response,
            ):
                return response.status, await response.text()
        except aiohttp.ClientError:
            return 0, ""

    async def up(self, *platforms: str) -> None:
        """Wait until these fronts serve."""
        wanted = {f'marginalia_front_up{{platform="{each}"}} 1.0' for each in platforms}
        async with asyncio.timeout(PATIENCE):
            while not wanted <= set((await self.get("/metrics"))[1].splitlines()):
                assert self.process.returncode is None, self.log
                await asyncio.sleep(0.05)

    async def logged(self, text: str) -> None:
        """Wait until the log holds a text."""
        async with asyncio.timeout(PATIENCE):
            while text not in self.log:
                assert self.process.returncode is None, self.log
                await asyncio.sleep(0.05)

    async def ended(self) -> int:
        """The exit code, waiting for the end."""
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()

    async def terminate(self) -> int:
        """Ask it to end; the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def kill(self) -> None:
        """End it as a loss of power would."""
        if self.process.returncode is None:
            self.process.kill()
        await self.ended()


@asynccontextmanager
async def serving(folder: Path, **settings: str) -> AsyncIterator[Served]:
    """`python -m bot run` with these settings; killed at the end of the block if it still runs."""
    port = free_port()
    log_file = folder / "run.log"
    with log_file.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *PROGRAM,
            "run",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=environment(
                **{"HTTP_PORT": str(port), "MARKET": "fixed", "MARKET_PRICES": "BTC=50000"} | settings
            ),
        )
    served = Served(process, port, log_file)
    try:
        yield served
    finally:
        await served.kill()
