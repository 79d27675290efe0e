"""Words of an order: any order of words, one meaning or a question."""

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from bot.core.binder import Ambiguous, Bound, Missing, Twice, Unclear
from bot.core.params import BadWord
from bot.services.sizes import Coins, EquityShare, Margin, Notional
from engine.position import MarginMode, Side
from tests.fakes.spoken import bind, lexicon

LONG_BTC = {"symbol": "BTCUSDT", "side": Side.LONG}
BTC_MOST = lexicon().max_leverage["BTCUSDT"]


def bound(line: str) -> dict[str, object]:
    binding = bind(line)
    assert isinstance(binding, Bound), binding
    return dict(binding.values)


@pytest.mark.parametrize(
    "words",
    [
        ("btc", "long", "5x", "isolated"),
        ("btc", "long", "5x", "isolated", "500usdt"),
        ("btc", "long", "5x", "500"),
        ("btc", "long", "5x", "0.1btc"),
        ("btc", "long", "5x", "=5000", "cross"),
        ("btc", "long", "2%"),
        ("btc", "long", "5", "500"),
    ],
)
def test_any_order_of_words_means_the_same(words: tuple[str, ...]) -> None:
    first = bound(f"open {' '.join(words)}")
    for each in permutations(words):
        assert bound(f"open {' '.join(each)}") == first, each


LEVERAGES = [
    "5x",
    "x5",
    "5×",
    "×5",
    "5 x",
    "x 5",
    "5 ×",
    "× 5",
    "5X",
    "X 5",
    "leverage=5",
    "leverage 5",
    "leverage 5x",
]


@pytest.mark.parametrize("words", LEVERAGES)
def test_leverage_is_a_number_with_a_cross_on_either_side(words: str) -> None:
    assert bound(f"open btc long {words}") == {**LONG_BTC, "leverage": 5}
    assert bound(f"open {words} long btc") == {**LONG_BTC, "leverage": 5}


SIZES = [
    ("500usdt", Margin(Decimal(500))),
    ("500 usdt", Margin(Decimal(500))),
    ("500usd", Margin(Decimal(500))),
    ("500 USD", Margin(Decimal(500))),
    ("$500", Margin(Decimal(500))),
    ("$ 500", Margin(Decimal(500))),
    ("500$", Margin(Decimal(500))),
    ("500 $", Margin(Decimal(500))),
    ("12.5usdt", Margin(Decimal("12.5"))),
    (".5usdt", Margin(Decimal("0.5"))),
    ("2%", EquityShare(Decimal("0.02"))),
    ("2 %", EquityShare(Decimal("0.02"))),
    ("2.5%", EquityShare(Decimal("0.025"))),
    ("100%", EquityShare(Decimal(1))),
    ("=5000", Notional(Decimal(5000))),
    ("= 5000", Notional(Decimal(5000))),
    ("=$5000", Notional(Decimal(5000))),
    ("=5000usdt", Notional(Decimal(5000))),
    ("0.1btc", Coins(Decimal("0.1"), "BTCUSDT")),
    ("0.1BTC", Coins(Decimal("0.1"), "BTCUSDT")),
    ("0.1btcusdt", Coins(Decimal("0.1"), "BTCUSDT")),
    ("1eth", Coins(Decimal(1), "ETHUSDT")),
    ("size=500", Margin(Decimal(500))),
    ("size 500", Margin(Decimal(500))),
    ("size=2%", EquityShare(Decimal("0.02"))),
]


@pytest.mark.parametrize(("words", "size"), SIZES)
def test_a_size_is_margin_share_notional_or_coins(words: str, size: object) -> None:
    assert bound(f"open btc long {words}") == {**LONG_BTC, "size": size}
    assert bound(f"open {words} btc 7x long") == {**LONG_BTC, "size": size, "leverage": 7}


BARE = [
    # A number that another size stands beside is the leverage.
    ("5 500usdt", 5, Margin(Decimal(500))),
    ("5 2%", 5, EquityShare(Decimal("0.02"))),
    ("5 =5000", 5, Notional(Decimal(5000))),
    ("5 0.1btc", 5, Coins(Decimal("0.1"), "BTCUSDT")),
    # A number beside a leverage is the margin, however small.
    ("5 10x", 10, Margin(Decimal(5))),
    ("5 x10", 10, Margin(Decimal(5))),
    # A number above the contract's greatest leverage is the margin, and so is one that is not whole.
    (f"{BTC_MOST + 1}", None, Margin(Decimal(BTC_MOST + 1))),
    ("12.5", None, Margin(Decimal("12.5"))),
    (".5", None, Margin(Decimal("0.5"))),
    # Two numbers of which only one can be the leverage.
    ("5 500", 5, Margin(Decimal(500))),
    ("500 5", 5, Margin(Decimal(500))),
    ("5 12.5", 5, Margin(Decimal("12.5"))),
    # Both above it: the one is the margin, and the exchange refuses the other as leverage.
    ("500 200", 200, Margin(Decimal(500))),
]


