"""The table: ranks with ties, who is not named, who left, who took no part, and former members."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.core.identity import Identity, Platform
from bot.services.challenges.rules import Pace, Rules
from bot.services.challenges.score import UNRANKED
from bot.services.challenges.standings import score_data, standings_data
from bot.services.challenges.tallies import look
from bot.services.markets import MarketClosed
from bot.storage import Store, accounts, challenges, people
from bot.storage.accounts import Account
from bot.storage.challenges import CHALLENGE, Challenge, Member
from bot.storage.people import Person
from bot.storage.tables import NO_ONE
from engine.account import MarginAccount
from engine.contracts import load_contracts
from engine.exchange import decide
from engine.intents import Deposit, Open
from engine.market import FRICTIONLESS, MarketSnapshot, Quote
from engine.position import Side

AT = datetime(2026, 11, 22, tzinfo=UTC)
RULES = Rules("Friday", Pace.LIVE, None, Decimal(10_000), 20, (), timedelta(days=1))
BODY = {"rules": RULES.to_json(), "called_off": False, "closing": None}
CHALLENGED = Challenge("c", CHALLENGE, "console:room", None, BODY, AT, AT, AT + RULES.length)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    opened = await Store.open("sqlite+aiosqlite://")
    async with opened.unit() as unit:
        challenges.create(unit, CHALLENGED)
    yield opened
    await opened.close()


async def add(store: Store, name: str, score: str | Decimal, **changes: object) -> Member:
    """A member of that name with a score."""
    values = {"person_id": name, "name": name.title(), **changes}
    joined = Member(
        challenge_id="c",
        account_id=f"account-{name}",
        person_id=str(values.pop("person_id")),
        name=str(values.pop("name")),
        shown=True,
        joined_at=AT,
        focused_at=None,
        left_at=None,
        finished_at=None,
        seen_at=AT,
        equity=Decimal(9_000),
        peak=Decimal(10_000),
        drawdown=Decimal("0.1"),
        liquidations=0,
        score=Decimal(score),
    )
    joined = replace(joined, **values)  # type: ignore[arg-type]
    async with store.unit() as unit:
        if joined.person_id != NO_ONE:
            owner = Person(joined.person_id, None, "UTC", True, Decimal("0.02"), AT, started=True)
            people.create(unit, Identity(Platform.CONSOLE, joined.person_id), owner)
        empty = Account(
            joined.account_id, joined.person_id, accounts.CHALLENGE, "main", MarginAccount.empty(), AT
        )
        accounts.create(unit, empty)
        accounts.record(unit, empty, decide(Deposit(RULES.balance), empty.state, market()), AT)
        challenges.add(unit, joined)
    return joined


def market(price: str = "50000", *, age: timedelta = timedelta(0)) -> MarketSnapshot:
    at = AT + timedelta(hours=1)
    value = Decimal(price)
    quote = Quote("BTCUSDT", value, value, value, Decimal(0), None, at - age)
    fresh = timedelta(seconds=10)
    return MarketSnapshot("main", at, {"BTCUSDT": quote}, load_contracts(), FRICTIONLESS, fresh)


async def table(store: Store, viewer: str | None = None) -> dict[str, object]:
    async with store.unit() as unit:
        return await standings_data(unit, CHALLENGED, viewer)


async def test_equal_scores_share_a_rank_and_the_next_one_is_left_out(store: Store) -> None:
    for name, score in (("ann", "0.1"), ("ben", "0.1"), ("cem", "-0.5"), ("dan", "-0.6")):
        await add(store, name, score)
    found = await table(store, "cem")
    rows = found["rows"]
    assert isinstance(rows, list)
    assert [(row["rank"], row["score"]) for row in rows] == [
        (1, Decimal("0.1")),
        (1, Decimal("0.1")),
        (3, Decimal("-0.5")),
        (4, Decimal("-0.6")),
    ]
    assert [row["you"] for row in rows] == [False, False, True, False]
    own = found["own"]
    assert isinstance(own, dict)
    assert (own["rank"], own["result"], own["share"]) == (3, Decimal(-1000), Decimal("-0.1"))


async def test_who_is_not_named_keeps_the_rank(store: Store) -> None:
    await add(store, "ann", "0.2", shown=False)
    await add(store, "ben", "0.1")
    found = await table(store, "ann")
    rows, own = found["rows"], found["own"]
    assert isinstance(rows, list)
    assert isinstance(own, dict)
    assert [(row["rank"], row["name"]) for row in rows] == [(2, "Ben")]
    assert (found["hidden"], found["ranked"], found["others"]) == (1, 2, 0)
    assert (own["rank"], own["shown"]) == (1, False)


async def test_who_left_or_took_no_part_has_no_rank(store: Store) -> None:
    await add(store, "ann", "0.3", left_at=AT)
    await add(store, "ben", UNRANKED)
    await add(store, "cem", "-1")
    found = await table(store, "ben")
    rows, own = found["rows"], found["own"]
    assert isinstance(rows, list)
    assert isinstance(own, dict)
    assert [(row["rank"], row["name"]) for row in rows] == [(1, "Cem")]
    assert (found["members"], found["ranked"]) == (2, 1)
    assert (own["rank"], own["score"]) == (None, None)
    assert (await table(store, "ann"))["own"] is None
    assert (await table(store, "stranger"))["own"] is None


async def test_a_former_member_has_no_name(store: Store) -> None:
    await add(store, "gone", "0.1", person_id=NO_ONE)
    rows = (await table(store))["rows"]
    assert isinstance(rows, list)
    assert [row["name"] for row in rows] == [""]


async def test_more_members_than_rows(store: Store) -> None:
    for number in range(13):
        await add(store, f"m{number}", Decimal(number) / 100)
    found = await table(store)
    rows = found["rows"]
    assert isinstance(rows, list)
    assert (len(rows), found["others"], rows[0]["rank"], rows[-1]["rank"]) == (10, 3, 1, 10)


def test_the_working_of_a_score() -> None:
    worked = score_data(None, Decimal(100))
    assert worked["worked"] is None
    money = (Decimal(200), Decimal(200), Decimal("0.3"))
    member = Member(
        "c", "a", "p", "P", True, AT, None, None, None, AT, money[0], money[1], money[2], 2, Decimal(0)
    )
    found = score_data(member, Decimal(100))["worked"]
    assert found["clamped"]
    assert found["score"] == Decimal("0.40546511") - Decimal("0.3") - 1


async def test_a_look_brings_the_figures_up_to_date(store: Store) -> None:
    await add(store, "ann", UNRANKED, equity=Decimal(10_000), drawdown=Decimal(0))
    await add(store, "idle", UNRANKED, equity=Decimal(10_000), drawdown=Decimal(0))
    async with store.unit() as unit:
        account = await accounts.load(unit, "account-ann")
        events = decide(Open("BTCUSDT", Side.LONG, Decimal("0.4"), 5), account.state, market())
        accounts.record(unit, account, events, AT)
    looks = [market(), market("45000"), market("45000"), market("40000", age=timedelta(minutes=1))]
    moved = []
    for each in looks:
        async with store.unit() as unit:
            moved.append(await look(unit, CHALLENGED, lambda name, each=each: each, AT))  # type: ignore[misc]
    assert moved == [1, 1, 0, 0]  # nothing new, then a price that is too old
    async with store.unit() as unit:
        ann, idle = await challenges.members_of(unit, "c")
    assert ann.equity == Decimal(7_990)  # 10,000 − 2,000 − 10 of fee
    assert ann.drawdown == Decimal("0.20100000") + Decimal(
        "0.02528160"
    )  # 18,000 held of 7,990: 2.2528160 times
    assert ann.score == Decimal("-0.22439433") - ann.drawdown
    assert idle.score == UNRANKED


async def test_a_look_leaves_alone_whose_market_is_closed_and_what_has_not_begun(store: Store) -> None:
    await add(store, "ann", UNRANKED)

    def closed(name: str) -> MarketSnapshot:
        raise MarketClosed(name)

    async with store.unit() as unit:
        assert await look(unit, CHALLENGED, closed, AT) == 0
        assert await look(unit, CHALLENGED, lambda name: market(), AT - timedelta(minutes=1)) == 0
