"""The bot's own web server: health, metrics and what platforms post."""

from bot.adapters.web.server import Post, WebServer

__all__ = ["Post", "WebServer"]
