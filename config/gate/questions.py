"""What the addresses of the API say of a request before it is read: whether it takes a body, and whether it is costly.

All of it follows from the declarations that the schema and the rate limit follow from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Questions:
    """Patterns of what is looked at."""

    costly_paths: re.Pattern[str]
    costly_queries: re.Pattern[str]
    whole_queries: re.Pattern[str]  #: those that ask for whole lists
    whole_media_types: re.Pattern[str]
    paths_with_body: re.Pattern[str]

    def is_costly(self, path: str, query: str, accept: str) -> bool:
        """Whether the rate limit asks more than one unit for it."""
        return bool(
            (query and self.costly_queries.search(_plain(query)))
            or self.is_whole(query, accept)
            or self.costly_paths.match(path)
        )

    def is_whole(self, query: str, accept: str) -> bool:
        """Whether it asks for a list as a whole, which takes as long as the list is."""
        return bool(
            (query and self.whole_queries.search(_plain(query)))
            or (accept and self.whole_media_types.search(accept))
        )

    def takes_body(self, path: str) -> bool:
        return self.paths_with_body.match(path) is not None


def _plain(query: str) -> str:
    return unquote_plus(query) if "%" in query or "+" in query else query


def questions_of(patterns: Iterable[Any]) -> Questions:
    """Read the declarations of all API views among the patterns of addresses."""
    paths, bodies = [], []
    queries, formats, media_types = set(), set(), set()
    for path, view_class, actions, options in _views(patterns, "/"):
        for method, action in actions.items():
            view = view_class(**options)
            view.action = action
            operation = view.operation()
            if method == "post":
                bodies.append(path)
                continue
            if operation.cost > 1:
                paths.append(path)
            for parameter in operation.parameters.values():
                if parameter.cost:
                    values = "|".join(map(re.escape, parameter.costly))
                    queries.add(f"{parameter.name}=" + (rf"(?:{values})(?:&|\Z)" if values else ""))
            for format_ in view.get_renderers():
                if operation.envelope is not None and format_.cost:
                    formats.add(rf"format={re.escape(format_.format)}(?:&|\Z)")
                    media_types.add(re.escape(format_.media_type))
    return Questions(
        _any_of(paths),
        _any_parameter(queries),
        _any_parameter(formats),
        _any_of(sorted(media_types)),
        _any_of(bodies),
    )


def _any_parameter(patterns: set[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:^|&)(?:{'|'.join(sorted(patterns))})") if patterns else _NEVER


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns)) if patterns else _NEVER


def _views(
    patterns: Iterable[Any], above: str
) -> Iterator[tuple[str, Any, dict[str, str], dict[str, Any]]]:
    """Yield each API view: the regular expression of its path, its class, its actions by method, and what it is made with."""
    for pattern in patterns:
        route = pattern.pattern
        own = getattr(route, "regex", None)
        text = own.pattern.removeprefix("^") if own is not None else ""
        # Groups have names, of which a pattern that joins several may have one each.
        path = above + re.sub(r"\(\?P<\w+>", "(?:", text)
        below = getattr(pattern, "url_patterns", None)
        if below is not None:
            yield from _views(below, path.removesuffix(r"\Z"))
        elif hasattr(pattern.callback, "actions"):
            yield path, pattern.callback.cls, pattern.callback.actions, pattern.callback.initkwargs
