"""A reply as a card in colour, with the escape sequences of a terminal."""

import io
from collections.abc import Iterable, Sequence
from typing import assert_never

from rich.box import ROUNDED, SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table as Grid
from rich.text import Text

from bot.adapters.console.limits import LEAST_WIDTH
from bot.adapters.console.render import numeric
from bot.adapters.console.terminal_text import clean, one_line
from bot.core.markup import (
    Block,
    Bullets,
    Facts,
    Footer,
    Line,
    Look,
    Paragraph,
    Preformatted,
    Quote,
    Table,
    Title,
    text_of,
)
from bot.core.reply import Reply, ReplyButton, Style

_LOOKS = {
    Look.BOLD: "bold",
    Look.ITALIC: "italic",
    Look.UNDERLINE: "underline",
    Look.STRIKE: "strike",
    Look.CODE: "cyan",
    Look.SPOILER: "reverse dim",
}
_BUTTONS = {Style.PLAIN: "bold", Style.GO: "bold green", Style.STOP: "bold red"}


def card(reply: Reply, mark: str, width: int, *, numbered: bool, below: Sequence[str] = ()) -> str:
    """The card of a reply, with the mark of its chat; `numbered`: a number presses a button.

    `below` are lines under its text, as they are.
    """
    sink = io.StringIO()
    console = Console(
        file=sink, force_terminal=True, width=max(LEAST_WIDTH, width), highlight=False, emoji=False
    )
    title, *rest = reply.blocks or (None,)
    head = _text(title.spans, "bold") if isinstance(title, Title) else None
    parts = [_part(block) for block in (rest if head else reply.blocks)]
    if below:
        parts.append(Text("\n".join(below)))
    buttons = _buttons(reply.all_buttons(), numbered=numbered)
    if buttons:
        parts += [Text(), buttons] if parts else [buttons]
    small = Text(mark, "dim") if mark else None
    if head or len(parts) > 1:
        console.print(_panel(Group(*parts), head, small, "green" if reply.answer.ok else "yellow"))
    else:
        console.print(*([small] if small else []), *parts, sep="\n")
    return sink.getvalue()


def _panel(body: Group, title: Text | None, mark: Text | None, edge: str) -> Panel:
    return Panel(
        body,
        title=title,
        title_align="left",
        subtitle=mark,
        subtitle_align="left",
        border_style=edge,
        box=ROUNDED,
    )


def _part(block: Block) -> RenderableType:
    match block:
        case Title(spans):
            return _text(spans, "bold")
        case Paragraph(spans):
            return _text(spans)
        case Quote(spans):
            return Padding(_text(spans, "yellow"), (0, 0, 0, 2))
        case Footer(spans):
            return _text(spans, "dim")
        case Preformatted(text):
            return Text(clean(text), "cyan")
        case Facts() | Table() | Bullets():
            return _grid(block)
        case _:
            assert_never(block)


def _grid(block: Facts | Table | Bullets) -> Grid:
    match block:
        case Facts(rows):
            grid = Grid.grid(padding=(0, 2, 0, 0))
            grid.add_column(style="dim")
            for row in rows:
                grid.add_row(_text(row.label), _text(row.value))
        case Table(header, cells):
            grid = Grid(box=SIMPLE_HEAD, show_header=any(header), pad_edge=False)
            for number, name in enumerate(header):
                right = number > 0 and numeric(one_line(text_of(line[number])) for line in cells)
                grid.add_column(_text(name), justify="right" if right else "left")
            for line in cells:
                grid.add_row(*map(_text, line))
        case Bullets(items, first):
            grid = Grid.grid(padding=(0, 1, 0, 0))
            for place, item in enumerate(items):
                grid.add_row("•" if first is None else f"{first + place}.", _text(item))
        case _:
            assert_never(block)
    return grid


def _text(spans: Line, style: str = "") -> Text:
    text = Text(style=style)
    for span in spans:
        text.append(clean(span.text), " ".join(_LOOKS[look] for look in sorted(span.looks)) or None)
    return text


def _buttons(buttons: Iterable[ReplyButton], *, numbered: bool) -> Text:
    text = Text()
    for number, button in enumerate(buttons, 1):
        if text:
            text.append("  ")
        if numbered:
            text.append(f"{number} ", "dim")
        label = one_line(button.label).replace(" ", "\u00a0")
        text.append(f"[{label}]", _BUTTONS[button.style])
    return text
