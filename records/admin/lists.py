"""The lists of the desk: the filters of the API over working records, and what only the desk can be asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR, IncorrectLookupParameters
from django.contrib.admin.views.main import (
    ALL_VAR,
    PAGE_VAR,
    SEARCH_VAR,
    ChangeList,
)
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import InvalidPage
from django.forms.utils import flatatt
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join

from config.api.filters.base import Filter
from config.api.filters.dates import DATE_SCHEMA
from config.api.filters.sets import Group
from config.dates.written import readings
from records.admin.boxes import RecordSelect, RecordSelectMultiple, labels_of, shown_as
from records.admin.generics import AnyPaginator
from records.admin.list_filters import ChangedSince, DeskFilter, first_day, misunderstood, no_day
from records.admin.picker import likely_each
from records.admin.saved_lists import may_delete
from records.admin.sorting import asked_groups, groups_of
from records.badges import BadgeFilter
from records.home import lists_of
from records.lists import COUNTED, Asked, Halves, ask
from records.models import RecordWarning
from records.publishing.colleagues import name_of
from records.publishing.previews import bring_up_to_date
from records.registry import filters_of, kind_named, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.contrib.admin import AdminSite
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from config.api.query import Parameter
    from config.faults import Fault
    from records.models import Record, SavedList
    from records.registry import Kind

#: Previews that are made before a list is shown; if there are more to be made, it says so.
PREVIEWED = 500
#: Suggestions for a word that was not understood.
SUGGESTED = 3


class BoundedPaginator(AnyPaginator):
    """A paginator that stops counting at `COUNTED`."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[: COUNTED + 1].count())

    @property
    def is_cut(self) -> bool:
        return self.count > COUNTED


class ListPaginator(BoundedPaginator):
    """A paginator that counts the rows of a list as they are read in order: the keys of each page are among them.

    Rows that meet filters of the API are counted apart: read in order, more are looked at than are found.
    """

    #: What the list may be sorted by in groups.
    groups: Sequence[str] = ()

    @cached_property
    def first_keys(self) -> Sequence[Any]:
        rows: Any = self.object_list
        keys: list[Any] = []
        for group in groups_of(rows, self.groups):
            keys += group.values_list("pk", flat=True)[: COUNTED + 1 - len(keys)]
            if len(keys) > COUNTED:
                break
        return keys

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return rows.counted(COUNTED + 1) if isinstance(rows, Halves) else len(self.first_keys)

    def keys(self, number: int | None = None) -> Sequence[Any]:
        """Return the keys of a page, or of all rows."""
        first, last = 0, self.count
        if number is not None:
            first = (self.validate_number(number) - 1) * self.per_page
            last = min(last, first + self.per_page)
        rows: Any = self.object_list
        return rows.keys(first, last) if isinstance(rows, Halves) else self.first_keys[first:last]


@dataclass(frozen=True)
class Field:
    """One field of the form above a list."""

    name: str
    label: str
    html: SafeString
    help_text: str = ""
    is_given: bool = False
    is_first: bool = False


@dataclass(frozen=True)
class Remark:
    """What was not understood of what a list is asked, and what was probably meant: each with the address of the list that it gives."""

    text: str
    suggestions: Sequence[tuple[str, str]] = ()