@pytest.mark.parametrize(("words", "leverage", "size"), BARE)
def test_a_bare_number_goes_where_only_one_place_is_left(
    words: str, leverage: int | None, size: object
) -> None:
    values: dict[str, Any] = {**LONG_BTC, "size": size}
    if leverage is not None:
        values["leverage"] = leverage
    assert bound(f"open btc long {words}") == values
    assert bound(f"open {words} btc long") == values


@pytest.mark.parametrize("number", ["5", "1", "100", str(BTC_MOST)])
def test_a_bare_number_that_may_be_either_is_a_question(number: str) -> None:
    binding = bind(f"open btc long {number}")
    assert isinstance(binding, Ambiguous)
    assert binding.number == number
    readings = {param.name: bound(line) for param, _, line in binding.readings}
    assert readings == {
        "leverage": {**LONG_BTC, "leverage": int(number)},
        "size": {**LONG_BTC, "size": Margin(Decimal(number))},
    }


def test_the_greatest_leverage_is_the_contracts_own() -> None:
    most = lexicon().max_leverage
    low = min(most, key=lambda each: most[each])
    number = most[low] + 1
    assert number <= BTC_MOST
    assert bound(f"open {low} long {number}")["size"] == Margin(Decimal(number))
    assert isinstance(bind(f"open btc long {number}"), Ambiguous)


def test_two_bare_numbers_that_may_be_either_keep_both() -> None:
    binding = bind("open btc long 5 100")
    assert isinstance(binding, Ambiguous)
    readings = [bound(line) for _, _, line in binding.readings]
    assert {**LONG_BTC, "leverage": 5, "size": Margin(Decimal(100))} in readings
    assert {**LONG_BTC, "leverage": 100, "size": Margin(Decimal(5))} in readings


TWICE = [
    ("btc eth long", "symbol", ("btc", "eth")),
    ("btc long short", "side", ("long", "short")),
    ("btc buy s", "side", ("buy", "s")),
    ("btc long 5x 10x", "leverage", ("5x", "10x")),
    ("btc long isolated cross", "mode", ("isolated", "cross")),
    ("btc long 500usdt 2%", "size", ("500usdt", "2%")),
    ("btc long =5000 0.1btc", "size", ("=5000", "0.1btc")),
    ("btc long 5x 500 600", "size", ("500", "600")),
    ("btc long 500usdt 5 6", "leverage", ("5", "6")),
    ("btc long size=300 size 400", "size", ("size=300", "size 400")),
    ("btc long tp=1 tp=2", "tp", ("tp=1", "tp=2")),
]


@pytest.mark.parametrize(("words", "name", "said"), TWICE)
def test_two_words_of_one_kind_are_a_question_with_both_readings(
    words: str, name: str, said: tuple[str, str]
) -> None:
    binding = bind(f"open {words}")
    if isinstance(binding, Bound):
        pytest.fail(f"guessed {binding}")
    assert isinstance(binding, Twice)
    assert binding.param.name == name
    assert set(binding.words) == set(said)
    first, second = (bound(line) for line in binding.lines)
    assert first[name] != second[name]
    assert {**first, name: None} == {**second, name: None}


@pytest.mark.parametrize(
    "words", ["btc btc long", "btc BTCUSDT btc/usdt long", "btc long l buy", "btc long 5x x5 5×"]
)
def test_the_same_said_twice_is_said_once(words: str) -> None:
    values = bound(f"open {words}")
    assert {name: values[name] for name in LONG_BTC} == LONG_BTC


