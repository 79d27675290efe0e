"""How a challenge is asked for: a question a step with buttons, or all words in one line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bot.commands.challenge_arguments import WishWords
from bot.commands.challenge_words import ANY_TAPE
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.core.words import shown
from bot.services.challenges.lifecycle import Wish
from bot.services.challenges.rules import (
    LEAST_BALANCE,
    LEAST_CAP,
    LONGEST_NAME,
    MOST_BALANCE,
    MOST_CAP,
    USUAL_BALANCE,
    USUAL_CAP,
    Pace,
    Rules,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LENGTHS: Mapping[Pace, tuple[timedelta, timedelta, timedelta]] = {
    Pace.LIVE: (HOUR, 14 * DAY, DAY),
    Pace.TOGETHER: (30 * MINUTE, 6 * HOUR, 2 * HOUR),
    Pace.OWN: (HOUR, 14 * DAY, 3 * DAY),
}
"""The least, the most and the usual length; all durations of a challenge are ours."""
LOBBY_LEAST, LOBBY_MOST, LOBBY_USUAL = MINUTE, HOUR, 10 * MINUTE
OWN_SPEED = Decimal(60)
"""How fast a tape plays at one's own pace until it is changed."""
OFFERED: Mapping[Pace, tuple[str, ...]] = {
    Pace.LIVE: ("1h", "1d", "3d", "7d"),
    Pace.TOGETHER: ("30m", "1h", "2h", "4h"),
    Pace.OWN: ("1d", "3d", "7d"),
}
_SPANS = {
    "30m": N_("30 minutes"),
    "1h": N_("1 hour"),
    "2h": N_("2 hours"),
    "4h": N_("4 hours"),
    "1d": N_("1 day"),
    "3d": N_("3 days"),
    "7d": N_("7 days"),
    "1m": N_("1 minute"),
    "5m": N_("5 minutes"),
    "10m": N_("10 minutes"),
}
WIZARD = "newchallenge"
"""The command that goes on asking."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said of a challenge so far; `words` is all of it in one line, `all`: whether to ask for the rest, too."""

    words: str
    all: bool
    pace: Pace | None
    tape: int | None
    balance: Decimal | None
    cap: int | None
    length: timedelta | None
    entry: timedelta | None
    at: Any
    coins: tuple[str, ...]
    all_coins: bool
    season: bool
    name: str


def heard(words: WishWords, line: str, *, ask: bool) -> Asked:
    """What the words say; `line`: the same as a line, `ask`: whether to ask for all the rest."""
    given = (words.coin, words.coin2, words.coin3, words.coin4, words.coin5)
    return Asked(
        words=line,
        all=ask,
        pace=words.pace,
        tape=words.tape,
        balance=words.balance,
        cap=words.cap,
        length=words.length,
        entry=words.entry,
        at=words.at,
        coins=tuple(each for each in given if each is not None),
        all_coins=bool(words.coins),
        season=words.season is not False,
        name=words.name or "",
    )


class BadWish(Exception):
    """Words that cannot hold together, or are out of range; `code` names the reason."""

    def __init__(self, code: str, **figures: Any) -> None:
        super().__init__(code)
        self.code = code
        self.figures = figures


def question(asked: Asked) -> Answer | None:
    """The next question; None where nothing has to be asked."""
    pace = asked.pace
    if pace is None:
        paces = (Pace.TOGETHER, Pace.OWN) if asked.tape is not None else tuple(Pace)
        labels = {
            Pace.LIVE: N_("Live market"),
            Pace.TOGETHER: N_("A tape, all together"),
            Pace.OWN: N_("A tape, each at their own pace"),
        }
        return _ask("pace", asked, [(labels[each], each.value, {}) for each in paces], 1)
    if asked.length is None:
        return _ask("length", asked, [(_SPANS[each], each, {}) for each in OFFERED[pace]], 4)
    if not asked.all:
        return None
    if asked.balance is None:
        offered = [("{amount} USDT", each, {"amount": each}) for each in ("1000", "10000", "100000")]
        return _ask("balance", asked, offered, 3)
    if asked.cap is None:
        caps = [("{cap}×", f"{each}x", {"cap": str(each)}) for each in (5, 10, USUAL_CAP)]
        return _ask("cap", asked, [*caps, (N_("No limit"), f"{MOST_CAP}x", {})], 4)
    if pace is Pace.LIVE and not asked.coins and not asked.all_coins:
        none: dict[str, str] = {}
        return _ask(
            "coins",
            asked,
            [(N_("All coins"), "all", none), ("BTC", "btc", none), ("BTC, ETH", "btc eth", none)],
            3,
        )
    if asked.entry is None and asked.at is None:
        return _ask("entry", asked, _entries(pace, asked.length), 4)
    return None


