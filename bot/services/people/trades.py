"""Trades as a table (CSV) that opens safely in a spreadsheet."""

import csv
import io
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

COLUMNS = (
    *(
        "time_utc",
        "market_time_utc",
        "account",
        "account_kind",
        "entry",
        "what",
        "symbol",
        "side",
        "margin_mode",
    ),
    *("leverage", "quantity", "price_usdt", "realised_usdt", "fee_usdt", "funding_usdt", "tag"),
)
TRADES = {
    "position-opened": "opened",
    "position-increased": "increased",
    "position-reduced": "reduced",
    "position-closed": "closed",
    "position-liquidated": "liquidated",
    "adl-struck": "deleveraged",
    "funding-paid": "funding",
}
"""Kinds of entries that are rows, with the word for each."""
_FIGURE = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""By it spreadsheets know UTF-8."""


async def trades(
    entries: AsyncIterator[Mapping[str, Any]],
    accounts: Mapping[str, Mapping[str, Any]],
    tags: Mapping[tuple[str, int], str],
) -> AsyncIterator[str]:
    """The lines of the table, its header first, from entries of journals as they are exported."""
    yield BOM + _line(COLUMNS)
    async for entry in entries:
        if entry["kind"] in TRADES:
            account = accounts.get(entry["account_id"], {})
            yield _line(_row(entry, account, tags.get((entry["account_id"], entry["seq"]), "")))


def safe(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula: text that begins like one gets an apostrophe before it."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) and not _FIGURE.fullmatch(text) else text


def _row(entry: Mapping[str, Any], account: Mapping[str, Any], tag: str) -> tuple[object, ...]:
    body = entry["body"]
    funding = entry["kind"] == "funding-paid"
    return (
        entry["at"],
        entry["market_time"],
        entry["account_id"],
        account.get("kind", ""),
        entry["seq"],
        TRADES[entry["kind"]],
        body["symbol"],
        body["side"],
        body["mode"],
        body.get("leverage", ""),
        body["quantity"],
        body["mark"] if funding else body["price"],
        body.get("realised", "" if funding else "0"),
        body.get("fee", body.get("clearance_fee", "")),
        body["amount"] if funding else "",
        tag,
    )


def _line(cells: tuple[object, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe(each) for each in cells])
    return out.getvalue()
