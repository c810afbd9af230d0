"""Two people at one form: what one changed and the other did not survives, and what both changed is asked.

A form carries what it showed (`_was`). When it is sent after somebody else's change, each field is one of three: as it was
shown (what is there now stays), changed by this form alone (it is written), or changed by both. Of the last kind nothing is
written: the form comes back with both values, and with a choice of two for each.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.forms.formsets import DELETION_FIELD_NAME, INITIAL_FORM_COUNT, TOTAL_FORM_COUNT
from django.utils.html import format_html

from records.admin.boxes import labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.contrib.admin import AdminSite
    from django.forms.boundfield import BoundField
    from django.http import QueryDict
    from django.utils.safestring import SafeString

#: What a form showed, what it asks, and the answers.
WAS, ASKED, TAKE = "_was", "_asked", "_take-"
MINE, THEIRS = "mine", "theirs"

#: Rows of one kind that one submitted form may hold: 500 pasted parties have two actions each.
MOST_ROWS = 1000

#: A field's values as a browser sends them; none where it is blank.
Values = list[str]
#: What a row says: its fields that are not blank.
Said = frozenset[tuple[str, tuple[str, ...]]]

#: What a field showed, where the form does not say it: nothing that anybody types.
UNSAID = ["\0"]


@dataclass
class Merged:
    """A form's data, merged with what is there now."""

    data: QueryDict
    #: By the names of fields in the data: what somebody else wrote there. Of a whole row: None.
    asked: dict[str, Values | None] = field(default_factory=dict)
    blank: Values = field(default_factory=list)  #: what a field showed that is not among `WAS`


def shown_in(form: Any, formsets: Iterable[Any]) -> dict[str, Values]:
    """Return what a form shows, or would if nobody had typed anything: rows by their keys."""
    found = {name: values for name, values in _values(form, "") if values}
    for formset in formsets:
        found |= shown_in_rows(formset)
    return found


def shown_in_rows(formset: Any) -> dict[str, Values]:
    """Return the same of rows."""
    return {
        name: values
        for row in formset.initial_forms
        for name, values in _values(row, f"{formset.prefix}:{row.instance.pk}:")
        if values
    }


def in_order(typed: QueryDict) -> QueryDict:
    """Return what was sent with the rows of each kind numbered as a formset wants them: those that are there first, no gaps.

    A browser gives a row that is opened later the next number, and leaves the others as they are numbered. Rows are those of which
    anything was sent, however many the form says to have: no form is made for the others. Raises BadRequest where there are more
    than `MOST_ROWS` of a kind, before any is looked at.
    """
    ordered = None
    for prefix, numbers in _numbers_sent(typed).items():
        if len(numbers) > MOST_ROWS:
            raise BadRequest(_too_many(prefix, len(numbers)))
        total = typed.get(f"{prefix}-{TOTAL_FORM_COUNT}", "")
        keys = sent_keys(typed, prefix, numbers)
        there = [number for number in numbers if number in keys]
        is_right = (
            int(total) == len(numbers)
            and numbers == [*range(len(numbers))]
            and there == numbers[: len(there)]
        )
        if int(total) and not is_right:
            ordered = ordered or Merged(typed.copy())
            later = [number for number in numbers if number not in keys]
            _renumber(ordered, prefix, there, later, drop_keys=set())
    return ordered.data if ordered else typed


def _numbers_sent(typed: QueryDict) -> dict[str, list[int]]:
    """Return the numbers of the rows that were sent, in order, by their prefixes; of kinds that say how many they are."""
    ends = f"-{TOTAL_FORM_COUNT}"
    found: dict[str, set[int]] = {
        name.removesuffix(ends): set()
        for name in typed
        if name.endswith(ends) and _is_number(str(typed[name]))
    }
    for name in typed:
        prefix, _, rest = name.rpartition("-")[0].rpartition("-")
        if prefix in found and _is_number(rest):
            found[prefix].add(int(rest))
    return {prefix: sorted(numbers) for prefix, numbers in found.items()}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9


def _too_many(prefix: str, count: int) -> str:
    return (
        f"A form takes at most {MOST_ROWS:,} rows of a kind, and {count:,} {prefix.replace('_', ' ')} were sent. Nothing is saved, "
        "and nothing is lost: go back, and what you typed is there. Take away the new rows that are too many, save, and add them "
        "then; or bring all of them in a file, as an import."
    )


def written(shown: Mapping[str, Values]) -> str:
    """Return it as the text that the form carries."""
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def merge(typed: QueryDict, form: Any, formsets: Iterable[Any]) -> Merged:
    """Merge what was sent with unbound forms of what is there now; the formsets have the rows that were sent."""
    was = _read(typed.get(WAS, ""))
    merged = Merged(typed.copy(), blank=[] if was is not None else UNSAID)
    was = was or {}
    for name, values in _values(form, ""):
        _settle(merged, typed, name, was.get(name, merged.blank), values)
    for formset in formsets:
        _merge_rows(merged, typed, was, formset)
    return merged


