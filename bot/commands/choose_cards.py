"""The answer of `/choose` as the data of its card."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from bot.commands.cards import base_of, liquidation_data
from bot.services.school.both_books import FALL, Book
from bot.services.school.choosing import Advice, Both, Said, Told
from bot.services.school.correlation import ENOUGH
from bot.services.school.criteria import Reason, Shape
from engine.margin import PositionFigures
from engine.position import MarginMode, PositionKey

_TWO, _FOUR = Decimal("0.01"), Decimal("0.0001")


def advice_data(advice: Advice, known: Told, said: Said, skipped: int) -> dict[str, Any]:
    """Everything the card shows; chances and correlations become decimals."""
    found = advice.leaning
    return {
        "leaning": found.mode,
        "clear": found.clear,
        "isolated": found.isolated,
        "cross": found.cross,
        "reasons": {
            f"{mode}_{'against' if against else 'for'}": [
                _reason(each, advice, known, said)
                for each in advice.reasons
                if each.against is against and (each.supports is mode) is not against
            ]
            for mode in MarginMode
            for against in (False, True)
        },
        "equity": advice.facts.equity,
        "positions": advice.positions,
        "stops": advice.stops,
        "turns": [
            {"codes": list(each.codes), "to": each.to, "together": each.together} for each in advice.turns
        ],
        "both": None if advice.both is None else _both(advice.both),
        "together": None if advice.together is None else _together(advice),
        "skipped": skipped,
    }


def _reason(reason: Reason, advice: Advice, known: Told, said: Said) -> dict[str, Any]:
    data = {"code": reason.code, "weight": reason.weight, **reason.figures}
    if reason.code in {"new", "experienced"}:
        data["said"] = said.experience is not None
    if reason.code in {"wild", "calm"}:
        data["measured"] = said.state is None and known.weather is not None
        if known.weather is not None:
            data |= {
                "base": base_of(known.weather.symbol),
                "swing": _four(known.weather.swing),
                "usual": _four(known.weather.usual),
            }
    if advice.together is not None:
        data |= {
            "bets": Decimal(f"{advice.together.bets:.1f}"),
            "count": advice.positions,
            "offset": Decimal(f"{max(0.0, advice.together.offset):.2f}"),
        }
    return data


def _together(advice: Advice) -> dict[str, Any]:
    found = advice.together
    assert found is not None
    return {
        "alone": [
            {"base": base_of(symbol), "side": side, "swing": _two(swing)}
            for (symbol, side), swing in found.alone.items()
        ],
        "joint": _two(found.joint),
        "unrelated": _two(found.unrelated),
        "bets": Decimal(f"{found.bets:.1f}"),
        "offset": Decimal(f"{found.offset:.2f}"),
        "hedge": advice.facts.shape is Shape.HEDGE,
        "links": [
            {
                "one": base_of(each.symbols[0]),
                "other": base_of(each.symbols[1]),
                "correlation": _two(each.correlation),
                "low": None if each.bounds is None else _two(each.bounds[0]),
                "high": None if each.bounds is None else _two(each.bounds[1]),
            }
            for each in found.links
        ],
        "measured": found.measured,
        "hours": found.hours,
        "enough": ENOUGH,
    }


def _both(both: Both) -> dict[str, Any]:
    held = both.cross.figures.positions
    symbol, side = both.example.leading
    books = {"isolated": both.isolated, "cross": both.cross}
    isolated = both.isolated
    return {
        "rows": [_row(each, isolated, held) for each in held],
        "modes": {name: None if each is None else _book(each) for name, each in books.items()},
        "sooner": None if isolated is None else _sooner(isolated, both.cross),
        "leading": base_of(symbol),
        "fall": -side.sign * FALL,
        "moves": [{"base": base_of(each), "move": move} for each, move in both.example.moves.items()],
        "hours": None if both.hours is None else round(both.hours),
    }


def _row(each: PositionFigures, isolated: Book | None, held: Iterable[PositionFigures]) -> dict[str, Any]:
    position = each.position
    alone = sum(other.position.symbol == position.symbol for other in held) == 1
    found = None if isolated is None else isolated.position(position.key)
    return {
        "symbol": position.symbol,
        "base": base_of(position.symbol),
        "side": position.side,
        "leg": not alone,
        "isolated": None if found is None else liquidation_data(found),
        "cross": liquidation_data(each),
    }


def _book(found: Book) -> dict[str, Any]:
    return {
        "at_stake": found.at_stake,
        "kept": found.kept,
        "chance": _four(found.chance),
        "left": found.struck.equity,
        "liquidated": list(dict.fromkeys(base_of(symbol) for symbol, _ in found.struck.liquidated)),
    }


def _sooner(isolated: Book, cross: Book) -> dict[str, Any] | None:
    """The position that isolated mode brings nearest to its end in comparison; None where none is nearer than in cross."""
    found: list[tuple[Decimal, PositionKey]] = []
    for each in isolated.figures.positions:
        other = cross.position(each.position.key)
        near, far = each.distance, other.distance
        if near is not None and each.liquidation.status == "price" and other.liquidation.status != "now":
            gap = Decimal(10) if far is None else far - near
            found += [(gap, each.position.key)] if gap > 0 else []
    if not found:
        return None
    key = max(found)[1]
    return {
        "symbol": key[0],
        "base": base_of(key[0]),
        "isolated": liquidation_data(isolated.position(key)),
        "cross": liquidation_data(cross.position(key)),
    }


def _two(value: float) -> Decimal:
    return Decimal(value).quantize(_TWO)


def _four(value: float) -> Decimal:
    return Decimal(value).quantize(_FOUR)
