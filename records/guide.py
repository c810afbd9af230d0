"""The guide to the desk as a page: `docs/curating.md`, read by markdown-it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.text import slugify
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

#: Marks of HTML in the text are shown as they are.
_READER = MarkdownIt("commonmark", {"html": False}).enable("table")


def sections(text: str) -> list[tuple[str, str]]:
    """Return the name and the words of each section, for the list of contents."""
    return [
        (slugify(words.content), words.content)
        for opening, words in pairwise(_READER.parse(text))
        if (opening.type, opening.tag) == ("heading_open", "h2")
    ]


def as_html(text: str) -> SafeString:
    """Return the text as HTML, without its title."""
    tokens = list(_untitled(_READER.parse(text)))
    for token, following in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", slugify(following.content))
        elif token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.children:
            # Links lead to files beside the guide, which the desk does not have: their words remain.
            token.children = [each for each in token.children if not each.type.startswith("link_")]
    html = _READER.renderer.render(tokens, _READER.options, {})
    scrolled = html.replace("<table>", '<div class="module scrolled"><table>')
    # Written by the reader, which escapes all text.
    return SafeString(scrolled.replace("</table>", "</table></div>"))


def _untitled(tokens: Sequence[Token]) -> Iterator[Token]:
    is_title = False
    for token in tokens:
        is_title = is_title or (token.type == "heading_open" and token.tag == "h1")
        if not is_title:
            yield token
        is_title = is_title and token.type != "heading_close"
