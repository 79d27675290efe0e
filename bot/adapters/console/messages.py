"""Message ids of what this front says itself: its error lines and the greeting of the terminal."""

from bot.core.texts import N_

LIKE_THIS = N_("Like this: {example}")
NO_BUTTONS = N_("There is no message with buttons here.")
NO_SUCH_BUTTON = N_("No button here is called “{label}”. There are: {labels}")
SEVERAL_BUTTONS = N_("“{label}” could be more than one button. There are: {labels}")
NO_POLL = N_("There is no poll to answer.")
CLOCK_TOO_FAR = N_("The clock moves by at most {days} days at once.")
UNKNOWN_ORDER = N_("I do not know !{word}. There are: {words}")
WELCOME = N_("Type /start to begin, or /help. A number presses a button, Ctrl-D leaves.")

MESSAGES = (
    LIKE_THIS,
    NO_BUTTONS,
    NO_SUCH_BUTTON,
    SEVERAL_BUTTONS,
    NO_POLL,
    CLOCK_TOO_FAR,
    UNKNOWN_ORDER,
    WELCOME,
)


class BadLine(Exception):
    """A line that this front cannot carry out; `code` is its slug, `message` a message id, `values` fill it."""

    def __init__(self, code: str, message: str, **values: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.values = values
