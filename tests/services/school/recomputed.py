"""The right answer of every generated question once more, by other means than the engine's.

Only from what the question tells, the public table of contracts and docs/margin.md. A maintenance margin is the greatest
of all bracket lines, since it is convex; so a liquidation price is the greatest (long) or least (short) of all roots.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from bot.services.school.question import Question, Setting
from engine.contracts import load_contracts

D = Decimal
Data = Mapping[str, Any]
Answer = Decimal | Mapping[str, Any]
RULES = load_contracts()


def val(figure: Data) -> Decimal:
    return D(figure["value"])


class P:
    """A position as a question tells it."""

    def __init__(self, data: Data) -> None:
        self.symbol = data["symbol"]
        self.s = 1 if data["side"] == "long" else -1
        self.q, self.ep, self.mark = val(data["quantity"]), val(data["entry"]), val(data["mark"])
        self.lev, self.margin = val(data["leverage"]), val(data["margin"])

    @property
    def put_down(self) -> Decimal:
        return self.q * self.ep / self.lev

    def pnl(self, price: Decimal) -> Decimal:
        return self.s * self.q * (price - self.ep)

    def mm(self, price: Decimal) -> Decimal:
        return mm(self.symbol, self.q * price)

    def liq(self, wallet: Decimal) -> Decimal:
        lines = [(each.rate, each.amount) for each in RULES[self.symbol].brackets]
        roots = [
            (self.q * self.ep - self.s * (wallet + amount)) / (self.q * (1 - self.s * rate))
            for rate, amount in lines
        ]
        return max(roots) if self.s > 0 else min(roots)

    def to_tick(self, price: Decimal) -> Decimal:
        """Just at or past a price on the losing side."""
        tick = RULES[self.symbol].tick
        rounding = ROUND_FLOOR if self.s > 0 else ROUND_CEILING
        return (price / tick).to_integral_value(rounding) * tick


def mm(symbol: str, size: Decimal) -> Decimal:
    return max(size * each.rate - each.amount for each in RULES[symbol].brackets)


def rate_at(symbol: str, size: Decimal) -> Decimal:
    """The slope of the maintenance margin just below a size."""
    return next(each.rate for each in RULES[symbol].brackets if each.floor < size <= each.cap)


def p(d: Data) -> P:
    return P(d["p"])


def greater(d: Data, key: str) -> Answer:
    return {"which": "a" if val(d["a"][key]) > val(d["b"][key]) else "b"}


def funded(d: Data) -> Decimal:
    one = p(d)
    return -one.s * one.q * one.mark * val(d["rate"])


def contagion(d: Data) -> Decimal:
    other, exit_ = P(d["other"]), val(d["exit"])
    return p(d).liq(val(d["wallet"]) + other.pnl(exit_) - other.mm(exit_))


def hedge(d: Data) -> Decimal:
    return val(d["wallet"]) + P(d["long"]).pnl(val(d["long_exit"])) + P(d["short"]).pnl(val(d["short_exit"]))


def still_open(d: Data) -> Answer:
    one, exit_ = p(d), val(d["exit"])
    alone = one.put_down + one.pnl(exit_) > one.mm(exit_)
    shared = val(d["wallet"]) + one.pnl(exit_) > one.mm(exit_)
    return {
        "open": {(False, True): "cross", (True, False): "isolated", (False, False): "none"}[alone, shared]
    }


def which_liquidates(d: Data) -> Answer:
    one, mark = p(d), val(d["mark"])
    gone = one.put_down + one.pnl(mark) <= one.mm(mark)
    return {"is": "gone" if gone else "open", "by": "mark"}


def after_liquidation(one: P) -> Decimal:
    """What a small isolated position leaves when it is closed at its liquidation price."""
    at = one.to_tick(one.liq(one.put_down))
    left = max(D(0), one.put_down + one.pnl(at))
    return left - min(left, RULES[one.symbol].liquidation_fee * one.q * at)


def kept(d: Data) -> Decimal:
    one = p(d)
    return one.put_down + one.pnl(val(d["stop"])) - after_liquidation(one)


def stop_limit(d: Data) -> Answer:
    one = p(d)
    filled = one.s * (val(d["jump"]) - val(d["limit"])) >= 0
    return val(d["limit"]) if filled else {"still": "open"}


def partial(d: Data) -> Answer:
    """docs/margin.md §Liquidation, step 3, for one isolated position."""
    one, sold = p(d), D(0)
    rule, left, wallet = RULES[one.symbol], one.q, one.put_down
    at = one.to_tick(one.liq(wallet))
    while left > 0 and wallet + one.s * left * (at - one.ep) <= mm(one.symbol, left * at):
        floor = next(each.floor for each in rule.brackets if each.floor < left * at <= each.cap)
        cut = left
        if floor > 0:
            cut = ((left - floor / at) / rule.step).to_integral_value(ROUND_CEILING) * rule.step
        loss = one.s * cut * (at - one.ep)
        balance = wallet + loss + one.s * (left - cut) * (at - one.ep)
        wallet += loss - min(rule.liquidation_fee * cut * at, max(D(0), balance))
        sold, left = sold + cut, left - cut
    assert left > 0
    assert (val(d["sold"]), val(d["rest"])) == (sold, left)
    return {"does": "part"}


def fund_gap(d: Data) -> Answer:
    one = p(d)
    assert val(d["gap"]) == -(one.put_down + one.pnl(val(d["fill"]))) > 0
    return {"who": "fund"}


def adl_first(d: Data) -> Answer:
    """Same size and maintenance: more profit and less left of its own margin's share rank higher."""
    best = max(d["rows"], key=lambda row: val(row["pnl"]))
    return {"which": best["name"]}


