"""`python -m engine`: questions as JSON lines on standard input, one answer a line on standard output.

{"kind": "im", "inputs": {"qty": 0.1, "price": 50000, "leverage": 10}} → {"outputs": {"initial_margin": "500"}}
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal

from engine.decimals import text
from engine.kinds import BadInput, Output, UnknownKind, answer

_SHOWN = 80


def answers(lines: Iterable[bytes]) -> Iterator[str]:
    """One JSON object for every line that is not blank, in order."""
    for line in lines:
        if line.strip():
            yield json.dumps(_answered(line))


def _answered(line: bytes) -> dict[str, object]:
    try:
        question = json.loads(
            line.decode(), parse_float=Decimal, parse_int=Decimal, parse_constant=_no_constant
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        return _error("bad-json", f"{type(error).__name__}: {error}")
    if not isinstance(question, dict) or not isinstance(question.get("kind"), str):
        return _error("bad-request", 'an object with "kind" and "inputs" is expected')
    try:
        outputs = answer(question["kind"], question.get("inputs"))
        return {"outputs": {name: _written(value) for name, value in outputs.items()}}
    except UnknownKind as error:
        return _error("unknown-kind", str(error), kind=str(error))
    except BadInput as error:
        return _error("bad-input", str(error), input=error.name)
    except ArithmeticError as error:
        return _error("undefined", type(error).__name__)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _written(value: Output) -> object:
    if isinstance(value, bool):
        return value
    return [text(item) for item in value] if isinstance(value, list) else text(value)


def _error(code: str, message: str, **figures: str) -> dict[str, object]:
    shown = {name: value[:_SHOWN] for name, value in figures.items()}
    return {"error": {"code": code, "message": message[:_SHOWN], "figures": shown}}


def main() -> int:
    """Answer until the input ends."""
    try:
        for line in answers(sys.stdin.buffer):
            print(line, flush=True)
    except BrokenPipeError:  # the reader has left; nothing may be written at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
