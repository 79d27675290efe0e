"""What people planned before they opened a position in a challenge."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from bot.storage.tables import plans
from bot.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan for one position; `kept`: whether the act went by it, None until the position is closed."""

    id: str
    account_id: str
    symbol: str
    side: str
    body: Mapping[str, Any]
    at: datetime
    closed_at: datetime | None = None
    kept: bool | None = None


_OF_ACCOUNT = (
    select(plans)
    .where(plans.c.account_id == bindparam("of_account"))
    .order_by(plans.c.at.desc(), plans.c.id.desc())
    .limit(bindparam("most"))
)
_PUT = insert(plans)
_DROP = delete(plans).where(plans.c.id == bindparam("of_plan"))
_CLOSE = (
    update(plans)
    .where(plans.c.id == bindparam("of_plan"))
    .values({name: bindparam(name) for name in ("body", "closed_at", "kept")})
)


async def of_account(unit: UnitOfWork, account_id: str, most: int = 1000) -> tuple[KeptPlan, ...]:
    """The plans of an account, the newest first."""
    rows = await unit.fetch(_OF_ACCOUNT, {"of_account": account_id, "most": most})
    return tuple(KeptPlan(**row._mapping) for row in rows)


def put(unit: UnitOfWork, plan: KeptPlan) -> None:
    """Adds a plan."""
    unit.write(_PUT, {name: getattr(plan, name) for name in KeptPlan.__slots__} | {"body": dict(plan.body)})


def drop(unit: UnitOfWork, plan_id: str) -> None:
    """Forgets a plan that was never used."""
    unit.write(_DROP, {"of_plan": plan_id})


def close(unit: UnitOfWork, plan: KeptPlan) -> None:
    """Stores what became of a plan."""
    row = {"body": dict(plan.body), "closed_at": plan.closed_at, "kept": plan.kept}
    unit.write(_CLOSE, {"of_plan": plan.id, **row})
