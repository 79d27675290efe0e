"""Crash replays: choose a tape, play it, step through it, and hear at the end what it was."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.commands.pictured import pictured
from bot.commands.replay_cards import HOUR, prices_of, status_data
from bot.commands.replay_words import ACT, NAMES, SHOWN, SPAN, SPEED, TAPE
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.core.turn import AlreadyAnswered
from bot.services.challenges.rules import SHARED
from bot.services.pictures.endings import debrief_picture
from bot.services.replay_run import FASTEST, SLOWEST, Run
from bot.services.replays import Replays
from bot.services.tapes import Reel
from bot.services.turn import BotTurn

USUAL_SPEED = Decimal(60)
USUAL_STEP = timedelta(hours=1)
SHORTEST_STEP, LONGEST_STEP = timedelta(minutes=1), timedelta(days=1)
OFFERED_SPEEDS = ("1x", "10x", "60x", "300x", "600x")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayWords:
    """What `/replay` takes."""

    act: str | None = param(ACT, N_("What to do with the tape that runs"), default=None)
    tape: str | None = param(
        TAPE, N_("Which tape to start: its number in the list, or its name"), default=None
    )
    pace: Decimal | None = param(
        SPEED, N_("How fast: 1x to 600x; a minute of tape is a second at 60x"), default=None
    )
    by: timedelta | None = param(SPAN, N_("How far to step on, such as 5m or 1h"), default=None)
    shown: bool | None = param(SHOWN, N_("Named or hidden; hidden if you say nothing"), default=None)


class ReplayCommands:
    """Handlers of `/replay`. None of them asks for the turn's own account: a tape is moved under that account's lock."""

    def __init__(self, replays: Replays) -> None:
        self._replays = replays

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        return (
            Command(
                name="replay",
                summary=N_("Live through a crash of the past, on paper and at your own pace"),
                handler=self.replay,
                arguments=ReplayWords,
                visibility=Visibility.PRIVATE,
                topic="learn",
                acts=True,
                aliases=("replays", "tape"),
                examples=("replay 3", "replay oct-2025 named 10x", "replay step 1h", "replay finish"),
            ),
        )

    async def replay(self, turn: BotTurn, words: ReplayWords) -> Answer:
        """Do what the words ask for, once for each update: a tape that moved twice could not be moved back."""
        before = await turn.answered(None)
        if before is not None:
            raise AlreadyAnswered(before)
        if words.act == "speed" and words.pace is None and words.tape is not None and words.tape.isdigit():
            words = replace(words, tape=None, pace=Decimal(words.tape))  # “speed 60”
        if words.tape is not None:
            return await self._start(turn, words, words.tape)
        if words.act == "again":
            return await self._again(turn, words, await self._replays.own(turn))
        run = await self._replays.of(turn)
        if run is None and _plays_together(turn):
            return refused("shared", (Button(N_("The challenge"), "challenge"),))
        if run is None:
            return self._list() if _only_looks(words) else refused("none", self._to_list())
        if words.by is not None or words.act == "step":
            return await self._step(turn, run, USUAL_STEP if words.by is None else words.by)
        if words.pace is not None:
            return await self._speed(turn, run, words.pace)
        return await self._act(turn, run, words.act)

    async def _act(self, turn: BotTurn, run: Run, act: str | None) -> Answer:
        match act:
            case None | "status" | "speed":
                return await self._status(turn, run)
            case "resume":
                if not self._replays.live:
                    return refused("no-player", (_stepper(),))
                await self._replays.resume(turn, run)
                return await self._status(turn, run, playing=True)
            case "pause":
                await self._replays.pause(turn, run)
                return await self._status(turn, run)
            case "finish" | "playout" | "stop" | "drop" if run.of_challenge:
                finish = Button(N_("Play it to the end"), "finish")
                return refused("challenge", (finish, Button(N_("Where it stands"), "replay status")))
            case "finish":
                return self._ending(run)
            case "playout" | "stop":
                return await self._end(turn, run, play_out=act == "playout")
            case "drop":
                await self._replays.drop(turn, run)
                return Answer("replay_dropped", self._replays.place(run)).with_buttons(self._to_list())
            case _:
                raise ValueError(act)

    # Starting

    def _list(self) -> Answer:
        shelf = self._replays.shelf
        reels = [shelf.take(each, hidden=True) for each in shelf.ids]
        rows = [
            {"number": r.number, "hours": r.tape.length // HOUR, "coins": len(r.tape.series)} for r in reels
        ]
        numbers = [
            _start_button(N_("Tape {number}"), str(r.number), {"number": str(r.number)}) for r in reels
        ]
        newest_first = sorted(reels, key=lambda reel: reel.real.start, reverse=True)
        named = [_named_button(each) for each in newest_first]
        return Answer("replays", {"rows": rows}, (*rows_of(numbers, 5), *rows_of(named, 2)))

    async def _start(self, turn: BotTurn, words: ReplayWords, tape: str) -> Answer:
        shelf = self._replays.shelf
        number = int(tape) if tape.isdigit() else None
        tape_id = tape if number is None else shelf.numbered(number)
        if tape_id is None or tape_id not in shelf.ids:
            figures = {"most": len(shelf.ids)}
            return refused("unknown-tape", self._to_list(), **figures)
        hidden = True if words.shown is None else words.shown
        return await self._begin(turn, shelf.take(tape_id, hidden=hidden), words.pace)

    async def _again(self, turn: BotTurn, words: ReplayWords, run: Run | None) -> Answer:
        reel = run.reel if run is not None else await self._replays.latest_ended(turn)
        if reel is None:
            return refused("none", self._to_list())
        if words.shown is not None:
            reel = self._replays.shelf.take(reel.real.id, hidden=words.shown)
        return await self._begin(turn, reel, words.pace)

    async def _begin(self, turn: BotTurn, reel: Reel, speed: Decimal | None) -> Answer:
        """Start a tape: it stands at its first minute, unless a speed was named."""
        if speed is not None and (fault := _bad_speed(speed)) is not None:
            return fault
        run = await self._replays.own(turn)
        if run is not None:
            return self._one_runs(run)
        paused = speed is None or not self._replays.live
        run = self._replays.start(turn, reel, speed or USUAL_SPEED, paused=paused)
        turn.once = True
        data = {
            **run.place(),
            "paused": paused,
            "balance": run.balance,
            "hours": reel.tape.length // HOUR,
            "title": "" if reel.hidden else reel.real.id,
            "live": self._replays.live,
            "prices": prices_of(run),
        }
        coin = data["prices"][0]["base"]
        first = Button(N_("Long {coin}"), f"open {coin.lower()} long", {"coin": coin})
        second = Button(N_("Short {coin}"), f"open {coin.lower()} short", {"coin": coin})
        return Answer("replay_started", data).with_buttons(
            (first, second), self._controls(run, playing=not paused)
        )

    def _one_runs(self, run: Run) -> Answer:
        buttons = (
            Button(N_("Go on with it"), "replay status", style=Style.GO),
            Button(N_("End it with the debrief"), "replay stop"),
            Button(N_("Drop it"), "replay drop", style=Style.STOP),
        )
        return Answer("replay_one_runs", self._replays.place(run), (buttons,), ok=False)

    # Playing

    async def _speed(self, turn: BotTurn, run: Run, speed: Decimal) -> Answer:
        fault = _bad_speed(speed)
        if fault is not None:
            return fault
        await self._replays.set_speed(turn, run, speed)
        return await self._status(turn, run)

    async def _step(self, turn: BotTurn, run: Run, by: timedelta) -> Answer:
        if self._replays.playing(run):
            pause = Button(N_("Pause"), "replay pause")
            return refused("playing", (pause, Button(N_("Where it stands"), "replay status")))
        if not SHORTEST_STEP <= by <= LONGEST_STEP:
            return refused("step")
        await self._replays.step(turn, run, by)
        return await self._status(turn, run, moved=by)

    async def _status(
        self, turn: BotTurn, run: Run, *, moved: timedelta = timedelta(0), playing: bool | None = None
    ) -> Answer:
        """The card of the running tape; at its end, the debrief instead."""
        if run.feed.finished and run.of_challenge:
            await self._replays.finish(turn, run)
            return Answer("challenge_said", {"said": "finished"})
        if run.feed.finished:
            return await self._end(turn, run, play_out=False)
        state = (await self._replays.account(turn, run)).state
        playing = self._replays.playing(run) if playing is None else playing
        data = {
            **status_data(run, state),
            "paused": not playing,
            "live": self._replays.live,
            "moved": int(moved.total_seconds() // 60),
        }
        speeds = [
            Button("{speed}", f"replay speed {each}", {"speed": each.replace("x", "×")})
            for each in OFFERED_SPEEDS
        ]
        rows: list[tuple[Button, ...]] = [self._controls(run, playing=playing)]
        if run.of_challenge:
            turn.look()
        if self._replays.live:
            rows += rows_of(speeds, len(speeds))
        return Answer("replay_status", data).with_buttons(*rows)

    def _controls(self, run: Run, *, playing: bool) -> tuple[Button, ...]:
        end = Button(N_("End it"), "replay finish")
        if run.of_challenge:
            end = Button(N_("Finish"), "finish")
        look = Button(N_("Refresh"), "replay status")
        if playing:
            return (Button(N_("Pause"), "replay pause", style=Style.STOP), look, end)
        play = Button(N_("Play"), "replay resume", style=Style.GO)
        steps = (Button(N_("Step 5 min"), "replay step 5m"), _stepper())
        return (*((play,) if self._replays.live else ()), *steps, end)

    # Ending

    def _ending(self, run: Run) -> Answer:
        buttons = (
            Button(N_("Play it out"), "replay playout"),
            Button(N_("Stop here"), "replay stop"),
            Button(N_("Go on"), "replay status", style=Style.GO),
        )
        return Answer("replay_ending", self._replays.place(run), (buttons,))

    async def _end(self, turn: BotTurn, run: Run, *, play_out: bool) -> Answer:
        data = await self._replays.end(turn, run, play_out=play_out)
        buttons = (Button(N_("Same tape again"), "replay again"), Button(N_("Another tape"), "replay"))
        answer = Answer("debrief", data).with_buttons(buttons)
        return await pictured(turn, answer, "debrief", debrief_picture(run.reel, data))

    def _to_list(self) -> tuple[Button, ...]:
        return (Button(N_("All tapes"), "replay"),)


def refused(code: str, *rows: tuple[Button, ...], **figures: Any) -> Answer:
    """The answer to what cannot be done with a tape."""
    return Answer("replay_refused", {"code": code, **figures}, ok=False).with_buttons(*rows)


def _plays_together(turn: BotTurn) -> bool:
    """Whether the account is a challenge's whose tape moves for all at once."""
    account = turn.challenge_account
    return account is not None and account.market.startswith(SHARED)


def _only_looks(words: ReplayWords) -> bool:
    return words.act in {None, "status"} and words.pace is None and words.by is None


def _bad_speed(speed: Decimal) -> Answer | None:
    if SLOWEST <= speed <= FASTEST:
        return None
    return refused("speed", least=f"{SLOWEST:f}", most=f"{FASTEST:f}")


def _stepper() -> Button:
    return Button(N_("Step 1 h"), "replay step 1h")


def _start_button(label: str, tape: str, values: dict[str, str]) -> Button:
    return Button(label, f"replay {tape}", values, once=True)


def _named_button(reel: Reel) -> Button:
    known = NAMES.get(reel.real.id)
    line = f"replay {reel.real.id} named"
    return (
        Button(known, line, once=True) if known else Button("{name}", line, {"name": reel.real.id}, once=True)
    )