def ask(site: AdminSite, form: Any, formsets: Iterable[Any], merged: Merged) -> None:
    """Put the questions beside the fields of the bound forms."""
    for each in (form, *(row for formset in formsets for row in formset.forms)):
        whole = each.add_prefix(DELETION_FIELD_NAME)
        if whole in merged.asked:
            each.add_error(
                None, ValidationError(_row_question(whole, is_there=bool(each.instance.pk)))
            )
        for bound in each:
            theirs = merged.asked.get(bound.html_name)
            if theirs is not None and bound.html_name != whole:
                text = readable(site, bound, theirs)
                each.add_error(bound.name, ValidationError(_question(bound.html_name, text)))


def sent_keys(typed: Any, prefix: str, numbers: Iterable[int] | None = None) -> dict[int, str]:
    """Return the keys of rows that were sent, by their numbers; of all that the form says to have, unless the numbers are given."""
    numbers = range(_total(typed, prefix)) if numbers is None else numbers
    keys = {number: typed.get(f"{prefix}-{number}-id", "") for number in numbers}
    return {number: key for number, key in keys.items() if key.isascii() and key.isdigit()}


def readable(site: AdminSite, bound: BoundField, values: Values) -> str:
    """Return values of a field as a person reads them."""
    chosen: Any = bound.field
    if isinstance(chosen, forms.ModelChoiceField):
        known = labels_of(site, chosen.queryset.model, values) if values else {}  # type: ignore[union-attr] # a record's field has one
        values = [known.get(value, "a deleted record") for value in values]
    elif isinstance(chosen, forms.ChoiceField):
        known = {str(key): str(label) for key, label in chosen.choices}  # type: ignore[union-attr, misc]
        values = [known.get(value, value) for value in values]
    return "; ".join(values)


def _merge_rows(merged: Merged, typed: QueryDict, was: Mapping[str, Values], formset: Any) -> None:
    """Merge the rows of one kind. Those that are there keep their order, before those that somebody removed and new ones."""
    prefix = formset.prefix
    there = {str(row.instance.pk): row for row in formset.initial_forms}
    keys = sent_keys(typed, prefix)
    already = _added_already(typed, formset, keys)
    kept, later, asked = [], [], set()
    for number in range(_total(typed, prefix)):
        row_name = f"{prefix}-{number}"
        whole = f"{row_name}-{DELETION_FIELD_NAME}"
        answer = typed.get(f"{TAKE}{whole}", "") if whole in typed.getlist(ASKED) else None
        if number in already:
            continue
        if number not in keys:
            if answer != THEIRS:
                later.append(number)
            if answer == "":
                asked.add(number)
            continue
        of_row = f"{prefix}:{keys[number]}:"
        shown = {
            name.removeprefix(of_row): values
            for name, values in was.items()
            if name.startswith(of_row)
        }
        if keys[number] in there:
            kept.append(number)
            now = dict(_values(there[keys[number]], ""))
            if whole not in typed:
                for name, values in now.items():
                    shown_there = shown.get(name, merged.blank)
                    _settle(merged, typed, f"{row_name}-{name}", shown_there, values)
            elif answer == THEIRS:
                del merged.data[whole]
            elif answer == "" or (answer is None and not _are_same(shown, now)):
                merged.asked[whole] = None
        elif whole not in typed and not _are_same(shown, _typed_row(typed, formset, row_name)):
            later.append(number)
            asked.add(number)
    _renumber(merged, prefix, kept, later, drop_keys=set(later) & keys.keys())
    for number in asked:
        new = [*kept, *later].index(number)
        merged.asked[f"{prefix}-{new}-{DELETION_FIELD_NAME}"] = None


def _added_already(typed: QueryDict, formset: Any, keys: Mapping[int, str]) -> set[int]:
    """Return the numbers of new rows that are there by now, just as they are: the same form was sent twice, or two added the same."""
    new = {
        number: {
            name: formset.as_saved(name, values)
            for name, values in _typed_row(typed, formset, f"{formset.prefix}-{number}").items()
        }
        for number in range(_total(typed, formset.prefix))
        if number not in keys
    }
    if not any(map(_said, new.values())):
        return set()
    there: defaultdict[Said, list[Said]] = defaultdict(list)
    for row in formset.of_others(keys.values()).initial_forms:
        said = _said(dict(_values(row, "")))
        there[_without_precision(said)].append(said)
    found = set()
    for number, values in new.items():
        said = _said(values)
        alike = there[_without_precision(said)]
        same = next((each for each in alike if each >= said), None)
        if same is not None:
            alike.remove(same)
            found.add(number)
    return found


def _without_precision(said: Said) -> Said:
    """Leave out the precision of dates, which saving fills in."""
    return frozenset(each for each in said if not each[0].endswith("_precision"))


def _said(row: Mapping[str, Values]) -> Said:
    """Return what a row says, as it compares."""
    return frozenset((name, said) for name, values in row.items() if (said := _norm(values)))


