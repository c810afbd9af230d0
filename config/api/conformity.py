"""Whether documents are what the schema says: the part of JSON Schema that schemas of documents use, read once into functions.

A keyword that it does not know is refused when it is read, not passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Says what is wrong with a value, after the place in which it stands; None where nothing is.
Check = Callable[[Any], str | None]

#: Keywords that ask for nothing: texts, and formats, which are annotations.
_SILENT = frozenset({"description", "examples", "format", "discriminator", "default", "title"})

_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


class Conformity:
    """The checks of a set of schemas that name each other."""

    def __init__(self, components: Mapping[str, Mapping[str, Any]]) -> None:
        self._components = components
        self._known: dict[str, Check] = {}

    def of(self, name: str) -> Check:
        """The check of the component of that name."""
        known = self._known.get(name)
        if known is None:

            def once_read(value: Any) -> str | None:
                return self._known[name](value)

            self._known[name] = once_read  # for those that name themselves
            known = self._known[name] = self._read(self._components[name])
        return known

    def _read(self, schema: Mapping[str, Any]) -> Check:
        checks = list(self._checks(schema))

        def check(value: Any) -> str | None:
            for each in checks:
                if (fault := each(value)) is not None:
                    return fault
            return None

        return checks[0] if len(checks) == 1 else check

    def _checks(self, schema: Mapping[str, Any]) -> Iterator[Check]:
        for keyword, said in schema.items():
            if keyword in _SILENT:
                continue
            if keyword == "$ref":
                yield self._named(said)
            elif keyword == "type":
                yield _of_type([said] if isinstance(said, str) else said)
            elif keyword == "enum":
                yield _among(said)
            elif keyword == "const":
                yield _among([said])
            elif keyword == "properties":
                yield self._members(said)
            elif keyword == "required":
                yield _required(said)
            elif keyword == "items":
                yield self._items(said)
            elif keyword == "allOf":
                yield from map(self._read, said)
            elif keyword in {"oneOf", "anyOf"}:
                yield self._alternatives(said, only_one=keyword == "oneOf")
            elif keyword == "pattern":
                yield _matching(said)
            elif keyword in {"minimum", "maximum"}:
                yield _bounded(said, is_least=keyword == "minimum")
            else:
                msg = f"Documents cannot be checked for “{keyword}”."
                raise NotImplementedError(msg)

    def _named(self, reference: str) -> Check:
        return self.of(reference.rpartition("/")[2])

    def _members(self, properties: Mapping[str, Mapping[str, Any]]) -> Check:
        checks = [(name, self._read(inner)) for name, inner in properties.items()]

        def check(value: Any) -> str | None:
            if isinstance(value, dict):
                for name, each in checks:
                    if name in value and (fault := each(value[name])) is not None:
                        return f"/{name}{fault}"
            return None

        return check

    def _items(self, schema: Mapping[str, Any]) -> Check:
        each = self._read(schema)

        def check(value: Any) -> str | None:
            if isinstance(value, list):
                for place, item in enumerate(value):
                    if (fault := each(item)) is not None:
                        return f"/{place}{fault}"
            return None

        return check

    def _alternatives(self, schemas: list[Mapping[str, Any]], *, only_one: bool) -> Check:
        checks = [self._read(schema) for schema in schemas]

        def check(value: Any) -> str | None:
            faults = [each(value) for each in checks]
            met = faults.count(None)
            if met == 1 or (met and not only_one):
                return None
            if met:
                return ": more than one of the shapes that exclude each other."
            # The shape that is nearest to being right explains most.
            return max((fault for fault in faults if fault), key=lambda fault: fault.count("/"))

        return check


def _of_type(names: list[str]) -> Check:
    tests = [_TYPES[name] for name in names]
    wanted = " or ".join(names)
    return lambda value: (
        None if any(test(value) for test in tests) else f": {_shown(value)} is no {wanted}."
    )


def _among(values: list[Any]) -> Check:
    # 1 and True are equal in Python, and different in JSON.
    known = {(type(value), value) for value in values}

    def check(value: Any) -> str | None:
        is_plain = not isinstance(value, list | dict)
        if is_plain and (type(value), value) in known:
            return None
        return f": {_shown(value)} is none of the values that there are."

    return check


def _required(names: list[str]) -> Check:
    def check(value: Any) -> str | None:
        if isinstance(value, dict):
            for name in names:
                if name not in value:
                    return f"/{name}: is missing."
        return None

    return check


def _matching(pattern: str) -> Check:
    search = re.compile(pattern).search
    return lambda value: (
        f": {_shown(value)} does not match {pattern}."
        if isinstance(value, str) and not search(value)
        else None
    )


def _bounded(limit: float, *, is_least: bool) -> Check:
    def check(value: Any) -> str | None:
        if not _TYPES["number"](value):
            return None
        is_within = value >= limit if is_least else value <= limit
        return None if is_within else f": {value} is {'less' if is_least else 'more'} than {limit}."

    return check


def _shown(value: Any) -> str:
    return repr(value)[:80]
