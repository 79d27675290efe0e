"""Strict reading of parsed JSON and TOML: every fault becomes one typed error that names its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from engine.decimals import ZERO
from engine.errors import MalformedData

_DECIMAL = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,60})?")
_SHOWN = 60
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Funding is settled for every interval since such a time: one far back would keep the engine busy for long."""

E = TypeVar("E", bound=StrEnum)


def parse_decimal(value: object, where: str, error: type[MalformedData] = MalformedData) -> Decimal:
    """Read a decimal written as plain text ("-12.5": no exponent, no NaN, at most 60 digits a side)."""
    if not isinstance(value, str) or _DECIMAL.fullmatch(value) is None:
        raise error(where, f"not a decimal text: {repr(value)[:_SHOWN]}")
    return Decimal(value)


class Fields:
    """The fields of one mapping, each to be taken once; `done` refuses what nobody took."""

    def __init__(self, value: object, where: str, error: type[MalformedData] = MalformedData) -> None:
        if not isinstance(value, dict):
            raise error(where, f"not a mapping: {repr(value)[:_SHOWN]}")
        self.where = where
        self._error = error
        self._left: dict[object, object] = dict(value)

    def has(self, name: str) -> bool:
        return name in self._left

    def is_null(self, name: str) -> bool:
        """Whether the field is there and null."""
        return name in self._left and self._left[name] is None

    def optional(self, name: str) -> object:
        """Take a field as it is; None if it is absent."""
        return self._left.pop(name, None)

    def take(self, name: str) -> object:
        if name not in self._left:
            raise self._error(self.where, f"{name} is missing")
        return self._left.pop(name)

    def string(self, name: str) -> str:
        value = self.take(name)
        if not isinstance(value, str) or not value:
            raise self.fault(name, "not a text")
        return value

    def boolean(self, name: str) -> bool:
        value = self.take(name)
        if not isinstance(value, bool):
            raise self.fault(name, "not true or false")
        return value

    def integer(self, name: str) -> int:
        value = self.take(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fault(name, "not an integer")
        return value

    def decimal(self, name: str) -> Decimal:
        return parse_decimal(self.take(name), f"{self.where}.{name}", self._error)

    def positive(self, name: str) -> Decimal:
        value = self.decimal(name)
        if value <= ZERO:
            raise self.fault(name, "not above zero")
        return value

    def choice(self, name: str, kind: type[E]) -> E:
        value = self.take(name)
        try:
            return kind(value)  # type: ignore[arg-type]
        except (ValueError, TypeError):
            raise self.fault(name, f"not one of {', '.join(kind)}") from None

    def time(self, name: str) -> datetime | None:
        """A time with its zone, from 1970 on, or null."""
        value = self.take(name)
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(value)  # type: ignore[arg-type]
        except (ValueError, TypeError):
            raise self.fault(name, "not a time") from None
        if found.tzinfo is None:
            raise self.fault(name, "a time without zone")
        if found < _EARLIEST:
            raise self.fault(name, "a time before 1970")
        return found

    def fields(self, name: str) -> Fields:
        return Fields(self.take(name), f"{self.where}.{name}", self._error)

    def each(self, name: str) -> Iterator[tuple[str, Fields]]:
        """Name and fields of every mapping inside a mapping."""
        inner = self.take(name)
        if not isinstance(inner, dict):
            raise self.fault(name, "not a mapping")
        for key, value in inner.items():
            yield key, Fields(value, f"{self.where}.{name}.{key}", self._error)

    def rows(self, name: str) -> Iterator[Fields]:
        """Fields of every mapping inside a list."""
        inner = self.take(name)
        if not isinstance(inner, list):
            raise self.fault(name, "not a list")
        for number, value in enumerate(inner):
            yield Fields(value, f"{self.where}.{name}[{number}]", self._error)

    def done(self) -> None:
        if self._left:
            unknown = ", ".join(sorted(repr(name)[:_SHOWN] for name in self._left))
            raise self._error(self.where, f"unknown: {unknown}")

    def fault(self, name: str, problem: str) -> MalformedData:
        return self._error(f"{self.where}.{name}", problem)
