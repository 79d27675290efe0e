"""How a figure comes about, as values: inputs, steps, result; and the sheet on which one is written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from engine.decimals import text
from engine.explain.algebra import Term, named

USDT = "USDT"
PURE = "1"
STATE = "docs/margin.md §State and rounding"
LIQUIDATION = "docs/margin.md §Liquidation"
ORDERS = "docs/margin.md §Orders and fills"
FUNDING = "docs/margin.md §Funding"


@dataclass(frozen=True, slots=True)
class Given:
    """An input: what it is (a slug; "pnl:ETHUSDT" names another position's), its symbol, value and unit."""

    name: str
    symbol: str
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Step:
    """One intermediate sum: `formula` in symbols, `worked` in figures; later steps refer to it by `symbol`."""

    name: str
    formula: str
    worked: str
    value: Decimal
    unit: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a figure comes about; `result` is None where there is none (no liquidation price).

    Units: "USDT", the coin, "1" for fractions. `rule` names the section of the model.
    """

    figure: str
    symbol: str | None
    formula: str
    inputs: tuple[Given, ...]
    steps: tuple[Step, ...]
    result: Decimal | None
    unit: str
    rule: str

    def to_json(self) -> dict[str, object]:
        """JSON-ready values, decimals as text."""
        return {
            "figure": self.figure,
            "symbol": self.symbol,
            "formula": self.formula,
            "inputs": [
                {"name": g.name, "symbol": g.symbol, "value": text(g.value), "unit": g.unit}
                for g in self.inputs
            ],
            "steps": [
                {
                    "name": s.name,
                    "symbol": s.symbol,
                    "formula": s.formula,
                    "worked": s.worked,
                    "value": text(s.value),
                    "unit": s.unit,
                }
                for s in self.steps
            ],
            "result": None if self.result is None else text(self.result),
            "unit": self.unit,
            "rule": self.rule,
        }


@dataclass(slots=True)
class Sheet:
    """A derivation being written down."""

    inputs: list[Given] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def given(self, name: str, symbol: str, value: Decimal | int, unit: str) -> Term:
        self.inputs.append(Given(name, symbol, Decimal(value), unit))
        return named(symbol, Decimal(value))

    def step(self, name: str, symbol: str, term: Term, unit: str) -> Term:
        self.steps.append(Step(name, term.formula, term.worked, term.value, unit, symbol))
        return named(symbol, term.value)

    def derivation(
        self, name: str, symbol: str | None, formula: str, rule: str, *, exists: bool = True
    ) -> Derivation:
        """The finished sheet: its last step is the result, unless that does not exist."""
        last = self.steps[-1]
        result = last.value if exists else None
        return Derivation(
            name, symbol, formula, tuple(self.inputs), tuple(self.steps), result, last.unit, rule
        )
