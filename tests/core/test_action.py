"""What a button carries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.action import (
    MAX_PAYLOAD,
    NONCE_LENGTH,
    TOKEN_LENGTH,
    Action,
    BadPayload,
    kept_link_payload,
    link_payload,
    read_link,
)
from bot.core.identity import new_id

plain = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=1, max_size=16)
lines = st.text(max_size=120).filter(lambda each: each.strip())


@given(lines, st.none() | plain, st.none() | plain, st.booleans())
def test_a_payload_reads_as_the_action_that_wrote_it(
    line: str, owner: str | None, nonce: str | None, suggested: bool
) -> None:
    action = Action(line, owner, nonce, suggested)
    assert Action.decode(action.encode()) == action
    assert action.fits == (len(action.encode().encode()) <= MAX_PAYLOAD)


@given(lines)
def test_a_line_that_is_too_long_is_carried_by_its_token(line: str) -> None:
    token = new_id(TOKEN_LENGTH)
    kept = Action(line, new_id(), new_id(NONCE_LENGTH), suggested=True).kept_under(token)
    assert kept.fits
    assert Action.decode(kept.encode()).stored_as == token


@given(st.text(max_size=80))
def test_any_payload_is_read_or_refused(payload: str) -> None:
    try:
        action = Action.decode(payload)
    except BadPayload:
        return
    assert action.line.strip()
    assert action.encode().partition("|")[2] == payload.partition("|")[2]


@pytest.mark.parametrize(
    "payload", ["", "|", "1|a|b", "2|||open", "1|||", "1|||  ", "open btc", "1?x|||open", "\x00"]
)
def test_a_payload_that_this_version_never_wrote_is_refused(payload: str) -> None:
    with pytest.raises(BadPayload):
        Action.decode(payload)


@given(lines)
def test_a_link_carries_a_short_line_as_a_guess(line: str) -> None:
    payload = link_payload(line)
    if payload is None:
        assert len(line.encode()) > 39
        return
    assert len(payload) <= MAX_PAYLOAD
    assert payload.isascii()
    assert payload.isalnum()
    assert payload == payload.lower()
    assert read_link(payload) == Action(line, suggested=True)


def test_a_link_to_a_kept_line_is_a_guess_too() -> None:
    token = new_id(TOKEN_LENGTH)
    action = read_link(kept_link_payload(token))
    assert action is not None
    assert (action.stored_as, action.suggested, action.owner) == (token, True, None)


@given(st.text(max_size=70))
def test_any_link_is_read_or_means_nothing(payload: str) -> None:
    action = read_link(payload)
    assert action is None or (action.suggested and action.line.strip())
