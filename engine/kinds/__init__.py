"""Single formulas by name, over parsed JSON: what `python -m engine` answers."""

from __future__ import annotations

from collections.abc import Mapping

from engine.decimals import exact
from engine.errors import EngineError
from engine.kinds.accounts import ACCOUNTS
from engine.kinds.brackets import BRACKETS
from engine.kinds.inputs import BadInput, Formula, Inputs, Output, Outputs
from engine.kinds.orders import ORDERS
from engine.kinds.positions import POSITIONS

__all__ = ["KINDS", "BadInput", "Output", "UnknownKind", "answer"]

KINDS: Mapping[str, Formula] = {**POSITIONS, **BRACKETS, **ACCOUNTS, **ORDERS}


class UnknownKind(EngineError):
    """No formula of this name."""


@exact
def answer(kind: str, inputs: object) -> Outputs:
    """Evaluate one formula. Raises UnknownKind, BadInput, or an ArithmeticError where it has no value."""
    formula = KINDS.get(kind)
    if formula is None:
        raise UnknownKind(kind)
    return formula(Inputs(inputs))
