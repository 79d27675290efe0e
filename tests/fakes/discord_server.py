"""A strict Discord on loopback: REST and gateway, for the unmodified library; refuses what the real one refuses.

    async with DiscordServer() as server:
        ...start a bot with server.token, server.api_base, server.gateway_url...
        await server.ready()
        dana = Person("Dana")
        act = await server.slash(dana, "open", symbol="btc")
        act = await server.press(dana, "Long", act.shown[0])

A request that was refused fails the test at the end of the block, unless `refusals` was emptied.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.discord_acts import Act, Shown
from tests.fakes.discord_files import Stored, file_faults, read_form
from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_payloads import (
    APPLICATION,
    EPHEMERAL,
    Person,
    Place,
    application,
    bot_user,
    interaction,
    snowflake,
)
from tests.fakes.discord_rules import (
    Refusal,
    choices_faults,
    commands_faults,
    is_empty,
    message_faults,
    modal_faults,
    refuse_form,
)

API = "/api/v10"
FIRST_ANSWERS = {2: {4, 5, 9}, 3: {4, 5, 6, 7, 9}, 4: {8}, 5: {4, 5, 6, 7}}
_FORM = web.RequestKey("form", tuple[Any, tuple[Stored, ...]])
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class NotOffered(AssertionError):
    """A person's client would not offer that: an unsynced command, an unknown option, a button that is not there."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request of the bot."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    status: int


