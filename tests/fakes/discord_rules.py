"""What Discord refuses in a body, by its documented limits and in its own words; written without the front's numbers."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Body = Mapping[str, Any]
Fault = tuple[str, str, str]  # path with dots, code, message

MESSAGE_KEYS = {
    "content", "tts", "embeds", "components", "flags", "allowed_mentions", "attachments", "poll", "nonce",
    "message_reference", "sticker_ids", "enforce_nonce", "thread_name",
}  # fmt: skip
EMBED_KEYS = {
    "title", "type", "description", "url", "timestamp", "color", "footer", "image", "thumbnail", "author", "fields",
    "provider", "video", "flags",
}  # fmt: skip
NAME = re.compile(r"[-_'\w]{1,32}")
LOCALES = {
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR", "ro",
    "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
}  # fmt: skip


class Refusal(Exception):
    """An answer with an error status, as Discord gives it."""

    def __init__(self, status: int, code: int, message: str, errors: Body | None = None) -> None:
        super().__init__(f"{status} ({code}): {message} {errors or ''}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> dict[str, Any]:
        errors = {} if self.errors is None else {"errors": self.errors}
        return {"message": self.message, "code": self.code, **errors}


def refuse_form(faults: Iterator[Fault]) -> None:
    """Raise 50035 with every fault under its path."""
    errors: dict[str, Any] = {}
    for path, code, message in faults:
        place = errors
        for part in path.split(".") if path else ():
            place = place.setdefault(part, {})
        place.setdefault("_errors", []).append({"code": code, "message": message})
    if errors:
        raise Refusal(400, 50035, "Invalid Form Body", errors)


def long(path: str, text: Any, most: int, *, least: int = 0) -> Iterator[Fault]:
    """Faults of a text's length, counted as Discord does: characters without blanks at the ends."""
    if not isinstance(text, str):
        yield path, "STRING_TYPE_CONVERT", f'Could not interpret "{text}" as string.'
        return
    size = len(text.strip())
    if size > most:
        yield path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length."
    if size < least:
        yield path, "BASE_TYPE_REQUIRED" if not size else "BASE_TYPE_MIN_LENGTH", "This field is required"


def listed(path: str, items: Any, least: int, most: int) -> Iterator[Fault]:
    if not isinstance(items, list):
        yield path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"
    elif not least <= len(items) <= most:
        yield path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length."


def message_faults(data: Body, *, at: str = "") -> Iterator[Fault]:
    """Faults of a message that is created or edited; `at` is where in the body it stands, ending in a dot."""
    for key in sorted(set(data) - MESSAGE_KEYS):
        yield f"{at}{key}", "UNKNOWN_FIELD", "This fake does not know the field"
    yield from long(f"{at}content", data.get("content") or "", 2000)
    embeds = data.get("embeds") or []
    yield from listed(f"{at}embeds", embeds, 0, 10)
    total = 0
    for number, embed in enumerate(embeds):
        yield from embed_faults(embed, f"{at}embeds.{number}")
        total += embed_size(embed)
    if total > 6000:
        yield f"{at}embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000"
    yield from component_faults(data.get("components") or [], f"{at}components")


def is_empty(data: Body) -> bool:
    """Whether nothing would be shown."""
    return not (str(data.get("content") or "").strip() or data.get("embeds") or data.get("poll"))


def embed_size(embed: Body) -> int:
    texts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    texts += [(embed.get("author") or {}).get("name")]
    texts += [each.get(part) for each in embed.get("fields") or () for part in ("name", "value")]
    return sum(len(each.strip()) for each in texts if each)


def embed_faults(embed: Body, at: str) -> Iterator[Fault]:
    for key in sorted(set(embed) - EMBED_KEYS):
        yield f"{at}.{key}", "UNKNOWN_FIELD", "This fake does not know the field"
    yield from long(f"{at}.title", embed.get("title") or "", 256)
    yield from long(f"{at}.description", embed.get("description") or "", 4096)
    if embed.get("footer"):
        yield from long(f"{at}.footer.text", embed["footer"].get("text"), 2048, least=1)
    fields = embed.get("fields") or []
    yield from listed(f"{at}.fields", fields, 0, 25)
    for number, each in enumerate(fields):
        yield from long(f"{at}.fields.{number}.name", each.get("name"), 256, least=1)
        yield from long(f"{at}.fields.{number}.value", each.get("value"), 1024, least=1)
    if not embed_size({**embed, "footer": None}):
        yield f"{at}.description", "BASE_TYPE_REQUIRED", "This field is required"
    colour = embed.get("color")
    if colour is not None and not 0 <= colour <= 0xFFFFFF:
        yield f"{at}.color", "NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215."


def component_faults(rows: Any, at: str) -> Iterator[Fault]:
    yield from listed(at, rows, 0, 5)
    seen: Counter[str] = Counter()
    for number, row in enumerate(rows):
        place = f"{at}.{number}"
        if row.get("type") != 1:
            yield f"{place}.type", "UNION_TYPE_CHOICES", "Value of field must be one of (1,)."
            continue
        buttons = row.get("components", [])
        yield from listed(f"{place}.components", buttons, 1, 5)
        for column, button in enumerate(buttons):
            yield from button_faults(button, f"{place}.components.{column}", seen)


def button_faults(button: Body, at: str, seen: Counter[str]) -> Iterator[Fault]:
    if button.get("type") != 2 or button.get("style") not in {1, 2, 3, 4, 5}:
        yield f"{at}.style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5)."
        return
    label = button.get("label") or ""
    yield from long(f"{at}.label", label, 80)
    if not label.strip() and not button.get("emoji"):
        yield f"{at}.label", "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button needs a label or an emoji"
    if button["style"] == 5:
        yield from long(f"{at}.url", button.get("url"), 512, least=1)
        return
    yield from custom_id_faults(button, at, seen)


def custom_id_faults(component: Body, at: str, seen: Counter[str]) -> Iterator[Fault]:
    custom_id = component.get("custom_id")
    yield from long(f"{at}.custom_id", custom_id, 100, least=1)
    seen[str(custom_id)] += 1
    if seen[str(custom_id)] > 1:
        yield f"{at}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"


def modal_faults(data: Body) -> Iterator[Fault]:
    yield from long("data.title", data.get("title"), 45, least=1)
    yield from long("data.custom_id", data.get("custom_id"), 100, least=1)
    parts = data.get("components", [])
    yield from listed("data.components", parts, 1, 5)
    seen: Counter[str] = Counter()
    for number, part in enumerate(parts):
        at = f"data.components.{number}"
        if part.get("type") == 18:
            yield from long(f"{at}.label", part.get("label"), 45, least=1)
            if part.get("description") is not None:
                yield from long(f"{at}.description", part["description"], 100, least=1)
            yield from field_faults(part.get("component", {}), f"{at}.component", seen)
        elif part.get("type") == 1 and len(part.get("components", ())) == 1:
            (field,) = part["components"]
            yield from long(f"{at}.components.0.label", field.get("label"), 45, least=1)
            yield from field_faults(field, f"{at}.components.0", seen)
        else:
            yield f"{at}.type", "UNION_TYPE_CHOICES", "Value of field must be one of (1, 18)."


def field_faults(field: Body, at: str, seen: Counter[str]) -> Iterator[Fault]:
    yield from custom_id_faults(field, at, seen)
    if field.get("type") == 3:
        options = field.get("options", [])
        yield from listed(f"{at}.options", options, 1, 25)
        for number, each in enumerate(options):
            yield from long(f"{at}.options.{number}.label", each.get("label"), 100, least=1)
            yield from long(f"{at}.options.{number}.value", each.get("value"), 100, least=1)
    elif field.get("type") == 4:
        yield from long(f"{at}.placeholder", field.get("placeholder") or "", 100)
        if field.get("style") not in {1, 2}:
            yield f"{at}.style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2)."
    else:
        yield f"{at}.type", "UNION_TYPE_CHOICES", "Value of field must be one of (3, 4)."


def choices_faults(choices: Any, at: str) -> Iterator[Fault]:
    yield from listed(at, choices, 0, 25)
    for number, each in enumerate(choices or ()):
        yield from localised_faults(each, f"{at}.{number}", "name", 100)
        yield from long(f"{at}.{number}.value", each.get("value"), 100, least=1)


def localised_faults(
    part: Body, at: str, name: str, most: int, allowed: Callable[[str], bool] = lambda text: True
) -> Iterator[Fault]:
    texts = {"": part.get(name), **(part.get(f"{name}_localizations") or {})}
    for locale, text in texts.items():
        place = f"{at}.{name}_localizations.{locale}" if locale else f"{at}.{name}"
        yield from long(place, text, most, least=1)
        if locale and locale not in LOCALES:
            yield place, "BASE_TYPE_CHOICES", "Not a locale"
        if isinstance(text, str) and not allowed(text):
            yield place, "STRING_TYPE_REGEX", "String value did not match validation regex."


def is_name(text: str) -> bool:
    return bool(NAME.fullmatch(text)) and text == text.lower()


def commands_faults(commands: Any) -> Iterator[Fault]:
    yield from listed("", commands, 0, 100)
    names = Counter(each.get("name") for each in commands)
    for number, command in enumerate(commands):
        at = str(number)
        if names[command.get("name")] > 1:
            yield (
                f"{at}.name",
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                "Application command names must be unique",
            )
        yield from localised_faults(command, at, "name", 32, is_name)
        yield from localised_faults(command, at, "description", 100)
        options = command.get("options") or []
        yield from listed(f"{at}.options", options, 0, 25)
        seen: Counter[str] = Counter()
        for place, option in enumerate(options):
            yield from option_faults(option, f"{at}.options.{place}")
            seen.update({option.get("name"), *(option.get("name_localizations") or {}).values()})
        if any(count > 1 for count in seen.values()):
            yield f"{at}.options", "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE", "Option names must be unique"
        required = [bool(each.get("required")) for each in options]
        if required != sorted(required, reverse=True):
            yield (
                f"{at}.options",
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options come first",
            )
        if size_of(command) > 8000:
            yield at, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)"


def option_faults(option: Body, at: str) -> Iterator[Fault]:
    yield from localised_faults(option, at, "name", 32, is_name)
    yield from localised_faults(option, at, "description", 100)
    if option.get("type") != 3:
        yield f"{at}.type", "BASE_TYPE_CHOICES", "This bot offers strings only"
    if option.get("choices") and option.get("autocomplete"):
        yield (
            f"{at}.autocomplete",
            "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE",
            "Choices or autocomplete, not both",
        )
    yield from choices_faults(option.get("choices") or [], f"{at}.choices")


def size_of(part: Body) -> int:
    """Characters of a command as its limit counts them: each text in its longest language."""
    own = 0
    for name in ("name", "description"):
        texts = [part.get(name) or "", *(part.get(f"{name}_localizations") or {}).values()]
        own += max(map(len, texts))
    inner = [*(part.get("options") or ()), *(part.get("choices") or ())]
    return own + len(str(part.get("value", ""))) + sum(map(size_of, inner))
