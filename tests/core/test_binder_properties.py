"""What holds of every line: a canonical line binds to its values again, and no words break the binder."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.alert_words import HIGHEST_PRICE, LOWEST_PRICE, Level
from bot.commands.kinds import ZONE
from bot.commands.learn_words import MovesKind
from bot.commands.quiznight_words import Place
from bot.commands.replay_words import NAMES
from bot.commands.scenario_words import ScenarioKind
from bot.core import params
from bot.core.binder import Ambiguous, Bound, Missing, Twice, Unclear
from bot.core.params import BadWord, ChoiceKind, Param
from bot.core.words import MAX_SHOWN, shown, split_words
from bot.services.attention import STAGES
from bot.services.scenarios import Changes, ClosedOut, MarginMoved, Priced, Shifted
from bot.services.sizes import Coins, EquityShare, Margin, Notional
from tests.fakes.spoken import bind, command, lexicon, registry

COMMANDS = sorted(each.name for each in registry())
SYMBOLS = sorted(set(lexicon().symbols.values()))

CHANGES: Changes = (
    *(
        Shifted("BTCUSDT", Decimal("-0.1")),
        Shifted(None, Decimal("0.255")),
        Priced("ETHUSDT", Decimal("1500.5")),
    ),
    *(
        MarginMoved("BTCUSDT", Decimal(200)),
        MarginMoved("ETHUSDT", Decimal("-0.5")),
        MarginMoved(None, Decimal(5)),
    ),
    *(ClosedOut("ETHUSDT"), ClosedOut(None)),
)
amounts = st.decimals(Decimal("1e-12"), Decimal(10) ** 15 - 1, places=12) | st.integers(1, 10**15 - 1).map(
    Decimal
)
shares = st.decimals(Decimal("1e-12"), 100, places=12).filter(bool).map(lambda each: each / 100)


def values_of(param: Param) -> st.SearchStrategy[Any]:
    kind = param.kind
    if isinstance(kind, ChoiceKind):
        return st.sampled_from(list(kind.values.values()))
    match kind.name:
        case "symbol" | "mover":
            return st.sampled_from(SYMBOLS)
        case "leverage":
            return st.integers(1, 10**15 - 1)
        case "amount":
            return amounts
        case "percent" | "share":
            return shares
        case "zone":
            return st.sampled_from([ZONE.read(each, lexicon()) for each in ZONE.vocabulary(lexicon())])
        case "size":
            return (
                amounts.map(Margin)
                | amounts.map(Notional)
                | shares.map(EquityShare)
                | st.builds(Coins, amounts, st.sampled_from(SYMBOLS))
            )
        case "entry" | "wallet" | "price" | "tp" | "sl":
            return amounts
        case "callback":
            return shares
        case "part":
            return shares | st.builds(Coins, amounts, st.sampled_from(SYMBOLS))
        case "level":
            prices = st.decimals(LOWEST_PRICE, HIGHEST_PRICE, places=8)
            return st.builds(Level, prices, st.sampled_from((None, True, False)))
        case "threshold":
            return st.sampled_from(STAGES)
        case "duration" | "span":
            return st.integers(1, 10_000).map(lambda minutes: timedelta(minutes=minutes))
        case "tape":
            return st.integers(0, 10**9).map(str) | st.sampled_from(sorted(NAMES))
        case "speed":
            return st.decimals("0", 999_999_999, places=6).map(abs)
        case "option":
            return st.integers(0, 99)
        case "said":
            return st.decimals(-(10**9), 10**9, places=6)
        case "lesson":
            return st.sampled_from(("01-margin", "roe"))
        case "rounds" | "round-seconds":
            return st.integers(0, 9999)
        case "night":
            return st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=12, max_size=12).filter(
                lambda word: not word.isdigit()
            )
        case "challenge-id":
            return st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=12, max_size=12).filter(
                lambda word: not word.isdigit()
            )
        case "month":
            return st.builds("20{:02}-{:02}".format, st.integers(0, 99), st.integers(1, 12))
        case "mention":
            return st.from_regex(r"[a-z_][a-z0-9_.]{1,31}", fullmatch=True) | st.from_regex(
                r"[0-9]{5,20}", fullmatch=True
            )
        case "invitation":
            return st.tuples(
                st.text("0123456789abcdef", min_size=12, max_size=12),
                st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=12, max_size=12),
            )
        case "hidden-tape":
            return st.integers(0, 10**9 - 1)
        case "stake":
            return st.decimals(0, 10**12 - 1, places=8).map(abs)
        case "challenge-coin":
            return st.sampled_from(SYMBOLS)
        case "time-of-day":
            return st.builds(time, st.integers(0, 23), st.integers(0, 59))
        case "challenge-name":
            return st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=40)
        case "night-place":
            choices = st.none() | st.integers(0, 99)
            return st.builds(Place, st.integers(0, 99), choices) | st.builds(
                Place, st.integers(0, 99), shown=st.just(True)
            )
        case "count":
            return st.integers(1, 99)
        case "order":
            return st.integers(0, 10**15 - 1)
        case "tag":
            return st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1, max_size=24)
        case "words" if isinstance(kind, MovesKind):
            return st.just("end")
        case "words" if not isinstance(kind, ScenarioKind):
            return st.sampled_from(("23:00-07:00", "off"))
        case "words":
            return st.lists(
                st.sampled_from(CHANGES), min_size=1, unique_by=lambda each: (type(each), each.symbol)
            ).map(tuple)
        case "text":
            return st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=16)
    raise AssertionError(f"no values for {kind.name}")


@st.composite
def bindings(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """A command with values for all that it must have, and some of the rest."""
    name = draw(st.sampled_from(COMMANDS))
    values: dict[str, object] = {}
    for param in command(name).params:
        if param.required or draw(st.booleans()):
            values[param.name] = draw(values_of(param))
    return name, values


@given(bindings())
def test_a_canonical_line_binds_to_the_same_values(drawn: tuple[str, dict[str, object]]) -> None:
    name, values = drawn
    line = command(name).line(values)
    binding = bind(line)
    assert isinstance(binding, Bound), (line, binding)
    assert binding.values == values, line
    assert command(name).line(binding.values) == line


@given(bindings(), st.randoms())
def test_a_canonical_line_may_be_shuffled(drawn: tuple[str, dict[str, object]], random: Any) -> None:
    name, values = drawn
    kinds = [each.kind.name for each in command(name).params]
    if params.WORDS in kinds or len(set(kinds)) < len(kinds):
        return  # the order of these words is their meaning
    words = command(name).line(values).split()[1:]
    random.shuffle(words)
    binding = bind(" ".join((name, *words)))
    assert isinstance(binding, Bound)
    assert binding.values == values


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_contract_is_known_by_its_base_and_its_symbol(symbol: str) -> None:
    base = symbol.removesuffix("USDT")
    for word in (base, base.lower(), symbol, symbol.lower(), f"{base}/usdt", f"{base}-USDT"):
        binding = bind(f"price {word}")
        assert isinstance(binding, Bound)
        assert binding.values == {"symbol": symbol}


def test_a_contract_of_a_thousand_coins_is_not_taken_for_coins() -> None:
    assert isinstance(bind("open 1000pepe long 100000pepe"), Unclear)
    binding = bind("open pepe long 51000pepe")
    assert isinstance(binding, Bound)
    assert binding.values["size"] == Coins(Decimal(5), "1000PEPEUSDT")


TYPED = (
    "btc eth long short 5x x5 5 500 2% =5000 0.1btc isolated cross all half add remove liquidation on off es "
    "utc madrid tp=1 sl= side=long = % $ × x -5 0 . - nan 1e999 ٥ ５x null <b> & {x} %s %(word)s @ | ; ' \" \\ \u202e \u200b \x00"
)
WORDS = TYPED.split(" ")
words = st.sampled_from(WORDS) | st.text(max_size=12)


@given(st.sampled_from(COMMANDS), st.lists(words, max_size=12))
def test_any_words_are_bound_or_asked_about(name: str, drawn: list[str]) -> None:
    try:
        binding = bind(" ".join((name, *drawn)))
    except BadWord:
        return
    match binding:
        case Bound(values):
            command(name).build(values)
            again = bind(command(name).line(values))
            assert isinstance(again, Bound)
            assert again.values == values
        case Missing(param, values, _):
            assert param.name not in values
        case Unclear(lost, _):
            assert lost
            assert all(len(each) <= MAX_SHOWN and (not each or each.isprintable()) for each in lost)
        case Twice(_, said, lines):
            assert len(said) == len(lines) == 2
        case Ambiguous(_, readings):
            assert len(readings) == 2


@given(st.text(max_size=200))
def test_words_have_no_blanks_and_no_capitals(line: str) -> None:
    for word in split_words(line):
        assert word
        assert not any(each.isspace() for each in word)
        assert word == word.casefold() or word.casefold() != word.casefold().casefold()


@given(st.text(max_size=500))
def test_a_shown_word_is_short_and_printable(word: str) -> None:
    assert len(shown(word)) <= MAX_SHOWN
    assert all(each.isprintable() or each.isspace() for each in shown(word))