class DiscordServer:
    """`first_answer_within`: the seconds after which an interaction is unknown. `shut`: people who take no messages."""

    def __init__(
        self,
        token: str = "MTAx.fake.token",
        *,
        first_answer_within: float = 3.0,
        heartbeat: float = 41.25,
        port: int = 0,
    ) -> None:
        self.token = token
        self.first_answer_within = first_answer_within
        self.requests: list[Recorded] = []
        self.refusals: list[Refusal] = []
        self.crashes: list[Exception] = []
        self.commands: list[dict[str, Any]] = []
        self.syncs = 0
        self.shut: set[int] = set()
        self.gateway = Gateway(token, self._change, heartbeat)
        self.port = port
        self.api_base = ""
        self.gateway_url = ""
        self._changed = asyncio.Event()
        self._acts: dict[str, Act] = {}
        self._rooms: dict[int, Place] = {}
        self._messages: dict[int, Shown] = {}
        self._limited: dict[str, list[float]] = {}
        self._runner = web.AppRunner(self._application(), shutdown_timeout=1.0, access_log=None)

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[self._watch], client_max_size=30_000_000)
        hook = f"{API}/webhooks/{{application}}/{{token}}"
        app.add_routes(
            [
                web.get("/gateway/", self.gateway.serve),
                web.get(f"{API}/users/@me", self._me),
                web.get(f"{API}/oauth2/applications/@me", self._application_info),
                web.get(f"{API}/applications/{{application}}/commands", self._get_commands),
                web.put(f"{API}/applications/{{application}}/commands", self._put_commands),
                web.post(f"{API}/users/@me/channels", self._open_chat),
                web.post(f"{API}/channels/{{channel}}/messages", self._create_message),
                web.patch(f"{API}/channels/{{channel}}/messages/{{message}}", self._edit_message),
                web.post(f"{API}/interactions/{{id}}/{{token}}/callback", self._callback),
                web.post(hook, self._follow_up),
                web.get(f"{hook}/messages/@original", self._get_original),
                web.patch(f"{hook}/messages/@original", self._edit_original),
                web.delete(f"{hook}/messages/@original", self._delete_original),
            ]
        )
        return app

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        host, self.port = self._runner.addresses[0][:2]
        self.api_base = f"http://{host}:{self.port}{API}"
        self.gateway_url = self.gateway.url = f"ws://{host}:{self.port}/gateway/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.gateway.close()
        await self._runner.cleanup()
        if self.crashes:
            raise ExceptionGroup("the fake itself broke", self.crashes)
        if fault is None and self.refusals:
            raise AssertionError(f"refused: {[str(each) for each in self.refusals]}")

    # What people do

    async def ready(self) -> None:
        """Wait until a bot is connected."""
        await self.until(lambda: self.gateway.connected)

    async def until(self, holds: Callable[[], bool], within: float = 5.0) -> None:
        """Wait until something holds; TimeoutError after some seconds."""
        async with asyncio.timeout(within):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    def chat(self, person: Person) -> Place:
        """The direct chat of a person with the bot."""
        return self._rooms.setdefault(person.id + 1, Place(id=person.id + 1))

    async def slash(
        self, person: Person, name: str, place: Place | None = None, *, wait: bool = True, **options: str
    ) -> Act:
        """Call a slash command, as far as the person's client offers it; waits for an answer."""
        offered = self._offered(name)
        given = [self._option(offered, option, value) for option, value in options.items()]
        data = {"id": offered["id"], "name": name, "type": 1, "options": given}
        return await self._act(2, person, place or self.chat(person), data, None, wait=wait)

    async def slash_unknown(self, person: Person, name: str, place: Place | None = None) -> Act:
        """Call a command that another version of the bot had, as a client does that has not heard of the change."""
        data = {"id": str(snowflake()), "name": name, "type": 1, "options": []}
        return await self._act(2, person, place or self.chat(person), data, None, wait=True)

    async def autocomplete(
        self, person: Person, name: str, option: str, typed: str
    ) -> list[Mapping[str, Any]]:
        """Type into an option and get what is suggested."""
        offered = self._offered(name)
        if not next(each for each in offered["options"] if each["name"] == option).get("autocomplete"):
            raise NotOffered(f"/{name} suggests nothing for {option}")
        focused = {"name": option, "type": 3, "value": typed, "focused": True}
        data = {"id": offered["id"], "name": name, "type": 1, "options": [focused]}
        act = await self._act(4, person, self.chat(person), data, None, wait=True)
        assert act.choices is not None
        return act.choices

    async def press(
        self, person: Person, label: str, on: Shown, place: Place | None = None, *, wait: bool = True
    ) -> Act:
        """Press the button whose label holds `label` on a message."""
        found = [payload for shown, payload in on.buttons.items() if label.casefold() in shown.casefold()]
        if len(found) != 1:
            raise NotOffered(f"{len(found)} buttons like {label!r} among {list(on.buttons)}")
        return await self.press_payload(person, found[0], on, place, wait=wait)

    async def press_payload(
        self, person: Person, payload: str, on: Shown, place: Place | None = None, *, wait: bool = True
    ) -> Act:
        """Press a button that carries something, whether or not the message has it."""
        data = {"custom_id": payload, "component_type": 2, "id": 2}
        where = place or self._rooms.get(on.channel) or Place(id=on.channel)
        return await self._act(3, person, where, data, on, wait=wait)

    async def submit(self, asked: Act, *, wait: bool = True, **values: str) -> Act:
        """Fill in the form that an act opened, and send it."""
        assert asked.modal is not None, "no form was opened"
        components = []
        for part in asked.modal["components"]:
            field = part["component"] if part["type"] == 18 else part["components"][0]
            name = field["custom_id"]
            value = values.pop(name, "")
            if field.get("required", True) and not value:
                raise NotOffered(f"{name} must be filled in")
            filled: dict[str, Any] = {"type": field["type"], "custom_id": name, "id": 3}
            if field["type"] == 3:
                if value not in {each["value"] for each in field["options"]}:
                    raise NotOffered(f"{value!r} is not among the options of {name}")
                filled["values"] = [value]
            else:
                filled["value"] = value
            key = {"component": filled} if part["type"] == 18 else {"components": [filled]}
            components.append({"type": part["type"], "id": 1, **key})
        if values:
            raise NotOffered(f"no such field: {', '.join(values)}")
        data = {"custom_id": asked.modal["custom_id"], "components": components, "resolved": {}}
        return await self._act(5, asked.person, asked.place, data, asked.on, wait=wait)

    async def answered(self, act: Act, messages: int = 1) -> None:
        """Wait until an act brought so many new messages."""
        await self.until(lambda: len(act.shown) >= messages)

    def sent_to(self, channel: int) -> list[Shown]:
        """The messages of a channel that are there, oldest first."""
        return [each for each in self._messages.values() if each.channel == channel and not each.deleted]

    def limit(self, route: str, retry_after: float) -> None:
        """Answer the next request of a route, such as `POST /channels`, with 429."""
        self._limited.setdefault(route, []).append(retry_after)

    def calls(self, method: str, part: str) -> list[Recorded]:
        """The requests of a method whose path holds a part."""
        return [each for each in self.requests if each.method == method and part in each.path]

    def _offered(self, name: str) -> dict[str, Any]:
        for each in self.commands:
            if each["name"] == name:
                return each
        raise NotOffered(f"/{name} was never synced")

    @staticmethod
    def _option(command: Mapping[str, Any], name: str, value: str) -> dict[str, Any]:
        option = next((each for each in command.get("options", ()) if each["name"] == name), None)
        if option is None:
            raise NotOffered(f"/{command['name']} has no option {name}")
        if option.get("choices") and value not in {each["value"] for each in option["choices"]}:
            raise NotOffered(f"{value!r} is not a choice of {name}")
        return {"name": name, "type": option["type"], "value": value}

    async def _act(
        self,
        kind: int,
        person: Person,
        place: Place,
        data: Mapping[str, Any],
        on: Shown | None,
        *,
        wait: bool,
    ) -> Act:
        number = snowflake()
        act = Act(number, f"token{number}", kind, person, place, asyncio.get_running_loop().time(), on)
        self._acts[act.token] = act
        self._rooms[place.id] = place
        event = interaction(kind, act.id, act.token, person, place, data)
        if on is not None:
            event["message"] = on.payload()
        await self.gateway.dispatch("INTERACTION_CREATE", event)
        if wait:
            await self.until(lambda: act.done)
        return act

    # What the bot asks

    def _change(self) -> None:
        self._changed.set()

    @web.middleware
    async def _watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/gateway"):
            return await handler(request)
        path = request.path.removeprefix(API)
        headers = {"Via": "1.1 fake", "X-RateLimit-Bucket": f"{request.method}{path.split('/')[1]}"}
        try:
            response = self._held_up(request.method, path, headers) or await self._answer(request, handler)
        except Refusal as refusal:
            self.refusals.append(refusal)
            response = _json(refusal.body(), refusal.status)
        except Exception as fault:
            self.crashes.append(fault)
            raise
        if response.status != 429:
            response.headers.update({**headers, "X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "4"})
            response.headers.update({"X-RateLimit-Reset": "9999999999", "X-RateLimit-Reset-After": "1.0"})
        body = request[_FORM][0] if _FORM in request else None if _in_parts(request) else await _body(request)
        self.requests.append(Recorded(request.method, path, dict(request.query), body, response.status))
        self._change()
        return response

    def _held_up(self, method: str, path: str, headers: Mapping[str, str]) -> web.Response | None:
        for route, waits in self._limited.items():
            if waits and f"{method} {path}".startswith(route):
                wait = waits.pop(0)
                response = _json(
                    {"message": "You are being rate limited.", "retry_after": wait, "global": False}, 429
                )
                response.headers.update({**headers, "Retry-After": str(wait), "X-RateLimit-Scope": "user"})
                response.headers.update({"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0"})
                response.headers.update(
                    {"X-RateLimit-Reset": "9999999999", "X-RateLimit-Reset-After": str(wait)}
                )
                return response
        return None

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix(API)
        by_token = path.startswith(("/interactions", "/webhooks"))
        if not by_token and request.headers.get("Authorization") != f"Bot {self.token}":
            raise Refusal(401, 0, "401: Unauthorized")
        kind = request.headers.get("Content-Type", "")
        multipart = kind.startswith("multipart/form-data; boundary=")
        if await _body(request) is not None and kind != "application/json" and not multipart:
            raise Refusal(400, 50109, "The request body contains invalid JSON.")
        if "application" in request.match_info and request.match_info["application"] != str(APPLICATION):
            raise Refusal(403, 20012, "You are not authorized to perform this action on this application")
        return await handler(request)

    async def _me(self, request: web.Request) -> web.Response:
        return _json(bot_user())

    async def _application_info(self, request: web.Request) -> web.Response:
        return _json(application())

    async def _get_commands(self, request: web.Request) -> web.Response:
        if request.query.get("with_localizations") == "true":
            return _json(self.commands)
        return _json([_without_localisations(each) for each in self.commands])

    async def _put_commands(self, request: web.Request) -> web.Response:
        refuse_form(commands_faults(await _body(request)))
        known = {each["name"]: each["id"] for each in self.commands}
        self.commands = [
            {
                **each,
                "id": known.get(each["name"], str(snowflake())),
                "application_id": str(APPLICATION),
                "version": str(snowflake()),
                "name_localizations": each.get("name_localizations") or None,
                "description_localizations": each.get("description_localizations") or None,
            }
            for each in await _body(request)
        ]
        self.syncs += 1
        return _json(self.commands)

    async def _open_chat(self, request: web.Request) -> web.Response:
        recipient = int((await _body(request))["recipient_id"])
        room = next((p for p in self._rooms.values() if p.id == recipient + 1), None) or Place(
            id=recipient + 1
        )
        self._rooms[room.id] = room
        return _json(room.channel(Person("somebody", id=recipient)))

    async def _create_message(self, request: web.Request) -> web.Response:
        channel = int(request.match_info["channel"])
        if channel - 1 in self.shut:
            raise Refusal(403, 50007, "Cannot send messages to this user")
        shown = Shown(snowflake(), channel)
        self._fill(shown, await _body(request), await _files(request))
        shown.edits = 0
        self._messages[shown.id] = shown
        return _json(shown.payload())

    async def _edit_message(self, request: web.Request) -> web.Response:
        shown = self._messages.get(int(request.match_info["message"]))
        if shown is None or shown.deleted or shown.channel != int(request.match_info["channel"]):
            raise Refusal(404, 10008, "Unknown Message")
        self._fill(shown, await _body(request), await _files(request))
        return _json(shown.payload())

    def _fill(
        self, shown: Shown, data: Mapping[str, Any], new: tuple[Stored, ...] = (), at: str = ""
    ) -> None:
        refuse_form(chain(message_faults(data, at=at), file_faults(data, shown.files, new, at)))
        if is_empty({**shown.data, **data}):
            raise Refusal(400, 50006, "Cannot send an empty message")
        shown.change(data, new)

    async def _callback(self, request: web.Request) -> web.Response:
        act = self._acts.get(request.match_info["token"])
        took = asyncio.get_running_loop().time() - act.at if act else 0.0
        if act is None or str(act.id) != request.match_info["id"] or took > self.first_answer_within:
            raise Refusal(404, 10062, "Unknown interaction")
        if act.answer is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        body = await _body(request)
        kind, data = body["type"], body.get("data") or {}
        allowed = FIRST_ANSWERS[act.kind] - (set() if act.on else {6, 7})
        if kind not in allowed:
            fault = ("type", "UNION_TYPE_CHOICES", f"Value of field must be one of {sorted(allowed)}.")
            refuse_form(iter([fault]))
        self._first_answer(act, kind, data, await _files(request))
        act.answer, act.answered_after = kind, took
        if "with_response" not in request.query:
            return web.Response(status=204)
        return _json(_callback_body(act, kind))

    def _first_answer(self, act: Act, kind: int, data: Mapping[str, Any], files: tuple[Stored, ...]) -> None:
        match kind:
            case 4 | 5:
                shown = Shown(snowflake(), act.place.id, data.get("flags", 0) & EPHEMERAL, loading=kind == 5)
                if kind == 4:
                    self._fill(shown, data, files, "data.")
                    shown.edits = 0
                self._keep(act, shown)
                act.original = shown
            case 6:
                act.original = act.on
            case 7:
                assert act.on is not None
                self._fill(act.on, data, files, "data.")
                act.original = act.on
            case 8:
                refuse_form(choices_faults(data.get("choices"), "data.choices"))
                act.choices = data["choices"]
            case 9:
                refuse_form(modal_faults(data))
                act.modal = data

    def _keep(self, act: Act, shown: Shown) -> None:
        act.messages.append(shown)
        self._messages[shown.id] = shown

    def _hook(self, request: web.Request) -> Act:
        act = self._acts.get(request.match_info["token"])
        if act is None or act.answer is None:
            raise Refusal(404, 10015, "Unknown Webhook")
        if act.expired:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return act

    def _original(self, request: web.Request) -> tuple[Act, Shown]:
        act = self._hook(request)
        if act.original is None or act.original.deleted:
            raise Refusal(404, 10008, "Unknown Message")
        return act, act.original

    async def _follow_up(self, request: web.Request) -> web.Response:
        act, data = self._hook(request), await _body(request)
        if act.original is not None and act.original.loading and not act.original.deleted:
            self._fill(
                act.original, data, await _files(request)
            )  # it takes the place of the waiting note, and its visibility
            return _json(act.original.payload())
        shown = Shown(snowflake(), act.place.id, data.get("flags", 0) & EPHEMERAL)
        self._fill(shown, data, await _files(request))
        shown.edits = 0
        self._keep(act, shown)
        return _json(shown.payload()) if request.query.get("wait") == "1" else web.Response(status=204)

    async def _get_original(self, request: web.Request) -> web.Response:
        return _json(self._original(request)[1].payload())

    async def _edit_original(self, request: web.Request) -> web.Response:
        act, original = self._original(request)
        self._fill(original, await _body(request), await _files(request))
        act.changed_original = True
        return _json(original.payload())

    async def _delete_original(self, request: web.Request) -> web.Response:
        self._original(request)[1].deleted = True
        return web.Response(status=204)


async def _body(request: web.Request) -> Any:
    if _in_parts(request):
        return (await _form(request))[0]
    return await request.json() if request.body_exists else None


async def _files(request: web.Request) -> tuple[Stored, ...]:
    return (await _form(request))[1] if _in_parts(request) else ()


def _in_parts(request: web.Request) -> bool:
    return request.content_type == "multipart/form-data"


async def _form(request: web.Request) -> tuple[Any, tuple[Stored, ...]]:
    """A multipart body, which is read once."""
    if _FORM not in request:
        request[_FORM] = await read_form(request)
    return request[_FORM]


def _json(value: Any, status: int = 200) -> web.Response:
    return web.Response(body=json.dumps(value).encode(), status=status, content_type="application/json")


def _callback_body(act: Act, kind: int) -> dict[str, Any]:
    about: dict[str, Any] = {"id": str(act.id), "type": act.kind}
    body: dict[str, Any] = {"interaction": about}
    if act.original is not None:
        about |= {
            "response_message_id": str(act.original.id),
            "response_message_loading": act.original.loading,
            "response_message_ephemeral": act.original.ephemeral,
        }
        if kind in {4, 7}:
            body["resource"] = {"type": kind, "message": act.original.payload()}
    return body


def _without_localisations(part: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in part.items() if not name.endswith("_localizations")}
    for name in ("options", "choices"):
        if part.get(name):
            kept[name] = [_without_localisations(each) for each in part[name]]
    return kept
