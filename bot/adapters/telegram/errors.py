"""What stops this front for good, and what only holds it up."""

from telegram.error import TelegramError


class BadToken(Exception):
    """Telegram refuses the bot's token; nothing helps but another one."""

    def __init__(self) -> None:
        super().__init__("Telegram refuses the token")


class WebhookRefused(Exception):
    """Telegram refuses the webhook's address; the text is its reason."""


class Flood(TelegramError):
    """Telegram asks to wait this many seconds (429).

    Raised in place of the library's own RetryAfter, which warns of its deprecation each time it is made.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds
