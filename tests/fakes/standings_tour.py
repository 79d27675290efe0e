"""What is said of scores, tables, proofs and debriefs of challenges, as data."""

from typing import Any

from bot.core.reply import Answer

HASH = "0f" * 32
_ROW: dict[str, Any] = {
    "rank": 1,
    "name": "ann",
    "you": False,
    "shown": True,
    "score": "0.0531",
    "equity": "10545.5",
    "result": "545.5",
    "share": "0.05455",
    "drawdown": "0.0214",
    "liquidations": 0,
}
_LOW: dict[str, Any] = {**_ROW, "rank": 2, "name": "", "score": "-1.5", "liquidations": 2, "shown": False}
_TABLE: dict[str, Any] = {
    "id": "c",
    "name": "friday",
    "final": False,
    "called_off": False,
    "start": "10000",
    "members": 5,
    "ranked": 4,
    "hidden": 1,
    "others": 1,
    "rows": [_ROW, _LOW],
    "own": None,
}
_SCORE: dict[str, Any] = {
    "start": "10000",
    "least": "0.05",
    "most": "1.5",
    "each": "0.5",
    "free": "2",
    "size": "0.1",
    "part": "0.02",
    "worked": None,
}
_WORKED: dict[str, Any] = {
    "equity": "16000",
    "share": "1.6",
    "bounded": "1.5",
    "clamped": True,
    "gain": "0.40546511",
    "drawdown": "0.12",
    "liquidations": 1,
    "penalty": "0.5",
    "score": "-0.21453489",
    "ranked": True,
}
_DECISION: dict[str, Any] = {
    "name": "ann",
    "ended": "liquidated",
    "symbol": "AAAUSDT",
    "base": "AAA",
    "real": "BTC",
    "side": "long",
    "mode": "isolated",
    "leverage": 20,
    "opened": "2020-03-12T10:00:00+00:00",
    "at": "2020-03-12T10:40:00+00:00",
    "net": "-950.25",
    "effect": "-0.595",
}
_DEBRIEF: dict[str, Any] = {
    "tape": "mar-2020",
    "title": "t",
    "venue": "Bitstamp",
    "stand_in": True,
    "starts": "2020-03-12T00:00:00+00:00",
    "until": "2020-03-14T00:00:00+00:00",
    "coins": [{"alias": "AAA", "base": "BTC"}],
    "id": "c",
    "name": "friday",
    "duel": False,
    "ends": "2020-03-14T00:00:00+00:00",
    "rows": [_ROW, _LOW],
    "ranked": 2,
    "members": 4,
    "traded": 3,
    "liquidated": 1,
    "survived": 2,
    "leverage_gone": "20",
    "leverage_stayed": "3",
    "first": {"name": "", "at": "2020-03-12T10:40:00+00:00"},
    "decisions": [{**_DECISION, "ended": each} for each in ("liquidated", "struck", "open", "closed")],
    "skill": "liquidation",
    "topic": "Liquidation price, isolated",
    "commitment": HASH,
    "actions": HASH,
}
_CALM: dict[str, Any] = {"liquidated": 0, "first": None, "leverage_gone": None}
_NOBODY: dict[str, Any] = {"traded": 0, "rows": [], "decisions": [], "leverage_stayed": None, **_CALM}
_PROOF: dict[str, Any] = {
    "state": "over",
    "name": "friday",
    "live": False,
    "commitment": HASH,
    "actions": HASH,
    "tape": "mar-2020",
}

STANDINGS_APART: tuple[Answer, ...] = (
    Answer("standings", _TABLE),
    Answer("standings", {**_TABLE, "hidden": 2, "others": 2, "own": _LOW}),
    Answer("standings", {**_TABLE, "final": True, "own": {**_LOW, "rank": None, "score": None}}),
    Answer("standings", {**_TABLE, "own": {**_ROW, "rank": None, "score": None}}),
    Answer("standings", {**_TABLE, "rows": [], "ranked": 0, "hidden": 0, "others": 0}),
    Answer("standings", {**_TABLE, "rows": [], "ranked": 0, "hidden": 0, "others": 0, "final": True}),
    Answer("standings", {**_TABLE, "called_off": True}),
    Answer("score", _SCORE),
    Answer("score", {**_SCORE, "worked": _WORKED}),
    Answer("score", {**_SCORE, "worked": {**_WORKED, "clamped": False, "liquidations": 2, "ranked": False}}),
    Answer("challenge_debrief", _DEBRIEF),
    Answer("challenge_debrief", {**_DEBRIEF, "tape": None, **_CALM}),
    Answer("challenge_debrief", {**_DEBRIEF, "survived": 0, "leverage_stayed": None}),
    Answer("challenge_debrief", {**_DEBRIEF, **_NOBODY}),
    Answer("challenge_proof", _PROOF),
    Answer("challenge_proof", {**_PROOF, "live": True, "tape": None}),
    Answer("challenge_proof", {**_PROOF, "state": "running"}, ok=False),
    Answer("challenge_proof", {"state": "none", "name": ""}, ok=False),
)
"""Answers that take a long game to be given."""