def _entries(pace: Pace, length: timedelta) -> list[tuple[str, str, dict[str, str]]]:
    if pace is not Pace.OWN:
        return [(_SPANS[each], f"entry={each}", {}) for each in ("1m", "5m", "10m", "1h")]
    minutes = length // MINUTE
    return [
        (N_("The first half"), f"entry={max(1, minutes // 2)}m", {}),
        (N_("To the end"), f"entry={minutes}m", {}),
    ]


def _ask(step: str, asked: Asked, offered: list[tuple[str, str, dict[str, str]]], width: int) -> Answer:
    """One question; what is pressed or said next is put behind the words so far."""
    buttons = [Button(label, f"{line_of(asked)} {word}", values) for label, word, values in offered]
    data = {
        "step": step,
        "pace": None if asked.pace is None else asked.pace.value,
        "usual": {"balance": USUAL_BALANCE, "cap": USUAL_CAP},
    }
    return Answer("challenge_ask", data, rows_of(buttons, width))


def line_of(asked: Asked) -> str:
    """The line that asks the next question."""
    return f"{WIZARD} {asked.words}".rstrip()


def summary(asked: Asked, wish: Wish) -> Answer:
    """All that was chosen, with the button that begins it."""
    rules = wish.rules
    data = {
        "name": rules.name,
        "pace": rules.pace.value,
        "minutes": int(rules.length.total_seconds() // 60),
        "balance": rules.balance,
        "cap": rules.cap,
        "coins": [each.removesuffix("USDT") for each in rules.symbols],
        "starts": wish.starts_at.isoformat(),
        "entry": wish.entry_until.isoformat(),
        "season": rules.season,
    }
    begin = Button(N_("Begin"), f"challenge create {asked.words}", style=Style.GO, once=True)
    again = Button(N_("Choose again"), WIZARD)
    return Answer("challenge_summary", data, ((begin, again),))


def wish_of(asked: Asked, now: datetime, zone: str) -> Wish:
    """What was asked for, checked, with the usual values for the rest. Raises BadWish."""
    pace = asked.pace or Pace.LIVE
    if pace is Pace.LIVE and asked.tape is not None:
        raise BadWish("live-tape")
    least, most, usual = LENGTHS[pace]
    length = usual if asked.length is None else asked.length
    if not least <= length <= most:
        raise BadWish("length", pace=pace.value)
    balance = USUAL_BALANCE if asked.balance is None else asked.balance
    if not LEAST_BALANCE <= balance <= MOST_BALANCE:
        raise BadWish("balance", least=LEAST_BALANCE, most=MOST_BALANCE)
    cap = USUAL_CAP if asked.cap is None else asked.cap
    if not LEAST_CAP <= cap <= MOST_CAP:
        raise BadWish("cap", least=LEAST_CAP, most=MOST_CAP)
    if len(asked.name) > LONGEST_NAME:
        raise BadWish("name", most=LONGEST_NAME)
    rules = Rules(
        name=shown(asked.name).replace("@", "＠"),
        pace=pace,
        tape=None,
        balance=balance,
        cap=cap,
        symbols=tuple(dict.fromkeys(asked.coins)),
        length=length,
        speed=OWN_SPEED if pace is Pace.OWN else Decimal(1),
        season=asked.season,
    )
    starts_at, entry_until = _times(asked, pace, length, now, zone)
    return Wish(rules, starts_at, entry_until, tape=asked.tape if asked.tape != ANY_TAPE else None)


def _times(
    asked: Asked, pace: Pace, length: timedelta, now: datetime, zone: str
) -> tuple[datetime, datetime]:
    """When it starts, and until when one can join: where all play at once these are the same."""
    if pace is Pace.OWN:
        entry = length / 2 if asked.entry is None else asked.entry
        if asked.at is not None or not MINUTE <= entry <= length:
            raise BadWish("entry", pace=pace.value)
        return now, now + entry
    if asked.at is not None and asked.entry is not None:
        raise BadWish("entry-twice")
    if asked.at is not None:
        local = now.astimezone(ZoneInfo(zone))
        starts = datetime.combine(local.date(), asked.at, local.tzinfo)
        starts = starts if starts > local else datetime.combine(local.date() + DAY, asked.at, local.tzinfo)
        return starts.astimezone(UTC), starts.astimezone(UTC)
    lobby = LOBBY_USUAL if asked.entry is None else asked.entry
    if not LOBBY_LEAST <= lobby <= LOBBY_MOST:
        raise BadWish("entry", pace=pace.value)
    return now + lobby, now + lobby
