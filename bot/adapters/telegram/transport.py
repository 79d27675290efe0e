"""The library's HTTP border on aiohttp, which carries several times the requests of its default on one core."""

import io
import json
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.adapters.telegram.errors import Flood

_DEFAULT = BaseRequest.DEFAULT_NONE
_FORM = {"User-Agent": BaseRequest.USER_AGENT, "Content-Type": "application/x-www-form-urlencoded"}
_FILES = {"User-Agent": BaseRequest.USER_AGENT}


class AiohttpRequest(BaseRequest):
    """Requests over one aiohttp session; timeouts in seconds. No error's text names the address: it holds the token.

    A proxy is taken from the environment once, as the library's default does.
    """

    __slots__ = ("_connections", "_proxy", "_read", "_session", "_write_files")

    def __init__(self, base_url: str, connections: int = 64, read: float = 10.0, write_files: float = 20.0):
        self._connections = connections
        self._read = read
        self._write_files = write_files
        self._session: aiohttp.ClientSession | None = None
        where = urlsplit(base_url)
        bypassed = not where.hostname or proxy_bypass(where.hostname)
        self._proxy = None if bypassed else getproxies().get(where.scheme)

    @property
    def read_timeout(self) -> float:
        """The time to wait for an answer, in seconds."""
        return self._read

    async def initialize(self) -> None:
        """Open the session; doing it again is harmless."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                proxy=self._proxy,
            )

    async def shutdown(self) -> None:
        """Close the session."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = _DEFAULT,
        write_timeout: ODVInput[float] = _DEFAULT,
        connect_timeout: ODVInput[float] = _DEFAULT,
        pool_timeout: ODVInput[float] = _DEFAULT,
    ) -> tuple[int, bytes]:
        """Send one request and return the status and body; raises Flood, TimedOut or NetworkError."""
        if self._session is None:
            raise NetworkError("the transport is closed")
        read = self._read if isinstance(read_timeout, DefaultValue) else read_timeout
        connect = 10.0 if isinstance(connect_timeout, DefaultValue) else connect_timeout
        with_files = request_data is not None and request_data.contains_files
        try:
            async with self._session.request(
                method,
                url,
                data=_body(request_data),
                headers=_FILES if with_files else _FORM,
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=connect, sock_read=self._write_files if with_files else read
                ),
            ) as response:
                payload = await response.read()
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            raise NetworkError(type(fault).__name__) from None
        if response.status == 429:
            raise Flood(_retry_after(payload))
        return response.status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """The JSON of an answer; unlike the library's own, a bad one is not written to the log."""
        try:
            found = json.loads(payload)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise TelegramError("Invalid server response")
        return found


def _body(data: RequestData | None) -> bytes | aiohttp.FormData | None:
    if data is None:
        return None
    if not data.contains_files:
        return urlencode(data.json_parameters).encode()
    form = aiohttp.FormData(data.json_parameters)
    for name, (file_name, content, kind) in (data.multipart_data or {}).items():
        # As a stream: bytes in one piece would hold up the event loop.
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=file_name, content_type=kind)
    return form


def _retry_after(payload: bytes) -> float:
    try:
        return float(json.loads(payload)["parameters"]["retry_after"])
    except (ValueError, KeyError, TypeError):
        return 1.0
