"""Formulas of one position."""

from __future__ import annotations

from decimal import Decimal

from engine import formulas, funding, solver
from engine.decimals import ZERO
from engine.kinds.inputs import Formula, Inputs, Outputs
from engine.position import Side


def read_position(given: Inputs) -> tuple[Side, Decimal, Decimal]:
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
    return {"upnl": formulas.unrealised_pnl(*read_position(given), given.number("mark"))}


def _liq(given: Inputs) -> Outputs:
    price = solver.liquidation_price(
        *read_position(given), _backing(given), given.number("mmr"), given.number("cum", ZERO)
    )
    return {"liq_price": max(ZERO, price)}


def _liq_solve(given: Inputs) -> Outputs:
    found = solver.solve_liquidation(*read_position(given), _backing(given), given.brackets())
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
        *read_position(given), given.number("liq_price"), given.number("mmr"), given.number("cum", ZERO)
    )
    return {"WB": wallet}


def _isolated_margin(given: Inputs) -> Outputs:
    pnl = formulas.unrealised_pnl(*read_position(given), given.number("mark"))
    return {"isolated_margin": given.number("isolated_wallet") + pnl}


def _im(given: Inputs) -> Outputs:
    margin = formulas.initial_margin(given.number("qty"), given.number("price"), given.positive("leverage"))
    return {"initial_margin": margin}


def _roe(given: Inputs) -> Outputs:
    """From profit and margin, or from a position; `margin_price` names another base than the mark."""
    if given.has("upnl"):
        return {"roe": formulas.roe(given.number("upnl"), given.number("initial_margin"))}
    side, quantity, entry = read_position(given)
    mark = given.number("mark")
    base = given.number("margin_price", mark)
    margin = formulas.initial_margin(quantity, base, given.positive("leverage"))
    return {"roe": formulas.roe(formulas.unrealised_pnl(side, quantity, entry, mark), margin)}


def _break_even(given: Inputs) -> Outputs:
    return {"break_even": formulas.break_even(given.side(), given.number("entry"), given.number("fee_rate"))}


def _bankr(given: Inputs) -> Outputs:
    return {"bankruptcy_price": formulas.bankruptcy_price(*read_position(given), given.number("margin"))}


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


POSITIONS: dict[str, Formula] = {
    "adl": _adl,
    "bankr": _bankr,
    "breakeven": _break_even,
    "funding": _funding,
    "funding_cap": _funding_cap,
    "funding_rate": _funding_rate,
    "im": _im,
    "isolated_margin": _isolated_margin,
    "liq": _liq,
    "liq_equity": _liq_equity,
    "liq_solve": _liq_solve,
    "maint": _maint,
    "notional": _notional,
    "roe": _roe,
    "upnl": _upnl,
    "wb_from_liq": _wb_from_liq,
}
