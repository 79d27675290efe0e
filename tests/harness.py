"""The real bot on a fixed market and a database in memory: a test speaks lines, presses labels and reads replies."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any, assert_never

from sqlalchemy import select

from bot.bootstrap import Bot, Plan, build
from bot.content.catalogue import Language, load_languages
from bot.core.action import MAX_PAYLOAD
from bot.core.identity import ChatRef, Identity, Platform
from bot.core.markup import (
    Block,
    Bullets,
    Facts,
    Footer,
    Paragraph,
    Preformatted,
    Quote,
    Span,
    Table,
    Title,
    text_of,
)
from bot.core.reply import Answer, Reply, ReplyButton
from bot.core.request import Called, Input, Pressed, Request, Said
from bot.core.sender import Posted
from bot.storage import accounts, journal, people, tables
from bot.storage.accounts import Account
from bot.telemetry import Telemetry
from engine.account import MarginAccount
from engine.contracts import load_contracts

_numbers = count(1)  # over all talks: a bot that starts again must not take a new act for an old one
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""When a talk begins: how often funding falls due must not hang on the hour of the run."""
_ENDED: dict[str, datetime] = {}
"""When the last talk over a database ended: a bot that starts again never finds itself before its own past."""
IN_MEMORY = "sqlite+aiosqlite://"
PRICES = {"BTCUSDT": Decimal(50_000), "ETHUSDT": Decimal(2_500)}


@dataclass
class Postbox:
    """Implements Sender and Poster: keeps what is delivered, post-mortems apart, and what is posted in groups or
    changed there; `refusals` are raised first, one a delivery.
    """

    platform: Platform = Platform.CONSOLE
    delivered: list[tuple[Identity, Reply]] = field(default_factory=list)
    examined: list[tuple[Identity, Reply]] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    posted: list[Reply] = field(default_factory=list)
    admins: set[str] = field(default_factory=set)

    async def post(self, chat: ChatRef, reply: Reply) -> Posted:
        self.posted.append(reply)
        return Posted(chat, str(len(self.posted)))

    async def edit(self, posted: Posted, reply: Reply) -> None:
        self.posted.append(reply)

    async def is_admin(self, chat: ChatRef, who: Identity) -> bool:
        return who.user in self.admins

    async def send(self, to: Identity, reply: Reply) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        (self.examined if reply.answer.template == "postmortem" else self.delivered).append((to, reply))
        self.arrived.set()


@dataclass
class Talk:
    """A bot and those who speak to it; `reply` is the latest answer, `strict` forbids faults."""

    bot: Bot
    postbox: Postbox
    strict: bool = True
    reply: Reply | None = None
    language: str | None = None
    replies: list[Reply] = field(default_factory=list)

    def request(
        self,
        input_: Input,
        who: str = "me",
        room: str | None = None,
        *,
        update: str | None = None,
        whispers: bool = True,
        platform: Platform = Platform.CONSOLE,
    ) -> Request:
        """One act; each has an update number of its own unless one is given."""
        chat = ChatRef(platform, room or who, private=room is None)
        number = update or f"u{next(_numbers)}"
        return Request(
            number, Identity(platform, who), chat, input_, who, self.language, whispers, handle=who
        )

    async def ask(self, request: Request) -> Reply | None:
        """The reply to a request, checked for what must hold of every reply."""
        reply = await self.bot.router.handle(request)
        if reply is None:
            return None
        if self.strict:
            assert reply.answer.template != "fault", reply.answer.data
        for each in reply.all_buttons():
            assert 1 <= len(each.payload.encode()) <= MAX_PAYLOAD, each
            assert each.label.strip(), each
        assert Answer.from_json(reply.answer.to_json()).to_json() == reply.answer.to_json()
        self.reply = reply
        self.replies.append(reply)
        return reply

    async def say(self, line: str, who: str = "me", room: str | None = None, **more: Any) -> Reply:
        """The reply to a line of text."""
        reply = await self.ask(self.request(Said(line), who, room, **more))
        assert reply is not None, f"no answer to {line!r}"
        return reply

    async def call(self, command: str, values: Mapping[str, str], preset: str = "", **more: Any) -> Reply:
        """The reply to a slash command or a form."""
        reply = await self.ask(self.request(Called(command, values, preset), **more))
        assert reply is not None
        return reply

    async def press(self, label: str, who: str = "me", on: Reply | None = None, **more: Any) -> Reply:
        """The reply to a press of the button of that label on a reply, the latest if none is given."""
        return await self.send(button(on or self.shown(), label).payload, who, **more)

    async def send(self, payload: str, who: str = "me", room: str | None = None, **more: Any) -> Reply:
        """The reply to a press that carries a payload."""
        reply = await self.ask(self.request(Pressed(payload), who, room, **more))
        assert reply is not None
        return reply

    def shown(self) -> Reply:
        """The latest reply."""
        assert self.reply is not None
        return self.reply

    async def dialogue(self, *lines: str, who: str = "me") -> Reply:
        """Lines one after the other, `!press LABEL` among them; the last reply."""
        for line in lines:
            if line.startswith("!press "):
                await self.press(line.removeprefix("!press "), who)
            elif line.startswith("!price "):
                _, symbol, price = line.split()
                await self.price(symbol, price)
            else:
                await self.say(line, who)
        return self.shown()

    async def price(self, symbol: str, price: str | int) -> None:
        """Set a price, settle, and deliver what is due."""
        await self.bot.control.price(symbol, Decimal(price))

    def later(self, **by: float) -> None:
        """Let time pass without a tick."""
        clock: Any = self.bot.clock
        clock.advance(timedelta(**by))

    async def account(self, who: str = "me", platform: Platform = Platform.CONSOLE) -> MarginAccount:
        """The state of somebody's main account."""
        return (await self.main(who, platform)).state

    async def main(self, who: str = "me", platform: Platform = Platform.CONSOLE) -> Account:
        """Somebody's main account."""
        async with self.bot.store.unit() as unit:
            person = await people.find(unit, Identity(platform, who))
            assert person is not None, f"{who} is unknown"
            found = await accounts.main_of(unit, person.id)
            assert found is not None, f"{who} has no account"
            return found

    async def known(self, who: str) -> bool:
        """Whether a person was ever kept."""
        async with self.bot.store.unit() as unit:
            return await people.find(unit, Identity(Platform.CONSOLE, who)) is not None

    async def events(self, who: str = "me") -> tuple[str, ...]:
        """The kinds of somebody's journal entries, oldest first."""
        account = await self.main(who)
        async with self.bot.store.unit() as unit:
            found = await journal.entries(unit, account.id, limit=1000)
        return tuple(type(each.event).__name__ for each in reversed(found))

    async def check_books(self) -> None:
        """Every journal leads to its stored state, and all postings sum to zero."""
        async with self.bot.store.unit() as unit:
            ids = [row.id for row in await unit.fetch(select(tables.accounts.c.id))]
            for each in ids:
                kept = await accounts.load(unit, each)
                assert await journal.replayed(unit, each) == kept.state
                balances = await journal.balances(unit, each)
                assert sum(balances.values(), Decimal(0)) == 0
                assert balances.get("wallet", Decimal(0)) == kept.state.cross_wallet
            assert await journal.ledger_sum(unit) == 0


