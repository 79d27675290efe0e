"""The command line: `console`, `run`, `backup`, `verify`."""

import argparse
import asyncio
import gc
import sys
from importlib.metadata import PackageNotFoundError, version

from bot.adapters.console.options import add_arguments

OBJECTS = 50_000
"""So many new objects until the collector looks: at the usual 700 it takes a fifth of the start."""
EXIT_FAULT = 1
EXIT_USAGE = 2


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Learn futures margin on paper.")
    parser.add_argument("--version", action="version", version=f"marginalia {_version()}")
    commands = parser.add_subparsers(dest="command", required=True)
    add_arguments(commands.add_parser("console", help="chat in this terminal"))
    run = commands.add_parser(
        "run", help="serve Telegram and Discord, with the settings of the environment or .env"
    )
    run.add_argument("--check", action="store_true", help="validate settings, texts and database, and exit")
    backup = commands.add_parser("backup", help="copy the SQLite database while it is in use")
    backup.add_argument("path")
    verify = commands.add_parser(
        "verify", help="recompute a challenge from its proof; exit 0 if it is as it says"
    )
    verify.add_argument("file")
    given = parser.parse_args(arguments)
    gc.set_threshold(OBJECTS)
    try:
        match given.command:
            case "console":
                from bot.terminal import run_console

                return asyncio.run(run_console(given))
            case "run":
                from bot.serving import run_fronts

                return asyncio.run(run_fronts(check=given.check))
            case "verify":
                return _verify(given.file)
            case _:
                from bot.serving import run_backup

                return asyncio.run(run_backup(given.path))
    except KeyboardInterrupt:
        return 130


def _verify(file: str) -> int:
    from pathlib import Path

    from bot.services.challenges.verify import verified

    code, lines = verified(Path(file))
    print("\n".join(lines))
    return code


def _version() -> str:
    try:
        return version("marginalia")
    except PackageNotFoundError:
        return "0.1.0"


if __name__ == "__main__":
    sys.exit(main())
