"""Reading YAML as data: lists, mappings with text for keys, text, numbers, true, false and null.

The parser's events are put together here, so that there is nothing to construct: aliases, tags and merge keys are
refused, and a plain value is a number or a truth only where JSON has one too. A day stays text (`1789-04-30`), and so does
`No`, which older YAML takes for false.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import yaml

from imports.files.limits import InputError
from imports.files.text import read_text, unstorable

if TYPE_CHECKING:
    from imports.files.tree import File

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: Events between two looks at the clock.
_STEPS = 1000
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


def read_yaml(file: File) -> Any:
    """Return what a file of one YAML document holds.

    Raises `InputError` when it is no YAML, is empty, or has what is not read of YAML.
    """
    text = read_text(file)
    reader = _Reader(file)
    try:
        events = yaml.parse(text, Loader=_Loader)
        while True:
            with file.allowance.timed(file.path):
                for _step, event in zip(range(_STEPS), events, strict=False):
                    reader.take(event)
                    if isinstance(event, yaml.StreamEndEvent):
                        return reader.result()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        number = mark.line + 1 if mark else None
        reason = f"This is not YAML: {error.problem or error.context}."
        raise InputError("yaml", reason, file.path, number) from error
    except yaml.YAMLError as error:
        raise InputError("yaml", f"This is not YAML: {error}.", file.path) from error


class _Reader:
    """Puts a document together from the parser's events."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._limits = file.allowance.limits
        self._nodes = 0
        self._documents: list[Any] = []
        #: The open lists and mappings, the outermost first; beside each mapping the key that waits for its value.
        self._open: list[list[Any] | dict[str, Any]] = []
        self._keys: list[str | None] = []

    def result(self) -> Any:
        """Return the document."""
        if not self._documents:
            raise InputError("empty", "There is nothing in the file.", self._file.path)
        return self._documents[0]

    def take(self, event: Any) -> None:
        """Take the next event. Raises `InputError` at what is not read."""
        if isinstance(event, yaml.DocumentStartEvent) and self._documents:
            raise self._refuse(event, "documents", "A file holds one document. Split it.")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            reason = "Anchors and aliases (& and *) are not read. Write out what they stand for."
            raise self._refuse(event, "alias", reason)
        if getattr(event, "tag", None):
            reason = f"Tags are not read: {str(event.tag)[:60]}. Remove it."
            raise self._refuse(event, "tag", reason)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._descend(event)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._open.pop()
            self._keys.pop()

    def _descend(self, event: Any) -> None:
        node: list[Any] | dict[str, Any] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        if self._awaits_key:
            raise self._refuse(event, "key", "A key is text, not a list or a mapping.")
        if len(self._open) >= self._limits.depth:
            reason = f"Lists and mappings lie at most {self._limits.depth} deep inside one another."
            raise self._refuse(event, "too_deep", reason)
        self._add(event, node)
        self._open.append(node)
        self._keys.append(None)

    @property
    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1], dict) and self._keys[-1] is None

    def _scalar(self, event: Any) -> None:
        value: str = event.value
        if len(value) > self._limits.cell_size:
            reason = f"A value has at most {self._limits.cell_size:,} characters."
            raise self._refuse(event, "cell_too_long", reason)
        if what := unstorable(value):
            raise self._refuse(event, "character", f"A value holds {what}. Remove it.")
        if self._awaits_key:
            self._key(event, value)
        else:
            is_plain = event.style in {None, ""}
            self._add(event, _resolved(value) if is_plain else value)

    def _key(self, event: Any, key: str) -> None:
        if key == "<<":
            reason = "Merge keys (<<) are not read. Write out what they stand for."
            raise self._refuse(event, "alias", reason)
        if key in self._open[-1]:
            reason = f"The key “{key[:60]}” stands twice in one mapping. Remove one."
            raise self._refuse(event, "duplicate_key", reason)
        self._keys[-1] = key

    def _add(self, event: Any, value: Any) -> None:
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            reason = f"A file has at most {self._limits.nodes:,} values. Split it."
            raise self._refuse(event, "too_many_values", reason)
        if not self._open:
            self._documents.append(value)
            return
        owner = self._open[-1]
        if isinstance(owner, dict):
            owner[str(self._keys[-1])] = value
            self._keys[-1] = None
        else:
            owner.append(value)

    def _refuse(self, event: Any, code: str, reason: str) -> InputError:
        return InputError(code, reason, self._file.path, event.start_mark.line + 1)


def _resolved(value: str) -> Any:
    """Return what an unquoted value means: as in JSON, and text in all other cases."""
    if value in _WORDS:
        return _WORDS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    if _NUMBER.fullmatch(value) and math.isfinite(number := float(value)):
        # A long whole number is a name; as a number it would lose digits.
        return number if not value.lstrip("-").isdigit() else value
    return value


__all__ = ["read_yaml"]
