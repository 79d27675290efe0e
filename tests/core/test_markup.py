"""Markup: what templates write is read as blocks of spans, and a user's text stays text."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from bot.core.markup import (
    BrokenMarkup,
    Bullets,
    Fact,
    Facts,
    Footer,
    Line,
    Look,
    Paragraph,
    Preformatted,
    Quote,
    Span,
    Table,
    Title,
    parse,
    text_of,
)


def line(text: str, *looks: Look) -> Line:
    return (Span(text, frozenset(looks)),)


BLOCKS: list[tuple[str, Any]] = [
    ("<h1>A title</h1>", Title(line("A title"))),
    ("<p>Some text</p>", Paragraph(line("Some text"))),
    ("<blockquote>Said</blockquote>", Quote(line("Said"))),
    ("<footer>small</footer>", Footer(line("small"))),
    ("<pre>\n a  b\n\n c\n</pre>", Preformatted(" a  b\n\n c")),
    (
        "<dl>\n<dt>a</dt><dd>1</dd>\n<dt>b</dt>\n<dd>2</dd></dl>",
        Facts((Fact(line("a"), line("1")), Fact(line("b"), line("2")))),
    ),
    ("<ul><li>a</li><li>b</li></ul>", Bullets((line("a"), line("b")))),
    ("<ol><li>a</li></ol>", Bullets((line("a"),), 1)),
    (
        "<table><tr><th></th><th>x</th></tr><tr><td>a</td><td>1</td></tr></table>",
        Table(((), line("x")), ((line("a"), line("1")),)),
    ),
    ("<p>a<br>b</p>", Paragraph(line("a\nb"))),
    ("<p>\n  a\n  b \n</p>", Paragraph(line("a b"))),
    ("<p>a <b>b</b> c</p>", Paragraph((Span("a "), Span("b", frozenset({Look.BOLD})), Span(" c")))),
    ("<p><b><i>x</i></b></p>", Paragraph(line("x", Look.BOLD, Look.ITALIC))),
    ("<p><code>a  b</code></p>", Paragraph(line("a b", Look.CODE))),
    ("<p><tg-spoiler>x</tg-spoiler></p>", Paragraph(line("x", Look.SPOILER))),
    ("<p>&lt;b&gt; &amp; &#39;</p>", Paragraph(line("<b> & '"))),
]


@pytest.mark.parametrize(("source", "block"), BLOCKS)
def test_a_block_of_each_kind(source: str, block: object) -> None:
    assert parse(source) == (block,)
    assert parse(f"\n {source}\n\n{source}\n") == (block, block)


@pytest.mark.parametrize(
    "source", ["", " \n ", "<p></p>", "<p> \n </p>", "<dl></dl>", "<ul></ul>", "<p><b></b></p>"]
)
def test_empty_blocks_are_left_out(source: str) -> None:
    assert parse(source) == ()


BROKEN = [
    *("<p>a", "<p><b>a</p>", "<p><b>a</p></b>", "</p>", "a", "a<p>b</p>", "<p>a</p>b", "<div>a</div>"),
    *("<p class='x'>a</p>", "<p><a href='x'>a</a></p>", "<p><p>a</p></p>", "<p><script>a</script></p>"),
    *(
        "<dl><dt>a</dt></dl>",
        "<dl><dd>a</dd></dl>",
        "<table><tr><th>a</th></tr><tr><td>1</td><td>2</td></tr></table>",
    ),
    *(
        "<p><h1>a</h1></p>",
        "<img src=x>",
        "<b>a</b>",
        "<li>a</li>",
        "<td>a</td>",
        "<dl>a</dl>",
        "<ul>a<li>b</li></ul>",
    ),
    *("<p>a<br/ x=1></p>", "<ul><dt>a</dt></ul>", "<p><li>a</li></p>"),
]


@pytest.mark.parametrize("source", BROKEN)
def test_broken_markup_is_refused(source: str) -> None:
    with pytest.raises(BrokenMarkup):
        parse(source)


# What a database and a terminal take: no control characters, no halves of characters.
characters = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])


@given(st.text(characters, min_size=1))
def test_escaped_text_comes_out_as_it_went_in(said: str) -> None:
    shown = re.sub("[ \t\n\r\f]+", " ", said).strip(" ")
    for source in (f"<p>{escape(said)}</p>", f"<p><b>{escape(said)}</b></p>", f"<h1>{escape(said)}</h1>"):
        blocks = parse(source)
        assert [
            text_of(block.spans)
            for block in blocks
            if not isinstance(block, Facts | Table | Bullets | Preformatted)
        ] == ([shown] if shown else [])
    (fact,) = parse(f"<dl><dt>{escape(said)}</dt><dd>{escape(said)}</dd></dl>")
    assert isinstance(fact, Facts)
    assert text_of(fact.rows[0].value) == shown
    for block in parse(f"<pre>{escape(said)}</pre>"):
        assert isinstance(block, Preformatted)
        assert block.text == said.strip("\n")


@given(st.text(st.sampled_from("<>/abp=\"'&;# \n!-?[]"), max_size=60))
def test_any_source_is_parsed_or_refused(source: str) -> None:
    try:
        blocks = parse(source)
    except BrokenMarkup:
        return
    for block in blocks:
        if isinstance(block, Paragraph):
            assert block.spans


@given(st.lists(st.tuples(st.sampled_from(list(Look)), st.text("ab \n", max_size=6)), max_size=6))
def test_blanks_are_single_and_never_at_the_ends(parts: list[tuple[Look, str]]) -> None:
    source = "".join(f"<{look}>{said}</{look}>" for look, said in parts)
    for block in parse(f"<p>{source}</p>"):
        assert isinstance(block, Paragraph)
        said = text_of(block.spans)
        assert said == " ".join(said.split())
        assert all(span.text for span in block.spans)
