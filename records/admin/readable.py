"""Two documents of one record side by side, in words: labels in place of codes and ids, dates with their meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from config.dates.serializers import UncertainDateField
from config.dates.values import UncertainDate
from records.reference_fields import NamingField, ReferenceSerializer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from records.registry import Kind

#: Members that say nothing of the record itself, or that the page says elsewhere.
_LEFT_OUT = frozenset({"id", "object", "url", "revision", "published_at", "known_on"})
#: Values that say nothing.
NOTHING: tuple[Any, ...] = (None, "", [])
#: Items of two lists are the same one, changed, from this likeness on.
_ALIKE = 0.5
#: Texts that have fewer words in common than this are marked as a whole.
_SAME_TEXT = 0.4
#: Pairs of words up to which texts are compared word by word.
_MOST_COMPARED = 4_000_000
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Value:
    """One value, with the name of its member; marked where the other side has another one."""

    name: str
    text: str
    own: Any  #: what counts when it is compared: of another record, which one it is
    pieces: tuple[tuple[str, bool], ...] = ()  #: the text in pieces, each with whether it differs


@dataclass(frozen=True)
class Row:
    """A member, or an item of a list, on both sides."""

    name: str
    left: tuple[Value, ...]
    right: tuple[Value, ...]
    mark: str  #: "changed", "added", "removed", or nothing where both say the same
    is_item: bool = False


@dataclass(frozen=True)
class Group:
    """A member of the document: one row, or a list with a row for each item."""

    name: str
    rows: tuple[Row, ...]

    @property
    def changed(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.mark)


def side_by_side(
    kind: Kind,
    left: Mapping[str, Any] | None,
    right: Mapping[str, Any] | None,
    *,
    by_label: bool = True,
) -> list[Group]:
    """Return all members that one of the documents has, with what differs marked.

    Without `by_label`, references that name the same record are the same, whatever it is called in them.
    """
    groups = []
    for name, field in kind.serializer().fields.items():
        if name in _LEFT_OUT:
            continue
        title = _title(name)
        former, latter = (left or {}).get(name), (right or {}).get(name)
        if _is_list(field, former, latter):
            one = [tuple(_values(field, item, by_label=by_label)) for item in former or ()]
            other = [tuple(_values(field, item, by_label=by_label)) for item in latter or ()]
            rows = [_row("", *pair, is_item=True) for pair in _aligned(one, other)]
        else:
            rows = [
                _row(
                    title,
                    tuple(_values(field, former, by_label=by_label)),
                    tuple(_values(field, latter, by_label=by_label)),
                )
            ]
        shown = tuple(row for row in rows if row.left or row.right)
        if shown:
            groups.append(Group(title, shown))
    return groups


@cache
def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _is_list(field: Any, *values: Any) -> bool:
    if isinstance(field, UncertainDateField):
        return False
    return isinstance(field, serializers.ListSerializer) or any(
        isinstance(value, list) for value in values
    )


def _values(field: Any, value: Any, *, by_label: bool, name: str = "") -> Iterator[Value]:
    """Yield a value as text, and of an object its members that say something."""
    if isinstance(field, serializers.ListSerializer):
        field = field.child
    if value in NOTHING:
        return
    if isinstance(value, list):
        for each in value:
            yield from _values(field, each, by_label=by_label, name=name)
    elif isinstance(value, dict) and _is_reference(field, value):
        own = value if by_label else (value["object"], value["id"])
        yield Value(name, _reference(value), own)
    elif isinstance(value, dict) and "edtf" in value:
        yield Value(name, date_in_words(value), value)
    elif isinstance(value, dict):
        members = getattr(field, "fields", {})
        for member in members or value:
            if (said := value.get(member)) not in NOTHING:
                title = _title(member).lower()
                yield from _values(members.get(member), said, by_label=by_label, name=title)
    else:
        yield Value(name, _text(field, value), value)


def _is_reference(field: Any, value: Mapping[str, Any]) -> bool:
    return isinstance(field, NamingField | ReferenceSerializer) or {"id", "object"} <= value.keys()


def _reference(value: Mapping[str, Any]) -> str:
    code = value.get("code")
    return f"{value['label']} ({code})" if code else str(value["label"])


def date_in_words(value: UncertainDate | Mapping[str, Any]) -> str:
    """Return an uncertain date as it is written, what that means, and the source's words."""
    date = UncertainDate.coerce(value)
    if not date.edtf:
        return date.meaning()
    words = f", “{date.text}”" if date.text else ""
    return f"{date.edtf}: {date.meaning()}{words}"


