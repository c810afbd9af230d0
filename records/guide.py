"""The guide to the desk as a page: what `docs/curating.md` has of Markdown, and no more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Marks within a line. Links lead to files beside the guide, which the desk does not have: their words remain.
_MARKS = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*([^*]+)\*"), r"<em>\1</em>"),
    (re.compile(r"\[([^\]]+)\]\([^)]+\)"), r"\1"),
)


def sections(text: str) -> list[tuple[str, str]]:
    """Return the name and the words of each section, for the list of contents."""
    return [(slugify(words), words) for words in re.findall(r"^## (.+)$", text, re.MULTILINE)]


def as_html(text: str) -> SafeString:
    """Return the text as HTML, without its title."""
    return format_html_join("\n", "{}", ((block,) for block in _blocks(text)))


def _blocks(text: str) -> Iterator[SafeString]:
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        is_next = lines and _sort(line) != _sort(lines[0]) and not line.startswith(" ")
        if lines and (is_next or not line):
            yield _block(lines)
            lines = []
        if line:
            lines.append(line)


def _sort(line: str) -> str:
    """Return what sort of block a line begins."""
    return next((sign for sign in ("#", "|", "- ") if line.startswith(sign)), "")


def _block(lines: Sequence[str]) -> SafeString:
    match _sort(lines[0]):
        case "#":
            marks, _, words = lines[0].partition(" ")
            name = slugify(words)
            is_title = marks == "#"
            return SafeString() if is_title else format_html('<h2 id="{}">{}</h2>', name, words)
        case "|":
            return _table([[cell.strip() for cell in line.strip("|").split("|")] for line in lines])
        case "- ":
            items = re.split(r"(?:^|\n)- ", "\n".join(lines))[1:]
            rows = ((_line(item),) for item in items)
            return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", rows))
        case _:
            return format_html("<p>{}</p>", _line(" ".join(lines)))


def _table(rows: Sequence[Sequence[str]]) -> SafeString:
    """Return a table; its second row only divides the headings from the others."""
    heads = format_html_join("", '<th scope="col">{}</th>', ((_line(each),) for each in rows[0]))
    body = (
        (format_html_join("", "<td>{}</td>", ((_line(cell),) for cell in row)),) for row in rows[2:]
    )
    return format_html(
        '<div class="module scrolled"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        heads,
        format_html_join("", "<tr>{}</tr>", body),
    )


def _line(text: str) -> SafeString:
    html = str(conditional_escape(" ".join(text.split())))
    for pattern, meant in _MARKS:
        html = pattern.sub(meant, html)
    return mark_safe(html)  # noqa: S308 - escaped before
