"""The Telegram front, on python-telegram-bot's objects and an aiohttp transport."""

from bot.adapters.telegram.app import TelegramFront
from bot.adapters.telegram.errors import BadToken, WebhookRefused
from bot.adapters.telegram.webhook import WebhookSettings

__all__ = ["BadToken", "TelegramFront", "WebhookRefused", "WebhookSettings"]
