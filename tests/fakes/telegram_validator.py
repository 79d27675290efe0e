"""A second opinion: aiogram's models, where that library is installed, check every request and object."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

PRESENT = find_spec("aiogram") is not None


def check_request(method: str, parameters: dict[str, Any]) -> None:
    """Raises ValueError for parameters that aiogram's model of the method does not take."""
    if PRESENT:
        model = getattr(import_module("aiogram.methods"), method[0].upper() + method[1:])
        _check_nothing_unknown(model.model_validate(parameters))


def check_object(kind: str, value: dict[str, Any]) -> None:
    """Raises ValueError for an object that aiogram's model of that type does not take."""
    if PRESENT:
        _check_nothing_unknown(getattr(import_module("aiogram.types"), kind).model_validate(value))


def _check_nothing_unknown(found: Any) -> None:
    if isinstance(found, list | tuple):
        for each in found:
            _check_nothing_unknown(each)
    extra = getattr(found, "model_extra", None)
    if extra:
        raise ValueError(f"{type(found).__name__} does not know {sorted(extra)}")
    for name in getattr(type(found), "model_fields", {}):
        _check_nothing_unknown(getattr(found, name))
