"""A challenge's proof: what is honest is verified, and whatever is changed in it is found."""

import asyncio
import gzip
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from subprocess import run
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.challenges import rules as rules_module
from bot.services.challenges import verify as verifying
from bot.services.challenges.calm import calm_of
from bot.services.challenges.proof_file import MAGIC, PACKED_FROM, BadProof, canonical, read, schema, written
from bot.services.challenges.track import tape_hash
from bot.services.challenges.verify import BAD_FILE, DIFFERENT, VERIFIED, Verdict, verified, verify
from bot.storage import Store
from engine.account import MarginAccount
from engine.exchange import decide
from engine.intents import Settle
from engine.liquidation import liquidate
from tests.services.challenges.lives import SALT, file_of, lived_along, proof_of, rules, stored, track

TAPE = "oct-2025"
MEMBERS = 2
Lines = list[dict[str, Any]]


@cache
def honest() -> tuple[str, ...]:
    """The lines of the proof of a challenge that was played by chance; made once."""

    async def made() -> tuple[str, ...]:
        store = await Store.open("sqlite+aiosqlite://")
        try:
            return tuple(await proof_of(store, await stored(store, TAPE, MEMBERS, seed=1, often=0.02)))
        finally:
            await store.close()

    return asyncio.run(made())


def parsed() -> Lines:
    return [json.loads(each) for each in honest()]


def checked(lines: Lines) -> Verdict:
    """What verify says of these lines, with the hashes and the checksum made anew, as a careful forger would."""
    acted = [canonical(each) for each in lines if each["line"] == "action"]
    lines[0]["actions_hash"] = sha256("".join(f"{each}\n" for each in acted).encode()).hexdigest()
    return verify(read(written(canonical(each) for each in lines)), track)


def found(lines: Lines) -> str:
    try:
        return "\n".join(checked(lines).differences)
    except BadProof as bad:
        return bad.why


def test_an_honest_proof_is_verified(tmp_path: Path) -> None:
    path = tmp_path / "proof.jsonl"
    path.write_bytes(written(honest()))
    code, said = verified(path)
    assert (code, said[-1]) == (VERIFIED, f"verified: 'Survive <b>', tape {TAPE}, {MEMBERS} accounts")
    assert found(parsed()) == ""


def test_the_lives_of_the_proof_have_something_to_check() -> None:
    kinds = {each["event"]["type"] for each in parsed() if each["line"] == "action"}
    assert kinds >= {
        *("deposited", "position-opened", "position-closed", "position-liquidated", "liquidation-started"),
        *(
            "funding-paid",
            "order-accepted",
            "order-triggered",
            "order-filled",
            "margin-changed",
            "adl-struck",
        ),
    }


def test_names_and_persons_are_not_in_it() -> None:
    assert not any(word in "".join(honest()) for word in ("person", "Member", "console"))


def numbers() -> list[tuple[str, str]]:
    """Every kind of number in the journals: type of event and field."""
    return sorted(
        {
            (each["event"]["type"], name)
            for each in parsed()
            if each["line"] == "action"
            for name, value in each["event"].items()
            if name != "v" and any(sign.isdigit() for sign in str(value)) and not isinstance(value, Mapping)
        }
    )


def changed_digit(value: Any) -> Any:
    """The value with its first digit that is not 0 changed."""
    text = str(value)
    place = next((at for at, sign in enumerate(text) if sign in "123456789"), text.find("0"))
    other = text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
    return int(other) if isinstance(value, int) else other


def test_one_digit_in_any_kind_of_figure_of_a_journal_is_found() -> None:
    missed = []
    for kind, name in numbers():
        lines = parsed()
        event = next(
            each["event"]
            for each in lines
            if each["line"] == "action"
            and each["event"]["type"] == kind
            and name in each["event"]
            and any(sign.isdigit() for sign in str(each["event"][name]))
        )
        event[name] = changed_digit(event[name])
        if not found(lines):
            missed.append((kind, name))
    assert missed == []
    assert len(numbers()) > 50


@pytest.mark.parametrize(
    ("line", "name"),
    [
        *(("head", each) for each in ("v", "begins", "until", "salt", "commitment", "tape_hash")),
        *(("head", each) for each in ("contracts", "members")),
        *(("action", each) for each in ("seq", "at")),
        *(("result", each) for each in ("rank", "score", "equity", "peak", "drawdown", "liquidations")),
    ],
)
def test_one_digit_in_any_other_figure_is_found(line: str, name: str) -> None:
    lines = parsed()
    which = [each for each in lines if each["line"] == line and each.get(name) is not None][-1]
    which[name] = changed_digit(which[name])
    assert found(lines)


