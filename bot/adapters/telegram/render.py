"""Replies as Telegram messages: blocks become Telegram's HTML, buttons an inline keyboard."""

import html
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from telegram.constants import KeyboardButtonStyle

from bot.adapters.telegram import limits
from bot.adapters.telegram.table import aligned
from bot.core.limits import fit
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
    Span,
    Table,
    Title,
    text_of,
)
from bot.core.reply import Reply, ReplyButton, Style

_ORDER = (Look.BOLD, Look.ITALIC, Look.UNDERLINE, Look.STRIKE, Look.SPOILER)
_STYLES = {Style.GO: KeyboardButtonStyle.SUCCESS.value, Style.STOP: KeyboardButtonStyle.DANGER.value}
_APART = ("<pre>", "<blockquote>")
_SEPARATOR = 2
NOTHING = "…"


# Telegram's InlineKeyboardMarkup.
Keyboard: TypeAlias = dict[str, list[list[dict[str, str]]]]


@dataclass(frozen=True, slots=True)
class Piece:
    """Rendered markup, the text that is seen of it, and how many entities Telegram will count."""

    html: str
    text: str
    entities: int = 0

    def __add__(self, other: "Piece") -> "Piece":
        return Piece(self.html + other.html, self.text + other.text, self.entities + other.entities)


@dataclass(frozen=True, slots=True)
class Page:
    """One message."""

    html: str
    text: str
    keyboard: Keyboard | None
    edit: bool


def pages(reply: Reply, bot_name: str) -> tuple[Page, ...]:
    """The messages that a reply makes, each within Telegram's limits; none for a reply that says nothing."""
    fitted = fit(reply, limits.LIMITS, measure)
    made: list[Page] = []
    for part in fitted:
        body = page_of(part.blocks)
        keyboard = keyboard_of(part.buttons, bot_name)
        if not _seen(body.text):
            if keyboard is None:
                continue
            body = plain(NOTHING)
        made.append(Page(body.html, body.text, keyboard, reply.edit and not made))
    return tuple(made)


def measure(block: Block) -> int:
    """The length that a block takes of a message's budget, which text and entities share."""
    piece = render(block)
    return max(limits.length(piece.text), piece.entities * limits.ENTITY_COST) + _SEPARATOR


def page_of(blocks: Iterable[Block]) -> Piece:
    """Blocks one under the other; a blank line parts those that do not set themselves apart."""
    whole, close = plain(""), True
    for block in blocks:
        piece = render(block)
        if not _seen(piece.text):
            continue
        apart = piece.html.startswith(_APART)
        if whole.text:
            whole += plain("\n" if close or apart else "\n\n")
        whole, close = whole + piece, apart or isinstance(block, Title)
    return whole


def render(block: Block) -> Piece:
    """One block as Telegram's HTML."""
    match block:
        case Title(spans):
            return wrapped("b", plain(text_of(spans)))
        case Paragraph(spans):
            return line(spans)
        case Facts(rows):
            facts = (line(row.label) + plain(": ") + bold(row.value) for row in rows)
            return stacked(facts)
        case Table():
            return _table(block)
        case Bullets(items, first):
            marks = ("• " if first is None else f"{first + place}. " for place in range(len(items)))
            return stacked(plain(mark) + line(item) for mark, item in zip(marks, items, strict=True))
        case Quote(spans):
            return wrapped("blockquote", line(spans))
        case Preformatted(text):
            return wrapped("pre", plain(text))
        case Footer(spans):
            return italic(spans)
        case _:
            assert_never(block)


def _table(table: Table) -> Piece:
    columns = aligned(table, limits.TABLE_WIDTH)
    if columns is not None:
        return wrapped("pre", plain(columns))
    rows = []
    for label, *values in table.rows:
        named = zip(table.header[1:], values, strict=True)
        cells = (line(name) + plain(": " if name else "") + line(value) for name, value in named if value)
        rows.append(stacked((bold(label), *cells)))
    return stacked(rows)


def plain(text: str) -> Piece:
    """Text as it is, without what Telegram refuses or strips: control characters and halves of pairs."""
    clean = text if text.isprintable() else "".join(map(_clean, text))
    return Piece(html.escape(clean, quote=False), clean)


def line(spans: Line) -> Piece:
    """Spans in their looks. Code takes no other look: Telegram lets nothing be nested with it."""
    return joined(_span(span, span.looks) for span in spans)


def bold(spans: Line) -> Piece:
    """Spans in their looks, and bold."""
    return joined(_span(span, span.looks | {Look.BOLD}) for span in spans)


def italic(spans: Line) -> Piece:
    """Spans in their looks, and italic."""
    return joined(_span(span, span.looks | {Look.ITALIC}) for span in spans)


def _span(span: Span, looks: frozenset[Look]) -> Piece:
    piece = plain(span.text)
    if Look.CODE in looks:
        return wrapped(Look.CODE.value, piece)
    for look in reversed(_ORDER):
        if look in looks:
            piece = wrapped(look.value, piece)
    return piece


def wrapped(tag: str, inner: Piece) -> Piece:
    """A piece inside a tag; blank text takes none, since Telegram would not count it."""
    if not inner.text.strip():
        return inner
    return Piece(f"<{tag}>{inner.html}</{tag}>", inner.text, inner.entities + 1)


def joined(pieces: Iterable[Piece]) -> Piece:
    """Pieces one after the other."""
    return _between("", pieces)


def stacked(pieces: Iterable[Piece]) -> Piece:
    """Pieces one under the other."""
    return _between("\n", pieces)


def _between(separator: str, pieces: Iterable[Piece]) -> Piece:
    made = tuple(pieces)
    return Piece(
        separator.join(piece.html for piece in made),
        separator.join(piece.text for piece in made),
        sum(piece.entities for piece in made),
    )


def keyboard_of(rows: Iterable[tuple[ReplyButton, ...]], bot_name: str) -> Keyboard | None:
    """The buttons under a message; a deep one is a link into the private chat. None where there are none."""
    made = [[_button(each, bot_name) for each in row] for row in rows if row]
    return {"inline_keyboard": made} if made else None


def _button(button: ReplyButton, bot_name: str) -> dict[str, str]:
    made = {"text": plain(button.label).text.strip() or NOTHING}
    if button.deep:
        return made | {"url": deep_link(bot_name, button.payload)}
    if button.style in _STYLES:
        made["style"] = _STYLES[button.style]
    return made | {"callback_data": button.payload}


def deep_link(bot_name: str, payload: str) -> str:
    """The address that opens the private chat with the bot and starts it with a payload."""
    return f"https://t.me/{bot_name}" + (f"?start={payload}" if payload else "")


def _clean(character: str) -> str:
    if character == "\n":
        return character
    kind = unicodedata.category(character)
    return " " if character == "\t" else "" if kind in {"Cc", "Cs"} else character


def _seen(text: str) -> bool:
    return any(unicodedata.category(each) not in {"Cf", "Zs", "Zl", "Zp", "Cc", "Mn"} for each in text)
