"""Tags: the strategy that a learner gave an entry of the journal."""

from collections.abc import Mapping

from sqlalchemy import bindparam, insert, select

from bot.storage import tables
from bot.storage.unit import UnitOfWork

_INSERT = insert(tables.tags)
_OF_ACCOUNT = select(tables.tags.c.seq, tables.tags.c.tag).where(
    tables.tags.c.account_id == bindparam("of_account")
)


def put(unit: UnitOfWork, account_id: str, seq: int, tag: str) -> None:
    """Tags an entry of the journal, which is written with it or was before."""
    unit.write(_INSERT, {"account_id": account_id, "seq": seq, "tag": tag})


async def of_account(unit: UnitOfWork, account_id: str) -> Mapping[int, str]:
    """All tags of an account by the entries' places in its journal."""
    rows = await unit.fetch(_OF_ACCOUNT, {"of_account": account_id})
    return {row.seq: row.tag for row in rows}
