"""Reading YAML as data: lists, and mappings with text for keys. Every value is text, as it is written, or None.

Anchors, aliases, tags and merge keys are refused. A plain `null`, `~` or nothing is None; numbers, days and `No` stay text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from imports.files.text import read_utf8
from imports.files.tree import InputError

if TYPE_CHECKING:
    from imports.files.limits import Limits
    from imports.files.tree import File

_NOTHING = ("", "~", "null")
#: What the database cannot hold in a text; escapes can write it.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_Base: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _Loader(_Base):  # type: ignore[misc]
    """Makes text of all values, and refuses keys that leave a mapping unclear."""

    def __init__(self, text: str, path: str) -> None:
        super().__init__(text)
        self._path = path

    def construct_scalar(self, node: yaml.ScalarNode) -> str | None:
        value: str = super().construct_scalar(node)
        return None if not node.style and value in _NOTHING else value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - its base has it
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._refuse(key, "key", "A key is text, not a list or a mapping.")
            if key.value == "<<":
                reason = "Merge keys (<<) are not read. Write out what they stand for."
                raise self._refuse(key, "alias", reason)
            if key.value in found:
                reason = f"The key “{key.value[:60]}” stands twice in one mapping. Remove one."
                raise self._refuse(key, "duplicate_key", reason)
            found[key.value] = self.construct_object(value, deep=deep)
        return found

    def _refuse(self, node: yaml.Node, code: str, reason: str) -> InputError:
        return InputError(code, reason, self._path, _line(node))


def _line(place: Any) -> int:
    number: int = place.start_mark.line  # counted from 0
    return number + 1


def read_yaml(file: File) -> Any:
    """Return what a file of one YAML document holds.

    Raises `InputError` when it is not YAML, is empty, or has what is not read of YAML.
    """
    text = read_utf8(file).decode()
    try:
        _check(text, file)
        return _Loader(text, file.path).get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        number = mark.line + 1 if mark else None
        reason = f"This is not YAML: {error.problem or error.context}."
        raise InputError("yaml", reason, file.path, number) from error
    except yaml.YAMLError as error:
        raise InputError("yaml", f"This is not YAML: {error}.", file.path) from error


def _check(text: str, file: File) -> None:
    """Refuse what is not read, before anything is made of the text."""
    limits = file.limits
    documents = nodes = depth = 0
    for event in yaml.parse(text, Loader=_Base):
        documents += isinstance(event, yaml.DocumentStartEvent)
        nodes += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        wrong = _what_is_not_read(event, limits)
        if documents > 1:
            wrong = "documents", "A file holds one document. Split it."
        elif nodes > limits.nodes:
            wrong = "too_many_values", f"A file has at most {limits.nodes:,} values. Split it."
        elif depth > limits.depth:
            reason = f"Lists and mappings lie at most {limits.depth} deep inside one another."
            wrong = "too_deep", reason
        if wrong:
            raise InputError(*wrong, file.path, _line(event))
    if not documents:
        raise InputError("empty", "There is nothing in the file.", file.path)


def _what_is_not_read(event: yaml.Event, limits: Limits) -> tuple[str, str] | None:
    """Return the code and the reason for which a part of the text is refused."""
    if isinstance(event, yaml.NodeEvent) and event.anchor:
        return "alias", "Anchors and aliases (& and *) are not read. Write out what they stand for."
    if tag := getattr(event, "tag", None):
        return "tag", f"Tags are not read: {str(tag)[:60]}. Remove it."
    if isinstance(event, yaml.ScalarEvent):
        if len(event.value) > limits.cell_size:
            return "cell_too_long", f"A value has at most {limits.cell_size:,} characters."
        if _UNSTORABLE.search(event.value):
            reason = "A value holds a NUL character, or half a surrogate pair. Remove it."
            return "character", reason
    return None
