"""Message ids of what this front says itself: its error lines and the greeting of the terminal."""

LIKE_THIS = "Like this: {example}"
NO_BUTTONS = "There is no message with buttons here."
NO_SUCH_BUTTON = "No button here is called “{label}”. There are: {labels}"
SEVERAL_BUTTONS = "“{label}” could be more than one button. There are: {labels}"
NO_POLL = "There is no poll to answer."
CLOCK_TOO_FAR = "The clock moves by at most {days} days at once."
UNKNOWN_ORDER = "I do not know !{word}. There are: {words}"
WELCOME = "Type /start to begin, or /help. A number presses a button, Ctrl-D leaves."

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
