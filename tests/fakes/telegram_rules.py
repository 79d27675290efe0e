"""What Telegram takes: the parameters of each method and the limits of what they carry."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.telegram_files import Upload
from tests.fakes.telegram_html import Refused, read_html, units

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_ENTITIES = 100
MAX_ALERT = 200
MAX_DATA = 64
MAX_ROW = 8
MAX_BUTTONS = 100
MAX_COMMANDS = 100

INT, STR, BOOL, JSON, CHAT, FILE = "int", "str", "bool", "json", "chat", "file"

_PLACE = {"message_thread_id": INT, "business_connection_id": STR}
_TEXT = {
    "text*": STR,
    "parse_mode": STR,
    "entities": JSON,
    "link_preview_options": JSON,
    "reply_markup": JSON,
}
_MENU = {"scope": JSON, "language_code": STR}
_CAPTIONED = {
    "caption": STR,
    "parse_mode": STR,
    "caption_entities": JSON,
    "reply_markup": JSON,
    "disable_notification": BOOL,
    "protect_content": BOOL,
    "reply_parameters": JSON,
}

# The types of all parameters; a star marks those that must be there.
METHODS: Mapping[str, Mapping[str, str]] = {
    "getMe": {},
    "getUpdates": {"offset": INT, "limit": INT, "timeout": INT, "allowed_updates": JSON},
    "setWebhook": {
        "url*": STR,
        "ip_address": STR,
        "max_connections": INT,
        "allowed_updates": JSON,
        "drop_pending_updates": BOOL,
        "secret_token": STR,
    },
    "deleteWebhook": {"drop_pending_updates": BOOL},
    "getWebhookInfo": {},
    "sendMessage": {
        "chat_id*": CHAT,
        **_TEXT,
        **_PLACE,
        "disable_notification": BOOL,
        "protect_content": BOOL,
        "reply_parameters": JSON,
    },
    "sendPhoto": {"chat_id*": CHAT, "photo*": FILE, **_CAPTIONED, **_PLACE},
    "sendDocument": {"chat_id*": CHAT, "document*": FILE, **_CAPTIONED, **_PLACE},
    "editMessageText": {"chat_id*": CHAT, "message_id*": INT, **_TEXT},
    "answerCallbackQuery": {
        "callback_query_id*": STR,
        "text": STR,
        "show_alert": BOOL,
        "url": STR,
        "cache_time": INT,
    },
    "sendPoll": {
        "chat_id*": CHAT,
        "question*": STR,
        "options*": JSON,
        "type": STR,
        "is_anonymous": BOOL,
        "allows_multiple_answers": BOOL,
        "correct_option_ids": JSON,
        "explanation": STR,
        "explanation_parse_mode": STR,
        "open_period": INT,
        **_PLACE,
        "disable_notification": BOOL,
        "reply_parameters": JSON,
        "reply_markup": JSON,
    },
    "getChatMember": {"chat_id*": CHAT, "user_id*": INT},
    "sendChatAction": {"chat_id*": CHAT, "action*": STR, **_PLACE},
    "setMyCommands": {"commands*": JSON, **_MENU},
    "getMyCommands": _MENU,
    "deleteMyCommands": _MENU,
}

ACTIONS = frozenset({"typing", "upload_photo", "upload_document", "find_location", "choose_sticker"})
SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat"})
UPDATES = frozenset({"message", "edited_message", "callback_query", "my_chat_member", "poll_answer"})
STYLES = frozenset({"primary", "success", "danger"})
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")


def parameters_of(method: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The typed parameters of a request; raises Refused for unknown, missing or mistyped ones.

    The real server overlooks what it does not know; here that is an error, since it means nothing.
    """
    known = {name.rstrip("*"): kind for name, kind in METHODS[method].items()}
    typed = {}
    for name, value in given.items():
        if name not in known:
            raise Refused(f"Bad Request: unknown parameter {name}")
        typed[name] = _typed(name, known[name], value)
    for name in METHODS[method]:
        if name.endswith("*") and name[:-1] not in typed:
            what = "message text" if name == "text*" else name[:-1].replace("_", " ")
            raise Refused(f"Bad Request: {what} is empty")
    return typed


def _typed(name: str, kind: str, value: Any) -> Any:
    if isinstance(value, Upload) and kind != FILE:
        raise Refused(f"Bad Request: can't parse {name}")
    try:
        if kind == JSON:
            return json.loads(value) if isinstance(value, str) else value
        if kind in {INT, CHAT}:
            return int(value)
    except ValueError:
        raise Refused(f"Bad Request: can't parse {name}") from None
    if kind == FILE:
        return value
    if kind == BOOL:
        if str(value).lower() not in {"true", "false", "0", "1"}:
            raise Refused(f"Bad Request: can't parse {name}")
        return str(value).lower() in {"true", "1"}
    return str(value)


def message_of(given: Mapping[str, Any], too_long: str) -> dict[str, Any]:
    """The text, entities and keyboard of a message; raises Refused."""
    made = _read(given, "text", "entities", MAX_TEXT, too_long)
    if not made["text"]:
        raise Refused("Bad Request: message text is empty")
    return made


