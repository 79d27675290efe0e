"""The terminal front's black-box face, each option and line of it through the real process."""

import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.e2e.books import audited, url_of
from tests.e2e.running import Ended, bot, console, in_process

FIXED = ("--market", "fixed", "--price", "BTC=50000", "--price", "eth=2500")


class Once(Protocol):
    """The command line in this process, with these settings."""

    def __call__(self, *words: str, **settings: str) -> Ended: ...


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Once:
    def ran(*words: str, **settings: str) -> Ended:
        return in_process(monkeypatch, capsys, tmp_path, *words, **settings)

    return ran


def templates(messages: list[dict[str, Any]]) -> list[str]:
    return [each["template"] for each in messages]


def test_people_rooms_and_private_answers(tmp_path: Path) -> None:
    lines = (
        "@bob /open btc long 5x 500",
        "@bob !press Confirm",
        "/positions",
        "#lounge @bob /price btc",
        "#lounge @bob /positions",
        "#lounge people talk among themselves",
        "!press nothing here",
    )
    mine = console(tmp_path, lines, *FIXED)
    assert templates(mine) == ["preview_open", "traded", "positions", "price", "positions", "console_error"]
    assert [(each["to"], each["room"], each["private"]) for each in mine] == [
        ("bob", None, False),
        ("bob", None, False),
        ("me", None, False),
        ("bob", "lounge", False),
        ("bob", "lounge", True),
        ("me", None, False),
    ]
    assert [len(mine[number]["data"]["positions"]) for number in (2, 4)] == [0, 1]
    done = bot(tmp_path, "console", *FIXED, stdin="".join(f"{line}\n" for line in lines))
    paragraphs = done.out.split("\n\n")
    assert (done.code, done.err) == (0, "")
    assert [each.split("]")[0] for each in paragraphs if each.startswith("[")] == [
        "[@bob",
        "[@bob",
        "[#lounge",
        "[private bob",
    ]


def test_the_price_of_a_fixed_market_is_moved_and_settled(tmp_path: Path) -> None:
    lines = (
        "/open btc long 10x isolated 500",
        "!press confirm",
        "@bob /open btc short 10x isolated 500",
        "@bob !press ✅ CONFIRM",
        "!price btc 45000",
        "!price BTCUSDT=60000",
        "!price XYZ 5",
        "!price BTC 0",
        "!price BTC NaN",
        "!price BTC 1e999",
        "!price BTC ٥٠٠٠٠",
        "!price",
        "/price btc",
    )
    found = console(tmp_path, lines, *FIXED)
    notices = [each for each in found if each["template"] == "liquidated"]
    assert [(each["to"], Decimal(each["data"]["closed"][0]["mark"])) for each in notices] == [
        ("me", Decimal(45_000)),
        ("bob", Decimal(60_000)),
    ]
    assert [each["ok"] for each in found[-7:]] == [False] * 6 + [True]
    assert templates(found).count("postmortem") == 2
    assert len(found) == 4 + 2 + 2 + 7
    assert Decimal(found[-1]["data"]["mark"]) == 60_000


@pytest.mark.parametrize("market", ["simulated", "replay"])
def test_the_price_of_another_market_cannot_be_set(tmp_path: Path, market: str) -> None:
    before, answer, after = console(
        tmp_path, ("/price btc", "!price BTC 1", "/price btc"), "--market", market, "--seed", "1"
    )
    assert (answer["template"], answer["ok"]) == ("market_fault", False)
    assert len(answer["text"]) > 20
    assert before["data"] == after["data"]


def test_the_clock_makes_previews_old(tmp_path: Path) -> None:
    found = console(
        tmp_path,
        (
            "/open btc long 5x 500",
            "!clock +61s",
            "!press Confirm",
            "!press Confirm",
            "!clock +59s",
            "/positions",
        ),
        *FIXED,
    )
    assert templates(found) == ["preview_open", "preview_open", "traded", "positions"]
    assert [each["data"].get("reason") for each in found[:2]] == [None, "expired"]
    assert [each["ok"] for each in found] == [True, False, True, True]


