"""Updates that Telegram posts: the secret is checked before anything else is looked at."""

import asyncio
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """The public address that Telegram calls, and the secret that proves that it is Telegram.

    Raises ValueError for a secret that Telegram would refuse.
    """

    url: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _SECRET.fullmatch(self.secret):
            raise ValueError("a webhook secret has 1 to 256 of the characters A-Z, a-z, 0-9, _ and -")

    @property
    def path(self) -> str:
        """The path under which the web server must hand over what comes."""
        return urlsplit(self.url).path or "/"

    def proves(self, headers: Mapping[str, str]) -> bool:
        """Whether the headers carry the secret, compared in constant time."""
        given = headers.get(SECRET_HEADER, "").encode(errors="surrogateescape")
        return hmac.compare_digest(given, self.secret.encode())


async def receive(body: bytes, submit: Callable[[dict[str, Any]], asyncio.Task[None] | None]) -> HTTPStatus:
    """The status for a posted update. It is 200 only once the update was answered: else Telegram posts it again."""
    try:
        raw = json.loads(body)
    except ValueError:
        return HTTPStatus.BAD_REQUEST
    if not isinstance(raw, dict) or type(raw.get("update_id")) is not int:
        return HTTPStatus.BAD_REQUEST
    task = submit(raw)
    if task is not None:
        await asyncio.wait((task,))
        if task.cancelled():
            return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.OK
