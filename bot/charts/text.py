"""The text twin of a picture: the same spec in at most 72 columns of plain characters, for the terminal."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import assert_never

from wcwidth import wcswidth

from bot.charts.condense import MOST_ROWS, chosen, leading, merged, thinned, told
from bot.charts.figures import Scale, checked, percent, price_places, written
from bot.charts.spec import (
    Bar,
    CandleChart,
    ChartSpec,
    Contagion,
    EquityCurve,
    Level,
    Look,
    Money,
    PostMortem,
    Progress,
    QuizResult,
    Standings,
    WhatIf,
)

COLUMNS = 72
_SPARKS = "▁▂▃▄▅▆▇█"
_PATH = 60
_BAR = 24
_SAMPLES = 7


def text_chart(spec: ChartSpec) -> tuple[str, ...]:
    """The lines of a text chart. Raises ValueError if the spec holds nothing to draw or a number that is not finite."""
    caption = spec.caption
    head = [*wrap(f"{caption.title} [{caption.paper}]", COLUMNS), *wrap(caption.subtitle, COLUMNS)]
    lines = (*head, *_body(spec), *wrap(caption.note, COLUMNS))
    return tuple(cut(line, COLUMNS).rstrip() for line in lines)


def cut(text: str, columns: int) -> str:
    """A text in at most so many columns of a terminal."""
    line = " ".join(text.splitlines())
    if _columns(line) <= columns:
        return line
    while line and _columns(line) > columns - 1:
        line = line[:-1]
    return line.rstrip() + "…"


def _columns(text: str) -> int:
    """Columns on a terminal; characters of no known width count as one."""
    wide = wcswidth(text)
    return wide if wide >= 0 else len(text)


def _padded(text: str, columns: int, *, right: bool = False) -> str:
    shown = cut(text, columns)
    room = " " * (columns - _columns(shown))
    return room + shown if right else shown + room


def _body(spec: ChartSpec) -> Iterator[str]:
    match spec:
        case CandleChart():
            yield from _path(spec.bars, spec.look)
            if spec.shaded is not None and spec.shaded.label:
                yield spec.shaded.label
            yield from _levels(spec.levels, spec.look)
        case WhatIf():
            yield from _what_if(spec)
        case Contagion():
            yield from _contagion(spec)
        case EquityCurve():
            yield from _equity(spec)
        case Money():
            yield from _money(spec)
        case PostMortem():
            yield from _post_mortem(spec)
        case Standings():
            yield from _standings(spec)
        case Progress():
            yield from _progress(spec)
        case QuizResult():
            yield from _quiz(spec)
        case _:
            assert_never(spec)


def spark(values: Sequence[float]) -> str:
    """A row of blocks, one a value, from the lowest to the highest."""
    low, high = min(checked(values)), max(values)
    scale = Scale(low, high if high > low else low + 1, 0, len(_SPARKS) - 1)
    return "".join(_SPARKS[round(scale.at(value))] for value in values)


def bar(share: float, columns: int, char: str = "█") -> str:
    """A bar of a share of so many columns; something is seen of what is not nothing."""
    length = round(min(max(share, 0.0), 1.0) * columns)
    return char * (max(length, 1) if share > 0 else 0)


def _price(price: float, look: Look) -> str:
    return written(price, price_places(price), look)


def _figure(level: Level, look: Look) -> str:
    return level.figure or _price(level.price, look)


def _path(bars: Sequence[Bar], look: Look) -> Iterator[str]:
    shown = merged(bars, _PATH)
    yield spark([candle.close for candle in shown])
    low, high = min(candle.low for candle in shown), max(candle.high for candle in shown)
    first, last = shown[0].at, shown[-1].at
    when = f"{look.day} {look.clock}"
    yield f"{first.strftime(when)} – {last.strftime(when)}  {_price(low, look)} – {_price(high, look)}"


def _levels(levels: Sequence[Level], look: Look) -> Iterator[str]:
    figures = [_figure(level, look) for level in levels]
    wide = max(map(_columns, figures), default=0)
    pairs = sorted(zip(levels, figures, strict=True), key=lambda pair: -pair[0].price)
    for level, figure in pairs:
        yield f"{_padded(figure, wide, right=True)}  {level.label}"


def _sampled(count: int) -> list[int]:
    """Numbers spread over a sequence, its ends included."""
    steps = min(_SAMPLES, count)
    return sorted({round(number * (count - 1) / max(1, steps - 1)) for number in range(steps)})


def _what_if(spec: WhatIf) -> Iterator[str]:
    look = spec.look
    if spec.now is not None:
        yield f"{spec.now.label} {_figure(spec.now, look)}"
    for curve in spec.curves:
        checked(curve.prices)
        figure = curve.liquidation_figure
        if not figure and curve.liquidation is not None:
            figure = _price(curve.liquidation, look)
        yield " ".join(part for part in (f"{curve.label}:", curve.liquidation_label, figure) if part)
        yield f"{spec.price_label} | {spec.equity_label} | {spec.ratio_label}"
        for number in _sampled(len(curve.prices)):
            ratio = curve.ratio[number]
            share = "–" if ratio is None else percent(ratio, 1, look)
            price = _padded(_price(curve.prices[number], look), 14, right=True)
            equity = _padded(written(curve.equity[number], 2, look), 16, right=True)
            yield f"{price} {equity} {_padded(share, 9, right=True)} {bar(ratio or 0.0, _BAR)}"
    yield spec.limit_label


def _contagion(spec: Contagion) -> Iterator[str]:
    look = spec.look
    checked([moved for moved, _ in spec.points])
    yield f"{spec.mark.label} {_figure(spec.mark, look)} · {spec.now.label} {_figure(spec.now, look)}"
    yield f"{spec.moved_label} → {spec.liquidation_label}"
    for number in _sampled(len(spec.points)):
        moved, liquidation = spec.points[number]
        price = "–" if liquidation is None else _price(liquidation, look)
        yield f"{_padded(_price(moved, look), 14, right=True)} → {_padded(price, 14, right=True)}"
    if spec.meets_label:
        yield spec.meets_label


def _equity(spec: EquityCurve) -> Iterator[str]:
    points = thinned(spec.points, _PATH)
    values = [point.value for point in points]
    yield spark(values[:COLUMNS])
    look = spec.look
    low, high = written(min(values), 2, look), written(max(values), 2, look)
    yield f"{points[0].at.strftime(look.day)} – {points[-1].at.strftime(look.day)}  {low} – {high}"
    yield f"{spec.value_label}: {written(values[0], 2, look)} → {written(values[-1], 2, look)}"
    counts = [(word, sum(mark.kind == kind for mark in spec.marks)) for kind, word in spec.words]
    if any(count for _, count in counts):
        yield " · ".join(f"{word} {count}×" for word, count in counts if count)


def _money(spec: Money) -> Iterator[str]:
    yield spec.total
    checked([part.at_risk for part in spec.parts])
    largest = max(abs(amount) for amount in checked([part.amount for part in spec.parts])) or 1.0
    for part in spec.parts:
        whole = bar(abs(part.amount) / largest, _BAR, "█" if part.amount >= 0 else "░")
        risky = bar(max(part.at_risk, 0) / largest, _BAR, "▒")
        drawn = whole[: max(0, len(whole) - len(risky))] + risky[: len(whole)]
        figure = _padded(part.figure, 18, right=True)
        yield f"{_padded(part.label, 26)} {figure} {drawn}"
    yield f"█ {spec.safe_label} · ▒ {spec.risk_label}"


def _post_mortem(spec: PostMortem) -> Iterator[str]:
    yield from _path(spec.bars, spec.look)
    events = told(spec.events)
    if events:
        yield _numbers(spec)
    yield from _levels(spec.levels, spec.look)
    for number, event in enumerate(events, 1):
        yield f"{number} {event.label}"
    alternatives = chosen(spec.alternatives)
    if spec.alternatives_title and alternatives:
        yield spec.alternatives_title
    largest = max((abs(it.amount) for it in alternatives), default=1.0) or 1.0
    for it in alternatives:
        drawn = bar(abs(it.amount) / largest, 16, "█" if it.amount < 0 else "▒")
        star = "*" if it.actual else " "
        yield f"{star}{_padded(it.label, 34)} {_padded(it.figure, 16, right=True)} {drawn}"


def _numbers(spec: PostMortem) -> str:
    """The numbers of the events below their places on the path; of two in one place the later one."""
    shown = merged(spec.bars, _PATH)
    row = [" "] * len(shown)
    for number, event in enumerate(told(spec.events), 1):
        place = max((n for n, candle in enumerate(shown) if candle.at <= event.at), default=0)
        row[place] = str(number)
    return "".join(row)


def _standings(spec: Standings) -> Iterator[str]:
    shown, later = leading(spec.rows)
    for row in (*shown, *later):
        if later and row is later[0]:
            yield " …"
        own = f" ({spec.own_label})" if row.own and spec.own_label else ""
        name = _padded(cut(row.name, 30 - _columns(own)) + own, 30)
        yield f"{row.place:>5} {name} {_padded(row.figure, 16, right=True)} {row.remark}".rstrip()


def _progress(spec: Progress) -> Iterator[str]:
    checked([skill.value for skill in spec.skills])
    yield spec.skills_title
    for skill in spec.skills:
        tick = "✓" if skill.mastered else " "
        drawn = bar(skill.value, 18).ljust(18, "·")
        yield f"{_padded(skill.label, 40)} {drawn} {_padded(skill.figure, 7, right=True)} {tick}".rstrip()
    if spec.calibration:
        yield spec.calibration_title
        yield f"{spec.said_label} → {spec.right_label}"
    for point in spec.calibration:
        said, right = (percent(share, 0, spec.look) for share in (point.said, point.right))
        yield f"{_padded(said, 7, right=True)} → {_padded(right, 7, right=True)}  ×{point.count}"


def _quiz(spec: QuizResult) -> Iterator[str]:
    yield spec.score
    for row in spec.rows[:MOST_ROWS]:
        wrong = row.asked - row.right
        drawn = "✓" * row.right + "✗" * wrong if row.asked <= _BAR else f"✓ {row.right} ✗ {wrong}"
        yield f"{_padded(row.label, 46)} {drawn}"
    if spec.rows:
        yield f"✓ {spec.right_label} · ✗ {spec.wrong_label}"