def test_the_clock_runs_hours_at_once_and_not_backwards(tmp_path: Path) -> None:
    lines = ("/price btc", "!clock +8h", "/price btc", "!clock", "!clock -8h", "!clock +9999d", "/price btc")
    found = console(tmp_path, lines, "--market", "simulated", "--seed", "3")
    assert templates(found) == ["price", "price", "console_error", "console_error", "console_error", "price"]
    first, later, last = (found[number]["data"] for number in (0, 1, 5))
    assert first["mark"] != later["mark"] == last["mark"]
    assert first["next_funding"] < later["next_funding"]


def test_a_seed_makes_the_same_market_again(tmp_path: Path) -> None:
    lines = ("/price", "!clock +1h", "/price", "!clock +3d", "/price")
    runs = [
        [each["data"]["rows"] for each in console(tmp_path, lines, "--market", "simulated", "--seed", seed)]
        for seed in ("7", "7", "8")
    ]

    def marks(run: list[Any]) -> list[list[str]]:
        return [[each["mark"] for each in prices] for prices in run]

    assert marks(runs[0]) == marks(runs[1]) != marks(runs[2])
    assert len(runs[0][0]) == 11


def test_a_tape_is_replayed(tmp_path: Path) -> None:
    lines = ("/open btc long 20x isolated 500", "!press Confirm", "!clock +1d", "/portfolio")
    runs = [
        console(tmp_path, lines, "--market", "replay", "--tape", "mar-2020", "--seed", "1", "--speed", "0.01")
        for _ in range(2)
    ]
    told = {"funding_due", "margin_warning", "postmortem"}
    runs = [[each for each in run if each["template"] not in told] for run in runs]
    assert templates(runs[0]) == ["preview_open", "traded", "liquidated", "portfolio"]
    assert runs[0][2]["data"]["closed"] == runs[1][2]["data"]["closed"]
    assert Decimal(runs[0][3]["data"]["wallet"]) < 10_000


def test_friction_is_as_it_was_asked_for(tmp_path: Path) -> None:
    lines = ("/settings confirm off", "/open btc long 5x 500")
    plain = console(tmp_path, lines, *FIXED)[1]["data"]["fills"][0]
    wide = console(tmp_path, lines, *FIXED, "--spread", "10", "--slippage", "0")[1]["data"]["fills"][0]
    assert Decimal(plain["price"]) == 50_000
    assert Decimal(wide["price"]) == 50_050


def test_languages(tmp_path: Path) -> None:
    lines = (
        "/start",
        "/open btc long 10x isolated 500",
        "!press Confirmar",
        "!press Confirm",
        "/opne btc largo",
    )
    spanish = console(tmp_path, lines, *FIXED, "--lang", "es")
    assert templates(spanish) == ["start", "preview_open", "traded", "console_error", "did_you_mean"]
    assert "SIMULADO" in spanish[1]["text"]
    assert "45.205" in spanish[1]["text"] or spanish[1]["text"].count(",") > 3
    assert (
        console(tmp_path, ("/start",), "--lang", "xx")[0]["text"] == console(tmp_path, ("/start",))[0]["text"]
    )


async def test_the_wallet_counts_at_the_first_start_only(tmp_path: Path) -> None:
    database = tmp_path / "paper.db"
    trade = ("/settings confirm off", "/open btc long 5x 500", "/portfolio")
    first = console(tmp_path, trade, *FIXED, "--wallet", "1000", "--db", str(database))
    again = console(tmp_path, ("/portfolio", "/positions"), *FIXED, "--wallet", "77", "--db", str(database))
    assert Decimal(first[0]["data"]["size"]) == Decimal("0.02")
    assert [Decimal(each["data"]["wallet"]) for each in (first[2], again[0])] == [Decimal("998.75")] * 2
    assert len(again[1]["data"]["positions"]) == 1
    assert (await audited(database)).states["console:me"].wallet == Decimal("998.75")


def test_the_option_beats_the_setting_for_the_database(tmp_path: Path) -> None:
    one, two = tmp_path / "one.db", tmp_path / "two.db"
    console(tmp_path, ("/start",), "--db", str(one), DATABASE_URL=url_of(two))
    assert (one.exists(), two.exists()) == (True, False)
    console(tmp_path, ("/start",), DATABASE_URL=url_of(two))
    with sqlite3.connect(two) as raw:
        assert raw.execute("SELECT user FROM identities").fetchall() == [("me",)]
    raw.close()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["one.db", "two.db"]


