"""Telegram's HTML, read as its server reads it, and stricter where the server forgives."""

import html
import re
from dataclasses import dataclass

ENTITIES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
}
LONELY = frozenset({"code", "pre"})

_TOKEN = re.compile(r"<(/?)([^\s<>/]*)([^<>]*)>|<|&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
_HREF = re.compile(r'\s+href="([^"]*)"')


class Refused(Exception):
    """The server answers 4xx with this description."""

    def __init__(self, description: str, status: int = 400, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def units(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Open:
    tag: str
    offset: int
    url: str | None = None


def read_html(source: str) -> tuple[str, list[dict[str, object]]]:
    """The text and entities of a message in HTML; raises Refused with the server's wording."""
    text, entities, stack, at = "", [], list[Open](), 0
    for token in _TOKEN.finditer(source):
        text += source[at : token.start()]
        at = token.end()
        byte = len(source[: token.start()].encode(errors="surrogatepass"))
        if token[0].startswith("&"):
            text += html.unescape(token[0])
        elif token[2] is None:
            raise _broken(f'Unsupported start tag "" at byte offset {byte}')
        elif token[1]:
            if not stack:
                raise _broken(f"Unexpected end tag at byte offset {byte}")
            opened = stack.pop()
            if opened.tag != token[2]:
                raise _broken(
                    f'Unmatched end tag at byte offset {byte}, expected "</{opened.tag}>", found "</{token[2]}>"'
                )
            entity: dict[str, object] = {
                "type": ENTITIES[opened.tag],
                "offset": opened.offset,
                "length": units(text) - opened.offset,
            }
            if opened.url is not None:
                entity["url"] = opened.url
            if entity["length"]:
                entities.append(entity)
        else:
            stack.append(_opened(token[2], token[3], units(text), stack, byte))
    if stack:
        raise _broken(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    return _stripped(text + source[at:], entities)


def _opened(tag: str, rest: str, offset: int, stack: list[Open], byte: int) -> Open:
    link = _HREF.fullmatch(rest)
    if tag not in ENTITIES or (rest and not (tag == "a" and link)):
        raise _broken(f'Unsupported start tag "{tag}{rest}" at byte offset {byte}')
    inside = {each.tag for each in stack}
    # The server drops such entities without a word; here they are an error, since the look is lost.
    if (tag in LONELY and inside - {"blockquote"}) or inside & LONELY or (tag == "blockquote" and inside):
        raise _broken(f'Entity "{tag}" cannot be nested here, at byte offset {byte}')
    return Open(tag, offset, link[1] if link else None)


def _stripped(text: str, entities: list[dict[str, object]]) -> tuple[str, list[dict[str, object]]]:
    """The text without blanks at its ends, the entities moved and cut accordingly."""
    head = units(text) - units(text.lstrip())
    clean = text.strip()
    size = units(clean)
    kept = []
    for entity in entities:
        offset, length = int(str(entity["offset"])) - head, int(str(entity["length"]))
        start, end = max(0, offset), min(size, offset + length)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return clean, sorted(kept, key=lambda entity: (int(str(entity["offset"])), -int(str(entity["length"]))))


def _broken(what: str) -> Refused:
    return Refused(f"Bad Request: can't parse entities: {what}")
