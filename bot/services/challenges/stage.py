"""What the body of a stored challenge says: its rules, where it stands, and where it is spoken of."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.core.identity import ChatRef, Platform
from bot.services.challenges.rules import Pace, Rules
from bot.storage.challenges import Challenge, Member


class Stage(StrEnum):
    """Where a challenge stands. CLOSING: nobody trades any more, figures become final, and the chat is told."""

    LOBBY = "lobby"
    RUNNING = "running"
    CLOSING = "closing"
    OVER = "over"


def rules_of(challenge: Challenge) -> Rules:
    """The rules it was created with."""
    return Rules.from_json(challenge.body["rules"])


def entry_until(challenge: Challenge) -> datetime:
    """Until when one can join."""
    return datetime.fromisoformat(challenge.body["entry_until"])


def entry_open(challenge: Challenge, now: datetime) -> bool:
    """Whether one can join now."""
    return stage_of(challenge, now) in {Stage.LOBBY, Stage.RUNNING} and now < entry_until(challenge)


def symbols_of(challenge: Challenge) -> tuple[str, ...]:
    """The only symbols that may be traded, as the market shows them; empty: all."""
    return tuple(challenge.body["symbols"])


def chat_of(challenge: Challenge) -> ChatRef | None:
    """The group that it is spoken of in; None where there is none."""
    if challenge.chat_key is None:
        return None
    platform, _, chat = challenge.chat_key.partition(":")
    return ChatRef(Platform(platform), chat, private=False, thread=challenge.body["thread"])


def stage_of(challenge: Challenge, now: datetime) -> Stage:
    """Where it stands now."""
    if challenge.ended_at is not None:
        return Stage.OVER
    if challenge.body["ending"] or called_off(challenge):
        return Stage.CLOSING
    return Stage.LOBBY if now < challenge.starts_at else Stage.RUNNING


def figures_final(challenge: Challenge) -> bool:
    """Whether every member's figures are final and everybody was told."""
    return challenge.body["closing"] is not None


def called_off(challenge: Challenge) -> bool:
    """Whether it ended without a result."""
    return bool(challenge.body["called_off"])


def changed(challenge: Challenge, **body: Any) -> Challenge:
    """The same with other values in its body."""
    return replace(challenge, body={**challenge.body, **body})


def ended_for(member: Member) -> bool:
    """Whether a member trades no more: has left, or is through."""
    return member.left_at is not None or member.finished_at is not None


def banner_of(challenge: Challenge, market: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The line above the answers of a challenge's account: which challenge, and where its tape or its time stands.

    `market` is what the market itself says.
    """
    rules, stage = rules_of(challenge), stage_of(challenge, now)
    return {
        "kind": "challenge",
        "name": rules.name,
        "duel": challenge.kind != "challenge",
        "pace": rules.pace.value,
        "stage": stage.value,
        "until": (challenge.starts_at if stage is Stage.LOBBY else challenge.ends_at).isoformat(),
        "day": market.get("day"),
        "time": market.get("time", ""),
        "paused": rules.pace is Pace.OWN and bool(market.get("paused")),
        "speed": market.get("speed", ""),
        "stale": market.get("kind") == "stale",
    }