class RecordChangeList(ChangeList):
    """A list of records. Parameters of the API are asked as the API asks them; others are Django's.

    `asked` says what was understood. `queryset` has all rows; `result_list` those of the page.
    """

    model: type[Record]
    model_admin: Any
    asked: Asked
    waiting = (
        0  #: records that were written lately, and are not found by the filters of the API yet
    )

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """Return the rows: those that Django finds, narrowed by what the API would be asked."""
        given = [
            (name, text)
            for name, texts in self.filter_params.items()
            if self._is_of_api(name)
            for text in texts
            if text.strip()
        ]
        besides = [
            clause
            for each in self.list_filter
            if isinstance(each, type) and issubclass(each, DeskFilter)
            for word in self.filter_params.get(str(each.parameter_name), [])
            if (clause := each.clause(self.kind, word)) is not None
        ]
        if given or besides:
            # Before anything is looked up.
            self.waiting = bring_up_to_date(at_most=PREVIEWED)
        self.asked = ask(self.kind, given, besides)
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        self.misunderstood = [
            (spec, problem)
            for spec in self.filter_specs
            if isinstance(spec, admin.SimpleListFilter) and (problem := misunderstood(spec))
        ]
        self.found = rows
        return self.asked.filtered(rows) if self.is_understood else rows.none()

    def get_filters_params(self, params: Any = None) -> Any:
        given = super().get_filters_params(params)
        return {name: texts for name, texts in given.items() if not self._is_of_api(name)}

    def get_results(self, request: HttpRequest) -> None:
        """Read a page: the rows that meet the filters of the API by editions and previews apart."""
        asks_api = self.asked.clauses and self.is_understood
        rows: Any = self._halves() if asks_api else self.queryset
        paginator = self.model_admin.get_paginator(request, rows, self.list_per_page)
        paginator.groups = self.model_admin.sorted_by_groups
        self.paginator = paginator
        self.result_count = paginator.count
        self.show_full_result_count = False
        self.full_result_count = None
        self.show_admin_actions = True
        self.can_show_all = self.result_count <= self.list_max_show_all
        self.multi_page = self.result_count > self.list_per_page
        if (self.show_all and self.can_show_all) or not self.multi_page:
            keys = paginator.keys()
        else:
            try:
                keys = paginator.keys(self.page_num)
            except InvalidPage:
                raise IncorrectLookupParameters from None
        places = {key: place for place, key in enumerate(keys)}
        found = self.apply_select_related(self.root_queryset).filter(pk__in=keys).order_by()
        self.result_list = sorted(found, key=lambda row: places[row.pk])
        self.model_admin.complete_rows(self.result_list)
        warned = RecordWarning.objects.filter(record_id__in=[row.pk for row in self.result_list])
        counts = Counter(warned.order_by().values_list("record_id", flat=True))
        for row in self.result_list:
            row.warning_count = counts[row.pk]
        # They stand above the list, in a form of ours.
        self.has_filters = False

    def _halves(self) -> Halves:
        badges = self.filter_params.get(BadgeFilter.parameter_name, [""])
        groups = asked_groups(self.found, self.model_admin.sorted_by_groups)
        return self.asked.halves(self.found, badges[-1], groups)

    @property
    def kind(self) -> Kind:
        return kind_of(self.model)

    @property
    def is_understood(self) -> bool:
        """Whether everything was understood: else no row is meant, and nothing can be done to any by mistake."""
        return self.asked.is_understood and not self.misunderstood

    def _is_of_api(self, name: str) -> bool:
        """Whether a parameter is read as the API reads it: also one that nothing here has."""
        if name in filters_of(self.kind).known:
            return True
        if name in {SEARCH_VAR, ALL_VAR, PAGE_VAR, IS_POPUP_VAR, TO_FIELD_VAR, "o", "_facets"}:
            return False
        if any(name == getattr(each, "parameter_name", "") for each in self.list_filter):
            return False
        try:
            self.model._meta.get_field(name.partition("__")[0])
        except FieldDoesNotExist:
            return not name.startswith("pk__") and name != "pk"
        return False

    # The form

    @property
    def fields_of_desk(self) -> Iterator[Field]:
        """What only the desk is asked."""
        for spec in self.filter_specs:
            if not isinstance(spec, admin.SimpleListFilter):
                continue
            name, value = str(spec.parameter_name), spec.value() or ""
            html = (
                _input(name, value, placeholder="YYYY-MM-DD")
                if getattr(spec, "is_input", False)
                else _select(
                    name, [(str(key), str(word)) for key, word in spec.lookup_choices], value
                )
            )
            yield Field(
                name,
                str(spec.title),
                html,
                is_given=bool(value),
                is_first=isinstance(spec, BadgeFilter),
            )

    @property
    def fields_of_api(self) -> Iterator[Field]:
        """What the API is asked too: the plain parameters, and those with operators that are given."""
        filters = filters_of(self.kind)
        owners = {
            parameter.name: inner
            for name, declared in filters.filters.items()
            for parameter, inner in _declared(name, declared)
        }
        for name, parameter in filters.known.items():
            given = self.filter_params.get(name, [])
            if "__" in name and not given:
                continue
            yield Field(
                name,
                _label_of(name),
                self._widget(name, parameter, owners.get(name), given),
                parameter.help_text,
                is_given=any(text.strip() for text in given),
                is_first=name in self.model_admin.first_filters,
            )

    @cached_property
    def fields(self) -> list[Field]:
        """The fields of the form: those that are asked most, in the order of the declaration, then the others."""
        every = [*self.fields_of_api, *self.fields_of_desk]
        order = {name: place for place, name in enumerate(self.model_admin.first_filters)}
        return sorted(every, key=lambda each: order.get(each.name, len(order)))

    @property
    def first_fields(self) -> list[Field]:
        return [each for each in self.fields if each.is_first]

    @property
    def more_fields(self) -> list[Field]:
        return [each for each in self.fields if not each.is_first]

    @property
    def more_given(self) -> int:
        """How many of the other fields are given."""
        return sum(each.is_given for each in self.more_fields)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query) or any(each.is_given for each in self.fields)

    @cached_property
    def saved_lists(self) -> list[tuple[SavedList, str, bool]]:
        """The lists that were saved of this kind: each with whose it is, if another's, and whether it may be deleted."""
        user = self.request.user
        return [
            (
                saved,
                "" if saved.owner_id == user.pk else name_of(saved.owner),
                may_delete(user, saved),
            )
            for saved in lists_of(user, [self.kind.name])
        ]

    @property
    def files(self) -> list[tuple[str, str]]:
        """The list as files: their formats and addresses."""
        return [
            (name, f"export/{self.get_query_string({'format': name.lower()})}")
            for name in ("CSV", "NDJSON")
        ]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters that the form keeps: those that have no field in it."""
        shown = {each.name for each in self.fields} | {SEARCH_VAR, PAGE_VAR, ALL_VAR}
        return [
            (name, text)
            for name, texts in self.filter_params.items()
            if name not in shown
            for text in texts
        ]

    def _widget(
        self, name: str, parameter: Parameter, inner: Filter | None, given: Sequence[str]
    ) -> SafeString:
        schema: Any = parameter.schema() if callable(parameter.schema) else parameter.schema
        values = (
            [word for text in given for word in text.split(",")] if parameter.is_list else given
        )
        kinds = _kinds_of(inner)
        if schema.get("type") == "boolean":
            return _select(name, [("true", "yes"), ("false", "no")], *given)
        if "enum" in schema:
            words = [(word, word.replace("_", " ")) for word in schema["enum"]]
            return _select(name, words, *values)
        if len(kinds) == 1:
            model = kind_named(kinds[0]).model
            chosen = [key for each in values if (key := self.asked.named.get((name, each)))]
            field: Any = model._meta.get_field("merged_into")
            box = RecordSelectMultiple if parameter.is_list else RecordSelect
            widget = box(field, self.model_admin.admin_site)
            if chosen:
                widget.known = self.known[model]
            return widget.render(name, chosen, {"id": f"filter-{name}"})
        is_day = schema == DATE_SCHEMA
        shown = "YYYY-MM-DD" if is_day else str((schema.get("examples") or [""])[0])
        return _input(name, ",".join(given), placeholder=shown)

    @cached_property
    def known(self) -> Mapping[Any, Mapping[str, Any]]:
        """What boxes show of the records that are named, by kind and key: all that were read at once."""
        chosen: dict[Any, set[str]] = {}
        filters = filters_of(self.kind)
        for name, declared in filters.filters.items():
            for parameter, inner in _declared(name, declared):
                kinds = _kinds_of(inner)
                keys = {
                    str(key)
                    for (of, _text), key in self.asked.named.items()
                    if of == parameter.name
                }
                if len(kinds) == 1 and keys:
                    chosen.setdefault(kind_named(kinds[0]).model, set()).update(keys)
        site = self.model_admin.admin_site
        return {model: shown_as(site, model, sorted(keys)) for model, keys in chosen.items()}

    # What was not understood

    @cached_property
    def remarks(self) -> list[Remark]:
        """What was not understood, each with suggestions."""
        found = []
        for spec, problem in self.misunderstood:
            name, value = str(spec.parameter_name), str(spec.value())
            days = value if isinstance(spec, ChangedSince) else ""
            near = get_close_matches(
                value.lower(), [str(key) for key, _word in spec.lookup_choices]
            )
            suggestions = [self._instead(name, each) for each in [*_days_in(days), *near]]
            found.append(Remark(f"{spec.title}: {problem}", suggestions[:SUGGESTED]))
        found += map(self._remark_on, self.asked.faults)
        for note in self.asked.notes:
            where = _label_of(note.parameter)
            if note.code == "unresolved_reference":
                text = f"{where}: “{note.value}” names no record at the desk."
                found.append(Remark(text, self._suggested(note.parameter, note.value)))
            else:
                found.append(Remark(f"{where}: {note.detail}"))
        if self.waiting:
            more = "+" if self.waiting >= PREVIEWED else ""
            found.append(
                Remark(
                    f"{self.waiting}{more} records were written lately and are not looked through yet. Load the list again."
                )
            )
        return found

    def _remark_on(self, fault: Fault) -> Remark:
        name, near = fault.parameter, fault.suggestion
        if not name:
            return Remark(fault.detail)
        if fault.code == "unknown_parameter":
            # As it stands in the address: a label may be that of the filter that was meant.
            instead = [self._instead(name, near, is_name=True)] if near else []
            return Remark(f"“{name}” is no filter of this list.", instead)
        text = ",".join(self.filter_params.get(name, []))
        parameter = filters_of(self.kind).known.get(name)
        if parameter is not None and parameter.schema == DATE_SCHEMA and not first_day(text):
            instead = [self._instead(name, day) for day in _days_in(text)]
            return Remark(f"{_label_of(name)}: {no_day(text)}", instead)
        return Remark(
            f"{_label_of(name)}: {fault.detail}", [self._instead(name, near)] if near else []
        )

    def _suggested(self, name: str, text: str) -> list[tuple[str, str]]:
        """Return records that are called much like a word, with the addresses of the list that they give."""
        filters = filters_of(self.kind)
        kinds = next(
            (
                _kinds_of(inner)
                for of, declared in filters.filters.items()
                for parameter, inner in _declared(of, declared)
                if parameter.name == name
            ),
            (),
        )
        found = []
        site: AdminSite = self.model_admin.admin_site
        for kind in map(kind_named, kinds):
            desk: Any = site.get_model_admin(kind.model)
            (likely,) = likely_each(
                kind.model, [text], parts_of=desk.search_fields, whole=desk.whole_search_fields
            )
            keys = [*likely.exact, *likely.others][:SUGGESTED]
            if keys and desk.has_view_permission(self.request):
                labels = labels_of(site, kind.model, keys)
                found += [
                    (labels[key], self._instead(name, key)[1]) for key in keys if key in labels
                ]
        return found[:SUGGESTED]

    def _instead(self, name: str, value: str, *, is_name: bool = False) -> tuple[str, str]:
        """Return what to show of a suggestion, and the address of the list with it."""
        if is_name:
            given = ",".join(self.filter_params.get(name, []))
            return _label_of(value), self._address({name: None, value: given})
        return value, self._address({name: value})

    def _address(self, changed: Mapping[str, str | None]) -> str:
        return str(self.get_query_string(dict(changed)))

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """Return the query with other values, each parameter by its whole name: one may begin with another."""
        given = dict(self.filter_params)
        for name in remove or ():
            given.pop(name, None)
        rest, self.filter_params = self.filter_params, given
        try:
            return str(super().get_query_string(new_params))
        finally:
            self.filter_params = rest

    def __init__(self, request: HttpRequest, *args: Any, **options: Any) -> None:
        self.request = request
        super().__init__(request, *args, **options)


def _declared(name: str, declared: Filter) -> Iterator[tuple[Parameter, Filter]]:
    """The parameters of a filter, each with the filter that reads it."""
    if isinstance(declared, Group):
        for member, inner in declared.members.items():
            for parameter in inner.parameters(declared.name_of(name, member)):
                yield parameter, inner
    else:
        for parameter in declared.parameters(name):
            yield parameter, declared


def _kinds_of(inner: Filter | None) -> tuple[str, ...]:
    """The kinds of record that a filter takes; none of one that takes something else."""
    kinds: tuple[str, ...] = getattr(inner, "kinds", ())
    return kinds


#: What the endings of parameters mean.
_ENDINGS = {
    "__all": " (all of them)",
    "__not": " (not)",
    "__isnull": " is unknown",
    "__gte": " from",
    "__lte": " up to",
    "_after": " from",
    "_before": " until",
}


def _days_in(text: str) -> list[str]:
    """Return the days, months or years that a text may mean as people write dates."""
    return [each for each in readings(text) if first_day(each)]


def _label_of(name: str) -> str:
    for ending, words in _ENDINGS.items():
        if name.endswith(ending):
            name = f"{name.removesuffix(ending)}{words}"
            break
    return name.replace(".", ": ").replace("_", " ")


def _select(name: str, words: Sequence[tuple[str, str]], *chosen: str) -> SafeString:
    options = [(flatatt({"value": key, "selected": key in chosen}), word) for key, word in words]
    return format_html(
        '<select name="{}" id="filter-{}"><option value=""></option>{}</select>',
        name,
        name,
        format_html_join("", "<option{}>{}</option>", options),
    )


def _input(name: str, value: str, placeholder: str = "") -> SafeString:
    attributes = {"name": name, "id": f"filter-{name}", "value": value, "placeholder": placeholder}
    return format_html('<input type="text"{}>', flatatt(attributes))
