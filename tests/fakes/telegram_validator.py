"""A second opinion by another hand: aiogram's models check every request and every object."""

from typing import Any

from aiogram import methods, types

from tests.fakes.telegram_files import Upload


def check_request(method: str, parameters: dict[str, Any]) -> None:
    """Raises ValueError for parameters that the model of the method does not take."""
    model = getattr(methods, method[0].upper() + method[1:])
    given = {
        name: types.BufferedInputFile(each.content, each.name) if isinstance(each, Upload) else each
        for name, each in parameters.items()
    }
    _check_nothing_unknown(model.model_validate(given))


def check_object(kind: str, value: dict[str, Any]) -> None:
    """Raises ValueError for an object that the model of that type does not take."""
    _check_nothing_unknown(getattr(types, kind).model_validate(value))


def _check_nothing_unknown(found: Any) -> None:
    if isinstance(found, list | tuple):
        for each in found:
            _check_nothing_unknown(each)
    extra = getattr(found, "model_extra", None)
    if extra:
        raise ValueError(f"{type(found).__name__} does not know {sorted(extra)}")
    for name in getattr(type(found), "model_fields", {}):
        _check_nothing_unknown(getattr(found, name))
