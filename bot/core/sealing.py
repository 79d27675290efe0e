"""Sealing: each button of an answer gets what the platform will carry for it."""

from dataclasses import replace
from typing import Any

from bot.core.action import NONCE_LENGTH, TOKEN_LENGTH, Action, kept_link_payload, link_payload
from bot.core.command import Registry
from bot.core.identity import new_id
from bot.core.reply import Answer, Button
from bot.core.turn import Turn


def seal(answer: Answer, turn: Turn, registry: Registry[Any]) -> Answer:
    """The answer with each button's payload made: owner, nonce, and a token for a line that is too long."""
    rows = tuple(tuple(_sealed(button, turn, registry) for button in row) for row in answer.buttons)
    return replace(answer, buttons=rows)


def _sealed(button: Button, turn: Turn, registry: Registry[Any]) -> Button:
    owner = None if button.anyone else turn.person_id
    command = registry.find(button.line.partition(" ")[0])
    once = button.once or (command is not None and command.moves_money)
    action = Action(button.line, owner, new_id(NONCE_LENGTH) if once else None, button.suggested)
    payload = link_payload(button.line) if button.deep else action.encode() if action.fits else None
    if payload is None:
        token = new_id(TOKEN_LENGTH)
        turn.keep_line(token, button.line)
        payload = kept_link_payload(token) if button.deep else action.kept_under(token).encode()
    return replace(button, payload=payload)
