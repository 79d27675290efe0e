"""Discord's gateway on loopback: sessions that can be dropped and resumed, with what was missed."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord_payloads import APPLICATION, bot_user

PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15  # members, presences, message content


@dataclass
class Session:
    """A session and every event it was given, so that a resume can repeat what was missed."""

    id: str
    events: list[dict[str, Any]] = field(default_factory=list)


class Gateway:
    """`received` holds each frame of the bot. `changed` is called after each of them."""

    def __init__(self, token: str, changed: Callable[[], None], heartbeat: float = 41.25) -> None:
        self.url = ""
        self.received: list[dict[str, Any]] = []
        self.identified = 0
        self.resumed = 0
        self._token = token
        self._changed = changed
        self._heartbeat = heartbeat
        self._sessions: dict[str, Session] = {}
        self._session: Session | None = None
        self._socket: web.WebSocketResponse | None = None

    @property
    def connected(self) -> bool:
        """Whether a bot has identified or resumed on the socket that is open."""
        return self._socket is not None and not self._socket.closed

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await _send(socket, 10, {"heartbeat_interval": int(self._heartbeat * 1000)})
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                await socket.close(code=4002, message=b"Decode error")
                break
            message = json.loads(frame.data)
            self.received.append(message)
            await self._take(socket, message)
            self._changed()
        if self._socket is socket:
            self._socket = None
        self._changed()
        return socket

    async def _take(self, socket: web.WebSocketResponse, message: Mapping[str, Any]) -> None:
        match message["op"]:
            case 1:
                await _send(socket, 11, None)
            case 2:
                await self._identify(socket, message["d"])
            case 6:
                await self._resume(socket, message["d"])
            case _:
                await socket.close(code=4001, message=b"Unknown opcode")

    async def _identify(self, socket: web.WebSocketResponse, data: Mapping[str, Any]) -> None:
        if data["token"] != self._token:
            await socket.close(code=4004, message=b"Authentication failed")
            return
        if data["intents"] & PRIVILEGED:
            await socket.close(code=4014, message=b"Disallowed intent(s)")
            return
        self.identified += 1
        self._session = Session(f"session{self.identified}")
        self._sessions[self._session.id] = self._session
        self._socket = socket
        ready = {
            "v": 10,
            "user": bot_user(),
            "guilds": [],
            "session_id": self._session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "application": {"id": str(APPLICATION), "flags": 0},
        }
        await self.dispatch("READY", ready)

    async def _resume(self, socket: web.WebSocketResponse, data: Mapping[str, Any]) -> None:
        session = self._sessions.get(data["session_id"])
        if session is None or data["token"] != self._token:
            await _send(socket, 9, False)
            return
        self._session, self._socket = session, socket
        for event in session.events:
            if event["s"] > data["seq"]:
                await socket.send_str(json.dumps(event))
        await self.dispatch("RESUMED", {})
        self.resumed += 1

    async def dispatch(self, kind: str, data: Mapping[str, Any]) -> None:
        """Send an event; to a bot that is away it is kept for its resume."""
        assert self._session is not None, "no bot has identified"
        event = {"op": 0, "t": kind, "s": len(self._session.events) + 1, "d": data}
        self._session.events.append(event)
        if self._socket is not None and not self._socket.closed:
            await self._socket.send_str(json.dumps(event))

    async def repeat(self) -> None:
        """Send the last event once more, as happens around a resume."""
        assert self._session is not None
        assert self._socket is not None
        await self._socket.send_str(json.dumps(self._session.events[-1]))

    async def drop(self) -> None:
        """Lose the connection without a word."""
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close(code=4000, message=b"gone")

    async def ask_to_reconnect(self) -> None:
        """Ask the bot to connect again, as before a restart of the gateway."""
        assert self._socket is not None
        await _send(self._socket, 7, None)

    async def invalidate(self) -> None:
        """Tell the bot that its session cannot be resumed."""
        assert self._socket is not None
        self._sessions.clear()
        await _send(self._socket, 9, False)

    async def close(self) -> None:
        """End every connection."""
        await self.drop()
        await asyncio.sleep(0)


async def _send(socket: web.WebSocketResponse, op: int, data: Any) -> None:
    await socket.send_str(json.dumps({"op": op, "d": data, "s": None, "t": None}))