def test_another_hash_of_the_actions_is_found() -> None:
    lines = parsed()
    lines[0]["actions_hash"] = changed_digit(lines[0]["actions_hash"])
    verdict = verify(read(written(canonical(each) for each in lines)), track)
    assert "the hash of the actions is not that of the actions" in verdict.differences


@pytest.mark.parametrize(
    "name", ["name", "pace", "tape", "balance", "cap", "symbols", "length", "speed", "season"]
)
def test_other_rules_are_found(name: str) -> None:
    others = {"name": "x", "pace": "together", "tape": "mar-2020", "balance": "9999", "cap": 51}
    others |= {"symbols": ["BTCUSDT"], "length": 7201, "speed": "2", "season": False}
    lines = parsed()
    lines[0]["rules"][name] = others[name]
    assert "commitment" in found(lines)


def without(which: Callable[[dict[str, Any]], bool]) -> Lines:
    """The proof without the first such action of the last account that has one, numbered anew."""
    lines = parsed()
    gone = next(each for each in reversed(lines) if each["line"] == "action" and which(each["event"]))
    lines.remove(gone)
    for each in lines:
        if each["line"] == "action" and each["account"] == gone["account"] and each["seq"] > gone["seq"]:
            each["seq"] -= 1
    return lines


@pytest.mark.parametrize(
    "kind",
    ["position-liquidated", "funding-paid", "order-triggered", "liquidation-started", "position-opened"],
)
def test_an_event_that_is_left_out_is_found(kind: str) -> None:
    assert found(without(lambda event: event["type"] == kind))


def test_a_skipped_liquidation_is_found_even_where_the_table_is_made_to_fit() -> None:
    """The journal ends right before the account would have been liquidated: every event in it is true."""
    lines = parsed()
    first = next(
        each for each in lines if each["line"] == "action" and "liquidation" in each["event"]["type"]
    )
    kept = [
        each
        for each in lines
        if each["line"] != "action" or each["account"] != first["account"] or each["seq"] < first["seq"]
    ]
    assert "the rules demand LiquidationStarted" in found(kept)


def test_a_row_that_is_missing_or_doubled_is_found() -> None:
    lines = parsed()
    rows = [each for each in lines if each["line"] == "result"]
    assert "accounts in the table" in found([each for each in lines if each is not rows[0]])
    assert "twice in the table" in found([*lines, rows[0]])


def test_more_money_at_the_start_and_more_leverage_than_allowed_are_found() -> None:
    lines = parsed()
    lines[0]["rules"]["cap"] = 20
    assert "above the cap of 20" in found(lines)
    doubled = parsed()
    gift = next(each for each in doubled if each["line"] == "action" and each["event"]["type"] == "deposited")
    doubled.insert(doubled.index(gift) + 1, {**gift, "seq": 2})
    assert found(doubled)


def test_trading_something_else_is_found() -> None:
    lines = parsed()
    lines[0]["rules"]["symbols"] = ["BTCUSDT"]
    assert "is not traded in this challenge" in found(lines)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
