"""Pictures of an account: its equity, where its money is, how a liquidation and a tape came about."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.charts.spec import (
    Alternative,
    Bar,
    CurveMark,
    CurvePoint,
    EquityCurve,
    MarkKind,
    Money,
    Part,
    PartKind,
    PathEvent,
    PostMortem,
)
from bot.core.texts import N_
from bot.services.pictures.pen import Pen
from bot.services.pictures.price_path import bars_from

MARKS = {
    MarkKind.DEPOSIT: N_("Deposit"),
    MarkKind.FUNDING: N_("Funding"),
    MarkKind.LIQUIDATION: N_("Liquidation"),
}
EQUITY_TITLE = N_("Equity over time")
EQUITY = N_("Equity, USDT")
AT_KEPT_PRICES = N_("Wallet and unrealised PnL at mark prices")
MONEY_TITLE = N_("Where the money is")
TOTAL = N_("Equity {amount} USDT")
PARTS = {
    PartKind.WALLET: N_("Cross wallet"),
    PartKind.ISOLATED: N_("Isolated positions"),
    PartKind.PROFIT: N_("Unrealised profit"),
}
LOSS = N_("Unrealised PnL {amount} USDT")
AT_RISK = N_("behind open positions")
SAFE = N_("behind none")
POSTMORTEM_TITLE = N_("{coin}: how it was liquidated")
DEBRIEF_TITLE = N_("Debrief: the same tape, other plans")
ALTERNATIVES = N_("Result in USDT, with one thing changed")
EQUITIES = N_("Equity at the end, USDT")
AS_IT_WAS = N_("As it was")
YOU = N_("You")
HELD = N_("Hold, 1×")
PLANS = {"isolated": N_("{leverage}× isolated"), "cross": N_("{leverage}× cross")}
CHANGES = {
    "stop": N_("Stop half way"),
    "leverage": N_("{leverage}×, same size"),
    "isolated": N_("Isolated instead"),
    "cross": N_("Cross instead"),
    "half": N_("Half the size"),
    "margin": N_("{amount} USDT more margin"),
}
EVENTS = {
    "position-opened": (MarkKind.OPENED, N_("opened")),
    "position-increased": (MarkKind.OPENED, N_("added")),
    "position-reduced": (MarkKind.CLOSED, N_("reduced")),
    "position-closed": (MarkKind.CLOSED, N_("closed")),
    "position-liquidated": (MarkKind.LIQUIDATION, N_("liquidated")),
}


def equity(it: Mapping[str, Any], pen: Pen) -> EquityCurve:
    """Equity over time, with what happened marked."""
    return EquityCurve(
        pen.look,
        pen.caption(pen.word(EQUITY_TITLE), note=pen.word(AT_KEPT_PRICES)),
        pen.word(EQUITY),
        tuple(CurvePoint(pen.at(at), float(value)) for at, value in it["points"]),
        tuple(CurveMark(pen.at(each["at"]), MarkKind(each["kind"])) for each in it["marks"]),
        tuple((kind, pen.word(word)) for kind, word in MARKS.items()),
    )


def money(it: Mapping[str, Any], pen: Pen) -> Money:
    """Where the money is: what open positions can lose of it, and what not."""
    total = pen.word(TOTAL, amount=pen.formats.money(it["equity"]))
    loss = "" if it["loss"] is None else pen.word(LOSS, amount=pen.formats.signed(it["loss"]))
    return Money(
        pen.look,
        pen.caption(pen.word(MONEY_TITLE), note=loss),
        total,
        tuple(
            Part(
                PartKind(each["kind"]),
                pen.word(PARTS[PartKind(each["kind"])]),
                float(each["amount"]),
                pen.formats.signed(each["amount"])
                if each["kind"] == PartKind.PROFIT
                else pen.formats.money(each["amount"]),
                float(each["amount"]) if each["at_risk"] else 0.0,
            )
            for each in it["parts"]
        ),
        pen.word(AT_RISK),
        pen.word(SAFE),
    )


def postmortem(it: Mapping[str, Any], pen: Pen) -> PostMortem:
    """The path to a liquidation with its events, and what else would have come of it."""
    symbol = it["symbol"]
    actual = Alternative(pen.word(AS_IT_WAS), float(it["result"]), _result(it["result"], pen), actual=True)
    return PostMortem(
        pen.look,
        pen.caption(pen.word(POSTMORTEM_TITLE, coin=it["base"])),
        tuple(Bar(pen.at(each.at), *each.prices) for each in bars_from(it["bars"])),
        tuple(pen.level(each["kind"], each["price"], symbol) for each in it["levels"]),
        tuple(_event(each, pen) for each in it["events"]),
        pen.word(ALTERNATIVES),
        (actual, *(_alternative(each, pen) for each in it["alternatives"])),
    )


def _event(it: Mapping[str, Any], pen: Pen) -> PathEvent:
    kind, word = EVENTS[it["what"]]
    at = pen.at(it["at"])
    return PathEvent(at, float(it["price"]), kind, f"{at:{pen.look.clock}} {pen.word(word)}")


def _result(amount: str, pen: Pen) -> str:
    return pen.formats.signed(amount)


def _alternative(it: Mapping[str, Any], pen: Pen) -> Alternative:
    name = it["mode"] if it["name"] == "mode" else it["name"]
    values = {}
    if it["leverage"] is not None:
        values["leverage"] = str(it["leverage"])
    if it["amount"] is not None:
        values["amount"] = pen.formats.money(it["amount"])
    label = pen.word(CHANGES.get(name, CHANGES["margin"]), **values)
    return Alternative(label, float(it["result"]), _result(it["result"], pen))


def debrief(it: Mapping[str, Any], pen: Pen) -> PostMortem:
    """The tape, and what the learner and plain plans made of it."""
    own = Alternative(pen.word(YOU), float(it["equity"]), pen.formats.money(it["equity"]), actual=True)
    plans = (
        Alternative(_plan(each, pen), float(each["equity"]), pen.formats.money(Decimal(each["equity"])))
        for each in it["plans"]
    )
    return PostMortem(
        pen.look,
        pen.caption(pen.word(DEBRIEF_TITLE), it["base"]),
        tuple(Bar(pen.at(each.at), *each.prices) for each in bars_from(it["bars"])),
        alternatives_title=pen.word(EQUITIES),
        alternatives=(own, *plans),
    )


def _plan(it: Mapping[str, Any], pen: Pen) -> str:
    if int(it["leverage"]) == 1:
        return pen.word(HELD)
    return pen.word(PLANS[it["mode"]], leverage=str(it["leverage"]))