def _text(field: Any, value: Any) -> str:
    if value is True or value is False:
        return "yes" if value else "no"
    choices = getattr(field, "choices", None) or getattr(
        getattr(field, "child", None), "choices", None
    )
    if choices:
        return str(choices.get(value, value))
    # A word of a list, in a member that is derived.
    return value.replace("_", " ") if field is None and isinstance(value, str) else str(value)


def _aligned(
    left: Sequence[tuple[Value, ...]], right: Sequence[tuple[Value, ...]]
) -> Iterator[tuple[tuple[Value, ...], tuple[Value, ...]]]:
    """Pair the items of two lists: equal ones, then those that are most alike; in the order of the right side, what was removed last."""
    pairs: dict[int, int] = {}
    waiting: dict[str, list[int]] = {}
    for number, item in enumerate(left):
        waiting.setdefault(repr(_own(item)), []).append(number)
    for number, item in enumerate(right):
        if same := waiting.get(repr(_own(item))):
            pairs[number] = same.pop(0)
    alone = sorted(number for numbers in waiting.values() for number in numbers)
    for number, item in enumerate(right):
        if number not in pairs and alone:
            best = max(alone, key=lambda each: _likeness(left[each], item))
            if _likeness(left[best], item) >= _ALIKE:
                pairs[number] = best
                alone.remove(best)
    for number, item in enumerate(right):
        yield left[pairs[number]] if number in pairs else (), item
    for number in alone:
        yield left[number], ()


def _own(item: Sequence[Value]) -> list[tuple[str, Any]]:
    return [(value.name, value.own) for value in item]


def _likeness(one: Sequence[Value], other: Sequence[Value]) -> float:
    """Return which part of the values two items have in common; what comes first, which names the item, counts as all others."""
    if not one or not other:
        return 0
    if len(one) == len(other) == 1:
        return SequenceMatcher(None, one[0].text, other[0].text).ratio() - 0.1
    common = sum(value in _own(other) for value in _own(one)) / max(len(one), len(other))
    return (common + (_own(one)[0] == _own(other)[0])) / 2 + 0.1


def _row(
    name: str, left: tuple[Value, ...], right: tuple[Value, ...], *, is_item: bool = False
) -> Row:
    if _own(left) == _own(right):
        return Row(name, left, right, "", is_item)
    mark = "added" if not left else "removed" if not right else "changed"
    if mark == "changed":
        left, right = _marked(left, right)
    else:
        left, right = (
            tuple(replace(value, pieces=((value.text, True),)) for value in side)
            for side in (left, right)
        )
    return Row(name, left, right, mark, is_item)


def _marked(
    left: tuple[Value, ...], right: tuple[Value, ...]
) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """Mark what differs in the values of two items, by word where they are texts of the same member."""
    others: dict[str, list[Value]] = {}
    for value in right:
        others.setdefault(value.name, []).append(value)
    ones: list[Value] = []
    done: dict[int, Value] = {}
    for value in left:
        there = others.get(value.name, [])
        same = next((other for other in there if other.own == value.own), None)
        other = same or next(iter(there), None)
        if other is None:
            ones.append(replace(value, pieces=((value.text, True),)))
            continue
        there.remove(other)
        one, changed = (value, other) if same else _by_word(value, other)
        done[id(other)] = changed
        ones.append(one)
    return tuple(ones), tuple(
        done.get(id(value)) or replace(value, pieces=((value.text, True),)) for value in right
    )


def _by_word(one: Value, other: Value) -> tuple[Value, Value]:
    before, after = _WORDS.findall(one.text), _WORDS.findall(other.text)
    # Of long texts every word would be compared with every other one.
    is_short = len(before) * len(after) <= _MOST_COMPARED
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if one.text == other.text:
        # Two records of one name, or one that is called otherwise beside its label.
        one, other = (
            replace(each, text=f"{each.text} {_told_apart(each.own)}") for each in (one, other)
        )
    elif is_short and matcher.ratio() >= _SAME_TEXT:
        left: list[tuple[str, bool]] = []
        right: list[tuple[str, bool]] = []
        for tag, start, end, from_, to in matcher.get_opcodes():
            differs = tag != "equal"
            left += [("".join(before[start:end]), differs)] if end > start else []
            right += [("".join(after[from_:to]), differs)] if to > from_ else []
        return replace(one, pieces=tuple(left)), replace(other, pieces=tuple(right))
    return replace(one, pieces=((one.text, True),)), replace(other, pieces=((other.text, True),))


def _told_apart(own: Any) -> str:
    """Return what distinguishes two values that read the same."""
    if isinstance(own, dict):
        return f"({', '.join(str(each) for name, each in own.items() if name in {'id', 'web_address', 'earliest', 'latest', 'precision'} and each)})"
    return f"({own[1]})" if isinstance(own, tuple) else f"({own!r})"
