"""The inputs of one question, read strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from engine.contracts import Bracket
from engine.decimals import ONE, ZERO
from engine.errors import EngineError
from engine.position import Side

Output = Decimal | bool | list[Decimal]
Outputs = dict[str, Output]
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?")
_LONGEST = 80
_LARGEST_EXPONENT = 40
_MOST_ROWS = 1000


class BadInput(EngineError):
    """An input is missing or no number in range; `name` says which."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name


class Inputs:
    """The inputs of one question. Numbers may be JSON numbers (read as Decimal) or text."""

    def __init__(self, values: object, where: str = "inputs") -> None:
        if not isinstance(values, dict):
            raise BadInput(where, "not an object")
        self._values: Mapping[str, object] = values
        self._where = "" if where == "inputs" else f"{where}."

    def has(self, name: str) -> bool:
        return name in self._values

    def number(self, name: str, default: Decimal | None = None) -> Decimal:
        if name not in self._values:
            if default is None:
                raise BadInput(self._where + name, "missing")
            return default
        return _number(self._values[name], self._where + name)

    def positive(self, name: str) -> Decimal:
        value = self.number(name)
        if value <= ZERO:
            raise BadInput(self._where + name, "not above zero")
        return value

    def side(self) -> Side:
        value = self.number("side")
        if abs(value) != ONE:
            raise BadInput(f"{self._where}side", "neither 1 nor -1")
        return Side.LONG if value == ONE else Side.SHORT

    def rows(self, name: str) -> list[tuple[str, object]]:
        """Elements of a list that must not be empty, each with the name of its place."""
        values = self._values.get(name)
        if not isinstance(values, list) or not values or len(values) > _MOST_ROWS:
            raise BadInput(self._where + name, f"not a list of 1 to {_MOST_ROWS}")
        return [(f"{self._where}{name}[{place}]", value) for place, value in enumerate(values)]

    def objects(self, name: str) -> list[Inputs]:
        return [Inputs(value, where) for where, value in self.rows(name)]

    def pairs(self, name: str) -> list[tuple[Decimal, Decimal]]:
        found = []
        for where, value in self.rows(name):
            if not isinstance(value, list) or len(value) != 2:
                raise BadInput(where, "not a pair")
            found.append((_number(value[0], where), _number(value[1], where)))
        return found

    def brackets(self) -> tuple[Bracket, ...]:
        return tuple(
            Bracket(row.number("floor"), row.number("cap"), row.number("mmr"), row.number("cum"), 1)
            for row in self.objects("tiers")
        )


def _number(value: object, where: str) -> Decimal:
    if isinstance(value, str):
        if len(value) > _LONGEST or _NUMBER.fullmatch(value) is None:
            raise BadInput(where, "not a number")
        value = Decimal(value)
    if not isinstance(value, Decimal):
        raise BadInput(where, "not a number")
    digits = value.as_tuple().digits
    if not value.is_finite() or len(digits) > _LONGEST:
        raise BadInput(where, "not a number in range")
    if value != ZERO and abs(value.adjusted()) > _LARGEST_EXPONENT:
        raise BadInput(where, "not a number in range")
    return value + ZERO


Formula = Callable[[Inputs], Outputs]
