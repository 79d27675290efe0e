"""The margin rules once more, in exact fractions and plain dictionaries, sharing no code with the engine.

It is told what the engine is told and keeps its own books. Sides are +1 and −1, times whole seconds.
"""

from __future__ import annotations

from math import ceil, floor
from typing import Any

from gmpy2 import mpq as F  # noqa: N812 - one letter for every figure

CENT8 = 10**8
THIRTEEN = 10**13


class Refused(Exception):
    """The exchange would not do it."""


class Prices(dict[str, Any]):
    """Prices by symbol; who needs a stale one is refused."""

    def __init__(self, stale: set[str]) -> None:
        super().__init__()
        self.stale = stale

    def __getitem__(self, sym: str) -> Any:
        if sym in self.stale:
            raise Refused
        return super().__getitem__(sym)


def cut(value: F) -> F:
    """Toward zero, 8 places."""
    sign = -1 if value < 0 else 1
    return F(sign * floor(abs(value) * CENT8), CENT8)


def thirteen(value: F) -> F:
    return F(round(value * THIRTEEN), THIRTEEN)  # round() of a fraction is half-even


class Oracle:
    """One account; `rules` by symbol: tick, step, minimum, fee, taker, maker, hours, brackets [(cap, rate, amt, max)]."""

    def __init__(self, rules: dict[str, dict[str, Any]], half: F, impact: F) -> None:
        self.rules, self.half, self.impact = rules, half, impact
        self.now = 0
        self.stale: set[str] = set()
        self.mark, self.last = Prices(self.stale), Prices(self.stale)
        self.rate: dict[str, F | None] = {}  # None: the quote does not say
        self.recorded: dict[tuple[str, int], F] = {}
        self.books: dict[str, Any] = {
            "wallet": F(0),
            "hedge": False,
            "lev": {},
            "cross": {},
            "pos": {},
            "orders": {},
            "next": 1,
        }

    def copied(self) -> dict[str, Any]:
        """The books as they are, for taking a refused step back."""
        kept = dict(self.books)
        for part in ("lev", "cross"):
            kept[part] = dict(kept[part])
        for part in ("pos", "orders"):
            kept[part] = {key: dict(one) for key, one in kept[part].items()}
        return kept

    # -- what stands

    def lev(self, sym: str) -> int:
        return int(self.books["lev"].get(sym, 3))

    def crossed(self, sym: str) -> bool:
        return bool(self.books["cross"].get(sym, False))

    def cross_wallet(self) -> F:
        return F(
            self.books["wallet"] - sum(p["iso"] for p in self.books["pos"].values() if p["iso"] is not None)
        )

    def pnl(self, key: tuple[str, int]) -> F:
        p = self.books["pos"][key]
        return F(key[1] * p["q"] * (self.mark[key[0]] - p["ep"]))

    def mm(self, sym: str, size: F) -> F:
        """Convex and continuous: the greatest of all lines."""
        return F(max(size * rate - amt for _, rate, amt, _ in self.rules[sym]["brackets"]))

    def need(self, key: tuple[str, int]) -> F:
        return self.mm(key[0], F(self.books["pos"][key]["q"] * self.mark[key[0]]))

    def cross_keys(self) -> list[tuple[str, int]]:
        return sorted(
            (k for k, p in self.books["pos"].items() if p["iso"] is None), key=lambda k: (k[0], -k[1])
        )

    def exposures(self, sym: str, extra: tuple[int, F] | None = None) -> list[tuple[F, F, F]]:
        """(signed notional, bids, asks): one, or long leg and short leg."""
        rows = []
        for leg in (1, -1) if self.books["hedge"] else (0,):
            held = sum(
                (
                    s * p["q"] * self.mark[sym]
                    for (y, s), p in self.books["pos"].items()
                    if y == sym and leg in (0, s)
                ),
                F(0),
            )
            sums = {1: F(0), -1: F(0)}
            for o in self.books["orders"].values():
                if o["sym"] == sym and self.binds(o) and (leg == 0 or o["leg"] == leg):
                    sums[o["dir"]] += o["q"] * o["price"]
            if extra is not None and leg in (0, extra[0]):
                sums[extra[0]] += extra[1]
            rows.append((held, sums[1], sums[-1]))
        return rows

    def shrinks(self, o: dict[str, Any]) -> bool:
        return bool(o["ro"] or o["all"] or (o["leg"] and o["leg"] != o["dir"]))

    def binds(self, o: dict[str, Any]) -> bool:
        """Whether margin is held for it."""
        limit = o["kind"] == "limit" or (o["kind"].endswith("limit") and o["hit"])
        return limit and not self.shrinks(o)

    def target(self, o: dict[str, Any]) -> tuple[str, int]:
        return (o["sym"], o["leg"] or -o["dir"])

    def required(self, sym: str, extra: tuple[int, F] | None = None) -> F:
        return sum((max(abs(h + b), abs(h - a)) for h, b, a in self.exposures(sym, extra)), F(0)) / self.lev(
            sym
        )

    def biggest(self, sym: str, extra: tuple[int, F] | None = None) -> F:
        rows = self.exposures(sym, extra)
        if extra is not None and len(rows) == 2:
            rows = rows[:1] if extra[0] == 1 else rows[1:]
        return max(max(abs(h + b), abs(h - a)) for h, b, a in rows)

    def symbols(self) -> set[str]:
        return {k[0] for k in self.books["pos"]} | {o["sym"] for o in self.books["orders"].values()}

    def isolated_orders(self) -> F:
        total = F(0)
        for sym in {o["sym"] for o in self.books["orders"].values() if self.binds(o)}:
            if not self.crossed(sym):
                held = sum(abs(h) for h, _, _ in self.exposures(sym)) / F(self.lev(sym))
                total += max(F(0), self.required(sym) - held)
        return total

    def free(self) -> F:
        """May be below zero."""
        used = sum((self.required(sym) for sym in self.symbols() if self.crossed(sym)), F(0))
        return (
            self.cross_wallet()
            + sum((self.pnl(k) for k in self.cross_keys()), F(0))
            - used
            - self.isolated_orders()
        )

    def available(self) -> F:
        return max(F(0), self.free())

    def kept(self) -> F:
        return (
            self.cross_wallet()
            - self.isolated_orders()
            - sum((self.need(k) for k in self.cross_keys()), F(0))
        )

    def max_add(self) -> F:
        return max(F(0), min(self.kept(), self.available()))

    def max_withdraw(self) -> F:
        return max(F(0), min(self.kept(), self.free()))

    # -- fills

    def at_market(self, sym: str, way: int, q: F) -> F:
        last, tick = self.last[sym], self.rules[sym]["tick"]
        raw = last * (1 + way * (self.half + min(self.impact * q * last / 10**6, F(5, 100)))) / tick
        return F(max(1, ceil(raw) if way > 0 else floor(raw)) * tick)

    def cap(self, sym: str) -> F:
        caps = [c for c, _, _, most in self.rules[sym]["brackets"] if most >= self.lev(sym)]
        return F(max(caps, default=0))

    def grow(self, sym: str, way: int, q: F, price: F, limit: F | None, maker: bool, sure: bool) -> None:
        mark, rules = self.mark[sym], self.rules[sym]
        if not sure:
            best = self.at_market(sym, way, F(0))
            guess = limit if limit is not None else (best * F(10005, 10000) if way > 0 else max(best, mark))
            if self.biggest(sym, (way, q * guess)) > self.cap(sym):
                raise Refused
            cost = (
                self.required(sym, (way, q * guess))
                - self.required(sym)
                + q * max(F(0), way * (guess - mark))
            )
            if cost > self.available():
                raise Refused
        put = F(0)
        if not self.crossed(sym):
            put = cut(q * price / self.lev(sym) + q * max(F(0), way * (price - mark)))
            if put > self.cross_wallet():
                raise Refused
        fee = cut(q * price * rules["maker" if maker else "taker"])
        self.books["wallet"] -= fee
        p = self.books["pos"].get((sym, way))
        self.books["lev"].setdefault(sym, self.lev(sym))
        if p is None:
            iso = None if self.crossed(sym) else put - fee
            self.books["pos"][sym, way] = {"q": q, "ep": price, "iso": iso, "paid": self.now}
            return
        p["ep"] = thirteen((p["q"] * p["ep"] + q * price) / (p["q"] + q))
        p["q"] += q
        if p["iso"] is not None:
            p["iso"] += put - fee

    def shrink(self, key: tuple[str, int], q: F, price: F, rate: F) -> None:
        p = self.books["pos"][key]
        gain, fee = cut(key[1] * q * (price - p["ep"])), cut(q * price * rate)
        whole, gift = q == p["q"], F(0)
        if p["iso"] is not None:
            share = p["iso"] if whole else cut(p["iso"] * q / p["q"])
            lack = max(F(0), fee - gain - share)
            rest = min(lack, max(F(0), p["iso"] - share))
            gift = lack - rest
            p["iso"] -= share + rest
        elif whole and len(self.cross_keys()) == 1:
            gift = max(F(0), fee - gain - self.cross_wallet())
        self.books["wallet"] += gain - fee + gift
        p["q"] -= q
        if whole:
            self.bury(key)

    def bury(self, key: tuple[str, int]) -> None:
        del self.books["pos"][key]
        for n, o in list(self.books["orders"].items()):
            if self.shrinks(o) and self.target(o) == key:
                del self.books["orders"][n]

    def deal(
        self,
        sym: str,
        way: int,
        leg: int,
        q: F,
        price: F,
        limit: F | None = None,
        maker: bool = False,
        sure: bool = False,
    ) -> None:
        rules = self.rules[sym]
        held = self.books["pos"].get((sym, -way)) if leg != way else None
        if held is None:
            self.grow(sym, way, q, price, limit, maker, sure)
            return
        part = min(q, held["q"])
        self.shrink((sym, -way), part, price, rules["maker" if maker else "taker"])
        if q > part:
            try:
                self.grow(sym, way, q - part, price, limit, maker, sure)
            except Refused:
                return

    # -- the tick

    def pay(self) -> None:
        for key, p in sorted(self.books["pos"].items(), key=lambda kv: (kv[0][0], -kv[0][1])):
            if key[0] in self.stale:
                continue
            span = self.rules[key[0]]["hours"] * 3600
            newest = self.now // span
            for number in range(p["paid"] // span + 1, newest + 1):
                rate = self.rate[key[0]] if number == newest else None
                rate = F(self.rules[key[0]]["hours"], 80000) if rate is None else rate
                rate = self.recorded.get((key[0], number * span), rate)
                got = cut(-key[1] * p["q"] * self.mark[key[0]] * rate)
                self.books["wallet"] += got
                if p["iso"] is not None:
                    p["iso"] += got
            p["paid"] = max(p["paid"], newest * span)

    def due(self, key: tuple[str, int] | None) -> F | None:
        """The margin balance where the condition is met: of an isolated position, or of cross (None).

        Without a price nothing is due; without one of its prices cross is not.
        """
        if self.stale & ({key[0]} if key else {k[0] for k in self.cross_keys()}):
            return None
        if key is not None:
            balance = self.books["pos"][key]["iso"] + self.pnl(key)
            return balance if balance <= self.need(key) else None
        keys = self.cross_keys()
        balance = self.cross_wallet() + sum((self.pnl(k) for k in keys), F(0))
        return balance if keys and balance <= sum((self.need(k) for k in keys), F(0)) else None

    def anything_due(self) -> bool:
        isolated = [k for k, p in self.books["pos"].items() if p["iso"] is not None]
        return any(self.due(k) is not None for k in isolated) or self.due(None) is not None

    def sell_off(self, key: tuple[str, int], balance: F) -> None:
        sym, s = key
        p, rules, mark = self.books["pos"][key], self.rules[sym], self.mark[sym]
        size = p["q"] * mark
        q, below = p["q"], F(0)
        for cap, _, _, _ in rules["brackets"][:-1]:
            below = cap if size > cap else below
        if below > 0 and balance > 0:
            q = ceil((size - below) / mark / rules["step"]) * rules["step"]
            if (p["q"] - q) * mark < rules["minimum"]:
                q = p["q"]
        price = self.at_market(sym, -s, q)
        gain = cut(s * q * (price - p["ep"]))
        behind = p["iso"]
        if behind is None:
            behind = self.cross_wallet() + sum((self.pnl(k) for k in self.cross_keys() if k != key), F(0))
        left = cut(behind + gain + s * (p["q"] - q) * (mark - p["ep"]))
        fee = min(cut(rules["fee"] * q * price), max(F(0), left))
        whole = q == p["q"]
        if p["iso"] is not None:
            gift = max(F(0), fee - gain - p["iso"]) if whole else F(0)
            p["iso"] += gain - fee
        else:
            gift = (
                max(F(0), fee - gain - self.cross_wallet()) if whole and len(self.cross_keys()) == 1 else F(0)
            )
        self.books["wallet"] += gain - fee + gift
        p["q"] -= q
        if whole:
            self.bury(key)

    def drop_orders(self, sym: str | None) -> None:
        for n, o in list(self.books["orders"].items()):
            if (o["sym"] == sym) if sym else self.crossed(o["sym"]):
                del self.books["orders"][n]

    def test(self) -> None:
        for key in sorted(self.books["pos"], key=lambda k: (k[0], -k[1])):
            while key in self.books["pos"] and self.books["pos"][key]["iso"] is not None:
                balance = self.due(key)
                if balance is None:
                    break
                self.drop_orders(key[0])
                self.sell_off(key, balance)
        while (balance := self.due(None)) is not None:
            self.drop_orders(None)
            self.sell_off(max(self.cross_keys(), key=self.need), balance)

    def tick(self) -> None:
        self.pay()
        self.test()
        for n in sorted(self.books["orders"]):
            o = self.books["orders"].get(n)
            if o is not None and o["kind"] != "limit" and not o["hit"] and o["sym"] not in self.stale:
                self.maybe_trigger(n, o)
        for n in sorted(self.books["orders"]):
            o = self.books["orders"].get(n)
            if o is None or o["sym"] in self.stale or not (o["kind"] == "limit" or o["hit"]):
                continue
            if o["dir"] * (self.last[o["sym"]] - o["price"]) <= 0:
                self.touch(n, o)
        self.test()

    def touch(self, n: int, o: dict[str, Any]) -> None:
        del self.books["orders"][n]
        q = o["q"]
        if self.shrinks(o):
            p = self.books["pos"].get(self.target(o))
            if p is None:
                return
            q = min(q, p["q"])
        before = self.copied()
        try:
            self.deal(o["sym"], o["dir"], o["leg"], q, o["price"], o["price"], maker=True, sure=True)
        except Refused:
            self.books = before

    def maybe_trigger(self, n: int, o: dict[str, Any]) -> None:
        seen = (self.mark if o["by"] == "mark" else self.last)[o["sym"]]
        if o["kind"] == "trailing-stop":
            if o["best"] is None and o["at"] is not None and o["dir"] * (seen - o["at"]) > 0:
                return
            best = seen if o["best"] is None else o["best"]
            o["best"] = min(best, seen) if o["dir"] > 0 else max(best, seen)
            if o["dir"] * (seen - o["best"] * (1 + o["dir"] * o["back"])) < 0:
                return
        elif not self.hit(o, seen):
            return
        o["hit"] = True
        before = self.copied()
        try:
            self.enter(n, o)
        except Refused:
            self.books = before
            del self.books["orders"][n]

    def hit(self, o: dict[str, Any], seen: F) -> bool:
        up = o["dir"] > 0 if o["kind"].startswith("stop") else o["dir"] < 0
        return bool(seen >= o["at"] if up else seen <= o["at"])

    def enter(self, n: int, o: dict[str, Any]) -> None:
        """A market order, or a limit order that meets the book for the first time."""
        sym, way = o["sym"], o["dir"]
        self.books["orders"].pop(n, None)
        best = self.at_market(sym, way, F(0))
        if o["price"] is None or way * (o["price"] - best) >= 0:
            if o["tif"] == "post-only":
                raise Refused
            q = o["q"]
            if self.shrinks(o):
                p = self.books["pos"].get(self.target(o))
                if p is None:
                    raise Refused
                q = p["q"] if q is None else min(q, p["q"])
            price = self.at_market(sym, way, q)
            if o["price"] is not None:
                price = min(price, o["price"]) if way > 0 else max(price, o["price"])
            self.deal(sym, way, o["leg"], q, price, o["price"])
            return
        if o["tif"] == "fok":
            raise Refused
        if o["tif"] == "ioc":
            return
        if not self.shrinks(o):
            size = o["q"] * o["price"]
            if self.biggest(sym, (way, size)) > self.cap(sym):
                raise Refused
            held = self.books["pos"].get((sym, -way)) if not o["leg"] else None
            opens = max(F(0), o["q"] - (held["q"] if held else 0))
            cost = self.required(sym, (way, size)) - self.required(sym)
            cost += opens * max(F(0), way * (o["price"] - self.mark[sym]))
            if cost > self.available():
                raise Refused
        self.books["orders"][n] = o

    # -- what a trader asks

    def ask(self, what: str, **words: Any) -> bool:
        """Whether it was done; refused, nothing has changed."""
        before = self.copied()
        try:
            if what not in {"deposit", "tick", "hedge"}:
                self.pay()
                if what != "strike" and self.anything_due():
                    raise Refused  # noqa: TRY301 - one way out
            getattr(self, what)(**words)
        except Refused:
            self.books = before
            return False
        return True

    def deposit(self, amount: F) -> None:
        if cut(amount) <= 0 or self.books["wallet"] + amount > 10**10:
            raise Refused
        self.books["wallet"] += cut(amount)

    def hedge(self, on: bool) -> None:
        if self.books["hedge"] is on or self.books["pos"] or self.books["orders"]:
            raise Refused
        self.books["hedge"] = on

    def mode(self, sym: str, cross: bool, quiet: bool = False) -> None:
        if self.crossed(sym) is cross:
            if quiet:
                return
            raise Refused
        if sym in self.symbols():
            raise Refused
        self.books["cross"][sym] = cross

    def leverage(self, sym: str, to: int) -> None:
        if not 1 <= to <= self.rules[sym]["brackets"][0][3]:
            raise Refused
        was = self.lev(sym)
        if to == was:
            return
        isolated = any(k[0] == sym and p["iso"] is not None for k, p in self.books["pos"].items())
        if to < was and isolated:
            raise Refused
        now = self.required(sym)
        room = self.available() if to < was and now else F(0)
        self.books["lev"][sym] = to
        if to > was and self.biggest(sym) > self.cap(sym):
            raise Refused
        if to < was and self.required(sym) - now > room:
            raise Refused

    def size_ok(self, sym: str, q: F) -> bool:
        return bool(0 < q <= 10**18 and q % self.rules[sym]["step"] == 0)

    def open(self, sym: str, way: int, q: F, lev: int | None, cross: bool | None) -> None:
        if not self.size_ok(sym, q):
            raise Refused
        if cross is not None:
            self.mode(sym, cross, quiet=True)
        if lev is not None:
            self.leverage(sym, lev)
        if q * self.mark[sym] < self.rules[sym]["minimum"]:
            raise Refused
        self.deal(sym, way, way if self.books["hedge"] else 0, q, self.at_market(sym, way, q))

    def which(self, sym: str, side: int | None) -> tuple[str, int]:
        keys: list[tuple[str, int]] = [k for k in self.books["pos"] if k[0] == sym and side in (None, k[1])]
        if len(keys) != 1:
            raise Refused
        return keys[0]

    def close(self, sym: str, q: F | None, side: int | None) -> None:
        if q is not None and not self.size_ok(sym, q):
            raise Refused
        key = self.which(sym, side)
        held = self.books["pos"][key]["q"]
        q = held if q is None else min(q, held)
        self.shrink(key, q, self.at_market(sym, -key[1], q), self.rules[sym]["taker"])

    def margin(self, sym: str, amount: F, side: int | None) -> None:
        if self.crossed(sym) or cut(amount) == 0:
            raise Refused
        key = self.which(sym, side)
        p, amount = self.books["pos"][key], cut(amount)
        spare = min(
            p["iso"] - self.need(key), p["iso"] + self.pnl(key) - p["q"] * self.mark[sym] / self.lev(sym)
        )
        if amount > self.max_add() if amount > 0 else -amount > max(F(0), spare):
            raise Refused
        p["iso"] += amount

    def cancel(self, n: int) -> None:
        if self.books["orders"].pop(n, None) is None:
            raise Refused

    def place(self, o: dict[str, Any]) -> None:
        sym, way = o["sym"], o["dir"]
        rules, mark = self.rules[sym], self.mark[sym]
        if bool(o["leg"]) is not self.books["hedge"] or (not o["all"] and not self.size_ok(sym, o["q"])):
            raise Refused
        for price in (o["price"], o["at"]):
            if price is not None and (price <= 0 or price % rules["tick"]):
                raise Refused
        base = mark if o["at"] is None else o["at"]
        if o["price"] is not None and way * (o["price"] - base * (1 + way * F(5, 100))) > 0:
            raise Refused
        if self.shrinks(o) and self.target(o) not in self.books["pos"]:
            raise Refused
        if not self.shrinks(o) and o["q"] * (o["price"] or o["at"] or mark) < rules["minimum"]:
            raise Refused
        seen = (self.mark if o["by"] == "mark" else self.last)[sym]
        o = {**o, "hit": False, "best": None}
        if o["kind"] == "trailing-stop":
            o["best"] = seen if o["at"] is None or way * (seen - o["at"]) <= 0 else None
        elif o["kind"] != "limit" and self.hit(o, seen):
            raise Refused
        n = self.books["next"]
        if o["kind"] == "limit":
            self.enter(n, o)
        else:
            self.books["orders"][n] = o
        self.books["next"] = n + 1

    def strike(self, sym: str, side: int, price: F) -> None:
        """Auto-deleveraging."""
        if (sym, side) not in self.books["pos"] or sym in self.stale:
            raise Refused
        self.shrink((sym, side), self.books["pos"][sym, side]["q"], price, F(0))