def caption_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The caption of a file, its entities and keyboard; raises Refused."""
    return _read(given, "caption", "caption_entities", MAX_CAPTION, "message caption is too long")


def _read(given: Mapping[str, Any], name: str, marks: str, most: int, too_long: str) -> dict[str, Any]:
    source, mode = given.get(name, ""), given.get("parse_mode", "")
    if mode and mode.lower() != "html":
        raise Refused("Bad Request: unsupported parse_mode")
    text, entities = read_html(source) if mode else (source.strip(), given.get(marks, []))
    if units(text) > most:
        raise Refused(f"Bad Request: {too_long}")
    if len(entities) > MAX_ENTITIES:
        raise Refused("Bad Request: ENTITIES_TOO_LONG")
    made: dict[str, Any] = {"text": text}
    if entities:
        made["entities"] = entities
    markup = given.get("reply_markup")
    if markup is not None:
        made["reply_markup"] = keyboard_of(markup)
    return made


def check_poll(given: Mapping[str, Any]) -> None:
    """A quiz poll whose votes the bot is told of; raises Refused."""
    options = [each.get("text", "") for each in given["options"]]
    if not 1 <= units(given["question"].strip()) <= 300:
        raise Refused("Bad Request: poll question must be non-empty and not longer than 300")
    if not 2 <= len(options) <= 12:
        raise Refused("Bad Request: poll must have from 2 to 12 options")
    if not all(1 <= units(each.strip()) <= 100 for each in options):
        raise Refused("Bad Request: poll options length must not exceed 100")
    if given.get("type") != "quiz" or given.get("is_anonymous", True):
        raise Refused("Bad Request: this server knows quiz polls with known voters alone")
    right = given.get("correct_option_ids", [])
    if len(right) != 1 or not 0 <= right[0] < len(options):
        raise Refused("Bad Request: wrong correct option ID specified")
    explanation = given.get("explanation", "")
    if units(explanation) > 200 or explanation.count("\n") > 2:
        raise Refused("Bad Request: explanation is too long")
    if given.get("reply_markup") is not None:
        keyboard_of(given["reply_markup"])


def keyboard_of(markup: Any) -> dict[str, Any]:
    """An inline keyboard; raises Refused for what a phone would not show or the server not carry."""
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise Refused("Bad Request: object expected as reply markup")
    if sum(len(row) for row in rows) > MAX_BUTTONS:
        raise Refused("Bad Request: reply markup is too long")
    for row in rows:
        if not 1 <= len(row) <= MAX_ROW:
            raise Refused(f"Bad Request: a row has 1 to {MAX_ROW} buttons")
        for button in row:
            _check_button(button)
    return dict(markup)


def _check_button(button: Mapping[str, Any]) -> None:
    if not str(button.get("text", "")).strip():
        raise Refused("Bad Request: inline keyboard button text must be non-empty")
    if button.keys() - {"text", "callback_data", "url", "style"}:
        raise Refused("Bad Request: unknown field of an inline keyboard button")
    if button.get("style", "primary") not in STYLES:
        raise Refused("Bad Request: BUTTON_STYLE_INVALID")
    if ("callback_data" in button) == ("url" in button):
        raise Refused("Bad Request: text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= MAX_DATA:
        raise Refused("Bad Request: BUTTON_DATA_INVALID")
    if "url" in button:
        check_url(button["url"])


def check_url(url: str) -> None:
    """An address of a button or an answer; a start payload has at most 64 of A-Z, a-z, 0-9, _ and -."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or "." not in parts.netloc:
        raise Refused("Bad Request: BUTTON_URL_INVALID")
    if parts.query and not re.fullmatch(r"start=[A-Za-z0-9_-]{1,64}", parts.query):
        raise Refused("Bad Request: BUTTON_URL_INVALID")


def check_commands(given: Mapping[str, Any]) -> None:
    """A menu; raises Refused."""
    commands = given["commands"]
    if len(commands) > MAX_COMMANDS:
        raise Refused("Bad Request: BOT_COMMANDS_TOO_MUCH")
    for each in commands:
        if not _COMMAND.fullmatch(each.get("command", "")):
            raise Refused("Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(each.get("description", "")) <= 256:
            raise Refused("Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    check_menu(given)


def check_menu(given: Mapping[str, Any]) -> None:
    """Whose menu is meant; raises Refused."""
    if given.get("scope", {"type": "default"}).get("type") not in SCOPES:
        raise Refused("Bad Request: can't parse BotCommandScope: unsupported type specified")
    language = given.get("language_code", "")
    if language and not _LANGUAGE.fullmatch(language):
        raise Refused("Bad Request: language_code invalid")


def check_webhook(given: Mapping[str, Any]) -> None:
    """A webhook's address, secret and width; raises Refused."""
    if urlsplit(given["url"]).scheme != "https":
        raise Refused("Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if "secret_token" in given and not _SECRET.fullmatch(given["secret_token"]):
        raise Refused("Bad Request: secret token contains unallowed characters")
    if not 1 <= given.get("max_connections", 40) <= 100:
        raise Refused("Bad Request: max_connections must be 1 to 100")


def check_allowed(given: Mapping[str, Any]) -> None:
    """The kinds of update that are asked for; raises Refused for one that does not exist."""
    if set(given.get("allowed_updates", ())) - UPDATES:
        raise Refused("Bad Request: unknown kind in allowed_updates")
