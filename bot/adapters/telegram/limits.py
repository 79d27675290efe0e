"""What one Telegram message carries, and how long things are waited for."""

from telegram.constants import (
    BotCommandLimit,
    CallbackQueryLimit,
    FileSizeLimit,
    InlineKeyboardButtonLimit,
    MessageLimit,
    PollLimit,
)

from bot.core.limits import Limits

TEXT = MessageLimit.MAX_TEXT_LENGTH.value
CAPTION = MessageLimit.CAPTION_LENGTH.value
ENTITIES = MessageLimit.MESSAGE_ENTITIES.value
ALERT = CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH.value
DATA_BYTES = InlineKeyboardButtonLimit.MAX_CALLBACK_DATA.value
DESCRIPTION = BotCommandLimit.MAX_DESCRIPTION.value

PHOTO_BYTES = FileSizeLimit.PHOTOSIZE_UPLOAD.value
DOCUMENT_BYTES = FileSizeLimit.FILESIZE_UPLOAD.value

POLL_QUESTION = PollLimit.MAX_QUESTION_LENGTH.value
POLL_OPTION = PollLimit.MAX_OPTION_LENGTH.value
POLL_OPTIONS = range(2, PollLimit.MAX_OPTION_NUMBER.value + 1)  # of a quiz: one option asks nothing
POLL_EXPLANATION = PollLimit.MAX_EXPLANATION_LENGTH.value
POLL_EXPLANATION_BREAKS = PollLimit.MAX_EXPLANATION_LINE_FEEDS.value

# What an entity costs where text and entities share one budget: 4,096 in all admit at most 99 of them.
ENTITY_COST = TEXT // ENTITIES + 1

# Telegram takes 8 buttons a row, 100 in all; on a phone four can still be read.
BUTTONS_A_ROW = 4
ROWS = 100 // BUTTONS_A_ROW

# A fixed-width line wider than this is broken on a phone.
TABLE_WIDTH = 34

# Seconds: until "typing…" is shown, and how long Telegram shows it.
TYPING_AFTER = 0.7
TYPING_LASTS = 4.5


def length(text: str) -> int:
    """The length of a text in UTF-16 units, which Telegram counts in; half a surrogate pair counts as one."""
    return len(text) + sum(character > "\uffff" for character in text)


LIMITS = Limits(text=TEXT, title=256, row=BUTTONS_A_ROW, rows=ROWS, label=64, length=length)
