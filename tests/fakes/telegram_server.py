"""A strict Telegram server on loopback: it refuses what the real one refuses, and people talk to the bot through it.

async with TelegramServer() as server:
    ann = server.person("Ann")
    server.say(ann, "/start")
    card = await server.message(ann)
    press = server.press(ann, card, "Count")
    answered = await server.answered(press)
"""

import asyncio
import re
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.fakes import telegram_rules as rules
from tests.fakes.telegram_files import Upload
from tests.fakes.telegram_html import Refused
from tests.fakes.telegram_methods import TelegramMethods
from tests.fakes.telegram_objects import Person

TOKEN = "123456:AAE-a-token-that-only-this-server-knows"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request to the server and how it ended; status 0 is a dropped connection."""

    method: str
    parameters: dict[str, Any]
    status: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """How the next request of a method ends instead."""

    status: int
    description: str = ""
    parameters: dict[str, int] | None = None


class TelegramServer(TelegramMethods):
    """The Bot API for one bot. `requests` holds all that was asked, `menus` and `webhook` what was set.

    `validate`: aiogram's models check every request and object too. `forward` says where a public webhook address is reached in truth; `deliveries` are (update, status).
    """

    def __init__(self, token: str = TOKEN, *, validate: bool = True) -> None:
        number = int(token.partition(":")[0])
        super().__init__(Person(number, "Marginalia", is_bot=True, username="marginalia_test_bot"))
        self._check_request: Callable[[str, dict[str, Any]], None] = lambda method, parameters: None
        if validate:
            from tests.fakes.telegram_validator import check_object, check_request

            self._check_object, self._check_request = check_object, check_request
        self.token = token
        self.port = 0
        self.requests: list[Recorded] = []
        self.forward: dict[str, str] = {}
        self.deliveries: list[tuple[int, int]] = []
        self._troubles: dict[str, deque[Trouble]] = defaultdict(deque)
        self._lines: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._runner: web.AppRunner | None = None
        self._client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def listen(self) -> None:
        """Listen; after a stop on the same port again."""
        app = web.Application(client_max_size=60_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        self._client = aiohttp.ClientSession()

    async def stop(self) -> None:
        """Stop listening; what people said is kept."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def base_file_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/file/bot"

    @property
    def refused(self) -> list[Recorded]:
        """The requests that ended in 4xx."""
        return [each for each in self.requests if each.status >= 400]

    def asked(self, method: str) -> list[dict[str, Any]]:
        """The parameters of all accepted requests of a method."""
        return [each.parameters for each in self.requests if each.method == method and each.status == 200]

    def fail(self, method: str, status: int, description: str, **parameters: int) -> None:
        """The next request of a method ends in an error."""
        self._troubles[method].append(Trouble(status, description, parameters))

    def flood(self, method: str, seconds: int = 1) -> None:
        """The next request of a method ends in 429."""
        self.fail(method, 429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

    def drop(self, method: str) -> None:
        """The connection of the next request of a method breaks before anything is done."""
        self._troubles[method].append(Trouble(0))

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await _given(request)
        status, result, extra = await self._outcome(request.match_info["token"], method, given)
        description = str(result) if status != 200 else ""
        self.requests.append(Recorded(method, given, status, description))
        async with self.changed:
            self.changed.notify_all()
        if status == 0 and request.transport is not None:
            request.transport.close()
        if status == 200:
            return web.json_response({"ok": True, "result": result})
        body = {"ok": False, "error_code": status, "description": description}
        return web.json_response(body | ({"parameters": extra} if extra else {}), status=status or 500)

    async def _outcome(
        self, token: str, method: str, given: dict[str, Any]
    ) -> tuple[int, Any, dict[str, int]]:
        if token != self.token:
            return (401, "Unauthorized", {}) if ":" in token else (404, "Not Found", {})
        if method not in rules.METHODS:
            return 404, "Not Found", {}
        troubles = self._troubles[method]
        if troubles:
            trouble = troubles.popleft()
            return trouble.status, trouble.description, trouble.parameters or {}
        try:
            typed = rules.parameters_of(method, given)
            given.update(typed)
            self._check_request(method, typed)
            return 200, await getattr(self, _snake(method))(typed), {}
        except Refused as refused:
            return refused.status, refused.description, refused.parameters
        except ValueError as fault:
            return 400, f"Bad Request: {fault}", {}

    def updates_came(self) -> None:
        """Something was said: posted at once where a webhook is set, else polled for."""
        while self.webhook and self.updates:
            self.start(self._posted(self.updates.popleft()))
        super().updates_came()

    async def _posted(self, update: dict[str, Any]) -> None:
        """Post an update to the webhook until it is taken, one at a time for each chat."""
        body: dict[str, Any] = next((value for key, value in update.items() if key != "update_id"), {})
        chat = body.get("chat") or body.get("message", {}).get("chat", {})
        assert self._client is not None
        async with self._lines[chat.get("id", 0)]:
            for _ in range(20):
                url = str(self.webhook["url"])
                headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
                try:
                    async with self._client.post(
                        self.forward.get(url, url), json=update, headers=headers
                    ) as response:
                        status = response.status
                except aiohttp.ClientError:
                    status = 0
                self.deliveries.append((update.get("update_id", 0), status))
                if status == 200:
                    break
                await asyncio.sleep(0.05)
        await self.notify()


async def _given(request: web.Request) -> dict[str, Any]:
    """The parameters of a request in any of the forms that Telegram takes."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        given |= await request.json()
    elif request.can_read_body:
        for name, value in (await request.post()).items():
            given[name] = value if isinstance(value, str) else _upload(value)
    return given


def _upload(part: Any) -> Upload:
    return Upload(part.filename, part.content_type, part.file.read())


def _snake(method: str) -> str:
    return re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", method)
