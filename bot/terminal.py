"""The entry point of the terminal chat."""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from bot.adapters.console import ConsoleFront, ConsoleOptions, at_terminal, from_namespace
from bot.bootstrap import Bot, Plan, build
from bot.content.catalogue import load_languages
from bot.faults import explained
from bot.market import find_contract, parse_price
from bot.telemetry import Telemetry
from engine.contracts import load_contracts

IN_MEMORY = "sqlite+aiosqlite://"
KEPT = "data/marginalia.db"
FILES = "files"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


async def run_console(given: argparse.Namespace) -> int:
    """Chat until the input ends; returns the exit code."""
    options = from_namespace(given)
    level = os.environ.get("LOG_LEVEL") or "ERROR"
    if level.upper() not in LEVELS:
        print(f"marginalia: LOG_LEVEL: Input should be one of {', '.join(LEVELS)}", file=sys.stderr)
        return 2
    if sys.stdin is None or sys.stdout is None:
        return 0  # nobody to talk to
    telemetry = Telemetry(level)
    interactive = at_terminal(sys.stdin, sys.stdout, os.environ.get("TERM")) and not options.json
    try:
        plan = _plan(options, interactive=interactive)
        async with build(plan, telemetry, load_languages(thorough=False)) as bot:
            await _chat(bot, options, plan.database, interactive=interactive)
    except Exception as fault:
        line = explained(fault)
        if line is None:
            raise
        print(line, file=sys.stderr)
        return 1
    return 0


async def _chat(bot: Bot, options: ConsoleOptions, database: str, *, interactive: bool) -> None:
    front = ConsoleFront(
        bot.router,
        bot.control,
        me=options.user,
        json=options.json,
        stdin=sys.stdin,
        stdout=sys.stdout,
        interactive=interactive,
        language=options.language,
        telemetry=bot.telemetry,
        files=_folder(database),
    )
    bot.notifier.serve_through((front,))
    bot.quiz_nights.posting.serve_through((front,))
    still = not interactive and options.seed is not None and options.market != "live"
    market = None if still else asyncio.create_task(bot.live() if interactive else bot.follow())
    try:
        await front.serve()
    finally:
        if market is not None:
            market.cancel()
            await asyncio.gather(market, return_exceptions=True)


def _plan(options: ConsoleOptions, *, interactive: bool) -> Plan:
    return Plan(
        database=_database(options.db, interactive=interactive),
        market=options.market,
        prices=_prices(options.prices),
        tape=options.tape,
        speed=options.speed or Decimal(1),
        seed=options.seed,
        spread=options.spread,
        slippage=options.slippage,
        ws_url=os.environ.get("MARKET_WS_URL") or None,
        balance=options.wallet,
        language=options.language,
        gate=options.gate,
    )


def _database(path: str | None, *, interactive: bool) -> str:
    """The database: --db, else DATABASE_URL, else a file for a person at a terminal and memory for piped lines."""
    if path is None and os.environ.get("DATABASE_URL"):
        return os.environ["DATABASE_URL"]
    if path is None and not interactive:
        return IN_MEMORY
    return f"sqlite+aiosqlite:///{path or KEPT}"


def _folder(database: str) -> Path | None:
    """Where files that come with answers are kept: beside a database that is a file, else in a temporary folder."""
    place = database.removeprefix("sqlite+aiosqlite:///")
    return None if place == database or not place else Path(place).parent / FILES


def _prices(given: Mapping[str, Decimal]) -> dict[str, Decimal]:
    contracts = load_contracts()
    found = {name: find_contract(name, contracts) for name in given}
    return {found[name].symbol: parse_price(str(price), found[name]) for name, price in given.items()}
