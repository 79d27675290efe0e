"""Recomputes a challenge from its proof alone: `python -m bot verify FILE`. Opens no database and no connection.

What is checked, and what cannot be: docs/challenges.md §What verify checks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from bot.services.challenges.life import Happened, Point, lived, symbols_of
from bot.services.challenges.proof_file import Action, BadProof, Proof, Result, canonical, read
from bot.services.challenges.recheck import MOST_TOLD, Recheck, Torn
from bot.services.challenges.score import UNRANKED, Tally, final_score, ranked
from bot.services.challenges.track import MINUTE, Track, closes, contracts_hash, tape_hash
from bot.services.tapes import Shelf
from engine.contracts import load_contracts
from engine.errors import EngineError
from engine.events import event_from_json

VERIFIED, DIFFERENT, BAD_FILE = 0, 1, 2
"""The exit codes."""
FAULTS = (EngineError, ArithmeticError, ValueError)


@dataclass(slots=True)
class Verdict:
    """What a proof came to: the recomputed table, and every difference from what it claims."""

    proof: Proof
    table: list[Result] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)


def verified(path: Path) -> tuple[int, list[str]]:
    """Verify a file; the exit code and the lines to print. Never raises for what a file holds."""
    try:
        proof = read(path.read_bytes())
    except OSError as fault:
        return BAD_FILE, [f"{path}: {fault.strerror or fault}"]
    except BadProof as bad:
        return BAD_FILE, [f"{path}, line {bad.line}: {bad.why}" if bad.line else f"{path}: {bad.why}"]
    verdict = verify(proof)
    lines = [*_table(verdict), ""]
    if verdict.differences:
        return DIFFERENT, [*lines, *verdict.differences, "not verified"]
    head, rules = proof.head, proof.rules
    played = f"tape {rules.tape}" if rules.tape else "live prices, as far as their minutes are kept"
    return VERIFIED, [
        *lines,
        f"commitment {head.commitment}",
        f"actions    {head.actions_hash}",
        f"verified: {rules.name or head.challenge!r}, {played}, {head.members} accounts",
    ]


def verify(proof: Proof, track_of: Callable[[str], Track | None] | None = None) -> Verdict:
    """Recompute all that a proof claims. `track_of` gives the path of a tape by its id, else it is read."""
    verdict = Verdict(proof)
    _fingerprints(verdict)
    path: Sequence[Point] | None
    track = None
    if proof.rules.tape is None:
        path = [closes(each.at, each.prices) for each in proof.minutes]
        begins, until = proof.head.begins - MINUTE, proof.head.until - MINUTE
        if any(not begins < each.at <= until for each in proof.minutes):
            verdict.differences.append("there are minutes before the start or after the end")
        if [each.at for each in proof.minutes] != sorted({each.at for each in proof.minutes}):
            verdict.differences.append("the minutes are not in their order")
            path = None
    else:
        track = (track_of or _track)(proof.rules.tape)
        path = None if track is None else track.points
        ends = None if track is None else (track.snapshots[0].time, track.snapshots[-1].time)
        if ends is not None and ends != (proof.head.begins, proof.head.until):
            verdict.differences.append("the tape does not begin and end when the proof says")
    if path is not None:
        tallies = _lives(verdict, path, track)
        _compare(verdict, tallies)
    return verdict


def _fingerprints(verdict: Verdict) -> None:
    """Commitment, tape, contracts, hash of the actions."""
    proof, said = verdict.proof, verdict.differences
    head, rules = proof.head, proof.rules
    if (rules.tape is None) is not (head.tape_hash is None) or (rules.tape is None) is not (
        rules.pace == "live"
    ):
        said.append("rules, pace and tape contradict each other")
    here = None if rules.tape is None else tape_hash(rules.tape)
    if head.tape_hash != here:
        said.append("the tape is not the one of this package: other version, or another tape")
    text = f"{head.salt}\n{head.tape_hash or ''}\n{canonical(head.rules)}\n"
    if sha256(text.encode()).hexdigest() != head.commitment:
        said.append("the commitment is not that of salt, tape and rules")
    if contracts_hash(load_contracts()) != head.contracts:
        said.append("the contracts are not those of this version")
    if proof.actions_hash != head.actions_hash:
        said.append("the hash of the actions is not that of the actions")


def _track(tape: str) -> Track | None:
    shelf = Shelf(load_contracts())
    return Track.of(shelf.take(tape, hidden=True)) if tape in shelf.ids else None


def _lives(verdict: Verdict, path: Sequence[Point], track: Track | None) -> dict[str, Tally]:
    """Every account led along the path: its journal checked, its figures computed."""
    proof, tallies = verdict.proof, dict[str, Tally]()
    contracts = load_contracts()
    allowed = frozenset(proof.rules.symbols)
    if track is not None:
        allowed = frozenset(track.reel.alias_of(each) for each in allowed if each in track.reel.real.series)
    for account in sorted({each.account for each in proof.results} | proof.actions.keys()):
        actions = proof.actions.get(account, [])
        check = Recheck(proof.rules)
        try:
            journal = _journal(actions)
            if track is not None:
                check.on_tape(journal, track, allowed)
            else:
                check.in_minutes(journal, proof.minutes, contracts)
                if journal and journal[-1][0] > proof.head.until:
                    check.say(journal[-1][0], "something happened after the end")
        except Torn:
            pass
        except FAULTS as fault:
            check.found.append(f"the journal cannot be read ({type(fault).__name__})")
        else:
            own = path if track is not None else _of_symbols(path, symbols_of(journal))
            tallies[account] = lived(proof.rules.balance, journal, own, proof.head.until, live=track is None)
        verdict.differences += [f"{account}: {each}" for each in check.found[:MOST_TOLD]]
        if len(check.found) > MOST_TOLD:
            verdict.differences.append(f"{account}: and {len(check.found) - MOST_TOLD} more")
    return tallies


def _of_symbols(path: Sequence[Point], symbols: set[str]) -> list[Point]:
    """The path as far as it is that of some symbols."""
    found = (Point(each.time, {s: each.marks[s] for s in symbols & each.marks.keys()}) for each in path)
    return [each for each in found if each.marks]


def _journal(actions: Sequence[Action]) -> list[Happened]:
    """The events of an account with their times. Raises ValueError if their numbers or times do not follow."""
    before: datetime | None = None
    journal: list[Happened] = []
    for number, each in enumerate(actions, start=1):
        if each.seq != number or (before is not None and each.at < before):
            raise ValueError("out of order")
        before = each.at
        journal.append((each.at, event_from_json(dict(each.event))))
    return journal


def _compare(verdict: Verdict, tallies: Mapping[str, Tally]) -> None:
    """The table that follows, beside the one that is claimed."""
    proof, start = verdict.proof, verdict.proof.rules.balance
    scores = {account: final_score(tally, start) for account, tally in tallies.items()}
    ranks = dict(zip(scores, ranked(tuple(scores.values())), strict=True))
    verdict.table = [_result(each, tallies[each], scores[each], ranks[each]) for each in scores]
    claimed: dict[str, Result] = {}
    for each in proof.results:
        if each.account in claimed:
            verdict.differences.append(f"{each.account}: twice in the table")
        claimed[each.account] = each
    if len(claimed) != proof.head.members:
        verdict.differences.append(f"{len(claimed)} accounts in the table, not {proof.head.members}")
    for row in verdict.table:
        if row.account not in claimed:
            verdict.differences.append(f"{row.account}: acted, and is not in the table")
        elif claimed[row.account] != row:
            verdict.differences.append(f"{row.account}: {_differing(claimed[row.account], row)}")


def _differing(claimed: Result, row: Result) -> str:
    names = ("rank", "score", "equity", "peak", "drawdown", "liquidations")
    return ", ".join(
        f"{name} is {getattr(row, name)}, not {getattr(claimed, name)}"
        for name in names
        if getattr(row, name) != getattr(claimed, name)
    )


def _result(account: str, tally: Tally, score: Decimal, rank: int | None) -> Result:
    return Result(
        line="result",
        account=account,
        rank=rank,
        score=None if score == UNRANKED else score,
        equity=tally.equity,
        peak=tally.peak,
        drawdown=tally.drawdown,
        liquidations=tally.liquidations,
    )


def _table(verdict: Verdict) -> list[str]:
    """The recomputed table as text, the best first."""
    rows = sorted(verdict.table, key=lambda each: (each.rank or len(verdict.table) + 1, each.account))
    head = f"{'rank':>4}  {'score':>12}  {'equity':>20}  {'deepest fall':>12}  {'liq.':>4}  account"
    return [head] + [
        f"{'-' if each.rank is None else each.rank:>4}  {'-' if each.score is None else f'{each.score:f}':>12}"
        f"  {each.equity:>20f}  {each.drawdown:>12f}  {each.liquidations:>4}  {each.account}"
        for each in rows
    ]
