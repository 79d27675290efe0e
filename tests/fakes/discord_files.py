"""Files that come with a body: how the form has to look, and which of a message's files an edit keeps."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.discord_rules import Fault, Refusal

FILE_BYTES = 10 * 1024 * 1024
MOST = 10


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of a message; a new one has its place in the form as its number."""

    id: int
    name: str
    content: bytes

    def payload(self) -> dict[str, Any]:
        url = f"https://cdn.fake.test/{self.id}/{self.name}"
        return {
            "id": str(self.id),
            "filename": self.name,
            "size": len(self.content),
            "url": url,
            "proxy_url": url,
            "content_type": "application/octet-stream",
        }


async def read_form(request: web.Request) -> tuple[Any, tuple[Stored, ...]]:
    """The JSON of a multipart body and its files, by their place; raises Refusal for a form that is none."""
    form = await request.post()
    source: Any = form.get("payload_json")
    if not isinstance(source, str | bytes | bytearray):
        raise Refusal(400, 50109, "The request body contains invalid JSON.")
    stored = []
    for name, part in form.items():
        if name == "payload_json":
            continue
        place = name.removeprefix("files[").removesuffix("]")
        if isinstance(part, str) or not place.isdecimal() or not part.filename:  # type: ignore[union-attr]
            raise Refusal(400, 50035, "Invalid Form Body", {name: "not a file of this form"})
        stored.append(Stored(int(place), part.filename, part.file.read()))  # type: ignore[union-attr]
    if any(len(each.content) > FILE_BYTES for each in stored):
        raise Refusal(413, 40005, "Request entity too large")
    return json.loads(source), tuple(stored)


def left_of(before: Sequence[Stored], data: Mapping[str, Any], new: Sequence[Stored]) -> tuple[Stored, ...]:
    """The files of a message after a body that says which stay, and describes the new ones."""
    if data.get("attachments") is None:
        return (*before, *new)
    wanted = [int(each["id"]) for each in data["attachments"]]
    return tuple(each for each in (*before, *new) if each.id in wanted)


def file_faults(
    data: Mapping[str, Any], before: Sequence[Stored], new: Sequence[Stored], at: str
) -> Iterator[Fault]:
    """Faults of a body's files: all are described, all that are described are there, embeds show only these."""
    known = {each.id: each.name for each in (*before, *new)}
    described = data.get("attachments") or []
    for number, each in enumerate(described):
        name = known.get(int(each["id"]))
        if name is None:
            yield f"{at}attachments.{number}.id", "ATTACHMENT_NOT_FOUND", "The attachment is not in the form"
        elif each.get("filename", name) != name:
            yield f"{at}attachments.{number}.filename", "ATTACHMENT_NAME", "The form names the file otherwise"
    missing = {each.id for each in new} - {int(each["id"]) for each in described}
    if missing:
        yield f"{at}attachments", "ATTACHMENT_NOT_DESCRIBED", f"Files {sorted(missing)} are not described"
    left = {each.name for each in left_of(before, data, new)}
    if len(left) > MOST:
        yield f"{at}attachments", "BASE_TYPE_MAX_LENGTH", f"Must be {MOST} or fewer in length."
    for number, embed in enumerate(data.get("embeds") or ()):
        url = str((embed.get("image") or {}).get("url", "https://"))
        shown = url.removeprefix("attachment://")
        if shown == url and not url.startswith(("http://", "https://")):
            yield (
                f"{at}embeds.{number}.image.url",
                "URL_TYPE_INVALID_SCHEME",
                "Scheme must be one of http(s).",
            )
        elif shown != url and shown not in left:
            yield f"{at}embeds.{number}.image.url", "ATTACHMENT_NOT_FOUND", f"No attachment {shown}"