@settings(max_examples=60, deadline=None)
def test_any_changed_byte_is_found(place: int, by: int) -> None:
    content = bytearray(written(honest()))
    at = place % (len(content) - 1)  # the line feed at the very end is no matter
    content[at] ^= by
    with pytest.raises(BadProof):
        read(bytes(content))


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for each in (content, MAGIC + content, gzip.compress(content)):
        with pytest.raises(BadProof):
            read(each)


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_wild_values_are_refused_or_found(data: st.DataObject) -> None:
    wild: st.SearchStrategy[object] = st.sampled_from(
        [None, True, "", "x", -1, 10**30, "1e999999", "NaN", "-0", [], {}, [[]] * 3, "9" * 50]
    )
    lines = parsed()
    line = lines[data.draw(st.sampled_from([0, 1, 2, 5, 9, len(lines) - 1]))]
    target = line["event"] if "event" in line and data.draw(st.booleans()) else line
    name = data.draw(st.sampled_from(sorted(target)))
    value = data.draw(wild)
    if target[name] == value:
        return
    target[name] = value
    assert found(lines) or name in {"actions_hash", "challenge", "kind"}  # made anew, and two labels


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"{}", b"[]\n", b'{"line":"end","sha256":"' + b"0" * 64 + b'"}']
)
def test_files_that_are_no_proof(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad"
    path.write_bytes(content)
    assert verified(path)[0] == BAD_FILE
    assert verified(tmp_path / "none")[0] == BAD_FILE
    assert verified(tmp_path)[0] == BAD_FILE


def test_a_changed_table_is_told_line_by_line(tmp_path: Path) -> None:
    lines = parsed()
    lines[-1]["equity"] = "12345"
    path = tmp_path / "forged.jsonl"
    path.write_bytes(written(canonical(each) for each in lines))
    code, said = verified(path)
    assert (code, said[-1]) == (DIFFERENT, "not verified")
    assert "not 12345" in said[-2]


def test_a_large_proof_is_packed_and_read_alike() -> None:
    actions = [each for each in honest() if '"line":"action"' in each]
    filler = actions * (PACKED_FROM // sum(map(len, actions)) + 1)
    content = written([honest()[0], *filler])
    assert content.startswith(MAGIC)
    assert len(content) < 4_000_000
    assert sum(map(len, read(content).actions.values())) == len(filler)
    with pytest.raises(BadProof):
        read(content[:-9])


def test_the_commitment_is_the_one_that_was_published() -> None:
    played = rules(TAPE)
    assert parsed()[0]["commitment"] == rules_module.commitment(played, SALT)
    assert rules_module.tape_hash(TAPE) == tape_hash(TAPE)
    assert canonical(played.to_json()) == played.canonical


def test_calm_steps_are_those_that_do_nothing() -> None:
    """The bound that spares steps agrees with the rule at each of them."""
    spared = 0
    for number in range(3):
        account, calm, journal = (
            MarginAccount.empty(),
            None,
            list(lived_along(track(TAPE), Random(number), 0.02)),
        )
        for market in track(TAPE).snapshots:
            here = [events for at, events in journal if at == market.time]
            if calm is not None and not here and calm.holds(market):
                spared += 1
                assert decide(Settle(), account, market) == ()
            while journal and journal[0][0] <= market.time:
                for event in journal.pop(0)[1]:
                    account = account.apply(event)
                calm = None
            calm = calm_of(account, market) if calm is None or not calm.holds(market) else calm
    assert spared > 1000


def test_within_the_bounds_of_calm_nothing_is_liquidated() -> None:
    tried = 0
    for number in range(4):
        account, step = MarginAccount.empty(), 0
        for at, events in lived_along(track(TAPE), Random(number), 0.05):
            for event in events:
                account = account.apply(event)
            while step + 1 < len(track(TAPE).snapshots) and track(TAPE).snapshots[step + 1].time <= at:
                step += 1
            market = track(TAPE).snapshots[step]
            calm = calm_of(account, market)
            if calm is None:
                continue
            for side in (0, 1):
                for symbol, bounds in calm.bounds.items():
                    market = market.with_mark(symbol, max(bounds[side], Decimal("0.01")))
                tried += 1
                assert liquidate(account, market) == ()
    assert tried > 50


def test_the_published_schema_is_that_of_the_reader() -> None:
    published = Path(__file__).parents[3] / "docs" / "proof.schema.json"
    assert json.loads(published.read_text("utf-8")) == schema()


def test_the_command_line_says_it_by_its_exit_code(tmp_path: Path) -> None:
    good, forged, bad = tmp_path / "good", tmp_path / "forged", tmp_path / "bad"
    good.write_bytes(written(honest()))
    lines = parsed()
    lines[-1]["equity"] = "1"
    forged.write_bytes(written(canonical(each) for each in lines))
    bad.write_bytes(b"no proof")
    codes = []
    for path in (good, forged, bad):
        command = [sys.executable, "-m", "bot", "verify", str(path)]
        done = run(command, check=False, capture_output=True, text=True)
        assert "Traceback" not in done.stderr
        codes.append(done.returncode)
    assert codes == [VERIFIED, DIFFERENT, BAD_FILE] == [0, 1, 2]


def test_verify_needs_no_database() -> None:
    code = (
        f"import sys, {verifying.__name__}; sys.exit('sqlalchemy' in sys.modules or 'aiohttp' in sys.modules)"
    )
    assert run([sys.executable, "-c", code], check=False).returncode == 0


async def test_the_file_is_the_same_each_time() -> None:
    store = await Store.open("sqlite+aiosqlite://")
    challenge = await stored(store, TAPE, 1, seed=9)
    assert await file_of(store, challenge) == await file_of(store, challenge)
    head = json.loads((await proof_of(store, challenge))[0])
    assert head["actions_hash"] == challenge.body["actions_hash"]
    assert replace(challenge).body["commitment"] == head["commitment"]
    await store.close()