SYNONYMS = [
    ("side", Side.LONG, "long l buy b LONG Long largo larga compra comprar sube"),
    ("side", Side.SHORT, "short s sell corto corta venta vender baja"),
    ("mode", MarginMode.ISOLATED, "isolated iso i ISO aislado aislada"),
    ("mode", MarginMode.CROSS, "cross crossed c CROSS cruzado cruzada"),
    ("symbol", "BTCUSDT", "btc BTC btcusdt BTCUSDT btc/usdt BTC-USDT bitcoin xbt"),
    ("symbol", "ETHUSDT", "eth ethusdt ether ethereum"),
    ("symbol", "SOLUSDT", "sol sol/usdt solana"),
]


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [(name, value, word) for name, value, words in SYNONYMS for word in words.split()],
)
def test_synonyms_of_all_languages(name: str, value: object, word: str) -> None:
    binding = bind(f"open {word}")
    assert isinstance(binding, Missing)
    assert binding.values == {name: value}


UNCLEAR = [
    ("btc long 5y", ("5y",), None),
    ("btc lnog", ("lnog",), "open btc long"),
    ("btc lnog 5x isolatd", ("lnog", "isolatd"), "open btc long 5x isolated"),
    ("btcc long", ("btcc",), "open btc long"),
    ("btc side=lnog", ("lnog",), "open btc side=long"),
    ("btc long 1e3", ("1e3",), None),
    ("btc long 1e999", ("1e999",), None),
    ("btc long nan", ("nan",), None),
    ("btc long inf", ("inf",), None),
    ("btc long -inf", ("-inf",), None),
    ("btc long 0x10", ("0x10",), None),
    ("btc long １０x", ("１０x",), None),
    ("btc long ٥x", ("٥x",), None),
    ("btc long ٥٠٠", ("٥٠٠",), None),
    ("btc long 5xx", ("5xx",), None),
    ("btc long x5x", ("x5x",), None),
    ("btc long 5%%", ("5%%",), None),
    ("btc long ==5000", ("==5000",), None),
    ("btc long =", ("=",), None),
    ("btc long %", ("%",), None),
    ("btc long $", ("$",), None),
    ("btc long 0.1xyz", ("0.1xyz",), None),
    ("btc long 1.5.5", ("1.5.5",), None),
    ("btc long 1_000", ("1_000",), None),
    ("btc long 1234567890123456", ("1234567890123456",), None),
    ("btc long side=", ("",), None),
]


@pytest.mark.parametrize(("words", "lost", "corrected"), UNCLEAR)
def test_a_word_without_meaning_is_asked_about(
    words: str, lost: tuple[str, ...], corrected: str | None
) -> None:
    binding = bind(f"open {words}")
    assert isinstance(binding, Unclear), binding
    assert set(binding.words) == set(lost)
    assert binding.corrected == corrected


BAD = [
    ("0x", "leverage-not-whole"),
    ("-5x", "leverage-not-whole"),
    ("x-5", "leverage-not-whole"),
    ("2.5x", "leverage-not-whole"),
    ("0", "not-positive"),
    ("-5", "not-positive"),
    ("0usdt", "not-positive"),
    ("$-5", "not-positive"),
    ("-5 usdt", "not-positive"),
    ("0%", "not-positive"),
    ("-2%", "not-positive"),
    ("101%", "over-whole"),
    ("=0", "not-positive"),
    ("=-5", "not-positive"),
    ("0btc", "not-positive"),
    ("-0.1btc", "not-positive"),
    ("5x 0", "not-positive"),
    ("5x -3", "not-positive"),
    ("size=-3", "not-positive"),
    ("1,000", "comma"),
    ("0,1btc", "comma"),
]


@pytest.mark.parametrize(("words", "code"), BAD)
def test_a_value_that_cannot_be_meant_is_named(words: str, code: str) -> None:
    with pytest.raises(BadWord) as caught:
        bind(f"open btc long {words}")
    assert caught.value.code == code


MISSING = [
    ("open", "symbol", "open"),
    ("open btc", "side", "open btc"),
    ("open long", "symbol", "open long"),
    ("open btc 5x", "side", "open btc 5x"),
    ("open 5x 500 cross", "symbol", "open 500usdt 5x cross"),
    ("open btc tp=65000", "side", "open btc tp=65000"),
    ("margin", "move", "margin"),
    ("margin add", "amount", "margin add"),
    ("margin 50", "move", "margin 50usdt"),
    ("leverage btc", "leverage", "leverage btc"),
    ("mode eth", "mode", "mode eth"),
    ("why", "figure", "why"),
]


@pytest.mark.parametrize(("line", "name", "kept"), MISSING)
def test_what_is_missing_is_asked_and_what_was_said_is_kept(line: str, name: str, kept: str) -> None:
    binding = bind(line)
    assert isinstance(binding, Missing)
    assert (binding.param.name, binding.line) == (name, kept)
    again = bind(binding.line)
    assert isinstance(again, Missing)
    assert again.values == binding.values


