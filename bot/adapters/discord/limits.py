"""What Discord takes: lengths in characters, counted here as UTF-16 units, which are never fewer."""

from typing import Final

from bot.core.limits import Limits

EMBED_TITLE: Final = 256
EMBED_DESCRIPTION: Final = 4096
EMBED_FOOTER: Final = 2048
FILE_BYTES: Final = 10 * 2**20
FILES: Final = 10
CUSTOM_ID: Final = 100
BUTTON_LABEL: Final = 80
BUTTONS_A_ROW: Final = 5
ROWS: Final = 5

MODAL_TITLE: Final = 45
MODAL_INPUTS: Final = 5
INPUT_LABEL: Final = 45
INPUT_DESCRIPTION: Final = 100
OPTION_LABEL: Final = 100

COMMANDS: Final = 100
COMMAND_DESCRIPTION: Final = 100
OPTIONS: Final = 25
CHOICES: Final = 25
CHOICE_NAME: Final = 100
COMMAND_CHARACTERS: Final = 8000

FIRST_ANSWER_SECONDS: Final = 3.0
DEFER_AFTER_SECONDS: Final = 2.0


def length(text: str) -> int:
    """The length of a text in UTF-16 units; a lone surrogate counts as one."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


# All blocks of a message together fit the description, so that the 6,000 of a message are never reached.
LIMITS: Final = Limits(
    text=EMBED_DESCRIPTION,
    title=EMBED_TITLE,
    row=BUTTONS_A_ROW,
    rows=ROWS,
    label=BUTTON_LABEL,
    length=length,
)
