"""A reply as Discord shows it: one embed a message, files with the first one, the buttons under the last one."""

import io
from dataclasses import dataclass, replace
from typing import Final, assert_never

import discord

from bot.adapters.discord.limits import (
    CUSTOM_ID,
    EMBED_DESCRIPTION,
    EMBED_FOOTER,
    EMBED_TITLE,
    FILE_BYTES,
    FILES,
    LIMITS,
    length,
)
from bot.adapters.discord.markdown import block_of_code, bold, clean, code, escape, markdown, width
from bot.core.limits import cut, fit
from bot.core.markup import (
    Block,
    Bullets,
    Facts,
    Footer,
    Line,
    Paragraph,
    Preformatted,
    Quote,
    Table,
    Title,
    text_of,
)
from bot.core.reply import PNG, Attachment, Reply, ReplyButton, Style

TABLE_WIDTH: Final = 40  # columns of fixed-width font; what a phone shows without breaking the line
_BREAK: Final = "\n\n"
_NOTHING: Final = "\u200b"
_COLOURS: Final = {True: 0x2F6FB0, False: 0xC98A1B}
_STYLES: Final = {
    Style.PLAIN: discord.ButtonStyle.secondary,
    Style.GO: discord.ButtonStyle.success,
    Style.STOP: discord.ButtonStyle.danger,
}


@dataclass(frozen=True, slots=True)
class Page:
    """One message: an embed, rows of buttons, and files; the first picture is shown in the embed."""

    embed: discord.Embed
    buttons: tuple[tuple[ReplyButton, ...], ...]
    files: tuple[Attachment, ...] = ()

    def uploads(self) -> list[discord.File]:
        """The files as the library takes them; each call makes new ones, for a sent one is used up."""
        return [discord.File(io.BytesIO(each.content), filename=each.name) for each in self.files]

    def view(self) -> discord.ui.View | None:
        """The buttons as the library takes them, not kept in memory: a press is understood by what it carries."""
        if not self.buttons:
            return None
        view = discord.ui.View(timeout=None)
        for number, row in enumerate(self.buttons):
            for each in row:
                view.add_item(
                    discord.ui.Button(
                        style=_STYLES[each.style], label=each.label, custom_id=each.payload, row=number
                    )
                )
        view.stop()
        return view


def render(reply: Reply) -> tuple[Page, ...]:
    """The messages of a reply, at least one; each is within Discord's limits, files that are too large are left out."""
    first, *rest = (
        Page(_embed(each.blocks, ok=reply.answer.ok), each.buttons)
        for each in fit(_pressable(reply), LIMITS, measure)
    )
    files = tuple(each for each in reply.files if len(each.content) <= FILE_BYTES)[:FILES]
    picture = next((each for each in files if each.media == PNG), None)
    if picture is not None:
        first.embed.set_image(url=f"attachment://{picture.name}")
    return (replace(first, files=files), *rest)


def measure(block: Block) -> int:
    """The characters a block takes at most, with the break that follows it."""
    size = length(block_text(block))
    match block:
        case Title(spans) | Footer(spans):
            size = max(size, length(text_of(spans)))
        case _:
            pass
    return size + len(_BREAK)


def block_text(block: Block) -> str:
    """A block as markdown; empty where there is nothing to show."""
    match block:
        case Title(spans):
            return bold(spans)
        case Paragraph(spans):
            return markdown(spans)
        case Quote(spans):
            return _prefixed(markdown(spans), "> ")
        case Footer(spans):
            return _prefixed(markdown(spans), "-# ")
        case Preformatted(text):
            return block_of_code(text) if text.strip() else ""
        case Facts(rows):
            return "\n".join(f"{bold(row.label)}: {markdown(row.value)}" for row in rows)
        case Bullets(items, first):
            marks = ("- " if first is None else f"{first + place}. " for place in range(len(items)))
            return "\n".join(
                mark + markdown(item).replace("\n", "\n  ") for mark, item in zip(marks, items, strict=True)
            )
        case Table(header, rows):
            return _table(header, rows)
        case _:
            assert_never(block)


def _embed(blocks: tuple[Block, ...], *, ok: bool) -> discord.Embed:
    body = list(blocks)
    embed = discord.Embed(colour=_COLOURS[ok])
    title = _title(body[0]) if body and isinstance(body[0], Title) else ""
    if title:
        embed.title = title
        del body[0]
    footer: list[str] = []
    while body and isinstance(last := body[-1], Footer):
        footer.insert(0, clean(text_of(last.spans)).strip())
        body.pop()
    small = "\n".join(each for each in footer if each)
    pieces = [block_text(each) for each in body]
    if length(small) > EMBED_FOOTER:
        pieces.append(_prefixed(escape(small), "-# "))
        small = ""
    description = _BREAK.join(each for each in pieces if each.strip())
    embed.description = cut(description, EMBED_DESCRIPTION, length) or (None if title else _NOTHING)
    if small:
        embed.set_footer(text=small)
    return embed


def _title(title: Title) -> str:
    """The title as an embed's own; empty where its marks make it too long for that."""
    text = escape(" ".join(text_of(title.spans).split()))
    return text if length(text) <= EMBED_TITLE else ""


def _prefixed(text: str, mark: str) -> str:
    return "\n".join(mark + line for line in text.split("\n")) if text.strip() else ""


def _table(header: tuple[Line, ...], rows: tuple[tuple[Line, ...], ...]) -> str:
    """Aligned columns where they are narrow enough, else a paragraph a row."""
    cells = [[code(" ".join(text_of(cell).split())) for cell in row] for row in (header, *rows)]
    if not any(cell for row in cells for cell in row):
        return ""
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    if sum(widths) + 2 * (len(widths) - 1) > TABLE_WIDTH:
        return "\n".join(_row(header, row) for row in rows) or bold(header[0])
    lines = (
        "  ".join(_padded(cell, widths[place], right=place > 0) for place, cell in enumerate(row)).rstrip()
        for row in cells
    )
    return block_of_code("\n".join(lines))


def _row(header: tuple[Line, ...], row: tuple[Line, ...]) -> str:
    values = " · ".join(
        f"{markdown(name)}: {bold(cell)}" if text_of(name).strip() else bold(cell)
        for name, cell in zip(header[1:], row[1:], strict=True)
    )
    return "\n".join(each for each in (bold(row[0]), values) if each)


def _padded(cell: str, columns: int, *, right: bool) -> str:
    blanks = " " * (columns - width(cell))
    return blanks + cell if right else cell + blanks


def _pressable(reply: Reply) -> Reply:
    """The reply with the buttons that Discord can carry: no links into a chat, none that does what another does."""
    seen: set[str] = set()
    rows: list[tuple[ReplyButton, ...]] = []
    for row in reply.buttons:
        kept = []
        for each in row:
            if each.deep or each.payload in seen or not _carried(each.payload):
                continue
            seen.add(each.payload)
            label = clean(each.label).strip() or "…"
            kept.append(ReplyButton(label, each.payload, each.style))
        if kept:
            rows.append(tuple(kept))
    return Reply(reply.blocks, tuple(rows), reply.private, reply.edit, reply.answer, reply.language)


def _carried(payload: str) -> bool:
    return bool(payload.strip()) and length(payload) <= CUSTOM_ID
