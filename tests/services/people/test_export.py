"""The export: everything of one person, of nobody else, valid by the published schema, at any size."""

import csv
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from sqlalchemy import select

from bot.core.clock import SystemClock
from bot.core.identity import Platform
from bot.services.people.export import Exports
from bot.services.people.trades import BOM, COLUMNS, safe
from bot.storage import exporting, tables
from tests.harness import Talk, talking
from tests.services.people.grown import Grown, grown

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "export.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def exports(talk: Talk, **sizes: int) -> Exports:
    return Exports(talk.bot.store.unit, SystemClock(), **sizes)


async def files(made: Exports, talk: Talk, someone: Grown) -> list[Any]:
    async with talk.bot.store.unit() as unit:
        wanted = await made.wanted(unit, someone.person_id)
    makers = {"export": made.export, "trades": made.trades}
    return [await makers[each["kind"]](each, someone.person_id, "en", "UTC") for each in wanted]


def test_every_table_is_in_an_export_or_has_a_reason() -> None:
    told = {*exporting.SECTIONS, *exporting.APART}
    assert told | exporting.NOT_EXPORTED.keys() == tables.metadata.tables.keys()
    assert not told & exporting.NOT_EXPORTED.keys()
    for name, table in tables.metadata.tables.items():
        if "person_id" in table.columns and name not in exporting.NOT_EXPORTED:
            assert name in told


def test_the_schema_is_valid_and_names_every_column() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for name, section in exporting.SECTIONS.items():
        rows = SCHEMA["properties"][name]["items"]
        assert set(rows["properties"]) == {each.name for each in section.columns} == set(rows["required"])
        assert rows["additionalProperties"] is False
    sections = {"person", "identities", "events", *exporting.SECTIONS}
    assert SCHEMA["properties"].keys() - {"format", "version", "made_at", "part", "parts"} == sections


async def test_all_of_it_and_valid() -> None:
    async with talking() as talk:
        someone = await grown(talk, "4711471147", "Ann Onymous", "annonym")
        await grown(talk, "7", "Zoe", "zoe", Platform.DISCORD)
        whole, trades = await files(exports(talk), talk, someone)
        assert (whole.name, whole.media) == ("marginalia-export.json", "application/json")
        document = json.loads(whole.content)
        VALIDATOR.validate(document)
        for section in exporting.SECTIONS:
            assert document[section] or section == "actions", section
        assert {each["id"] for each in document["accounts"]} == set(someone.account_ids)
        assert {each["account_id"] for each in document["events"]} <= set(someone.account_ids)
        for entry in document["events"]:
            assert sum(Decimal(each["amount"]) for each in entry["postings"]) == 0
        kept = whole.content.decode()
        for secret in ("4711471147", "Zoe", "zoe", "lounge", someone.person_id):
            assert secret not in kept
        assert json.loads(whole.content)["members"][0]["name"] == "Ann Onymous"
        rows = list(csv.reader(io.StringIO(trades.content.decode().removeprefix(BOM))))
        assert tuple(rows[0]) == COLUMNS
        assert [(row[5], row[6], row[10], row[-1]) for row in rows[1:]] == [
            ("opened", "BTCUSDT", "0.05", "breakout")
        ]


async def test_an_export_is_no_way_to_cheat() -> None:
    """A hidden tape stays hidden while it is played, and an open question keeps its answer to itself."""
    async with talking() as talk:
        someone = await grown(talk, "me", "Ann", "ann", Platform.CONSOLE)
        async with talk.bot.store.unit() as unit:
            hidden = (await unit.fetch(select(tables.replays)))[0].body
            assert hidden["hidden"]
            assert hidden["tape"]
        document = json.loads((await files(exports(talk), talk, someone))[0].content)
        assert hidden["tape"] not in json.dumps(document)
        assert [each["body"] for each in document["questions"] if each["answered_at"] is None] == [{}]
        await talk.say("/replay stop", "me")
        document = json.loads((await files(exports(talk), talk, someone))[0].content)
        assert document["replays"][0]["body"]["tape"] == hidden["tape"]


async def test_what_the_schema_does_not_know_is_found() -> None:
    async with talking() as talk:
        someone = await grown(talk, "me", "Ann", "ann")
        document = json.loads((await files(exports(talk), talk, someone))[0].content)
        for wrong in (
            {**document, "more": 1},
            {**document, "person": {**document["person"], "id": "x"}},
            {**document, "members": [{**document["members"][0], "score": 1}]},
            {key: value for key, value in document.items() if key != "reviews"},
        ):
            assert not VALIDATOR.is_valid(wrong)


async def test_a_long_journal_comes_in_parts_that_make_the_whole() -> None:
    async with talking() as talk:
        someone = await grown(talk, "me", "Ann", "ann")
        (whole, _), parts = (
            await files(exports(talk), talk, someone),
            await files(exports(talk, entries_a_part=3), talk, someone),
        )
        entries = json.loads(whole.content)["events"]
        documents = [json.loads(each.content) for each in parts[:-1]]
        assert len(documents) == -(-len(entries) // 3) > 1
        for number, each in enumerate(documents, start=1):
            VALIDATOR.validate(each)
            assert (each["part"], each["parts"]) == (number, len(documents))
        assert [entry for each in documents for entry in each["events"]] == entries
        assert ["reviews" in each for each in documents] == [True, *[False] * (len(documents) - 1)]


async def test_what_is_too_large_is_zipped() -> None:
    async with talking() as talk:
        someone = await grown(talk, "me", "Ann", "ann")
        (whole, _), (packed, trades) = (
            await files(exports(talk), talk, someone),
            await files(exports(talk, most_bytes=6_000), talk, someone),
        )
        assert (packed.name, packed.media) == ("marginalia-export.json.zip", "application/zip")
        assert len(packed.content) <= 6_000 < len(whole.content)
        with zipfile.ZipFile(io.BytesIO(packed.content)) as opened:
            unpacked = json.loads(opened.read("marginalia-export.json"))
        assert {**unpacked, "made_at": ""} == {**json.loads(whole.content), "made_at": ""}
        assert trades.media == "text/csv"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        *(("=1+1", "'=1+1"), ("+1", "'+1"), ("-cmd", "'-cmd"), ("@sum(a)", "'@sum(a)"), ("\t=1", "'\t=1")),
        *(("-5.25", "-5.25"), ("0", "0"), ("BTCUSDT", "BTCUSDT"), ("", ""), (None, ""), ("\r=1", "'\r=1")),
        *(("=HYPERLINK(0)", "'=HYPERLINK(0)"), ("-1e5", "'-1e5"), ("-1+1", "'-1+1"), ("＝1", "'＝1")),
    ],
)
def test_no_cell_is_a_formula(cell: str | None, shown: str) -> None:
    assert safe(cell) == shown


async def test_liquidations_and_funding_are_rows_too() -> None:
    async with talking() as talk:
        someone = await grown(talk, "me", "Ann", "ann", Platform.CONSOLE)
        await talk.say("/replay drop", "me")
        await talk.dialogue("/open eth long 5x 100usdt", "!press Confirm")
        await talk.price("ETH", 1_000)
        trades = (await files(exports(talk), talk, someone))[-1].content.decode()
        rows = list(csv.DictReader(io.StringIO(trades.removeprefix(BOM))))
        assert [row["what"] for row in rows if row["symbol"] == "ETHUSDT"] == ["opened", "liquidated"]
        assert rows[-1]["realised_usdt"].startswith("-")
