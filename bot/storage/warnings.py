"""Margin warnings: the latest one of each cross account and each isolated position."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from bot.storage.tables import warnings
from bot.storage.unit import UnitOfWork
from engine.account import MarginAccount
from engine.position import MarginMode, Position

CROSS = "cross"


@dataclass(frozen=True, slots=True)
class Warned:
    """The latest warning: `stage` in per cent of the way to liquidation; `calm` once the danger had passed again."""

    stage: int
    at: datetime
    calm: bool


_OF_ACCOUNT = select(warnings).where(warnings.c.account_id == bindparam("of_account"))
_ANXIOUS = select(warnings.c.account_id).where(warnings.c.calm == bindparam("calm")).distinct()
_FORGET = delete(warnings).where(
    warnings.c.account_id == bindparam("of_account"), warnings.c.subject == bindparam("of_subject")
)
_PUT = insert(warnings)


def subject_of(position: Position) -> str:
    """What a warning of a position is kept under: all cross positions of an account share one."""
    return CROSS if position.mode is MarginMode.CROSS else f"{position.symbol}:{position.side}"


async def of_account(unit: UnitOfWork, account_id: str) -> Mapping[str, Warned]:
    """The latest warning of each subject of an account."""
    rows = await unit.fetch(_OF_ACCOUNT, {"of_account": account_id})
    return {row.subject: Warned(row.stage, row.at, row.calm) for row in rows}


async def anxious(unit: UnitOfWork) -> frozenset[str]:
    """The ids of accounts with a warning whose danger has not passed."""
    return frozenset(row.account_id for row in await unit.fetch(_ANXIOUS, {"calm": False}))


def put(unit: UnitOfWork, account_id: str, subject: str, warned: Warned) -> None:
    """Stores the latest warning of a subject."""
    forget(unit, account_id, subject)
    row = {"stage": warned.stage, "at": warned.at, "calm": warned.calm}
    unit.write(_PUT, {"account_id": account_id, "subject": subject, **row})


def forget(unit: UnitOfWork, account_id: str, subject: str) -> None:
    """Forgets the warning of a subject."""
    unit.write(_FORGET, {"of_account": account_id, "of_subject": subject})


def forget_gone(unit: UnitOfWork, account_id: str, before: MarginAccount, after: MarginAccount) -> None:
    """Forgets warnings of what is closed: a position opened anew is warned of anew."""
    if before.positions.keys() <= after.positions.keys():
        return
    left = {subject_of(each) for each in after.positions.values()}
    for subject in sorted({subject_of(each) for each in before.positions.values()} - left):
        forget(unit, account_id, subject)
