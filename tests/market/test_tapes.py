"""The tapes against what is known of their days, and the loader against faulty files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files

import pytest

from bot.market.errors import InvalidDataFile, UnknownTape
from bot.market.tape import Candle
from bot.market.tape_file import load_tape, parse_tape, tape_ids
from engine.position import Side

COINS_OF_2025 = "BTC ETH SOL BNB XRP DOGE ADA LINK LTC"


def test_there_are_five_tapes_newest_first() -> None:
    assert tape_ids() == ("oct-2025", "aug-2024", "ftx-2022", "may-2021", "mar-2020")


@pytest.mark.parametrize(
    ("tape_id", "start", "hours", "coins", "stand_in"),
    [
        ("oct-2025", "2025-10-09T12:00Z", 60, COINS_OF_2025, False),
        ("aug-2024", "2024-08-04T00:00Z", 72, "BTC ETH SOL", False),
        ("ftx-2022", "2022-11-08T00:00Z", 72, "BTC ETH SOL", True),
        ("may-2021", "2021-05-18T12:00Z", 60, "BTC ETH SOL", True),
        ("mar-2020", "2020-03-11T12:00Z", 60, "BTC ETH", True),
    ],
)
def test_what_is_on_a_tape(tape_id: str, start: str, hours: int, coins: str, stand_in: bool) -> None:
    tape = load_tape(tape_id)
    assert tape.id == tape_id
    assert tape.start == datetime.fromisoformat(start)
    assert tape.length == timedelta(hours=hours)
    assert list(tape.series) == [f"{coin}USDT" for coin in coins.split()]
    assert all(len(series.candles) == hours for series in tape.series.values())
    assert tape.stand_in is stand_in
    assert ("spot" in tape.venue) is stand_in
    assert tape.source
    assert tape.title
    assert tape.reconstruction


@pytest.mark.parametrize(
    ("tape_id", "symbol", "hour", "candle"),
    [
        ("oct-2025", "BTCUSDT", "2025-10-09T12:00Z", "122673 123740 122640 123500"),
        ("oct-2025", "BTCUSDT", "2025-10-10T14:00Z", "121609 122000 120408 120436"),
        ("oct-2025", "BTCUSDT", "2025-10-10T21:00Z", "114200 115076 101516 113254"),
        ("oct-2025", "ADAUSDT", "2025-10-10T21:00Z", "0.7172 0.7276 0.2743 0.6186"),
        ("oct-2025", "LTCUSDT", "2025-10-10T21:00Z", "121.53 123.54 51.6 99.22"),
        ("oct-2025", "LTCUSDT", "2025-10-11T23:00Z", "93.86 94.24 93.07 93.28"),
        ("aug-2024", "SOLUSDT", "2024-08-04T00:00Z", "142.455 144.15 142.218 144.013"),
        ("aug-2024", "BTCUSDT", "2024-08-06T23:00Z", "56175.4 56393.9 55792 55991.2"),
        ("ftx-2022", "SOLUSDT", "2022-11-10T23:00Z", "17.98 18.06 17.29 17.66"),
        ("may-2021", "SOLUSDT", "2021-05-19T12:00Z", "43.943 44.502 26.5 35.49"),
        ("mar-2020", "BTCUSDT", "2020-03-11T12:00Z", "7821.86 7855.28 7802 7840.86"),
        ("mar-2020", "ETHUSDT", "2020-03-13T23:00Z", "133.04 136.99 130.23 134.06"),
    ],
)
def test_key_points(tape_id: str, symbol: str, hour: str, candle: str) -> None:
    tape = load_tape(tape_id)
    series = tape.series[symbol]
    key: Candle = series.candles[tape.hour_at(datetime.fromisoformat(hour))]
    prices = [series.price(ticks) for ticks in (key.open, key.high, key.low, key.close)]
    assert prices == [Decimal(price) for price in candle.split()]


def test_the_whole_transcription_by_its_sums() -> None:
    """Sums of all opens, highs, lows and closes, taken from the source of the files."""
    sums = {
        (tape_id, symbol): sum(
            (series.price(c.open + c.high + c.low + c.close) for c in series.candles), Decimal(0)
        )
        for tape_id in tape_ids()
        for symbol, series in load_tape(tape_id).series.items()
    }
    assert sums == {key: Decimal(value) for key, value in SUMS.items()}


SUMS = {
    ("oct-2025", "BTCUSDT"): "28005691",
    ("oct-2025", "ETHUSDT"): "977069.22",
    ("oct-2025", "SOLUSDT"): "48570.09",
    ("oct-2025", "BNBUSDT"): "286679.42",
    ("oct-2025", "XRPUSDT"): "628.1543",
    ("oct-2025", "DOGEUSDT"): "53.01188",
    ("oct-2025", "ADAUSDT"): "175.8359",
    ("oct-2025", "LINKUSDT"): "4782.4",
    ("oct-2025", "LTCUSDT"): "27025.07",
    ("aug-2024", "BTCUSDT"): "16237076.9",
    ("aug-2024", "ETHUSDT"): "739864.56",
    ("aug-2024", "SOLUSDT"): "39271.373",
    ("ftx-2022", "BTCUSDT"): "5187314.9",
    ("ftx-2022", "ETHUSDT"): "375835.35",
    ("ftx-2022", "SOLUSDT"): "5855.19",
    ("may-2021", "BTCUSDT"): "9643247.5",
    ("may-2021", "ETHUSDT"): "690382.36",
    ("may-2021", "SOLUSDT"): "11014.716",
    ("mar-2020", "BTCUSDT"): "1515797",
    ("mar-2020", "ETHUSDT"): "35848.76",
}


def test_the_minutes_of_10_october() -> None:
    notes = load_tape("oct-2025").minutes
    assert notes is not None
    assert "COIN" in notes.source.upper()
    assert [(f"{note.at:%H:%M}", note.price) for note in notes.points] == [
        ("20:49", 116848),
        ("20:50", 116400),
        ("20:56", 113189),
        ("21:05", 115045),
        ("21:13", 110284),
        ("21:17", 107159),
        ("21:19", 104003),
        ("21:20", 102497),
        ("21:21", 107456),
        ("21:26", 106203),
        ("21:40", 111441),
    ]
    (low,) = load_tape("oct-2025").mark_lows
    assert (low.mark, low.last) == (Decimal("101877.69"), Decimal("101516.5"))


def test_only_the_tape_of_10_october_scripts_deleveraging() -> None:
    assert {tape_id for tape_id in tape_ids() if load_tape(tape_id).adl} == {"oct-2025"}
    strikes = load_tape("oct-2025").adl
    assert {(f"{strike.at:%H:%M}", strike.side, strike.price) for strike in strikes} == {
        ("21:19", Side.SHORT, "mark"),
        ("21:20", Side.SHORT, "mark"),
    }
    text = files("bot.market").joinpath("tapes", "oct-2025.toml").read_text("utf-8")
    assert "A script of ours, no record" in text


@pytest.mark.parametrize("tape_id", ["", "oct", "OCT-2025", "../levels", "oct-2025.toml", "x" * 10_000])
def test_an_unknown_tape_is_refused_with_the_known_ones(tape_id: str) -> None:
    with pytest.raises(UnknownTape) as refused:
        load_tape(tape_id)
    assert refused.value.data == {"tape": tape_id[:40], "known": tuple(sorted(tape_ids()))}


def test_times_off_the_tape_are_refused() -> None:
    tape = load_tape("mar-2020")
    assert tape.hour_at(tape.end) == tape.hours - 1
    for time in (tape.start - timedelta(microseconds=1), tape.end + timedelta(microseconds=1)):
        with pytest.raises(ValueError, match="not on the tape"):
            tape.hour_at(time)


GOOD = """
id = "a-day"
title = "A day"
venue = "A venue"
stand_in = false
source = "made up"
transcribed = 2026-01-01
start = 2026-01-01T00:00:00Z
interval_minutes = 60
[minutes]
symbol = "BTCUSDT"
source = "made up"
points = [{ at = 2026-01-01T01:30:00Z, price = 990, pin = "low" }]
[[mark_lows]]
symbol = "BTCUSDT"
hour = 2026-01-01T01:00:00Z
mark = 985
last = 980
[series.BTCUSDT]
step = 0.5
candles = [[1000, 1010, 995, 1000.5], [1000.5, 1000.5, 980, 990]]
[series.ETHUSDT]
step = 0.1
candles = [[100, 101, 99, 100], [100, 101, 99, 100]]
"""


def faults(*changes: tuple[str, str]) -> list[str]:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(InvalidDataFile) as refused:
        parse_tape(text, "a-day.toml")
    assert refused.value.data["file"] == "a-day.toml"
    return [str(fault) for fault in refused.value.faults]


def test_a_good_file_is_read_exactly() -> None:
    tape = parse_tape(GOOD, "a-day.toml")
    assert tape.start == datetime(2026, 1, 1, tzinfo=UTC)
    assert tape.series["BTCUSDT"].candles[0] == Candle(2000, 2020, 1990, 2001)
    assert tape.series["BTCUSDT"].price(2001) == Decimal("1000.5")


def test_all_faults_of_a_file_are_named_at_once_with_their_places() -> None:
    found = faults(
        ('title = "A day"', 'title = ""\nsubtitle = "x"'),
        ("[[1000, 1010, 995, 1000.5]", "[[1000, 1010, 1001, 1000.5], [1, 2, 3], [nan, 1, 1, -1]"),
        ("step = 0.1", "step = 0"),
        ("interval_minutes = 60", "interval_minutes = 5"),
        ("mark = 985", 'mark = "much"'),
    )
    places = [fault.partition(":")[0] for fault in found]
    assert sorted(set(places)) == [
        "interval_minutes",
        "mark_lows.0.mark",
        "series.BTCUSDT.candles.0",
        "series.BTCUSDT.candles.1.3",
        "series.BTCUSDT.candles.2.0",
        "series.BTCUSDT.candles.2.3",
        "series.ETHUSDT.step",
        "subtitle",
        "title",
    ]


def test_series_must_be_fit_for_a_path() -> None:
    found = faults(
        ("[1000.5, 1000.5, 980, 990]", "[1012, 1012, 980, 990.25]"),
        ("step = 0.1\ncandles = [[100,", "step = 1\ncandles = [[100,"),
    )
    assert [fault.partition(":")[0] for fault in found] == [
        "series.BTCUSDT.candles.1",  # off the step
        "series.BTCUSDT.candles.1",  # a gap that no small steps bridge
        "series.ETHUSDT.candles.0",
        "series.ETHUSDT.candles.1",
    ]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ((", [100, 101, 99, 100]]", "]"), "series.ETHUSDT.candles"),
        (("T01:30:00Z", "T02:30:00Z"), "minutes.points.0.at"),
        (("T01:30:00Z", "T01:30:10Z"), "minutes.points.0.at"),
        (("T01:30:00Z", "T01:59:00Z"), "minutes.points.0.at"),
        (("price = 990, ", "price = 990.1, "), "minutes.points.0.price"),
        (('pin = "low"', 'pin = "high"'), "minutes.points.0.pin"),
        ((', pin = "low"', ""), "minutes.points"),
        (('symbol = "BTCUSDT"\nsource', 'symbol = "XYZ"\nsource'), "minutes.symbol"),
        (("T01:00:00Z", "T05:00:00Z"), "mark_lows.0"),
        (("mark = 985", "mark = 991"), "mark_lows.0.mark"),
    ],
)
def test_notes_must_fit_the_candles(change: tuple[str, str], place: str) -> None:
    assert place in [fault.partition(":")[0] for fault in faults(change)]


STRIKE = """[[adl]]
at = 2026-01-01T01:30:00Z
symbol = "BTCUSDT"
side = "short"
least_rank = 0.005
price = "mark"
"""


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("T01:30:00Z", "T02:00:00Z", "at"),
        ("T01:30:00Z", "T01:30:30Z", "at"),
        ("T01:30:00Z", "T00:30:00Z", "at"),
        ('"BTCUSDT"', '"XYZ"', "symbol"),
        ('"short"', '"both"', "side"),
        ("0.005", "-1", "least_rank"),
        ('"mark"', '"index"', "price"),
    ],
)
def test_strikes_must_fit_the_tape(old: str, new: str, place: str) -> None:
    added = STRIKE + STRIKE.replace(old, new)
    assert faults(("[series.BTCUSDT]", f"{added}[series.BTCUSDT]"))[0].partition(":")[0] == f"adl.1.{place}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id = ",
        "[series]\nBTCUSDT = 3",
        "\x00",
        GOOD.replace("0.1", "1e-999"),
        GOOD.replace("1010", "1e999"),
    ],
)
def test_what_is_no_tape_at_all_is_refused(text: str) -> None:
    with pytest.raises(InvalidDataFile):
        parse_tape(text, "x.toml")


def test_the_files_say_that_anything_finer_is_a_reconstruction() -> None:
    for tape_id in tape_ids():
        text = files("bot.market").joinpath("tapes", f"{tape_id}.toml").read_text("utf-8")
        assert "reconstruction" in text