def _settle(merged: Merged, typed: QueryDict, html_name: str, was: Values, now: Values) -> None:
    """Decide one field."""
    mine = typed.getlist(html_name)
    if html_name in typed.getlist(ASKED):
        answer = typed.get(f"{TAKE}{html_name}", "")
        if answer == THEIRS:
            merged.data.setlist(html_name, now)
        elif answer != MINE and _norm(mine) != _norm(now):
            merged.asked[html_name] = now
    elif _norm(mine) == _norm(was):
        merged.data.setlist(html_name, now)
    elif _norm(now) not in {_norm(was), _norm(mine)}:
        merged.asked[html_name] = now


def _typed_row(typed: QueryDict, formset: Any, row_name: str) -> dict[str, Values]:
    return {
        name: typed.getlist(f"{row_name}-{name}")
        for name in formset.empty_form.fields
        if name not in {"id", DELETION_FIELD_NAME, formset.fk.name}
    }


def _are_same(one: Mapping[str, Values], other: Mapping[str, Values]) -> bool:
    return _said(one) == _said(other)


def _renumber(
    merged: Merged, prefix: str, kept: list[int], later: list[int], *, drop_keys: set[int]
) -> None:
    """Number the rows of one kind anew, as a formset wants them: those that are there first."""
    numbers = [*kept, *later]
    count = merged.data.get(f"{prefix}-{TOTAL_FORM_COUNT}", "")
    if numbers == [*range(len(numbers))] and count == str(len(numbers)) and not drop_keys:
        return
    old = {name: merged.data.getlist(name) for name in merged.data if name.startswith(f"{prefix}-")}
    asked = {name: merged.asked.pop(name) for name in list(merged.asked) if name in old}
    places = {number: place for place, number in enumerate(numbers)}
    for name in old:
        if _number_of(name, prefix) is not None:
            del merged.data[name]
    for name, values in old.items():
        number = _number_of(name, prefix)
        if number is None or number not in places:
            continue
        member = name.removeprefix(f"{prefix}-{number}-")
        new = f"{prefix}-{places[number]}-{member}"
        if member != "id" or number not in drop_keys:
            merged.data.setlist(new, values)
        if name in asked:
            merged.asked[new] = asked[name]
    merged.data[f"{prefix}-{TOTAL_FORM_COUNT}"] = str(len(numbers))
    merged.data[f"{prefix}-{INITIAL_FORM_COUNT}"] = str(len(kept))


def _number_of(name: str, prefix: str) -> int | None:
    number = name.removeprefix(f"{prefix}-").partition("-")[0]
    return int(number) if _is_number(number) else None


def _total(typed: Any, prefix: str) -> int:
    total = typed.get(f"{prefix}-{TOTAL_FORM_COUNT}", "")
    return min(int(total), MOST_ROWS) if _is_number(total) else 0


def _values(form: Any, before: str) -> Iterator[tuple[str, Values]]:
    for bound in form:
        is_bookkeeping = bound.name in {"id", DELETION_FIELD_NAME} or bound.field.disabled
        if is_bookkeeping or isinstance(bound.field, forms.models.InlineForeignKeyField):
            continue
        value = bound.field.prepare_value(bound.initial)
        if value is None or value is False or value == "":
            yield f"{before}{bound.name}", []
        elif isinstance(value, list | tuple):
            yield f"{before}{bound.name}", [str(each) for each in value]
        else:
            yield f"{before}{bound.name}", ["on" if value is True else str(value)]


def _norm(values: Iterable[str]) -> tuple[str, ...]:
    """Return values as they compare: browsers send other line ends, and choices in another order."""
    return tuple(sorted(text for each in values if (text := each.replace("\r\n", "\n").strip())))


def _read(text: str) -> dict[str, Values] | None:
    """Read what a form showed; None where that cannot be read."""
    try:
        found = orjson.loads(text)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    return {
        str(name): [str(value) for value in values]
        for name, values in found.items()
        if isinstance(values, list)
    }


def _question(html_name: str, theirs: str) -> SafeString:
    shown = theirs[:500] or "nothing"
    return format_html(
        'Somebody else wrote here: <q class="theirs">{}</q>'
        '<input type="hidden" name="{}" value="{}">'
        '<label><input type="radio" name="{}{}" value="{}"> Keep that</label> '
        '<label><input type="radio" name="{}{}" value="{}"> Keep what stands in the field</label>',
        *(shown, ASKED, html_name, TAKE, html_name, THEIRS, TAKE, html_name, MINE),
    )


def _row_question(html_name: str, *, is_there: bool) -> SafeString:
    words = (
        ("Somebody else changed this row, and you removed it.", "Keep the row", "Remove it")
        if is_there
        else ("Somebody else removed this row, and you changed it.", "Leave it out", "Add it anew")
    )
    return format_html(
        '{} <input type="hidden" name="{}" value="{}">'
        '<label><input type="radio" name="{}{}" value="{}"> {}</label> '
        '<label><input type="radio" name="{}{}" value="{}"> {}</label>',
        *(
            words[0],
            ASKED,
            html_name,
            TAKE,
            html_name,
            THEIRS,
            words[1],
            TAKE,
            html_name,
            MINE,
            words[2],
        ),
    )