def win_rate(d: Data) -> Answer:
    a = d["wins"] * val(d["gain"]) - d["losses"] * val(d["loss"])
    b = d["few"] * val(d["big"]) - d["rest"] * val(d["small"])
    return {"which": "a" if a > b else "b"}


def night(d: Data) -> Answer:
    one, low, wallet = p(d), val(d["low"]), val(d["wallet"])
    end = one.ep if d["back"] else low
    gone = [money + one.pnl(low) <= one.mm(low) for money in (one.put_down, wallet)]
    alone = one.put_down if gone[0] else -one.pnl(end)
    shared = wallet if gone[1] else -one.pnl(end)
    return {"less": "isolated" if alone < shared else "cross"}


def cut8(value: Decimal) -> Decimal:
    return D(int(value * 10**8)).scaleb(-8)


FROM_DATA: Mapping[str, Callable[[Data], Answer]] = {
    "margin-held": lambda d: p(d).put_down,
    "position-size": lambda d: val(d["margin"]) * val(d["leverage"]),
    "same-size": lambda d: p(d).pnl(val(d["exit"])),
    "same-margin": lambda d: p(d).pnl(val(d["exit"])),
    "leverage-or-size": lambda d: greater(d, "margin"),
    "own-move": lambda d: p(d).q * p(d).mark * val(d["move"]),
    "short-pnl": lambda d: p(d).q * (p(d).ep - p(d).mark),
    "roe-closed": lambda d: p(d).pnl(val(d["exit"])) / p(d).put_down,
    "roe-and-account": lambda d: p(d).pnl(p(d).mark) / val(d["wallet"]),
    "added-margin-pnl": lambda d: p(d).pnl(p(d).mark),
    "open-profit-wallet": lambda d: val(d["wallet"]),
    "own-pnl": lambda d: p(d).pnl(val(d["exit"])),
    "maintenance-sum": lambda d: p(d).mm(p(d).mark),
    "ratio-sum": lambda d: p(d).mm(p(d).mark) / (p(d).put_down + p(d).pnl(p(d).mark)),
    "ratio-compare": lambda d: greater(d, "ratio"),
    "maintenance-leverage": lambda d: p(d).mm(p(d).mark),
    "own-maintenance": lambda d: p(d).mm(p(d).mark),
    "own-ratio": lambda d: p(d).mm(p(d).mark) / (p(d).margin + p(d).pnl(p(d).mark)),
    "liq-isolated": lambda d: p(d).liq(p(d).put_down),
    "liq-added": lambda d: p(d).liq(p(d).put_down + val(d["added"])),
    "liq-one-short": lambda d: p(d).liq(p(d).q * p(d).ep),
    "liq-funding": lambda d: p(d).liq(p(d).put_down + funded(d)),
    "liq-error": lambda d: p(d).liq(p(d).put_down),
    "liq-gap": lambda d: p(d).put_down,
    "own-liq": lambda d: p(d).liq(p(d).margin),
    "own-added": lambda d: p(d).liq(p(d).margin + val(d["added"])),
    "cross-liq": lambda d: p(d).liq(val(d["wallet"])),
    "cross-leverage-raised": lambda d: p(d).liq(val(d["wallet"])),
    "cross-lost": lambda d: val(d["wallet"]),
    "cross-less-wallet": lambda d: p(d).liq(val(d["wallet"]) - val(d["out"])),
    "cross-still-open": still_open,
    "own-cross-liq": lambda d: p(d).liq(val(d["wallet"])),
    "contagion-price": contagion,
    "winner-apart": lambda d: p(d).liq(p(d).put_down),
    "cross-ratio": lambda d: (
        (val(d["mm1"]) + val(d["mm2"])) / (val(d["wallet"]) + val(d["pnl1"]) + val(d["pnl2"]))
    ),
    "hedge-balance": hedge,
    "hedge-round-trip": lambda d: -p(d).put_down,
    "which-liquidates": which_liquidates,
    "stop-jump": lambda d: val(d["jump"]),
    "stop-limit-jump": stop_limit,
    "stop-kept": kept,
    "mark-pnl": lambda d: p(d).pnl(p(d).mark),
    "own-stop": lambda d: p(d).pnl(val(d["stop"])),
    "fee-open": lambda d: p(d).q * p(d).ep * val(d["rate"]),
    "round-trip": lambda d: -2 * p(d).q * p(d).ep * val(d["rate"]),
    "funding-due": funded,
    "funding-who": lambda d: {"pays": "long" if val(d["rate"]) > 0 else "short", "to": "traders"},
    "funding-year": lambda d: val(d["rate"]) * val(d["count"]) * val(d["leverage"]),
    "funding-timing": lambda d: -funded(d),
    "orders-held": lambda d: val(d["before"]) - val(d["quantity"]) * val(d["limit"]) / val(d["leverage"]),
    "own-funding": funded,
    "own-close-fee": lambda d: cut8(p(d).q * p(d).mark * val(d["rate"])),
    "bracket-rate": lambda d: rate_at(f"{d['base']}USDT", val(d["notional"])),
    "partial": partial,
    "fund-gap": fund_gap,
    "adl-first": adl_first,
    "adl-price": lambda d: p(d).pnl(val(d["bankruptcy"])),
    "bracket-liq": lambda d: p(d).liq(p(d).put_down),
    "own-bracket": lambda d: rate_at(p(d).symbol, p(d).q * p(d).mark * val(d["factor"])),
    "size-by-risk": lambda d: val(d["equity"]) * val(d["risked"]) / (val(d["entry"]) - val(d["stop"])),
    "averaging-down": lambda d: 2 * p(d).q * (val(d["low"]) - val(d["exit"])),
    "win-rate": win_rate,
    "mode-night": night,
    "own-size": lambda d: val(d["equity"]) * val(d["risked"]) / val(d["distance"]),
    "own-most-lost": lambda d: p(d).margin,
}


def own_contagion(question: Question, setting: Setting) -> Decimal:
    """Every cross position of the account counts, the moved one at its new price."""
    account, d = setting.account, question.data
    assert account is not None
    move = val(d["move"]) * (1 if d["rises"] else -1)
    wallet = account.wallet
    one = P(d["p"])
    for held in account.in_order():
        if held.isolated_wallet is not None:
            wallet -= held.isolated_wallet
        elif held.symbol != one.symbol:
            mark = setting.market.quotes[held.symbol].mark
            at = mark * (1 + move) if held.symbol == d["other"]["symbol"] else mark
            sign = 1 if held.side == "long" else -1
            wallet += sign * held.quantity * (at - held.entry_price) - mm(held.symbol, held.quantity * at)
    return one.liq(wallet)


def recomputed(question: Question, setting: Setting) -> Answer:
    """The right answer: a figure, or what the right option says."""
    if question.template == "own-contagion":
        return own_contagion(question, setting)
    return FROM_DATA[question.template](question.data)