@asynccontextmanager
async def talking(
    *,
    wallet: int | str = 10_000,
    prices: Mapping[str, Decimal] = PRICES,
    database: str = IN_MEMORY,
    languages: Mapping[str, Language] | None = None,
    language: str | None = None,
    strict: bool = True,
    **plan: Any,
) -> AsyncIterator[Talk]:
    """A talk with the real bot; the books are checked when it ends. `languages` replace those of the catalogues."""
    chosen = Plan(
        database, "fixed", prices, balance=Decimal(wallet), **{"start": _ENDED.get(database, START), **plan}
    )
    async with build(chosen, Telemetry(), spoken() if languages is None else languages) as bot:
        talk = Talk(bot, Postbox(), strict=strict, language=language)
        bot.notifier.serve_through((talk.postbox,))
        bot.quiz_nights.posting.serve_through((talk.postbox,))
        yield talk
        await talk.check_books()
        if database != IN_MEMORY:
            _ENDED[database] = bot.clock.now()


@cache
def spoken() -> Mapping[str, Language]:
    """The languages of the catalogues, read once: that is half of what it takes to build a bot."""
    return load_languages()


def places() -> dict[str, int]:
    """The decimals that each contract's price is shown with."""
    return {
        symbol: max(0, -int(each.tick.normalize().as_tuple().exponent))
        for symbol, each in load_contracts().items()
    }


def buttons(reply: Reply) -> tuple[str, ...]:
    """The labels of a reply's buttons in reading order."""
    return tuple(each.label for each in reply.all_buttons())


def button(reply: Reply, label: str) -> ReplyButton:
    """The only button of that label."""
    found = [each for each in reply.all_buttons() if each.label == label]
    assert len(found) == 1, f"{label!r} is not one of {buttons(reply)}"
    return found[0]


def plainly(spans: Iterable[Span]) -> str:
    """The bare text of spans with ordinary blanks."""
    return text_of(spans).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")


def lines_of(block: Block) -> Sequence[str]:
    """A block as plain lines: a fact is `label: value`, a table's row its cells with bars between."""
    match block:
        case Title(spans) | Paragraph(spans) | Quote(spans) | Footer(spans):
            return [plainly(spans)]
        case Preformatted(whole):
            return whole.splitlines()
        case Facts(rows):
            return [f"{plainly(row.label)}: {plainly(row.value)}" for row in rows]
        case Bullets(items, _):
            return [f"- {plainly(item)}" for item in items]
        case Table(header, rows):
            return [" | ".join(plainly(cell) for cell in row) for row in (header, *rows)]
        case _:
            assert_never(block)


def text(reply: Reply) -> str:
    """A reply as plain lines."""
    return "\n".join(line for block in reply.blocks for line in lines_of(block))


def facts(reply: Reply) -> dict[str, str]:
    """The labelled values of a reply; a table's rows too, their cells with bars between."""
    found: dict[str, str] = {}
    for block in reply.blocks:
        if isinstance(block, Facts):
            found |= {plainly(row.label): plainly(row.value) for row in block.rows}
        elif isinstance(block, Table):
            found |= {plainly(row[0]): " | ".join(plainly(cell) for cell in row[1:]) for row in block.rows}
    return found


def quotes(reply: Reply) -> list[str]:
    """The passages set apart: warnings, and why a preview is new."""
    return [plainly(block.spans) for block in reply.blocks if isinstance(block, Quote)]
