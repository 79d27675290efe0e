"""Whatever is typed, pressed or filled in: an answer, no fault, and no trade that was not understood word for word."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.position import MarginMode, Side
from tests.fakes.spoken import registry
from tests.harness import Talk, talking

EXAMPLES = settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class Room:
    """A talk that all examples of a test share, in one event loop."""

    talk: Talk
    runner: asyncio.Runner
    numbers: "count[int]" = field(default_factory=count)

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def versions(self) -> int:
        return int(self.run(self.talk.account()).version)


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with asyncio.Runner() as runner:
        context = talking()
        talk: Talk = runner.run(context.__aenter__())
        runner.run(talk.dialogue("/open btc long 3x 500usdt", "!press Confirm"))
        yield Room(talk, runner)
        runner.run(context.__aexit__(None, None, None))


TYPED = (
    "btc eth doge long short buy sell 5x x5 5 × x 500 2% =5000 0.1btc isolated cross all half add remove 50 "
    "liquidation margin-ratio equity on off utc tp=1 sl= side=long symbol=eth = % $ -5 0 . 1e999 nan ٥ ５x <b> & "
    "{x} %s %(word)s @abc | ; ' \" \\ \u202e \u200b \x00 \ud800 /open /start xmnxw25q kabcdefghijklmnop preview=abc before=1"
)
WORDS = TYPED.split(" ")
NAMES = [each.name for each in registry()]
words = st.sampled_from(WORDS) | st.text(max_size=10)
commands = st.sampled_from([f"/{each}" for each in NAMES] + NAMES + ["/opne", "/clsoe", "opn", "/", "//open"])
lines = (
    st.text(max_size=200)
    | st.lists(words, max_size=10).map(" ".join)
    | st.builds(lambda name, rest: " ".join((name, *rest)), commands, st.lists(words, max_size=8))
    | st.sampled_from(
        [
            "",
            " ",
            "\n",
            "0" * 10_000,
            "/open " + "btc " * 2500,
            "/open btc long " + "9" * 10_000,
            "\x00" * 999,
        ]
    )
)


@EXAMPLES
@given(line=lines)
def test_no_text_breaks_or_trades(room: Room, line: str) -> None:
    _calm(room)
    before = room.versions()
    room.run(room.talk.say(line))
    assert room.versions() == before or _only_settings(room, before)


def _calm(room: Room) -> None:
    """Previews on and no question open, whatever the example before has said."""
    if room.talk.shown().answer.template in {"settings", "ask"}:
        room.run(room.talk.say("/settings confirm on"))
        room.run(room.talk.say("/cancel"))


def _only_settings(room: Room, before: int) -> bool:
    """`/leverage` and `/mode` change a contract's settings at once; that is no trade."""
    kinds = room.run(room.talk.events())[before:]
    return set(kinds) <= {"LeverageChanged", "ModeChanged"}


@settings(EXAMPLES, max_examples=200)
@given(
    payload=st.text(max_size=70)
    | st.builds("1|{}|{}|{}".format, st.text(max_size=12), st.text(max_size=6), lines)
)
def test_no_payload_breaks_or_trades(room: Room, payload: str) -> None:
    _calm(room)
    before = room.versions()
    room.run(room.talk.send(payload))
    assert room.versions() == before or _only_settings(room, before)


@settings(EXAMPLES, max_examples=200)
@given(
    name=st.sampled_from(NAMES),
    values=st.dictionaries(
        st.sampled_from(
            ["symbol", "side", "size", "leverage", "mode", "share", "amount", "move", "figure", "x"]
        ),
        words,
    ),
    preset=st.lists(words, max_size=4).map(" ".join),
)
def test_no_form_breaks_or_trades(room: Room, name: str, values: dict[str, str], preset: str) -> None:
    _calm(room)
    before = room.versions()
    room.run(room.talk.call(name, values, preset))
    assert room.versions() == before or _only_settings(room, before)


KNOWN: dict[str, dict[str, Any]] = {
    "symbol": {"btc": "BTCUSDT", "BTCUSDT": "BTCUSDT", "eth": "ETHUSDT", "eth/usdt": "ETHUSDT"},
    "side": {"long": Side.LONG, "buy": Side.LONG, "short": Side.SHORT, "s": Side.SHORT},
    "leverage": {"5x": 5, "x5": 5, "2 x": 2, "20×": 20, "151x": 151},
    "mode": {"iso": MarginMode.ISOLATED, "cross": MarginMode.CROSS, "c": MarginMode.CROSS},
    "size": {"500usdt": 500, "$200": 200, "1%": 100, "700": 700, "700usdt": 700},
}
KIND = {word: kind for kind, values in KNOWN.items() for word in values}
STRANGE = (
    "lnog",
    "5y",
    "1,000",
    "１０x",
    "nan",
    "1e999",
    "<b>",
    "please",
    "٥",
    "long!",
    "--",
    "b t c",
    "5xx",
    "=x",
    "",
)


def _asked(said: list[str]) -> dict[str, Any] | None:
    """What a line of known words asks for; None where it is no order, or could be two."""
    found: dict[str, Any] = {}
    for word in said:
        kind = KIND[word]
        value = KNOWN[kind][word]
        if found.setdefault(kind, value) != value:
            return None
    return found if {"symbol", "side"} <= found.keys() else None


@settings(EXAMPLES, max_examples=150)
@given(
    st.lists(st.sampled_from(sorted(KIND)), min_size=2, max_size=6),
    st.lists(st.sampled_from(STRANGE), max_size=1),
    st.randoms(),
)
def test_with_previews_off_a_trade_is_what_every_word_says(
    room: Room, known: list[str], strange: list[str], random: Any
) -> None:
    who = f"trader{next(room.numbers)}"
    room.run(room.talk.say("/settings confirm off", who))
    said = [*known, *strange]
    random.shuffle(said)
    reply = room.run(room.talk.say("/open " + " ".join(said), who))
    state = room.run(room.talk.account(who))
    asked = None if any(strange) else _asked(known)
    if state.version == 1:
        assert not state.positions
        assert asked is None or reply.answer.template == "refused", (said, reply.answer)
        return
    assert asked is not None, (said, reply.answer)
    held = state.position(asked["symbol"])
    assert held is not None
    assert held.side is asked["side"]
    assert state.settings_of(held.symbol).mode is asked.get("mode", MarginMode.ISOLATED)
    leverage = asked.get("leverage", 3)
    assert state.settings_of(held.symbol).leverage == leverage
    contract = room.talk.bot.feed.snapshot().contract(held.symbol)
    margin = Decimal(asked.get("size", 200))
    assert held.quantity == contract.floor_quantity(margin * leverage / held.entry_price)


@settings(EXAMPLES, max_examples=200)
@given(st.lists(st.sampled_from(sorted(KIND)) | st.sampled_from(STRANGE), max_size=8))
def test_with_previews_on_no_order_trades(room: Room, said: list[str]) -> None:
    _calm(room)
    before = room.versions()
    room.run(room.talk.say("/open " + " ".join(said)))
    assert room.versions() == before
