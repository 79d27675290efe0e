"""What blocks look like as plain text, and how it is measured."""

import pytest

from bot.adapters.console.limits import WIDTH
from bot.adapters.console.render import block_lines, button_lines
from bot.adapters.console.screen import folded, named
from bot.adapters.console.terminal_text import clean, columns, padded, wrapped
from bot.core.markup import parse
from bot.core.reply import ReplyButton
from tests.adapters.console.talking import CARD


def test_every_block_has_its_look() -> None:
    assert block_lines(parse(CARD)) == [
        "PAPER · BTC long",
        "A worded line.",
        "And one more",
        "Entry price: 50,000",
        "Mark:        51,000.5",
        "                   isolated  cross",
        "─────────────────  ────────  ─────",
        "Liquidation price  45,205.8  none",
        "Fee                     2.5  10",
        "• first",
        "• second",
        "1. one",
        "│ Careful",
        "q = 0.1",
        "  x = 2",
        "no advice",
    ]


def test_long_lines_are_wrapped_and_keep_their_indent() -> None:
    words = "margin " * 40
    card = f"<p>{words}</p><ul><li>{words}</li></ul><dl><dt>Why</dt><dd>{words}</dd></dl><blockquote>{words}</blockquote>"
    lines = block_lines(parse(card + f"<pre>{'y' * 200}</pre><p>{'z' * 200}</p><h1>{words}</h1>"))
    assert max(map(columns, lines)) <= WIDTH
    assert [line for line in lines if line.startswith("• ")] == [lines[4]]
    assert lines[5].startswith("  margin")
    assert lines[9].startswith("     margin")
    assert sum(line.startswith("│ ") for line in lines) == 4
    assert sum(line.count("y") for line in lines) == 200 + 1
    assert sum(line.count("z") for line in lines) == 200


def test_a_table_that_is_too_wide_is_stacked() -> None:
    cell = "word " * 10
    card = f"<table><tr><th></th><th>isolated</th><th>cross</th></tr><tr><td>Fee</td><td>{cell}</td><td>{cell}</td></tr></table>"
    assert block_lines(parse(card)) == [
        "Fee",
        f"  isolated: {cell.strip()}",
        f"  cross:    {cell.strip()}",
    ]


def test_a_table_without_rows_or_header() -> None:
    assert block_lines(parse("<table><tr><th>a</th><th>b</th></tr></table>")) == ["a  b"]
    assert block_lines(parse("<table><tr><th></th></tr><tr><td>5</td></tr></table>")) == ["─", "5"]


def test_columns_are_aligned_by_their_width_on_the_screen() -> None:
    card = "<dl><dt>価格</dt><dd>1</dd><dt>📈 up</dt><dd>2</dd><dt>ok</dt><dd>3</dd></dl>"
    assert block_lines(parse(card)) == ["価格:  1", "📈 up: 2", "ok:    3"]


def test_a_very_long_label_does_not_push_the_values_out() -> None:
    card = f"<dl><dt>{'label ' * 20}</dt><dd>1</dd><dt>ok</dt><dd>2</dd></dl>"
    lines = block_lines(parse(card))
    assert max(map(columns, lines)) <= WIDTH
    assert lines[-1] == "ok:" + " " * 34 + "2"


def test_an_empty_value_keeps_its_label() -> None:
    assert block_lines(parse("<dl><dt>Stop</dt><dd></dd></dl>")) == ["Stop:"]


def test_buttons_take_as_many_lines_as_they_need() -> None:
    lines = button_lines([ReplyButton(f"Button number {number}", "x") for number in range(9)])
    assert len(lines) == 3
    assert lines[0].startswith("[Button number 0] [Button number 1]")
    assert max(map(columns, lines)) <= WIDTH


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("5× ≈ 45.205,8 €", 15),
        ("漢字", 4),
        ("e\u0301", 1),
        ("🇪🇸", 2),
        ("⚠️", 2),
        ("👨‍👩‍👧", 2),
    ],
)
def test_text_is_measured_in_columns(text: str, width: int) -> None:
    assert columns(text) == width
    assert columns(padded(text, 20)) == 20
    assert padded(text, 20, right=True).endswith(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "�[31mred"),
        ("a\x00b\x7f\x9b", "a�b��"),
        ("a\r\nb\rc\x0bd\u2028e", "a\nb\nc\nd\ne"),
        ("a\tb", "a b"),
        ("\u2066a\u2069\u202eb", "ab"),
        ("\ud800", "�"),
        ("señal ≈ 5× 漢字 👍", "señal ≈ 5× 漢字 👍"),
    ],
)
def test_control_characters_are_shown_and_not_obeyed(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_wrapping_breaks_at_blanks_only_where_it_can() -> None:
    assert wrapped("10\u00a0000 USDT left", 12) == ["10\u00a0000 USDT", "left"]
    assert wrapped("漢字漢字", 4) == ["漢字", "漢字"]
    assert wrapped("a\n\n b", 10, "> ") == ["> a", "> b"]
    assert wrapped("", 10) == []


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        ("✅ Confirm", "confirm"),
        ("Other  Mode", "other mode"),
        ("1️⃣ One", "1 one"),
        ("👩‍🏫 Teach", "teach"),
        ("5×", "5×"),
    ],
)
def test_labels_are_folded(label: str, wanted: str) -> None:
    assert folded(label) == wanted


def test_the_closest_way_of_naming_a_button_counts() -> None:
    buttons = [
        ReplyButton(label, label)
        for label in ("🟢 Long", "🔴 Long", "Long more", "Stop", "Stop loss", "No stop")
    ]

    def found(label: str) -> list[str]:
        return [each.label for each in named(buttons, label)]

    assert found("🟢 Long") == ["🟢 Long"]
    assert found("long") == ["🟢 Long", "🔴 Long"]
    assert found("stop") == ["Stop"]
    assert found("stop l") == ["Stop loss"]
    assert found("more") == ["Long more"]
    assert found("nothing") == []
