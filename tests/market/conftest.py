from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from bot.core.clock import ManualClock
from engine.contracts import Contract, load_contracts

START = datetime(2026, 3, 1, 5, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def contracts() -> Mapping[str, Contract]:
    return load_contracts()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)
