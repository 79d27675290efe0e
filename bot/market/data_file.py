"""TOML data files of the package: read with exact decimals, validated, all faults of a file at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from bot.market.errors import Fault, InvalidDataFile

Price = Annotated[Decimal, Field(ge=Decimal("1e-12"), le=Decimal("1e12"), allow_inf_nan=False)]


class Section(BaseModel):
    """A table of a data file: unknown keys are faults, and it does not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=Section)


def parse(text: str, model: type[S], file: str) -> S:
    """The file's content as `model`; `file` names it in faults. Raises InvalidDataFile."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise InvalidDataFile(file, (Fault("", str(error)),)) from None
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise InvalidDataFile(file, tuple(_faults(error))) from None


def several(faults: list[Fault]) -> PydanticCustomError:
    """One validator's error that stands for several faults, with paths relative to the validated value."""
    context: dict[str, Any] = {"faults": tuple(faults)}
    return PydanticCustomError("several", "{faults}", context)


def _faults(error: ValidationError) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        path = ".".join(str(part) for part in detail["loc"])
        yield from _expanded(path, detail)


def _expanded(path: str, detail: ErrorDetails) -> Iterator[Fault]:
    inner = detail.get("ctx", {}).get("faults")
    if inner is None:
        yield Fault(path, detail["msg"])
        return
    for fault in inner:
        yield Fault(".".join(part for part in (path, fault.path) if part), fault.message)
