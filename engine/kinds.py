"""Single formulas by name, over parsed JSON: what `python -m engine` answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from engine import formulas, funding, solver
from engine.contracts import Bracket, bracket_index, next_amount
from engine.decimals import ONE, ZERO, exact, truncate
from engine.errors import EngineError
from engine.position import Side

Output = Decimal | bool | list[Decimal]
Outputs = dict[str, Output]

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?")
_LONGEST = 80
_LARGEST_EXPONENT = 40
_MOST_ROWS = 1000


class UnknownKind(EngineError):
    """No formula of this name."""


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


@exact
def answer(kind: str, inputs: object) -> Outputs:
    """Evaluate one formula. Raises UnknownKind, BadInput, or an ArithmeticError where it has no value."""
    formula = KINDS.get(kind)
    if formula is None:
        raise UnknownKind(kind)
    return formula(Inputs(inputs))


def _position(given: Inputs) -> tuple[Side, Decimal, Decimal]:
    return given.side(), given.positive("qty"), given.number("entry")


def _backing(given: Inputs) -> Decimal:
    """Wallet, less the maintenance of other cross positions, plus their profit."""
    return given.number("WB") - given.number("TMM1", ZERO) + given.number("UPNL1", ZERO)


def _notional(given: Inputs) -> Outputs:
    return {"notional": formulas.notional(given.number("qty"), given.number("price"))}


def _maint(given: Inputs) -> Outputs:
    has_size = given.has("notional")
    size = given.number("notional") if has_size else given.number("qty") * given.number("mark")
    if given.has("tiers"):
        return {"maint_margin": formulas.maintenance(given.brackets(), size)}
    return {
        "maint_margin": formulas.bracket_maintenance(size, given.number("mmr"), given.number("cum", ZERO))
    }


def _upnl(given: Inputs) -> Outputs:
    return {"upnl": formulas.unrealised_pnl(*_position(given), given.number("mark"))}


def _liq(given: Inputs) -> Outputs:
    price = solver.liquidation_price(
        *_position(given), _backing(given), given.number("mmr"), given.number("cum", ZERO)
    )
    return {"liq_price": max(ZERO, price)}


def _liq_solve(given: Inputs) -> Outputs:
    found = solver.solve_liquidation(*_position(given), _backing(given), given.brackets())
    return {"liq_price": ZERO if found.price is None else found.price}


def _liq_equity(given: Inputs) -> Outputs:
    price = solver.liquidation_from_equity(
        given.side(),
        given.positive("qty"),
        given.number("mark"),
        given.number("equity"),
        given.number("total_mm"),
        given.number("mmr"),
    )
    return {"liq_price": max(ZERO, price)}


def _wb_from_liq(given: Inputs) -> Outputs:
    wallet = solver.wallet_from_liquidation(
        *_position(given), given.number("liq_price"), given.number("mmr"), given.number("cum", ZERO)
    )
    return {"WB": wallet}


def _isolated_margin(given: Inputs) -> Outputs:
    pnl = formulas.unrealised_pnl(*_position(given), given.number("mark"))
    return {"isolated_margin": given.number("isolated_wallet") + pnl}


def _im(given: Inputs) -> Outputs:
    margin = formulas.initial_margin(given.number("qty"), given.number("price"), given.positive("leverage"))
    return {"initial_margin": margin}


def _roe(given: Inputs) -> Outputs:
    """From profit and margin, or from a position; `margin_price` names another base than the mark."""
    if given.has("upnl"):
        return {"roe": formulas.roe(given.number("upnl"), given.number("initial_margin"))}
    side, quantity, entry = _position(given)
    mark = given.number("mark")
    base = given.number("margin_price", mark)
    margin = formulas.initial_margin(quantity, base, given.positive("leverage"))
    return {"roe": formulas.roe(formulas.unrealised_pnl(side, quantity, entry, mark), margin)}


def _margin_ratio(given: Inputs) -> Outputs:
    return {
        "margin_ratio": formulas.margin_ratio(given.number("maint_margin"), given.number("margin_balance"))
    }


def _state(given: Inputs) -> Outputs:
    return {"liquidated": given.number("margin_balance") <= given.number("maint_margin")}


def _break_even(given: Inputs) -> Outputs:
    return {"break_even": formulas.break_even(given.side(), given.number("entry"), given.number("fee_rate"))}


def _bankr(given: Inputs) -> Outputs:
    return {"bankruptcy_price": formulas.bankruptcy_price(*_position(given), given.number("margin"))}


def _fee(given: Inputs) -> Outputs:
    discount = given.number("discount", ZERO)
    fee = formulas.trading_fee(given.number("qty"), given.number("price"), given.number("rate"), discount)
    return {"fee": fee}


def _cum(given: Inputs) -> Outputs:
    floor, rate = given.number("floor"), given.number("mmr")
    return {"cum": next_amount(given.number("prev_cum"), floor, given.number("prev_mmr"), rate)}


def _cum_table(given: Inputs) -> Outputs:
    amounts: list[Decimal] = []
    before = ZERO
    for floor, rate in given.pairs("tiers"):
        amounts.append(next_amount(amounts[-1], floor, before, rate) if amounts else ZERO)
        before = rate
    return {"cum": amounts}


def _bracket(given: Inputs) -> Outputs:
    brackets = given.brackets()
    return {"cum": brackets[bracket_index(brackets, given.number("notional"))].amount}


def _max_notional(given: Inputs) -> Outputs:
    leverage = given.number("leverage")
    caps = [r.number("cap") for r in given.objects("tiers") if r.number("maxLeverage") >= leverage]
    return {"max_notional": max(caps, default=ZERO)}


def _open_loss(given: Inputs) -> Outputs:
    price, mark = given.number("price"), given.number("mark")
    return {"open_loss": formulas.open_loss(given.side(), given.number("qty"), price, mark)}


def _cost(given: Inputs) -> Outputs:
    quantity, price = given.number("qty"), given.number("price")
    loss = formulas.open_loss(given.side(), quantity, price, given.number("mark"))
    return {"cost": formulas.initial_margin(quantity, price, given.positive("leverage")) + loss}


def _assume_price(given: Inputs) -> Outputs:
    side = given.side()
    if side is Side.LONG:
        price = formulas.assumed_price(side, given.number("ask"), ZERO, ZERO)
    else:
        price = formulas.assumed_price(side, ZERO, given.number("bid"), given.number("mark"))
    return {"assuming_price": price}


def _margin_req(given: Inputs) -> Outputs:
    bids, asks = given.number("bid_orders", ZERO), given.number("ask_orders", ZERO)
    held = given.number("position_notional")
    return {"margin_requirement": formulas.margin_requirement(held, bids, asks, given.positive("leverage"))}


def _opens(given: Inputs) -> Outputs:
    opposite = given.number("open_opposite_order_qty", ZERO)
    return {
        "opens_position": formulas.order_opens(
            given.number("order_qty"), given.number("position_qty"), opposite
        )
    }


def _available(given: Inputs) -> Outputs:
    free = formulas.available_balance(
        given.number("cross_wallet"),
        given.number("cross_upnl"),
        given.number("cross_initial_margin"),
        given.number("isolated_order_margin", ZERO),
    )
    return {"available": max(ZERO, free)}


def _available_noclamp(given: Inputs) -> Outputs:
    balance, initial = given.number("margin_balance"), given.number("initial_margin")
    return {"available": formulas.available_balance(balance, ZERO, initial)}


def _account(given: Inputs) -> Outputs:
    """Sums over cross positions; `available` is not clamped."""
    balance, initial, required = given.number("wallet"), ZERO, ZERO
    for row in given.objects("positions"):
        side, quantity, entry = _position(row)
        mark = row.number("mark")
        balance += formulas.unrealised_pnl(side, quantity, entry, mark)
        initial += formulas.initial_margin(quantity, mark, row.positive("leverage"))
        required += formulas.maintenance(row.brackets(), quantity * mark)
    return {
        "margin_balance": balance,
        "initial_margin": initial,
        "maint_margin": required,
        "available": balance - initial,
    }


def _iso_open(given: Inputs) -> Outputs:
    quantity, fill = given.number("qty"), given.number("fill")
    loss = formulas.open_loss(given.side(), quantity, fill, given.number("mark"))
    leverage, commission = given.positive("leverage"), given.number("commission")
    return {"isolated_wallet": formulas.isolated_wallet_at_open(quantity, fill, leverage, loss, commission)}


def _roundtrip(given: Inputs) -> Outputs:
    side, quantity, entry = _position(given)
    exit_, rate = given.number("exit"), given.number("fee_rate")
    fees = formulas.trading_fee(quantity, entry, rate) + formulas.trading_fee(quantity, exit_, rate)
    realised = truncate(formulas.unrealised_pnl(side, quantity, entry, exit_))
    after = given.number("wallet_before") + realised - fees
    return {"wallet_after": after, "realized_pnl": realised, "fees": fees}


def _funding(given: Inputs) -> Outputs:
    settlements = given.pairs("settlements")
    return {"received": funding.funding_received(given.side(), given.number("qty"), settlements)}


def _funding_rate(given: Inputs) -> Outputs:
    interest = given.number("interest", funding.DEFAULT_INTEREST)
    return {"funding_rate": funding.funding_rate(given.number("premium"), interest)}


def _funding_cap(given: Inputs) -> Outputs:
    return {"cap": funding.funding_cap(given.number("multiplier"), given.number("mmr"))}


def _adl(given: Inputs) -> Outputs:
    score = formulas.adl_score(given.number("upnl"), given.number("wallet"), given.number("margin_ratio"))
    return {"leverage_pnl": score}


KINDS: Mapping[str, Callable[[Inputs], Outputs]] = {
    "account": _account,
    "adl": _adl,
    "assume_price": _assume_price,
    "available": _available,
    "available_noclamp": _available_noclamp,
    "bankr": _bankr,
    "bracket": _bracket,
    "breakeven": _break_even,
    "cost": _cost,
    "cum": _cum,
    "cum_table": _cum_table,
    "fee": _fee,
    "funding": _funding,
    "funding_cap": _funding_cap,
    "funding_rate": _funding_rate,
    "im": _im,
    "iso_open": _iso_open,
    "isolated_margin": _isolated_margin,
    "liq": _liq,
    "liq_equity": _liq_equity,
    "liq_solve": _liq_solve,
    "maint": _maint,
    "margin_ratio": _margin_ratio,
    "margin_req": _margin_req,
    "max_notional": _max_notional,
    "notional": _notional,
    "open_loss": _open_loss,
    "opens": _opens,
    "roe": _roe,
    "roundtrip": _roundtrip,
    "state": _state,
    "upnl": _upnl,
    "wb_from_liq": _wb_from_liq,
}
