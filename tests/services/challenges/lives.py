"""A finished challenge in storage, with members whose accounts were played along a tape by chance, through the engine."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from random import Random

from bot.core.identity import Identity, Platform
from bot.services.challenges.proof import actions_hash, proof_lines
from bot.services.challenges.proof_file import written
from bot.services.challenges.rules import Pace, Rules, commitment
from bot.services.challenges.tallies import Reels, final, finished
from bot.services.challenges.track import Track, between
from bot.services.deleveraging import hits
from bot.services.tapes import Shelf
from bot.storage import Store, UnitOfWork, accounts, challenges, people
from bot.storage.accounts import Account
from bot.storage.challenges import CHALLENGE, Challenge, Member
from bot.storage.people import Person
from engine.account import MarginAccount
from engine.contracts import load_contracts
from engine.errors import Refusal
from engine.events import Event
from engine.exchange import decide
from engine.intents import (
    CancelOrders,
    ChangeMargin,
    ChangePositionMode,
    Close,
    Deleverage,
    Deposit,
    Intent,
    Open,
    Place,
    Settle,
)
from engine.market import MarketSnapshot
from engine.position import MarginMode, PositionMode, Side
from engine.resting import Order, OrderType

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
START = Decimal(10_000)
SALT = "1f" * 32
Moment = tuple[datetime, tuple[Event, ...]]


@cache
def shelf() -> Shelf:
    return Shelf(load_contracts())


@cache
def track(tape: str) -> Track:
    return Track.of(shelf().take(tape, hidden=True))


def rules(tape: str, **changes: object) -> Rules:
    found = Rules("Survive <b>", Pace.OWN, tape, START, 50, (), timedelta(hours=2))
    return replace(found, **changes)  # type: ignore[arg-type]


def lived_along(path: Track, dice: Random, often: float) -> Iterator[Moment]:
    """What happens to an account that is played by chance; every step is struck and settled first, as the bot does."""
    first = path.snapshots[0]
    account = MarginAccount.empty()

    def done(events: Sequence[Event]) -> None:
        nonlocal account
        for event in events:
            account = account.apply(event)

    given = decide(Deposit(START), account, first)
    done(given)
    yield first.time, given
    if dice.random() < 0.3:
        hedged = decide(ChangePositionMode(PositionMode.HEDGE), account, first)
        done(hedged)
        yield first.time, hedged
    before = first
    for market, after in pairwise((*path.snapshots[1:], path.snapshots[-1])):
        for hit in hits(path.struck(before.time, market.time), account, market):
            strike = hit.strike
            events = decide(Deleverage(strike.symbol, strike.side, strike.price_in(market)), account, market)
            done(events)
            yield market.time, events
        if account.positions or account.orders:
            events = decide(Settle(), account, market)
            done(events)
            if events:
                yield market.time, events
        if dice.random() < often:
            held = between(market, market.time + (after.time - market.time) * dice.choice((0, 0, 1)) / 2)
            for intent in wishes(account, held, dice):
                try:
                    events = decide(intent, account, held)
                except Refusal:
                    continue
                done(events)
                yield held.time, events
        before = market


def wishes(account: MarginAccount, market: MarketSnapshot, dice: Random) -> list[Intent]:
    """Something that somebody might ask for; much of it is refused."""
    symbol = dice.choice(sorted(market.quotes))
    side = dice.choice(tuple(Side))
    contract, mark = market.contract(symbol), market.quote(symbol).mark
    leverage = dice.choice((2, 3, 10, 20, 50))
    size = contract.floor_quantity(Decimal(dice.randrange(50, 3000)) * leverage / mark)
    mode = dice.choice(tuple(MarginMode))
    leg = side if account.position_mode is PositionMode.HEDGE else None
    away = 1 + Decimal(dice.randrange(-30, 31)) / 1000
    price = contract.round_price(mark * away, up=False)
    held = list(account.positions)
    match dice.randrange(8):
        case 0 | 1 | 2:
            return [Open(symbol, side, size, leverage, mode)]
        case 3:
            return [Close(*each[:1], side=each[1]) for each in held[:1]]
        case 4:
            return [Place(Order(symbol, side, OrderType.LIMIT, size, price, leg=leg))]
        case 5:
            kind = dice.choice((OrderType.STOP_MARKET, OrderType.TAKE_PROFIT_MARKET))
            stops = [
                Order(
                    key[0],
                    key[1].opposite,
                    kind,
                    None,
                    trigger=contract_price(market, key[0], away),
                    leg=key[1] if leg is not None else None,
                    close_position=True,
                )
                for key in held[:1]
            ]
            return [Place(each) for each in stops]
        case 6:
            return [ChangeMargin(key[0], Decimal(dice.randrange(-200, 400)), key[1]) for key in held[:1]]
        case _:
            return [CancelOrders()]


def contract_price(market: MarketSnapshot, symbol: str, away: Decimal) -> Decimal:
    return market.contract(symbol).round_price(market.quote(symbol).mark * away, up=False)


async def stored(store: Store, tape: str, members: int, seed: int, often: float = 0.01) -> Challenge:
    """A challenge on a tape that is over, its members' figures final, with its hash of the actions."""
    played = rules(tape)
    challenge = Challenge(
        f"challenge{seed}",
        CHALLENGE,
        None,
        None,
        {
            "rules": played.to_json(),
            "salt": SALT,
            "commitment": commitment(played, SALT),
            "called_off": False,
            "closing": AT.isoformat(),
            "actions_hash": None,
        },
        AT,
        AT,
        AT + played.length,
    )
    reels = Reels(shelf())
    async with store.unit() as unit:
        challenges.create(unit, challenge)
    for number in range(members):
        async with store.unit() as unit:
            add(unit, challenge, number, Random(f"{seed}/{number}"), often)
    async with store.unit() as unit:
        for member in await challenges.members_of(unit, challenge.id):
            tally = await final(unit, challenge, member, reels)
            end = reels.reel(played).tape.end
            challenges.set_figures(unit, finished(member, tally, START, end))
    async with store.unit() as unit:
        body = {**challenge.body, "actions_hash": await actions_hash(unit, challenge)}
        done = replace(challenge, body=body, ended_at=AT + played.length)
        challenges.save(unit, done)
    return done


def add(unit: UnitOfWork, challenge: Challenge, number: int, dice: Random, often: float) -> None:
    """A member with a life."""
    person, account_id = f"person{number}", f"account{number:03}"
    people.create(
        unit,
        Identity(Platform.CONSOLE, person),
        Person(person, None, "UTC", True, Decimal("0.02"), AT, started=True),
    )
    market = f"replay:{account_id}"
    account = Account(account_id, person, accounts.CHALLENGE, market, MarginAccount.empty(), AT)
    accounts.create(unit, account)
    tape = str(challenge.body["rules"]["tape"])
    for at, events in lived_along(track(tape), dice, often if number else 0):
        account = accounts.record(unit, account, events, AT, at)
    challenges.add(
        unit,
        Member(
            challenge.id,
            account_id,
            person,
            f"Member {number}",
            True,
            AT,
            None,
            None,
            AT,
            None,
            START,
            START,
            Decimal(0),
            0,
            Decimal(0),
        ),
    )


async def proof_of(store: Store, challenge: Challenge) -> list[str]:
    """The lines of its proof."""
    async with store.unit() as unit:
        return await proof_lines(unit, challenge, Reels(shelf()), load_contracts())


async def file_of(store: Store, challenge: Challenge) -> bytes:
    return written(await proof_of(store, challenge))
