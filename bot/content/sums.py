"""Sums: small arithmetic over figures, as lessons write it (`open.btc.notional * 0.1`)."""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from engine.decimals import exact

_OPERATORS: Mapping[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
LONGEST = 300


class BadSum(ValueError):
    """Text that is no sum, or a sum that has no value."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Numbers, figures (dotted names), `+ - * /`, a sign and parentheses."""

    text: str
    tree: ast.expr

    @property
    def names(self) -> tuple[str, ...]:
        """The figures it is made of, each once, in order of their first use."""
        found = (_name(node) for node in ast.walk(self.tree) if isinstance(node, ast.Name | ast.Attribute))
        outer = {name for name in found if name}
        return tuple(sorted(outer - {n for n in outer if any(o.startswith(f"{n}.") for o in outer)}))

    @exact
    def value(self, figures: Mapping[str, Decimal]) -> Decimal:
        """Its value; raises BadSum for a figure that does not exist or a division by zero."""
        return _value(self.tree, self.text, figures)


def parse_sum(text: str) -> Sum:
    """Raises BadSum."""
    try:
        tree = ast.parse(text[: LONGEST + 1], mode="eval").body
    except (SyntaxError, ValueError) as fault:
        raise BadSum(f"no sum: {text!r} ({fault})") from None
    if len(text) > LONGEST:
        raise BadSum(f"too long: {text[:30]!r}…")
    _check(tree, text)
    return Sum(text, tree)


def _check(node: ast.expr, text: str) -> None:
    match node:
        case ast.BinOp(left, op, right) if type(op) in _OPERATORS:
            _check(left, text)
            _check(right, text)
        case ast.UnaryOp(ast.USub(), operand):
            _check(operand, text)
        case ast.Constant(int() | float()) if not isinstance(node.value, bool):
            _number(node, text)
        case ast.Name() | ast.Attribute() if _name(node):
            pass
        case _:
            raise BadSum(f"no sum: {text!r}")


def _value(node: ast.expr, text: str, figures: Mapping[str, Decimal]) -> Decimal:
    match node:
        case ast.BinOp(left, op, right):
            try:
                return _OPERATORS[type(op)](_value(left, text, figures), _value(right, text, figures))
            except (ZeroDivisionError, InvalidOperation):
                raise BadSum(f"no value: {text!r}") from None
        case ast.UnaryOp(_, operand):
            return -_value(operand, text, figures)
        case ast.Constant():
            return _number(node, text)
        case _:
            name = _name(node)
            if name not in figures:
                raise BadSum(f"no figure {name!r} in {text!r}")
            return figures[name]


def _number(node: ast.Constant, text: str) -> Decimal:
    """A number as it was written, not as the binary fraction that Python makes of it."""
    assert node.end_col_offset is not None
    written = text.encode()[node.col_offset : node.end_col_offset].decode()
    try:
        return Decimal(written)
    except InvalidOperation:
        raise BadSum(f"no number: {written!r}") from None


def _name(node: ast.expr) -> str:
    """A dotted name, or nothing if it is made of anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            before = _name(value)
            return f"{before}.{attribute}" if before else ""
        case _:
            return ""
