"""What is believed of a person: how likely a skill is known, whether a misconception is held."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from bot.storage.tables import beliefs
from bot.storage.unit import UnitOfWork

SKILL = "skill"
MISCONCEPTION = "misconception"


@dataclass(frozen=True, slots=True)
class KeptBelief:
    """One belief, as a document of the service's own making."""

    person_id: str
    kind: str
    name: str
    body: Mapping[str, Any]
    at: datetime


_OF = select(beliefs).where(beliefs.c.person_id == bindparam("of_person")).order_by(beliefs.c.name)
_FORGET = delete(beliefs).where(
    beliefs.c.person_id == bindparam("of_person"),
    beliefs.c.kind == bindparam("of_kind"),
    beliefs.c.name == bindparam("of_name"),
)
_PUT = insert(beliefs)


async def of_person(unit: UnitOfWork, person_id: str) -> tuple[KeptBelief, ...]:
    """All that is believed of a person, by name."""
    return tuple(KeptBelief(**row._mapping) for row in await unit.fetch(_OF, {"of_person": person_id}))


def put(unit: UnitOfWork, belief: KeptBelief) -> None:
    """Stores a belief in place of what was there."""
    unit.write(_FORGET, {"of_person": belief.person_id, "of_kind": belief.kind, "of_name": belief.name})
    row = {name: getattr(belief, name) for name in KeptBelief.__slots__}
    unit.write(_PUT, {**row, "body": dict(belief.body)})
