"""What every request needs first, in one read: who speaks, the unfinished command, the active account."""

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, func, or_, select

from bot.core.identity import Identity
from bot.storage import tables
from bot.storage.accounts import CHALLENGE, MAIN, REPLAY, Account, account_of
from bot.storage.people import Person
from bot.storage.practice import PRACTICE
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Opening:
    """A known person as a request finds them; `language` is the tag that the platform gave last.

    None: no tag, nothing unfinished, no account.
    """

    person: Person
    language: str | None
    unreachable: bool
    pending_line: str | None
    account: Account | None


_people, _accounts, _pending = tables.people, tables.accounts, tables.pending
_members, _challenges = tables.members, tables.challenges
# Of challenges that go on: in its group its account, in private the one that was turned to.
_TAKEN_UP = (
    select(_members.c.account_id, _members.c.person_id, _members.c.focused_at)
    .join(_challenges, _challenges.c.id == _members.c.challenge_id)
    .where(
        _members.c.left_at.is_(None),
        _challenges.c.ended_at.is_(None),
        or_(
            _challenges.c.chat_key == bindparam("of_chat"),
            and_(bindparam("of_private") == 1, _members.c.focused_at.is_not(None)),
        ),
    )
    .subquery()
)
_PERSON = tuple(_people.c[name].label(f"person_{name}") for name in Person.__dataclass_fields__)
_OPENING = (
    select(
        *_PERSON,
        tables.identities.c.language.label("tag"),
        tables.identities.c.unreachable_at,
        _pending.c.line.label("pending_line"),
        *tables.accounts.c,
    )
    .select_from(tables.identities)
    .join(_people, _people.c.id == tables.identities.c.person_id)
    .outerjoin(
        _accounts,
        and_(
            _accounts.c.person_id == _people.c.id,
            _accounts.c.kind.in_(bindparam("of_kinds", expanding=True)),
            _accounts.c.archived_at.is_(None),
        ),
    )
    .outerjoin(_TAKEN_UP, _TAKEN_UP.c.account_id == _accounts.c.id)
    .outerjoin(
        _pending, and_(_pending.c.person_id == _people.c.id, _pending.c.chat_key == bindparam("of_chat"))
    )
    .where(
        tables.identities.c.platform == bindparam("of_platform"),
        tables.identities.c.user == bindparam("of_user"),
        or_(_accounts.c.kind.is_(None), _accounts.c.kind != CHALLENGE, _TAKEN_UP.c.account_id.is_not(None)),
    )
    # what was begun or turned to last before the main account
    .order_by(
        _accounts.c.kind == MAIN,
        func.coalesce(_TAKEN_UP.c.focused_at, _accounts.c.created_at).desc(),
        _accounts.c.id,
    )
    .limit(1)
)


async def opening(
    unit: UnitOfWork, identity: Identity, chat_key: str, *, private: bool = False
) -> Opening | None:
    """The opening of a request; None for somebody never seen. Replays and practice are for private chats only.

    In the chat of a challenge that goes on its members speak of that account, in private of the one that they turned to.
    """
    values = {
        "of_platform": str(identity.platform),
        "of_user": identity.user,
        "of_chat": chat_key,
        "of_kinds": [MAIN, CHALLENGE, PRACTICE, REPLAY] if private else [MAIN, CHALLENGE],
        "of_private": int(private),
    }
    rows = await unit.fetch(_OPENING, values)
    if not rows:
        return None
    row = rows[0]
    person = Person(**{name: row._mapping[f"person_{name}"] for name in Person.__dataclass_fields__})
    return Opening(
        person,
        row.tag,
        row.unreachable_at is not None,
        row.pending_line,
        account_of(row) if row.id is not None else None,
    )