@pytest.mark.parametrize(
    "options",
    [
        ("--market", "moon"),
        ("--price", "BTC"),
        ("--price", "BTC=-1"),
        ("--price", "BTC=1e5"),
        ("--wallet", "NaN"),
        ("--wallet", "-5"),
        ("--user", "no spaces"),
        ("--lang", "en us"),
        ("--db", ""),
        ("--gate", "maybe"),
        ("--tape", "../../etc/passwd"),
        ("--speed", "0"),
        ("--seed", "seven"),
        ("--spread", "501"),
        ("--slippage", "-1"),
        ("--unheard-of",),
    ],
)
def test_an_option_that_cannot_be_is_named(once: Once, options: tuple[str, ...]) -> None:
    done = once("console", *options)
    assert (done.code, done.out) == (2, "")
    assert options[0] in done.err


def test_words_that_are_no_command_end_it_with_its_usage(once: Once, tmp_path: Path) -> None:
    for words in (("console", "extra"), ("dance",), ("run", "--fast")):
        done = once(*words)
        assert (done.code, done.out) == (2, "")
        assert "usage: " in done.err
    assert bot(tmp_path).code == 2
    done = bot(tmp_path, "console", "--help")
    assert (done.code, done.err) == (0, "")
    assert "usage: " in done.out


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--market", "replay", "--tape", "nope"), "oct-2025"),
        (("--market", "fixed", "--price", "XYZ=5"), "XYZ"),
        (("--market", "fixed", "--price", "BTC=0.001"), "BTCUSDT"),
    ],
)
def test_a_market_that_does_not_exist_is_a_clear_line(
    once: Once, options: tuple[str, ...], line: str
) -> None:
    done = once("console", *options)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("marginalia: ")
    assert done.err.count("\n") == 1
    assert line in done.err


def test_a_live_market_without_an_exchange_says_that_there_are_no_prices(tmp_path: Path) -> None:
    """Nobody listens on the discard port of this machine."""
    done = bot(
        tmp_path, "console", "--market", "live", stdin="/price btc\n", MARKET_WS_URL="ws://127.0.0.1:9"
    )
    assert (done.code, done.err) == (0, "")
    assert "No prices have arrived yet" in done.out
    assert "There is no price for this contract here" in done.out


def test_a_level_of_logging_that_does_not_exist(once: Once) -> None:
    done = once("console", LOG_LEVEL="loud")
    assert done.code == 2
    assert done.err.startswith("marginalia: LOG_LEVEL: ")
    assert done.err.count("\n") == 1


def test_odd_input_is_answered_and_its_end_is_a_clean_one(tmp_path: Path) -> None:
    lines = [
        b"\xef\xbb\xbf/start",
        b"\xff\xfe\x00 not text",
        b"x" * 10_000,
        b"/open btc long " + b"9" * 10_000,
        b"",
        b"   ",
        "/open btc long 5x \u0665\u0660\u0660".encode(),
        b"/open btc long 1e999",
        b"/open btc long NaN",
        b"/open btc long 5x =-1",
        b"/open btc long 151x 500",
        b"!dance",
        b"!press Confirm",
        b"!vote 1",
        b"@ /start",
        b"# /start",
        b"/opne btc lnog 5x",
        b"\x1b]0;owned\x07/start",
        b"/positions",  # and no line feed after the last
    ]
    done = bot(tmp_path, "console", "--json", *FIXED, stdin=b"\n".join(lines))
    assert (done.code, done.err) == (0, "")
    found = done.messages
    assert len(found) == len(lines) - 2
    assert [each["template"] for each in found].count("fault") == 0
    assert "traded" not in templates(found)
    assert found[-1]["data"]["positions"] == []
    assert not any("\x1b" in each["text"] for each in found)
    done = bot(tmp_path, "console", stdin=b"")
    assert (done.code, done.out, done.err) == (0, "", "")