OTHERS: list[tuple[str, dict[str, object]]] = [
    ("close btc", {"symbol": "BTCUSDT"}),
    ("close btc half", {"symbol": "BTCUSDT", "share": Decimal("0.5")}),
    ("close half btc", {"symbol": "BTCUSDT", "share": Decimal("0.5")}),
    ("close quarter", {"share": Decimal("0.25")}),
    ("close btc 50%", {"symbol": "BTCUSDT", "share": Decimal("0.5")}),
    ("close btc 50", {"symbol": "BTCUSDT", "share": Decimal("0.5")}),
    ("close all", {"share": Decimal(1)}),
    ("close todo", {"share": Decimal(1)}),
    ("close", {}),
    ("margin add 50 btc", {"move": 1, "amount": Decimal(50), "symbol": "BTCUSDT"}),
    ("margin 50 btc add", {"move": 1, "amount": Decimal(50), "symbol": "BTCUSDT"}),
    ("margin remove $20", {"move": -1, "amount": Decimal(20)}),
    ("margin take 20 usdt btc", {"move": -1, "amount": Decimal(20), "symbol": "BTCUSDT"}),
    ("margin quitar 20", {"move": -1, "amount": Decimal(20)}),
    ("leverage btc 5", {"symbol": "BTCUSDT", "leverage": 5}),
    ("leverage 5x btc", {"symbol": "BTCUSDT", "leverage": 5}),
    ("mode btc iso", {"symbol": "BTCUSDT", "mode": MarginMode.ISOLATED}),
    ("why liq btc", {"figure": "liquidation", "symbol": "BTCUSDT"}),
    ("why btc roe", {"figure": "roe", "symbol": "BTCUSDT"}),
    ("settings es", {"language": "es"}),
    ("settings español", {"language": "es"}),
    ("settings language es", {"language": "es"}),
    ("settings confirm off", {"confirm": False}),
    ("settings off", {"confirm": False}),
    ("settings confirm=off", {"confirm": False}),
    ("settings confirm sí", {"confirm": True}),
    ("settings 3%", {"size": Decimal("0.03")}),
    ("settings 3", {"size": Decimal("0.03")}),
    ("settings size 3", {"size": Decimal("0.03")}),
    ("settings Europe/Madrid", {"zone": "Europe/Madrid"}),
    ("settings madrid", {"zone": "Europe/Madrid"}),
    ("settings new_york", {"zone": "America/New_York"}),
    ("settings utc", {"zone": "UTC"}),
    ("settings zone utc confirm on 2%", {"zone": "UTC", "confirm": True, "size": Decimal("0.02")}),
    ("help open", {"command": "open"}),
    ("history before=12", {"before": "12"}),
]


@pytest.mark.parametrize(("line", "values"), OTHERS)
def test_words_of_the_other_commands(line: str, values: dict[str, object]) -> None:
    assert bound(line) == values


@pytest.mark.parametrize(
    "line", ["positions 5", "mode btc cross 5", "portfolio btc", "cancel all", "reset 1", "why roe 5"]
)
def test_no_word_is_dropped_in_silence(line: str) -> None:
    assert isinstance(bind(line), Unclear)


def test_two_leverages_are_a_question_even_where_one_is_too_large() -> None:
    assert isinstance(bind("leverage btc 5 500"), Twice)


def test_values_given_by_name_bind_like_words() -> None:
    given = {"symbol": "BTC", "side": "Long", "size": "0.1 btc", "leverage": "5 x"}
    binding = bind("open isolated", given)
    assert isinstance(binding, Bound)
    assert binding.values == {
        **LONG_BTC,
        "size": Coins(Decimal("0.1"), "BTCUSDT"),
        "leverage": 5,
        "mode": MarginMode.ISOLATED,
    }


def test_a_misspelt_value_given_by_name_keeps_the_others() -> None:
    binding = bind("open", {"symbol": "bct", "side": "long", "size": "2%"})
    assert isinstance(binding, Unclear)
    assert binding.words == ("bct",)
    assert binding.corrected is not None
    assert bound(binding.corrected) == {**LONG_BTC, "size": EquityShare(Decimal("0.02"))}


def test_a_name_that_no_parameter_has_is_asked_about() -> None:
    binding = bind("open", {"symbol": "btc", "nonsense": "5"})
    assert isinstance(binding, Unclear)
    assert binding.words == ("nonsense=5",)
